from organizations.roles import Right
from tests.portal.rows import PAGE, Row

ROWS: dict[str, Row] = {
    "teams:filing_begin": Row("signed_in"),
    "teams:filing_list": Row("signed_in"),
    "teams:filing_begin_for": Row("signed_in", args=("team", "kind")),
    "teams:filing_detail": Row("record", PAGE, ("filing",), see=Right.VIEW_TEAM),
}
