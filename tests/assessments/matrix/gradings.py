"""Lines of the permission matrix: gradings and grades of the team of 松山区, which its office reports for."""

from typing import Any

from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, POST, Row

SEE, REPORT = Right.VIEW_ASSESSMENT, Right.REPORT_ASSESSMENT
SCORE = Right.SCORE_ASSESSMENT


def _one(methods: tuple[str, ...], *args: str, right: Right | None = None, **more: Any) -> Row:
    return Row("record", methods, args or ("grading",), see=SEE, right=right, **more)


ROWS: dict[str, Row] = {
    "assessments:grading_list": Row("holder", PAGE, right=SEE),
    "assessments:grading_create": Row("holder", BOTH, right=REPORT),
    "assessments:grading_team": Row("holder", PAGE, right=REPORT),
    "assessments:grading_detail": _one(PAGE),
    "assessments:grading_edit": _one(BOTH, "grading", "basics_key", right=REPORT),
    "assessments:grading_autosave": _one(POST, "grading", "basics_key", right=REPORT),
    "assessments:grading_claims": _one(PAGE),
    "assessments:grading_comment": _one(
        POST, "grading_submitted", "indicator_key", right=SCORE, at="150400", data=lambda world: {"comment": "演示"}
    ),
    "assessments:grading_move": _one(POST, right=REPORT, data=lambda world: {"action": "submit"}),
    "assessments:grading_result": _one(PAGE),
    "assessments:grading_objections": _one(PAGE),
    "assessments:grading_files": _one(PAGE),
    "assessments:grading_history": _one(PAGE),
    "assessments:grade_list": Row("holder", PAGE, right=SEE),
    "assessments:grade_create": Row("holder", BOTH, right=REPORT),
    "assessments:grade_team": Row("holder", PAGE, right=REPORT),
    "assessments:grade_detail": _one(PAGE, "grade"),
    "assessments:grade_edit": _one(BOTH, "grade", right=REPORT),
    "assessments:grade_cancel": _one(BOTH, "grade", right=REPORT),
    "assessments:objection_create": Row("holder", PAGE, right=SEE),  # of one grading: test_grades.py
    "assessments:objection_answer": _one(PAGE, "objection"),
    "api:grading-list": Row("holder", PAGE, right=SEE),
    "api:grading-detail": _one(PAGE),
    "api:grade-list": Row("holder", PAGE, right=SEE),
    "api:grade-detail": _one(PAGE, "grade"),
}
