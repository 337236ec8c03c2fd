"""Forms of bases, instructors with their assessments, subjects, numbers."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import adjustable
from core.forms import VersionedForm, WholeForm
from core.pickers import days_first
from core.reference_forms import EndingForm, KeyedForm
from organizations.models import Division, Organization, User
from organizations.validators import validate_visible
from people import name_list
from people.models import Membership, Person
from teams.models import Category
from teams.validators import REGION_LATITUDE, REGION_LONGITUDE
from training.choices import BaseKind
from training.models import Base, DrillTemplate, Instructor, InstructorAssessment, Subject, TrainingSetting
from training.roll import recalculating
from training.settings import GRACE


class Categories(forms.MultipleChoiceField):
    """专业类别 in use, ticked; keys are kept. Those a record has already are offered too, also when they have ended."""

    widget = forms.CheckboxSelectMultiple

    def offer(self, kept: Iterable[str]) -> None:
        there = set(kept)
        rows = Category.objects.values_list("key", "name", "ended_on")
        self.choices = [(key, name) for key, name, ended in rows if ended is None or key in there]


class KeptForm(WholeForm):
    """A record kept by a place that is chosen once, among those the person keeps."""

    def __init__(self, *args: Any, places: QuerySet[Organization] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days_first(self)
        if "categories" in self.fields:
            self.fields["categories"].offer(self.instance.categories)  # type: ignore[attr-defined]
        if self.instance.pk:
            del self.fields["organization"]
        else:
            field: Any = self.fields["organization"]
            field.queryset, field.empty_label = places, _("请选择")


class BaseForm(KeptForm):
    categories = Categories(label=gettext_lazy("适用专业"), required=False)

    class Meta:
        model = Base
        fields = [
            "organization", "name", "kind", "partner", "agreed_from", "agreed_until", "division", "address",
            "latitude", "longitude", "capacity", "facilities", "categories", "contact", "phone",
        ]  # fmt: skip
        help_texts = {
            "organization": gettext_lazy("由哪个单位登记和维护；登记后不再改。"),
            "kind": gettext_lazy("自建、共建共享、租用借用（中红字〔2023〕42号）。"),
            "partner": gettext_lazy("共建共享、租用借用的填对方单位。"),
            "agreed_until": gettext_lazy("到期前 90 天、30 天和当天提醒登记单位。"),
            "latitude": gettext_lazy("例：42.26810；和经度一起填，或者都不填。"),
            "longitude": gettext_lazy("例：118.89560"),
            "phone": gettext_lazy("列表和导出里遮盖中间几位。"),
        }

    SECTIONS = (
        (gettext_lazy("基本情况"), ("organization", "name", "kind", "partner", "agreed_from", "agreed_until")),
        (gettext_lazy("在哪里"), ("division", "address", "latitude", "longitude")),
        (gettext_lazy("能做什么"), ("capacity", "facilities", "categories")),
        (gettext_lazy("联系"), ("contact", "phone")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        division: Any = self.fields["division"]
        division.queryset = Division.objects.exclude(level=Division.Level.PROVINCE)
        division.empty_label = _("请选择")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        latitude, longitude = cleaned.get("latitude"), cleaned.get("longitude")
        if {"latitude", "longitude"}.isdisjoint(self.errors) and (latitude is None) is not (longitude is None):
            missing = "latitude" if latitude is None else "longitude"
            self.add_error(missing, _("经度和纬度要一起填。"))
        place = cleaned.get("organization") or getattr(self.instance, "organization", None)
        same = Base.objects.in_use().filter(organization=place, name=cleaned.get("name")).exclude(pk=self.instance.pk)
        if place is not None and same.exists():  # sent again because the answer was slow
            self.add_error("name", _("这个单位已经登记了同名的基地。"))
        return cleaned

    def warnings(self) -> list[str]:
        """What was saved all the same and should be looked at."""
        base, said = self.instance, []
        if base.kind != BaseKind.OWN and not base.partner:
            said.append(_("这是%(kind)s的基地，还没有写对方单位。") % {"kind": base.get_kind_display()})
        if base.kind != BaseKind.OWN and not base.agreed_until:
            said.append(_("没有协议止的日期，到期前不会提醒。"))
        if base.latitude is not None and not (
            REGION_LATITUDE[0] <= base.latitude <= REGION_LATITUDE[1]
            and REGION_LONGITUDE[0] <= base.longitude <= REGION_LONGITUDE[1]
        ):
            said.append(_("坐标不在内蒙古范围内，已保存；请核对经度、纬度有没有填反。"))
        return said


class InstructorForm(KeptForm):
    """A member of a roster the person sees, found by name (or number, where names are the same), or somebody from
    outside by name."""

    member = forms.CharField(
        label=gettext_lazy("是队员的，写姓名"), required=False, max_length=60,
        widget=forms.TextInput(attrs={"data-no-keep": "", "autocomplete": "off"}),
        help_text=gettext_lazy("在您看得到的在册队员里找；有同名的写证件号码。资质从他（她）的证书里读。"),
    )  # fmt: skip
    categories = Categories(label=gettext_lazy("授课专业"), required=False)
    field_order = ["organization", "member", "name"]
    SECTIONS = (
        (gettext_lazy("是谁"), ("organization", "member", "name", "employer")),
        (gettext_lazy("资质"), ("qualification", "qualified_until", "categories", "appointed_on", "note")),
    )

    class Meta:
        model = Instructor
        fields = [
            "organization", "name", "employer", "qualification", "qualified_until", "categories", "appointed_on",
            "note",
        ]  # fmt: skip
        help_texts = {
            "organization": gettext_lazy("由哪个单位登记和维护；登记后不再改。"),
            "name": gettext_lazy("外单位的人填这里；是队员的不用填。"),
            "qualification": gettext_lazy("例：中国红十字会总会救护师资。队员的证书不用重写。"),
            "qualified_until": gettext_lazy("到期前 90 天、30 天和当天提醒登记单位。"),
        }

    def __init__(self, *args: Any, by: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.fields["note"].validators.append(validate_visible)
        if self.instance.pk:
            del self.fields["member"]
            if self.instance.person_id:
                del self.fields["name"]  # it is the record's
            else:
                self.fields["name"].help_text = ""
        else:
            self.fields["name"].required = False
            self.fields["name"].label = _("外单位的，写姓名")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.instance.pk or {"member", "name"} & set(self.errors):
            return cleaned
        member, name = cleaned.get("member", "").strip(), cleaned.get("name", "").strip()
        if bool(member) is bool(name):
            self.add_error("member", _("队员姓名和外单位的姓名填一个。"))
        elif member and (person := self._found(member)) is not None:
            self.instance.person = person
            cleaned["name"] = person.name
        return cleaned

    def _found(self, member: str) -> Person | None:
        """Among the members the person sees; nobody else's name or number says anything."""
        rows = Membership.objects.visible_to(self.by).current()  # type: ignore[arg-type]
        people, faults = name_list.find(name_list.lines_of(member)[:1], rows)
        if len(people) != 1:
            said = _("请只写一个人。") if people else _("请写姓名，或者证件号码。")
            self.add_error("member", faults[0].message if faults else said)
            return None
        return people[0]

    def validate_unique(self) -> None:
        """Whether somebody is registered twice is asked with the whole record (``WholeForm``)."""

    def warnings(self) -> list[str]:
        """Two outsiders of one name may be two people: told, not refused."""
        made = self.instance
        same = Instructor.objects.in_use().filter(organization=made.organization, name=made.name).exclude(pk=made.pk)
        if made.person_id or not same.exists():
            return []
        said = _("本单位的师资里已经有一位“%(name)s”，已保存；是同一个人的，请停用其中一条。")
        return [said % {"name": made.name}]


