from typing import Any

from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, POST, Row

_VERIFIES = Row("holder", PAGE, right=Right.VERIFY_MEMBER)
_REGION: dict[str, Any] = {"right": Right.MANAGE_RULES, "at": "150000"}


def _merge(methods: tuple[str, ...], *args: str) -> Row:
    return Row("record", methods, args, see=Right.VIEW_MEMBER, right=Right.VERIFY_MEMBER)


ROWS: dict[str, Row] = {
    "people:merge_list": _VERIFIES,
    "people:merge_create": _merge(BOTH, "person", "twin"),
    "people:merge_detail": _merge(PAGE, "merge"),
    "people:merge_undo": _merge(BOTH, "merge"),
    "people:retention_list": _VERIFIES,
    "people:retention_carry_out": Row("holder", POST, right=Right.VERIFY_MEMBER),
    "people:setting_list": Row("at", PAGE, **_REGION),
    "people:setting_edit": Row("at", BOTH, ("setting",), **_REGION),
    "people:rank_create": Row("at", BOTH, **_REGION),
    "people:rank_edit": Row("at", BOTH, ("rank",), **_REGION),
}
