"""Lines of the permission matrix: reviews. All of them are of a team of 150404, which 150400 scores and the region
decides."""

from typing import Any

from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, POST, Row

_VIEW, _REPORT = Right.VIEW_ASSESSMENT, Right.REPORT_ASSESSMENT
_SCORE, _MANAGE = Right.SCORE_ASSESSMENT, Right.MANAGE_ASSESSMENT
_LEAGUE, _REGION = "150400", "150000"


def _seen(*args: str) -> Row:
    return Row("record", PAGE, args or ("review",), see=_VIEW)


def _team(methods: tuple[str, ...], *args: str, **more: Any) -> Row:
    return Row("record", methods, args or ("review",), see=_VIEW, right=_REPORT, **more)


def _office(methods: tuple[str, ...], right: Right, at: str, *args: str) -> Row:
    return Row("record", methods, args or ("review",), see=_VIEW, right=right, at=at)


ROWS: dict[str, Row] = {
    "assessments:review_list": Row("holder", PAGE, right=_VIEW),
    "assessments:review_detail": _seen(),
    "assessments:review_report": _seen(),
    "assessments:review_sheet": _seen(),
    "assessments:review_files": _seen(),
    "assessments:review_history": _seen(),
    "assessments:review_begin": _team(POST),
    "assessments:review_confirm": _team(BOTH),
    "assessments:review_edit": _team(BOTH, "review", "basics_section"),
    "assessments:review_autosave": _team(POST, "review", "basics_section"),
    "assessments:review_reporter": _team(POST),
    "assessments:review_self": _team(BOTH),
    "assessments:review_self_autosave": _team(POST),
    "assessments:review_evidence": _seen("review", "review_indicator"),
    "assessments:review_evidence_begin": _team(POST, "review", "review_indicator"),
    "assessments:review_move": _team(POST, data=lambda world: {"action": "submit"}),
    "assessments:review_score": _office(BOTH, _SCORE, _LEAGUE),
    "assessments:review_score_autosave": _office(POST, _SCORE, _LEAGUE),
    "assessments:review_decide": _office(BOTH, _MANAGE, _REGION),
    "assessments:review_decide_autosave": _office(POST, _MANAGE, _REGION),
    "assessments:review_take": _office(BOTH, _SCORE, f"{_LEAGUE} {_REGION}"),
    "assessments:adjustment_create": _office(BOTH, _SCORE, f"{_LEAGUE} {_REGION}"),
    "assessments:adjustment_end": _office(BOTH, _SCORE, f"{_LEAGUE} {_REGION}", "review_adjustment"),
    "api:review-list": Row("holder", PAGE, right=_VIEW),
    "api:review-detail": _seen(),
}
