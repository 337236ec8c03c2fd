from organizations.roles import Right
from tests.portal.rows import PAGE, Row

ROWS: dict[str, Row] = {
    "api:team-list": Row("holder", PAGE, right=Right.VIEW_TEAM),
    "api:team-detail": Row("record", PAGE, ("team",), see=Right.VIEW_TEAM),
}
