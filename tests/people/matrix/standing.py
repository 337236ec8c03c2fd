from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, Row

_RECORD = ("standing_kind", "award")

ROWS: dict[str, Row] = {
    "people:standing_summary": Row("holder", PAGE, right=Right.VIEW_MEMBER),
    "people:standing_create": Row(
        "record", BOTH, ("person", "standing_kind"), see=Right.VIEW_MEMBER, right=Right.EDIT_MEMBER
    ),
    "people:standing_detail": Row("record", PAGE, _RECORD, see=Right.VIEW_MEMBER),
    "people:standing_edit": Row("record", BOTH, _RECORD, see=Right.VIEW_MEMBER, right=Right.EDIT_MEMBER),
    "people:standing_end": Row("record", BOTH, _RECORD, see=Right.VIEW_MEMBER, right=Right.EDIT_MEMBER),
}
