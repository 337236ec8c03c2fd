"""Forms of what a team and its office keep up to date without a filing."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import VersionedForm, WholeForm
from core.pickers import days_first
from organizations.models import Organization, User
from people.models import Person
from teams.choices import MANAGEMENT, PostRole, Registration
from teams.facts import DIRECT, divisions, field_of, post_field
from teams.models import Coverage, EmblemItem, Team, TeamPost
from teams.on_file.posting import choosable, filled_in
from teams.validators import in_region

_OWN_POSTS = [(role.value, role.label) for role in PostRole if role not in MANAGEMENT]


class KeptForm(WholeForm):
    """A versioned form over what hangs on a team."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days_first(self)


class TeamFactsForm(VersionedForm):
    """The facts that need no filing; fields, hints and rules are those of the filing's own form.

    The short name is the organization's. Whoever leaves it alone does not undo what somebody else made of it.
    """

    short_name_was = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Team
        fields = [name for name in DIRECT if name != "short_name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update({name: field_of(name) for name in DIRECT})
        if self.instance.registration != Registration.CIVIL:
            del self.fields["annual_check_year"]
        self.fields["short_name"].required = True
        self.fields["short_name"].error_messages["required"] = _("请填写简称。")
        place = self.instance.organization
        self.initial = {**self.initial, "short_name": place.short_name, "short_name_was": place.short_name}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        latitude, longitude = cleaned.get("latitude"), cleaned.get("longitude")
        broken = {"latitude", "longitude"} & set(self.errors)
        if not broken and (latitude is None) != (longitude is None):
            name = "latitude" if latitude is None else "longitude"
            self.add_error(name, _("经度和纬度要一起填。"))
        self._check_short_name(cleaned)
        return cleaned

    def _check_short_name(self, cleaned: dict[str, Any]) -> None:
        now = Organization.objects.values_list("short_name", flat=True).get(pk=self.instance.organization_id)
        was, typed = cleaned.get("short_name_was"), cleaned.get("short_name")
        if now != was and typed not in (was, now):
            self.data: Any = self.data.copy()  # type: ignore[attr-defined]
            self.data[self.add_prefix("short_name_was")] = now  # looking at it and sending again is the consent
            message = _("您打开之后，别人把简称改成了“%(now)s”。确认要用您填的，请再保存一次。") % {"now": now}
            self.add_error("short_name", ValidationError(message, code="stale"))

    @transaction.atomic
    def save(self, commit: bool = True) -> Any:
        team = super().save(commit)
        Team.objects.filter(pk=team.pk).update(maintained_at=timezone.now())
        if self.cleaned_data["short_name"] != self.cleaned_data["short_name_was"]:
            places = Organization.objects.filter(pk=team.organization_id)
            places.update(short_name=self.cleaned_data["short_name"], version=F("version") + 1)
        return team

    @property
    def outside(self) -> bool:
        """A warning, not a fault: a base may be across the border."""
        latitude, longitude = self.cleaned_data["latitude"], self.cleaned_data["longitude"]
        return latitude is not None and longitude is not None and not in_region(latitude, longitude)


class PostForm(KeptForm):
    """A post the team fills itself."""

    class Meta:
        model = TeamPost
        fields = ["role", "person", "name", "phone", "origin", "starts_on"]
        help_texts = {
            "person": _("姓名空着的，按所选队员填写。不在花名册上的可以不选。"),
            "role": _("队长、副队长按备案变更，不在这里填。"),
            "name": _("按身份证件填写，民族姓名的“·”照写。"),
            "phone": _("列表上只显示前三位和后四位。"),
        }

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("请选择")), *_OWN_POSTS]  # type: ignore[attr-defined]
        self._by, self._place = by, self.instance.team.organization
        members = choosable(self._place, by)
        held = self.instance.person
        if held is not None and str(held.pk) not in dict(members):
            members.append((str(held.pk), str(held)))
        self.fields["person"] = forms.TypedChoiceField(
            label=_("对应队员"), choices=[("", _("不在花名册上")), *members], required=False, coerce=int,
            empty_value=None, help_text=self.fields["person"].help_text,
        )  # fmt: skip
        self.fields["name"].required = False
        for name in ("name", "phone"):
            self.fields[name].widget = post_field(name).widget

    def clean_person(self) -> Person | None:
        pk = self.cleaned_data["person"]
        return Person.objects.get(pk=pk) if pk else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        person = cleaned.get("person")
        row = {"name": cleaned.get("name") or "", "phone": cleaned.get("phone") or ""}
        (row,) = filled_in([{**row, "person": str(person.pk) if person else ""}], self._place, self._by)
        if not row["name"] and "name" not in self.errors:
            self.add_error("name", _("请填写姓名，或者选择对应的队员。"))
        held = TeamPost.objects.current().filter(team=self.instance.team, role=cleaned.get("role"), name=row["name"])
        if "role" in cleaned and held.exclude(pk=self.instance.pk).exists():  # sent again because the answer was slow
            words = {"name": row["name"], "role": PostRole(cleaned["role"]).label}
            self.add_error("name", _("%(name)s已经登记为%(role)s。") % words)
        return {**cleaned, "name": row["name"], "phone": row["phone"]}


