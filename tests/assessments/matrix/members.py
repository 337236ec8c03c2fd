"""Lines of the permission matrix: members' assessments."""

from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, SIGNED_IN, Row

_VIEW, _EDIT = Right.VIEW_MEMBER, Right.EDIT_MEMBER
_ONE = ("member_assessment",)

ROWS: dict[str, Row] = {
    "assessments:member_list": Row("holder", PAGE, right=_VIEW),
    "assessments:member_create": Row("holder", BOTH, right=_EDIT),
    "assessments:member_sheet": Row("record", PAGE, ("team_place", "member_standard"), see=_VIEW),
    "assessments:member_detail": Row("record", PAGE, _ONE, see=_VIEW),
    "assessments:member_edit": Row("record", BOTH, _ONE, see=_VIEW, right=_EDIT),
    "assessments:member_take_back": Row("record", BOTH, _ONE, see=_VIEW, right=_EDIT),
    "assessments:person_assessments": Row("record", PAGE, ("person",), see=_VIEW),
    "assessments:my_assessments": SIGNED_IN,
    "assessments:my_assessment": Row("signed_in", PAGE, _ONE),
}
