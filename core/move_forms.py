"""The words that go with a move of a workflow: a comment or a reason; for a return, also a remark at single fields."""

from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

REMINDER = 60  # characters of a field's present value beside its remark, where the page does not show it whole
_MARK = "field_"


class WordsForm(forms.Form):
    """A comment. A subclass calls ``ask_reason`` or ``ask_remark`` in ``__init__`` for the moves that want more.

    ``generic/move.html`` draws it.
    """

    comment = forms.CharField(
        label=gettext_lazy("意见"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("请写明意见。")},
    )  # fmt: skip
    comment_hint: StrOrPromise = gettext_lazy("总的意见。哪一项要改，写在下面对应的项目里。")
    remarks_title: StrOrPromise = gettext_lazy("哪几项要改")
    remarks_hint: StrOrPromise = gettext_lazy("只写要改的，空着的不会显示给报送的人。")

    def __init__(self, *args: Any, needs_comment: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].required = needs_comment

    def ask_reason(self, label: StrOrPromise, **options: Any) -> None:
        """A reason in one line, in place of the comment."""
        del self.fields["comment"]
        self.fields["reason"] = forms.CharField(label=label, max_length=200, **options)

    def ask_remark(self, name: str, label: StrOrPromise, now: str | None) -> None:
        """A remark at one field. :param now: what is filled in there; None for what is not a field of its own."""
        self.fields["comment"].help_text = self.comment_hint
        self.hide_optional = True  # three dozen remarks, and the page says that none is asked for
        hint = "" if now is None else escape(_("现填：%(value)s") % {"value": now or _("（空）")})
        self.fields[f"{_MARK}{name}"] = forms.CharField(label=label, required=False, max_length=200, help_text=hint)

    @property
    def comes_first(self) -> bool:
        """Whether the words have to be there before the move; else its button makes it, with or without them."""
        return "reason" in self.fields or self.fields["comment"].required

    @property
    def words(self) -> BoundField:
        return self["reason" if "reason" in self.fields else "comment"]

    @property
    def remarks(self) -> list[BoundField]:
        return [self[name] for name in self.fields if name.startswith(_MARK)]

    def facts(self) -> dict[str, Any]:
        """What goes into ``perform`` beside the comment; of the remarks only those that were written."""
        if "reason" in self.fields:
            return {"reason": self.cleaned_data["reason"]}
        if not self.remarks:
            return {}
        said = {field.name.removeprefix(_MARK): self.cleaned_data[field.name] for field in self.remarks}
        return {"fields": {name: text for name, text in said.items() if text}}
