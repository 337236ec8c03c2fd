"""Forms of what stands on a person, one made for each line of ``people.standing.KINDS``."""

from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import VersionedForm, refuse
from core.pickers import days_first
from organizations.models import Organization, User
from organizations.models.organization import line_to
from organizations.validators import validate_year
from people.forms.free_text import refuse_numbers
from people.models import HourRecord, Mandate, Membership, Person, Rank
from people.papers.verifying import before_birth
from people.standing import Kind, check_hours, check_once

HELP = {
    "grantor": gettext_lazy("例：内蒙古自治区红十字会。"),
    "document_no": gettext_lazy("例：内红发〔2026〕12号。没有的可以不填。"),
    "term": gettext_lazy("例：第七届。"),
    "ends_on": gettext_lazy("还在任的不填。"),
    "what": gettext_lazy("做了什么，例：赛罕坝山火转移、救护员复训。"),
    "hours": gettext_lazy("半小时为单位，一天不超过 24 小时。"),
    "basis": gettext_lazy("例：授衔文件、考核结果。"),
    "valid_until": gettext_lazy("长期有效的不填。"),
}
DAYS = frozenset(["awarded_on", "starts_on", "on", "given_on", "assessed_on"])


class StandingForm(VersionedForm):
    """A record about a person. ``instance.person`` is set by the view."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields
        if "organization" in chosen:
            chosen["organization"].queryset = organizers(
                self.instance.person, user, offices_only=isinstance(self.instance, Mandate)
            )
            chosen["organization"].empty_label = _("请选择")
        if "rank" in chosen:
            in_use = Q(ended_on=None) | Q(pk=self.instance.rank_id)
            chosen["rank"].queryset, chosen["rank"].empty_label = Rank.objects.filter(in_use), _("请选择")
        for name, field in chosen.items():
            field.help_text = field.help_text or HELP.get(name, "")
            if isinstance(field, forms.DateField) and name in ("ends_on", "valid_until"):
                field.validators.append(validate_year)
        days_first(self)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        assessed, until = cleaned.get("assessed_on"), cleaned.get("valid_until")
        if assessed and until and until < assessed:
            self.add_error("valid_until", _("有效至不能早于测评日期。"))
        for name in DAYS & cleaned.keys():
            if cleaned[name] and (said := before_birth(self.instance.person, cleaned[name])):
                self.add_error(name, said)
        if cleaned.get("hours") and cleaned["hours"] * 2 % 1:
            self.add_error("hours", _("以半小时为单位，例如 3 或者 3.5。"))
        refuse_numbers(self, (name for name in self.fields if name != "version"))
        return cleaned

    @transaction.atomic
    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            try:
                self._check()
            except ValidationError as error:
                refuse(self, error)

    @transaction.atomic
    def save(self, commit: bool = True) -> Any:
        """:raises ValidationError: the day has filled up since the form was looked at, or it was entered meanwhile."""
        self._check()
        return super().save(commit)

    def _check(self) -> None:
        record = self.instance
        check_once(record)
        if isinstance(record, HourRecord):
            check_hours(record.person, record.on, record.hours, but=record.pk)


def organizers(person: Person, user: User, *, offices_only: bool) -> Any:
    """Places a record may name: the person's teams, the offices above them, and the offices the user sees."""
    teams = Membership.objects.visible_to(user).filter(person=person)
    paths = list(teams.values_list("organization__path", flat=True).order_by().distinct())
    line = {above for path in paths for above in line_to(path)}
    offices = Organization.objects.visible_to(user).offices().order_by().values("pk")
    rows = Organization.objects.in_force().filter(Q(path__in=line) | Q(pk__in=offices)).order_by("path")
    return rows.offices() if offices_only else rows


@cache
def form_class(kind: Kind) -> type[StandingForm]:
    made: Any = forms.modelform_factory(kind.model, form=StandingForm, fields=kind.fields)
    return made  # type: ignore[no-any-return]


class TakeBackForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("作废原因"), min_length=2, max_length=200, help_text=gettext_lazy("例：登记到了别人名下。")
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refuse_numbers(self, ("reason",))
        return cleaned
