"""The words that go with a move of an activity."""

from typing import Any

from django.utils.translation import gettext as _

from core.move_forms import REMINDER, WordsForm
from core.together import together
from core.workflow import Move
from training.models import Activity
from training.records.reading_sheet import around, in_words
from training.records.remarks import BESIDES, RETURNS, commentable


class MoveForm(WordsForm):
    """A comment; for a return also a remark at each fact, for cancelling the reason."""

    def __init__(self, *args: Any, activity: Activity, move: Move, **kwargs: Any) -> None:
        super().__init__(*args, needs_comment=move.needs_comment, **kwargs)
        if move.action == "cancel":
            self.ask_reason(_("取消的原因"), error_messages={"required": _("请写明取消的原因。")})
        elif move.action in RETURNS:
            found = together(**around(activity))
            for name, label, _value in commentable(activity):
                now = None if name in BESIDES else in_words(activity, name, found)[0][:REMINDER]
                self.ask_remark(name, label, now)