class AssessmentForm(VersionedForm):
    class Meta:
        model = InstructorAssessment
        fields = ["assessed_on", "what", "outcome", "assessor", "note"]
        help_texts = {"what": gettext_lazy("例：心肺复苏试讲、教学设计。")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days_first(self)
        self.fields["note"].validators.append(validate_visible)


class EndForm(forms.Form):
    """Why somebody no longer teaches, or an item of a plan will not be held."""

    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200, validators=[validate_visible])


# -- what the region keeps ---------------------------------------------------------------------------------
class SubjectForm(EndingForm, KeyedForm):
    prefix_of_key = "subject"

    class Meta:
        model = Subject
        fields = ["name", "note", "position", "ended_on"]
        help_texts = {"position": gettext_lazy("小的排在前面。")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].validators.append(validate_visible)


class DrillTemplateForm(EndingForm, WholeForm):
    class Meta:
        model = DrillTemplate
        fields = ["name", "ended_on"]


class SettingForm(adjustable.SettingForm):
    class Meta(adjustable.SettingForm.Meta):
        model = TrainingSetting

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def save(self, commit: bool = True) -> Any:
        with transaction.atomic():
            kept = super().save(commit)
            if self.setting.key == GRACE.key and "value" in self.changed_data:
                recalculating.ask(self.by)
        return kept
