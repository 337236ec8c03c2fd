from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, POST, Row


def _kept(*args: str, methods: tuple[str, ...] = BOTH, **more: object) -> Row:
    return Row("record", methods, args, see=Right.VIEW_MEMBER, right=Right.EDIT_MEMBER, **more)  # type: ignore[arg-type]


ROWS: dict[str, Row] = {
    "people:member_list": Row("holder", PAGE, right=Right.VIEW_MEMBER),
    "people:member_create": _kept("team_place"),
    "people:roster_bulk": _kept("team_place"),
    "people:membership_detail": Row("record", PAGE, ("membership",), see=Right.VIEW_MEMBER),
    "people:membership_edit": _kept("membership"),
    "people:membership_presence": _kept("membership"),
    "people:membership_main": _kept("membership", methods=POST),
    "people:membership_move": _kept(
        "membership", query="action=demote", data=lambda world: {"action": "demote", "comment": "补训"}
    ),
    "people:membership_transfer": _kept("membership"),
}
