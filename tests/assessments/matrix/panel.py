"""Lines of the permission matrix: panel."""

from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, POST, Row

LEAGUE = "150400"  # holds the grading


def _arranged(*args: str, methods: tuple[str, ...] = PAGE) -> Row:
    return Row("record", methods, args, see=Right.VIEW_ASSESSMENT, right=Right.SCORE_ASSESSMENT, at=LEAGUE)


def _own(*args: str, methods: tuple[str, ...] = PAGE) -> Row:
    return Row("own", methods, args, owner="assessor")


ROWS: dict[str, Row] = {
    "assessments:panel_edit": _arranged("grading_on_site"),
    "assessments:panel_appoint": Row(
        "record", POST, ("grading_on_site",), see=Right.VIEW_ASSESSMENT, right=Right.SCORE_ASSESSMENT, at=LEAGUE,
        data=lambda world: {"user": world["own_seat"].user_id, "duty": "member"},
    ),
    "assessments:panel_lead": _arranged("panel_member", methods=POST),
    "assessments:panel_leave": _arranged("panel_member", methods=BOTH),
    "assessments:panel_reopen": _arranged("panel_member", methods=POST),
    "assessments:differences": _arranged("grading_on_site"),
    "assessments:difference_settle": _arranged("grading_on_site", "indicator_on_site", methods=BOTH),
    "assessments:my_panels": Row("signed_in"),
    "assessments:panel_declare": _own("own_seat", methods=BOTH),
    "assessments:panel_recuse": _own("own_seat", methods=BOTH),
    "assessments:score_worker": Row("public"),
    # whose scores are taken is asked score by score (tests/assessments/test_panel_marks.py)
    "assessments:score_take": Row("signed_in", POST),
    "assessments:score_page": _own("own_grading"),
    "assessments:score_state": _own("own_grading"),
    "assessments:score_finish": _own("own_grading", methods=BOTH),
    "assessments:score_evidence": _own("own_grading", "own_indicator"),
}  # fmt: skip
