"""Lines of the permission matrix: roll."""

from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, POST, Row


def _called(*args: str, methods: tuple[str, ...] = PAGE, **more: object) -> Row:
    return Row("record", methods, args, see=Right.VIEW_TRAINING, right=Right.EDIT_TRAINING, **more)  # type: ignore[arg-type]


ROWS: dict[str, Row] = {
    "training:roll_worker": Row("public"),
    # whose marks are taken is asked mark by mark (tests/training/test_roll_marks.py)
    "training:mark_take": Row("signed_in", POST),
    "training:slot_roll": _called("slot"),
    "training:slot_scan": _called("slot"),
    "training:slot_state": _called("slot"),
    "training:slot_poster": _called("slot", methods=BOTH, data=lambda world: {"action": "open"}),
    "training:poster_code": _called("slot"),
    "training:slot_paper": _called("slot", methods=BOTH),
    # who is not signed in is led to sign in by the page itself, and comes back to the scan
    "training:check_in": Row("public", BOTH, ("poster_token",)),
    "training:activity_roll": Row("record", PAGE, ("activity",), see=Right.VIEW_TRAINING),
    "training:roll_clear": _called("activity", methods=POST),
    "training:mark_list": _called("activity", methods=BOTH),
    "training:attendance_correct": _called("attendance", methods=BOTH),
}