class PostEndForm(forms.Form):
    ends_on = forms.DateField(label=_("离任日期"), initial=timezone.localdate)
    end_reason = forms.CharField(label=_("离任原因"), max_length=100, help_text=_("例：调离、任期届满、个人申请。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days_first(self)


class CoverageForm(KeptForm):
    class Meta:
        model = Coverage
        fields = ["division", "part", "starts_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["division"].queryset = divisions()  # type: ignore[attr-defined]
        self.fields["division"].empty_label = _("请选择")  # type: ignore[attr-defined]
        self.initial.setdefault("starts_on", timezone.localdate())


class CoverageEndForm(KeptForm):
    class Meta:
        model = Coverage
        fields = ["ends_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends_on"].required = True
        self.initial["ends_on"] = self.initial.get("ends_on") or timezone.localdate()


class EmblemForm(KeptForm):
    class Meta:
        model = EmblemItem
        fields = ["kind", "description", "quantity", "approval_no", "issued_on", "note"]
        help_texts = {
            "description": _("例：60 厘米×90 厘米队旗、冬季作训服。"),
            "approval_no": _("批准使用标志的文件；没有的可以不填。"),
        }

    def clean_quantity(self) -> int:
        quantity: int = self.cleaned_data["quantity"]
        settled = self.instance.returned + self.instance.written_off
        if quantity < settled:
            raise ValidationError(_("已收回或销毁、遗失 %(count)d 件，数量不能比这少。") % {"count": settled})
        return quantity


class EmblemSettleForm(KeptForm):
    """What came back and what is gone, as totals: two people writing down the same return must not count it twice."""

    class Meta:
        model = EmblemItem
        fields = ["returned", "written_off", "settled_on", "note"]
        labels = {"returned": _("累计已收回"), "written_off": _("累计已销毁或遗失"), "note": _("去向和经手人")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["returned"].help_text = _("一共发出 %(count)d 件，写到今天为止收回了多少。") % {
            "count": self.instance.quantity
        }
        self.fields["settled_on"].required = True
        self.initial["settled_on"] = self.initial.get("settled_on") or timezone.localdate()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        day = cleaned.get("settled_on")
        if day and day < self.instance.issued_on:
            self.add_error("settled_on", _("收回日期早于启用日期（%(day)s）。") % {"day": self.instance.issued_on})
        before = self.instance.returned or self.instance.written_off  # put back to 0, a mistake is taken back
        if not self.errors and not (before or cleaned["returned"] or cleaned["written_off"]):
            self.add_error("returned", _("收回和销毁、遗失都是 0 件，没有可登记的。请填写件数。"))
        return cleaned


class StandingForm(forms.Form):
    """Why the team is told to put something right, is suspended, or is done with it."""

    reason = forms.CharField(
        label=_("原因和依据"), max_length=200, min_length=2, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("写明事实和依据的文件。队伍和主管红十字会都能看到。"),
    )  # fmt: skip

    def facts(self) -> dict[str, Any]:
        return {"comment": self.cleaned_data["reason"], "reason": self.cleaned_data["reason"]}
