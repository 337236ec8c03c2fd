"""Forms of one person. What is masked on pages is never put into a field: it is replaced by typing, or left alone."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import masking
from core.forms import VersionedForm
from core.pickers import days_first
from organizations.models import Division
from organizations.validators import validate_visible
from people import identity
from people.choices import Blood, IdType
from people.forms.fields import NameField
from people.forms.free_text import refuse_numbers
from people.models import Person
from people.models.person import HEALTH_FIELDS
from people.person_cards import PHONES, SECTIONS

NONE = gettext_lazy("无")  # typed into a masked field to take out what is there
NUMBERS = ("rc_member_no", "volunteer_no")
_BREAKS = re.compile(r"\s*[、,，;；\n]\s*")
_KEEP_NOT = {"data-no-keep": "", "autocomplete": "off"}


class Words(forms.CharField):
    """Several short words in one field, separated as people do."""

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=300, help_text=gettext_lazy("几项之间用“、”隔开。"), **kwargs)
        self.longest = longest

    def prepare_value(self, value: Any) -> Any:
        return "、".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        words = [word for word in _BREAKS.split(super().clean(value).strip()) if word]
        for word in words:
            validate_visible(word)
            MaxLengthValidator(self.longest)(word)
        return list(dict.fromkeys(words))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class SectionForm(VersionedForm):
    """One section of a person's facts (``people.person_cards.SECTIONS``)."""

    class Meta:
        model = Person
        fields = [name for section in SECTIONS.values() for name in section.fields]
        field_classes = {"name": NameField}
        help_texts = {
            "name": gettext_lazy("按身份证件填写，民族姓名的“·”照写。"),
            "mongolian_name": gettext_lazy("可以直接填写传统蒙古文。"),
            "volunteer_no": gettext_lazy("中国红十字志愿服务系统里的编号。"),
            "licence_class": gettext_lazy("例：C1。"),
        }

    def __init__(self, *args: Any, names: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = set(names)
        self.fields = {name: field for name, field in self.fields.items() if name in kept or name == "version"}
        for name, longest in (("skills", 30), ("languages", 20)):
            if name in kept:
                label = self.fields[name].label
                self.fields[name] = Words(longest=longest, label=label)
        if "division" in kept:
            counties: Any = self.fields["division"]
            counties.queryset = Division.objects.exclude(level=Division.Level.PROVINCE).order_by("code")
            counties.empty_label = _("请选择")
        for name in self._sealed():
            self._seal(name)
        days_first(self)

    def clean(self) -> dict[str, Any]:
        """A sealed field left empty keeps what is there: filled in before a stale form is compared."""
        for name in self._sealed():
            if name not in self.errors:
                self.cleaned_data[name] = self.cleaned_data.get(name) or self.fields[name].held  # type: ignore[attr-defined]
        cleaned = super().clean()
        refuse_numbers(self, (name for name in self.fields if name not in (*PHONES, *NUMBERS)))
        return cleaned

    def _clean_fields(self) -> None:
        """无 takes a number out; it is no telephone number, so it must not meet the field's rule."""
        for name in self._sealed():
            if self._typed(name) == NONE:
                self.data: Any = self.data.copy()  # type: ignore[attr-defined]
                self.data[self.add_prefix(name)] = ""
                self.fields[name].held = ""  # type: ignore[attr-defined]
        super()._clean_fields()  # type: ignore[misc]

    def _typed(self, name: str) -> str:
        return str(self.data.get(self.add_prefix(name), "")).strip()

    def _sealed(self) -> list[str]:
        return [name for name in PHONES if name in self.fields]

    def _seal(self, name: str) -> None:
        held = getattr(self.instance, name)
        field: Any = self.fields[name]
        field.held = held
        self.initial[name] = ""
        field.widget.attrs.update(_KEEP_NOT)
        if held:
            words = {"masked": masking.phone(held)}
            field.help_text = _("已登记 %(masked)s。要换才填，不填不变；要去掉就填“无”。") % words

    def _take(self, name: str, value: Any) -> None:
        super()._take(name, "" if name in PHONES else value)

    def _tell(self, fresh: Any, typed: dict[str, Any]) -> None:
        super()._tell(fresh, typed)
        hidden = {str(self.fields[name].label) for name in self._sealed()}
        self.clashes = [
            replace(clash, old=_hidden(clash.old), new=_hidden(clash.new), mine=_hidden(clash.mine))
            if clash.label in hidden
            else clash
            for clash in self.clashes
        ]


def _hidden(text: str) -> str:
    return masking.phone(text) if text[:1].isdigit() else text


class DocumentForm(forms.Form):
    """Another document, or the right number of the same one."""

    id_type = forms.ChoiceField(label=gettext_lazy("证件类型"), choices=IdType)
    id_number = forms.CharField(
        label=gettext_lazy("证件号码"), max_length=40, widget=forms.TextInput(attrs=_KEEP_NOT),
        help_text=gettext_lazy("空格、小写 x 都可以；保存后只显示前六位和后两位。"),
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("原因"), min_length=2, max_length=100, help_text=gettext_lazy("例：换领新证、原号码抄错。")
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        number = identity.normal(cleaned.get("id_number") or "")
        if number and cleaned.get("id_type"):
            try:
                identity.validate(cleaned["id_type"], number)
            except ValidationError as error:
                self.add_error("id_number", error)
        refuse_numbers(self, ("reason",))
        return cleaned | {"id_number": number}


class RevealForm(forms.Form):
    """What is to be shown, and what for."""

    what = forms.ChoiceField(label=gettext_lazy("看什么"))
    reason = forms.CharField(
        label=gettext_lazy("事由"), min_length=4, max_length=200,
        help_text=gettext_lazy("写明做什么用，例：办理保险、核对证件。本人能看到这条记录。"),
    )  # fmt: skip

    def __init__(self, *args: Any, choices: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refuse_numbers(self, ("reason",))
        return cleaned


class HealthForm(VersionedForm):
    """Health data. What is on record is not shown here: reading it is a reveal, and is noted."""

    blood = forms.ChoiceField(
        label=gettext_lazy("血型"), required=False, choices=[("", gettext_lazy("不变")), *Blood.choices]
    )
    allergy = forms.CharField(
        label=gettext_lazy("过敏史"), required=False, max_length=200, validators=[validate_visible],
        widget=forms.TextInput(attrs=_KEEP_NOT),
    )  # fmt: skip
    statement = forms.CharField(
        label=gettext_lazy("健康声明"), required=False, max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, **_KEEP_NOT}),
        help_text=gettext_lazy("本人声明的病史、用药和身体状况。"),
    )  # fmt: skip

    class Meta:
        model = Person
        fields = ["health_declared_on", "checkup_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days_first(self)

    @transaction.atomic
    def save(self, commit: bool = True) -> Any:
        person = super().save(commit)
        kept = person.health
        for name in HEALTH_FIELDS:
            typed = self.cleaned_data[name]
            if typed:
                kept[name] = "" if typed == NONE else typed
        person.set_health(kept)
        person.save(update_fields=["health_cipher"])
        return person
