from organizations.roles import Right
from tests.portal.rows import PAGE, Row

ROWS: dict[str, Row] = {
    "teams:desk_filing": Row("record", PAGE, ("filing",), see=Right.VIEW_TEAM),
}
