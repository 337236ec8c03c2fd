"""Forms of problems found in an activity."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import VersionedForm
from core.pickers import DAY
from core.workflow import MoveNotAllowed
from organizations.models import Organization, User
from organizations.validators import validate_text, validate_year
from training.models import Problem
from training.problems import due_by_default, near_places, person_named, places_for
from training.states import ProblemState


class ProblemForm(VersionedForm):
    """What is wrong, who puts it right, until when. ``instance.activity`` is set.

    :param also: key of a place that was searched for, offered with the near ones.
    """

    class Meta:
        model = Problem
        fields = ["what", "measure", "organization", "owner", "due_on"]
        widgets = {
            "due_on": DAY, "what": forms.Textarea(attrs={"rows": 3}), "measure": forms.Textarea(attrs={"rows": 3}),
        }  # fmt: skip
        help_texts = {
            "what": _("一条问题写一件事，例：2 号冲锋舟发动机两次启动失败。"),
            "owner": _("填姓名；是整改单位队员的，自动对应到人。"),
            "due_on": "",
        }

    def __init__(self, *args: Any, by: User, also: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        activity = self.instance.activity
        rows = places_for(activity, by) | Organization.objects.filter(pk=self.instance.organization_id)
        field: Any = self.fields["organization"]
        field.queryset = rows
        near = {place.pk: place for place in near_places(activity)}
        bound = self.data.get(self.add_prefix("organization"), "") if self.is_bound else ""
        others = {also, self.instance.organization_id, int(bound) if bound.isdecimal() and len(bound) < 18 else None}
        near |= {place.pk: place for place in rows.filter(pk__in=others - {None, *near})}
        field.choices = [("", _("请选择")), *((pk, place.name) for pk, place in near.items())]
        self.fields["measure"].validators.append(validate_text)
        if not self.instance.pk:
            self.initial["organization"] = also or activity.host_id
            self.initial["due_on"] = due_by_default()
        self.fields["due_on"].required = True

    def clean(self) -> dict[str, Any]:
        """The page that was sent, brought back and sent again: each of two would have to be put right and accepted."""
        cleaned = super().clean()
        if not self.instance.pk and {"what", "organization"} <= cleaned.keys():
            same = {"what": cleaned["what"], "organization": cleaned["organization"]}
            there = Problem.objects.filter(activity=self.instance.activity, **same)
            if there.exclude(state=ProblemState.CLOSED).exists():
                self.add_error("what", _("这次活动里已经登记过同样的问题，由同一个单位整改，还没有销号。"))
        return cleaned

    def check_locked(self, locked: Problem) -> None:
        if locked.state != ProblemState.OPEN:
            words = {"state": locked.get_state_display()}
            raise MoveNotAllowed("state", _("现在是“%(state)s”，不能修改。") % words)

    def save(self, commit: bool = True) -> Any:
        """The person follows from the name; a corrected name may be another person, or nobody known."""
        problem = self.instance
        person = person_named(problem.owner, problem.organization)
        if not problem.pk:
            problem.owner_person = person
            return super().save(commit)
        saved = super().save(commit)
        if saved.owner_person_id != (person.pk if person else None):
            saved.owner_person = person
            saved.save(update_fields=["owner_person"])
        return saved


class FixForm(forms.Form):
    """报告已整改."""

    fix = forms.CharField(
        label=_("整改情况"), max_length=500, validators=[validate_text], widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("写明做了什么、现在怎样；照片等材料在上一页上传。"),
        error_messages={"required": _("请写明整改情况。")},
    )  # fmt: skip


class CommentForm(forms.Form):
    """Why it is not accepted."""

    comment = forms.CharField(
        label=_("理由"), max_length=200, validators=[validate_text], widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明理由。")},
    )  # fmt: skip


class ReopenForm(CommentForm):
    """Why it is opened again, and until when it is put right now: its old day has often gone by."""

    due_on = forms.DateField(label=_("新的整改期限"), widget=DAY, initial=due_by_default, validators=[validate_year])

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("新的整改期限不能早于今天。"))
        return day
