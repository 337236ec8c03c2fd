from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, POST, Row


def _reviewed(methods: tuple[str, ...], query: str = "") -> Row:
    """Done by whoever reviews at the league, where the filing lies."""
    return Row("record", methods, ("filing",), see=Right.VIEW_TEAM, right=Right.REVIEW_FILING, at="150400", query=query)


ROWS: dict[str, Row] = {
    "teams:desk": Row("holder", PAGE, right=Right.VIEW_TEAM),
    "teams:desk_filing": Row("record", PAGE, ("filing",), see=Right.VIEW_TEAM, right=Right.VIEW_MEMBER),
    "teams:desk_decide": _reviewed(BOTH, "action=reject"),
    "teams:desk_comment": _reviewed(POST),
    "teams:desk_meeting": _reviewed(BOTH),
    "teams:desk_transfer": _reviewed(BOTH),
    "teams:desk_ask": _reviewed(BOTH),
    # decided at the region; the league that reviewed it before has no part in its 批复
    "teams:desk_reply": Row(
        "record", BOTH, ("filing_filed",), see=Right.VIEW_TEAM, right=Right.REVIEW_FILING, at="150000"
    ),
    # lies with the region: urged by its author's side alone, for nobody of the cast stands above the region
    "teams:desk_urge": Row("record", POST, ("filing_above",), see=Right.VIEW_TEAM, right=Right.SUBMIT_FILING),
    "teams:desk_opinion": Row("own", BOTH, ("opinion",), owner="region"),
    "teams:desk_opinion_end": Row(
        "record", POST, ("opinion",), see=Right.VIEW_TEAM, right=Right.REVIEW_FILING, at="150400"
    ),
    "teams:desk_batch": Row("holder", BOTH, right=Right.VIEW_TEAM),
}
