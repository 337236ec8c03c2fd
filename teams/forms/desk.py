"""Forms of the review desk. Each carries what the reviewer saw (round and step), so that nobody decides otherwise."""

from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import AskingForm
from core.language import in_chinese
from core.models import Attachment
from core.pickers import DAY
from organizations.models import User
from teams.choices import Stance
from teams.desk.deciding import Seen, meeting_of
from teams.desk.replies import doubts
from teams.filings.commenting import drafts_of
from teams.inputs import TidyInput
from teams.models import Filing
from teams.validators import validate_document_number, validate_not_future


class SeenForm(forms.Form):
    """:param filing: as the page shows it; after a POST the form goes by what the reviewer's page carried."""

    round = forms.IntegerField(widget=forms.HiddenInput, required=False)
    step = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, filing: Filing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filing = filing
        self.fields["round"].initial, self.fields["step"].initial = filing.round_no, filing.current_step_id

    @property
    def seen(self) -> Seen:
        """Of a valid form. What a hand-made request leaves out counts as never seen."""
        return Seen(self.cleaned_data.get("round") or 0, self.cleaned_data.get("step"))

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # the forms of Django have it, its types do not
        if self.errors:
            self.choose_again()

    def choose_again(self) -> None:
        """What was refused for another reason comes back without its file: a browser does not send one twice."""
        for name in self.files:
            if name in self.fields and not self.has_error(name):
                self.add_error(name, _("这次没有办成，文件没有存入，请重新选择。"))


class ReplyForm(SeenForm, AskingForm):
    """Number, day and file of a 批复; what is odd about them is asked once."""

    again: Any = gettext_lazy("请核对；没有错的，再按一次就办结。")
    reply_no = forms.CharField(
        label=gettext_lazy("批复文号"), max_length=40, validators=[validate_document_number],
        widget=TidyInput("reply_no"), help_text=gettext_lazy("例：内红赈发〔2024〕19号。"),
    )  # fmt: skip
    reply_on = forms.DateField(
        label=gettext_lazy("批复日期"), validators=[validate_not_future],
        widget=DAY,
    )  # fmt: skip
    reply = forms.FileField(label=gettext_lazy("批复文件"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        number, day = cleaned.get("reply_no"), cleaned.get("reply_on")
        if number and day and (number, day) != (self.filing.reply_no, self.filing.reply_on):
            self.ask(f"{number} {day}", doubts(self.filing, number, day), self.again)
        return cleaned


class DecideForm(ReplyForm):
    """Words, and for a 批复 its number, day and file."""

    agreed = forms.NullBooleanField(widget=forms.HiddenInput)
    comment = forms.CharField(
        label=gettext_lazy("意见"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, filing: Filing, action: str, needs_comment: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, filing=filing, auto_id=f"id_{action}_%s", **kwargs)
        self.fields["agreed"].initial = Seen.of(filing).agreed
        self.needs_comment, self.hide_optional = needs_comment, needs_comment
        self.says_by_field = action == "return_for_changes"
        if self.says_by_field:
            self.fields["comment"].help_text = _("写了批注的，可以不另写意见。")
        if action != "issue":
            for name in ("reply_no", "reply_on", "reply", "doubted"):
                del self.fields[name]
            return
        self.fields["reply_no"].widget.attrs["data-caret"] = "号"  # the number is typed before it
        if filing.current_office is not None and filing.current_office.doc_prefix:
            year = timezone.localdate().year
            self.fields["reply_no"].initial = f"{filing.current_office.doc_prefix}〔{year}〕号"
        self.fields["reply_on"].initial = timezone.localdate()

    @property
    def seen(self) -> Seen:
        return replace(super().seen, agreed=self.cleaned_data.get("agreed"))

    def clean_comment(self) -> str:
        """Words, where the move wants them; comments on single fields say enough by themselves."""
        words: str = self.cleaned_data["comment"]
        if words or not self.needs_comment:
            return words
        if self.says_by_field and drafts_of(self.filing):
            with in_chinese():
                return _("请按批注修改。")
        raise ValidationError(_("请写明意见，报送方会看到。"), code="required")

    def facts(self) -> dict[str, Any]:
        """What the move takes besides the words."""
        return {name: self.cleaned_data[name] for name in ("reply_no", "reply_on") if name in self.fields}


class CorrectReplyForm(ReplyForm):
    """Of a filing that is filed: with what was entered, for whoever puts it right."""

    again = gettext_lazy("请核对；没有错的，再按一次就更正。")
    reason = forms.CharField(
        label=gettext_lazy("更正原因"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("报送方会看到，也留在办理经过里。"),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, filing: Filing, on_file: Attachment | None, **kwargs: Any) -> None:
        super().__init__(*args, filing=filing, **kwargs)
        for name in ("reply_no", "reply_on", "version"):
            self.fields[name].initial = getattr(filing, name)
        if on_file is None:
            self.fields["reply"].help_text = _("现在没有批复文件，可以补上。")
        else:
            words = _("现在的文件：%(name)s。不选就不换；换了的，原来的留作旧版本。")
            self.fields["reply"].help_text = words % {"name": on_file.name}


class MeetingForm(SeenForm):
    name = forms.CharField(
        label=gettext_lazy("会议名称"), max_length=100, help_text=gettext_lazy("例：党组会、会长办公会。")
    )
    on = forms.DateField(
        label=gettext_lazy("会议日期"), validators=[validate_not_future],
        widget=DAY,
    )  # fmt: skip
    minutes = forms.FileField(label=gettext_lazy("会议纪要"), required=False)
    was = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, filing: Filing, **kwargs: Any) -> None:
        super().__init__(*args, filing=filing, **kwargs)
        self.fields["name"].initial, self.fields["was"].initial = filing.meeting_name, meeting_of(filing)
        self.fields["on"].initial = filing.meeting_on or timezone.localdate()


class _PersonField(forms.ModelChoiceField):
    def label_from_instance(self, person: Any) -> str:
        return _("%(who)s（%(office)s）") % {"who": person, "office": person.organization}


class PersonForm(SeenForm):
    """Somebody out of ``people``, and words for him."""

    person = _PersonField(User.objects.none(), empty_label=gettext_lazy("请选择"))
    words = forms.CharField(
        label=gettext_lazy("说明"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, filing: Filing, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, filing=filing, **kwargs)
        field: Any = self.fields["person"]
        field.queryset = User.objects.filter(pk__in=[person.pk for person in people]).select_related("organization")


class TransferForm(PersonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].label = _("转给谁")


class AskForm(PersonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].label = _("请谁提意见")
        self.fields["words"].label, self.fields["words"].required = _("要问什么"), True


class OpinionForm(forms.Form):
    stance = forms.ChoiceField(
        label=gettext_lazy("态度"), choices=[(key, label) for key, label in Stance.choices if key != Stance.ENDED],
        widget=forms.RadioSelect,
    )  # fmt: skip
    answer = forms.CharField(
        label=gettext_lazy("意见"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("除了同意，都请写明；不便答复的写明原因。"),
    )  # fmt: skip
