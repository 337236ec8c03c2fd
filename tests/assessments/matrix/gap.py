"""Lines of the permission matrix: gap."""

from organizations.roles import Right
from tests.portal.rows import PAGE, Row

ROWS: dict[str, Row] = {
    "assessments:team_gap": Row("record", PAGE, ("team",), see=Right.VIEW_TEAM, right=Right.VIEW_ASSESSMENT),
    "assessments:league_gap": Row("holder", PAGE, right=Right.VIEW_ASSESSMENT),
}
