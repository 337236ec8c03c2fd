"""Lines of the permission matrix: activities. All of them lie at a team of 150404: its office keeps and confirms."""

from typing import Any

from organizations.roles import Right
from tests.portal.rows import BOTH, PAGE, POST, Row

SEE, EDIT, CONFIRM = Right.VIEW_TRAINING, Right.EDIT_TRAINING, Right.CONFIRM_TRAINING


def _one(methods: tuple[str, ...], *args: str, right: Right | None = None, **more: Any) -> Row:
    return Row("record", methods, args or ("activity",), see=SEE, right=right, **more)


ROWS: dict[str, Row] = {
    "training:activity_list": Row("holder", PAGE, right=SEE),
    "training:activity_create": Row("holder", BOTH, right=EDIT),
    "training:activity_host": Row("holder", PAGE, ("drill_kind",), right=EDIT),
    "training:activity_batch": Row("holder", BOTH, right=CONFIRM),
    "training:activity_detail": _one(PAGE),
    "training:activity_copy": _one(BOTH, right=EDIT),
    "training:activity_slots": _one(BOTH, right=EDIT),
    "training:activity_edit": _one(BOTH, "activity", "basics_section", right=EDIT),
    "training:activity_autosave": _one(POST, "activity", "basics_section", right=EDIT),
    "training:activity_move": _one(POST, right=EDIT, data=lambda world: {"action": "cancel", "reason": "演示"}),
    "training:activity_files": _one(PAGE),
    "training:activity_history": _one(PAGE),
    "training:activity_template": _one(PAGE, "confirmed_drill", right=EDIT),
    "training:team_activities": Row("record", PAGE, ("team",), see=Right.VIEW_TEAM, right=SEE),
    "api:activity-list": Row("holder", PAGE, right=SEE),
    "api:activity-detail": _one(PAGE),
    "api:activity-cancel": _one(POST, right=EDIT, data=lambda world: {"reason": "演示"}),
    "api:activity-submit": _one(POST, right=EDIT),
    "api:activity-resubmit": _one(POST, right=EDIT),
    "api:activity-withdraw": _one(POST, right=EDIT),
    "api:activity-revive": _one(POST, right=EDIT),
    "api:activity-confirm": _one(POST, "handed_in_drill", right=CONFIRM),
    "api:activity-return-for-changes": _one(POST, "handed_in_drill", right=CONFIRM),
    "api:activity-archive": _one(POST, "confirmed_drill", right=CONFIRM),
    "api:activity-reopen": _one(POST, "confirmed_drill", right=CONFIRM),
}
