from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, Row

ROWS: dict[str, Row] = {
    "people:roster_import_all": Row("holder", BOTH, right=Right.EDIT_MEMBER),
    "people:roster_import": Row("record", BOTH, ("team_place",), see=Right.VIEW_MEMBER, right=Right.EDIT_MEMBER),
    "people:roster_pdf": Row("record", PAGE, ("team_place",), see=Right.VIEW_MEMBER, right=Right.VIEW_MEMBER),
}
