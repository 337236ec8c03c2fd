from organizations.roles import Right
from tests.portal.rows import PAGE, Row

ROWS: dict[str, Row] = {
    "teams:team_detail": Row("record", PAGE, ("team",), see=Right.VIEW_TEAM),
}
