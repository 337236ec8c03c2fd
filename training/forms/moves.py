"""The words that go with a move of an activity."""

from typing import Any

from django import forms
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.together import together
from training.models import Activity
from training.reading import around
from training.reading import in_words as told
from training.remarks import BESIDES, MOST, RETURNS, commentable

_SHOWN = 60  # characters of what is filled in, as a reminder


class MoveForm(forms.Form):
    """A comment; for a return one at each fact as well, for cancelling the reason."""

    comment = forms.CharField(
        label=gettext_lazy("意见"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, activity: Activity, action: str, needs_comment: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.action = action
        self.by_field = action in RETURNS
        self.fields["comment"].required = needs_comment
        self.names: list[str] = []
        if action == "cancel":
            del self.fields["comment"]
            self.fields["reason"] = forms.CharField(
                label=_("取消的原因"), max_length=200, error_messages={"required": _("请写明取消的原因。")}
            )
        if self.by_field:
            self.fields["comment"].help_text = _("总的意见。哪一项要改，写在下面对应的项目里。")
            self._add_fields(activity)

    def _add_fields(self, activity: Activity) -> None:
        found = together(**around(activity))
        for name, label, _value in commentable(activity):
            self.names.append(name)
            now = "" if name in BESIDES else told(activity, name, found)[0]
            given = _("现填：%(value)s") % {"value": now[:_SHOWN] or _("（空）")} if name not in BESIDES else ""
            self.fields[f"field_{name}"] = forms.CharField(
                label=label, required=False, max_length=MOST, help_text=escape(given)
            )

    def facts(self) -> dict[str, Any]:
        """What goes into ``perform`` beside the comment."""
        if self.action == "cancel":
            return {"reason": self.cleaned_data["reason"]}
        if not self.by_field:
            return {}
        said = {name: self.cleaned_data[f"field_{name}"] for name in self.names}
        return {"fields": {name: text for name, text in said.items() if text}}
