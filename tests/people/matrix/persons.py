from typing import Any

from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, POST, Row


def _person(
    right: Right | None = None, methods: tuple[str, ...] = PAGE, *, args: tuple[str, ...] = ("person",), **more: Any
) -> Row:
    return Row("record", methods, args, see=Right.VIEW_MEMBER, right=right, **more)


def _reason(world: dict[str, Any]) -> dict[str, Any]:
    return {"what": "id_number", "reason": "办理保险核对"}


ROWS: dict[str, Row] = {
    "people:person_list": Row("holder", PAGE, right=Right.VIEW_MEMBER),
    "people:person_find": Row("holder", POST, right=Right.VIEW_MEMBER, data=lambda world: {"number": "13800000001"}),
    **{
        f"people:person_{tab}": _person()
        for tab in ("detail", "papers", "standing", "history", "looks", "access")
    },
    "people:person_edit": _person(Right.EDIT_MEMBER, BOTH, args=("person", "person_section")),
    "people:person_document": _person(Right.EDIT_MEMBER, BOTH),
    "people:person_health": _person(Right.REVEAL_MEMBER, BOTH),
    "people:person_reveal": _person(Right.REVEAL_MEMBER, BOTH, data=_reason),
    "people:consent_record": _person(Right.EDIT_MEMBER, BOTH),
    "people:consent_detail": _person(args=("consent",)),
    "api:person-list": Row("holder", PAGE, right=Right.VIEW_MEMBER),
    "api:person-detail": _person(),
    "api:membership-list": Row("holder", PAGE, right=Right.VIEW_MEMBER),
    "api:membership-detail": _person(args=("membership",)),
}  # fmt: skip
