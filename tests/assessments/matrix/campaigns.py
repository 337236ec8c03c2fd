"""Lines of the permission matrix: campaigns. Everybody who sees assessments sees them; the region runs them."""

from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, POST, Row

_VIEW, _MANAGE, _SCORE = Right.VIEW_ASSESSMENT, Right.MANAGE_ASSESSMENT, Right.SCORE_ASSESSMENT
_REGION = "150000"


def _seen(*args: str) -> Row:
    return Row("holder", PAGE, args, right=_VIEW)


def _run(methods: tuple[str, ...], *args: str) -> Row:
    return Row("at", methods, args or ("campaign",), right=_MANAGE, at=_REGION)


ROWS: dict[str, Row] = {
    "assessments:campaign_list": _seen(),
    "assessments:campaign_create": Row("at", BOTH, right=_MANAGE, at=_REGION),
    "assessments:campaign_detail": _seen("campaign"),
    "assessments:campaign_edit": _run(BOTH),
    "assessments:campaign_move": Row(
        "at", POST, ("campaign",), right=_MANAGE, at=_REGION, data=lambda world: {"action": "close"}
    ),
    "assessments:campaign_take": _run(POST),
    "assessments:campaign_add": _run(BOTH),
    "assessments:review_batch": _run(BOTH),
    "assessments:campaign_publicise": _run(BOTH),
    "assessments:campaign_conclude": _run(POST),
    "assessments:campaign_matrix": _seen("campaign"),
    # the region all of them, an office that scores its own teams
    "assessments:campaign_remind": Row(
        "holder", BOTH, ("campaign",), right=Right.SCORE_ASSESSMENT, query="step=report"
    ),
    "assessments:followup_list": _seen(),
    "assessments:followup_detail": Row("record", PAGE, ("follow_up",), see=_VIEW),
    "assessments:followup_create": Row("record", BOTH, ("review",), see=_VIEW, right=_MANAGE, at=_REGION),
    "assessments:followup_create_several": _run(BOTH),
    "assessments:followup_edit": Row("record", BOTH, ("follow_up",), see=_VIEW, right=_MANAGE, at=_REGION),
    "assessments:followup_move": Row(
        "record",
        BOTH,
        ("follow_up",),
        see=_VIEW,
        right=Right.REPORT_ASSESSMENT,
        query="action=report",
        data=lambda world: {"action": "report"},
    ),
    "api:campaign-list": _seen(),
    "api:campaign-detail": _seen("campaign"),
}
