"""Lines of the permission matrix: calendar."""

from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, Row

ROWS: dict[str, Row] = {
    "training:calendar": Row("holder", PAGE, right=Right.VIEW_TRAINING),
    "training:calendar_subscribe": Row("signed_in", BOTH, data=lambda world: {"action": "end"}),
    "training:calendar_feed": Row("public", PAGE, ("feed_key",)),
    "training:record_print": Row("record", PAGE, ("activity",), see=Right.VIEW_TRAINING),
    "training:sign_in_sheet": Row("record", PAGE, ("activity",), see=Right.VIEW_TRAINING, right=Right.EDIT_TRAINING),
}
