"""Lines of the permission matrix: plans of the year."""

from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, Row

_VIEW, _EDIT = Right.VIEW_TRAINING, Right.EDIT_TRAINING


def _seen(*args: str) -> Row:
    return Row("record", PAGE, args, see=_VIEW)


def _kept(*args: str) -> Row:
    return Row("record", BOTH, args, see=_VIEW, right=_EDIT)


ROWS: dict[str, Row] = {
    "training:plan_list": Row("holder", PAGE, right=_VIEW),
    "training:plan_create": Row("holder", BOTH, right=_EDIT),
    "training:plan_detail": _seen("training_plan"),
    "training:plan_edit": _kept("training_plan"),
    "training:plan_import": _kept("training_plan"),
    "training:planitem_create": _kept("training_plan"),
    "training:planitem_detail": _seen("plan_item"),
    "training:planitem_edit": _kept("plan_item"),
    "training:planitem_end": _kept("plan_item"),
    "api:plan-list": Row("holder", PAGE, right=_VIEW),
    "api:plan-detail": _seen("training_plan"),
}
