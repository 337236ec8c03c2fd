"""The facts of a person as cards, masked; and the sections in which they are changed."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from core import masking
from core.words import field_in_words
from people import identity
from people.models import Person

PHONES = ("mobile", "other_phone", "emergency_phone")
SEALED = ("political",)  # shown and changed only by who may see what is sealed; health has a page of its own
HEALTH_DAYS = ("health_declared_on", "checkup_on")


@dataclass(frozen=True)
class Section:
    """Facts shown and changed together."""

    key: str
    title: StrOrPromise
    fields: tuple[str, ...]
    hint: StrOrPromise = ""


SECTIONS: dict[str, Section] = {
    section.key: section
    for section in (
        Section(
            "facts", gettext_lazy("基本情况"),
            ("name", "mongolian_name", "gender", "birth", "ethnicity", "political", "education", "employer",
             "occupation", "skills", "languages", "licence_class", "note"),
        ),
        Section("contact", gettext_lazy("联系方式"), ("mobile", "other_phone", "division", "address")),
        Section("emergency", gettext_lazy("紧急联系人"), ("emergency_name", "emergency_relation", "emergency_phone")),
        Section(
            "redcross", gettext_lazy("红十字会会员和志愿者"),
            ("rc_member_no", "rc_member_on", "volunteer_no", "volunteer_on"),
        ),
        Section("sizes", gettext_lazy("服装尺码"), ("clothes_size", "shoe_size", "hat_size")),
    )
}  # fmt: skip


def cards(person: Person, *, sees_sealed: bool, edits: bool) -> list[dict[str, Any]]:
    """Each section with ``rows`` (label, value) of what is known, phones masked, and the labels of what is not
    (``empty``); reads nothing further. Of somebody anonymised, only what stayed."""
    found = [_card(person, section, sees_sealed, edits) for section in SECTIONS.values()]
    if person.anonymised_at is None:
        return found
    return [{**card, "empty": ""} for card in found if card["rows"]]


def _card(person: Person, section: Section, sees_sealed: bool, edits: bool) -> dict[str, Any]:
    rows = [_row(person, name) for name in section.fields if sees_sealed or name not in SEALED]
    return {
        "section": section,
        "rows": [row for row in rows if row["value"]],
        "empty": _("、").join(str(row["label"]) for row in rows if not row["value"]),
        "edits": edits,
    }


def _row(person: Person, name: str) -> dict[str, Any]:
    field: Any = person._meta.get_field(name)
    return {"name": name, "label": field.verbose_name, "value": _value(person, field)}


def _value(person: Person, field: Any) -> str:
    value = getattr(person, field.name)
    if value in (None, "", []):
        return ""
    if field.name in PHONES:
        return masking.phone(value)
    text = field_in_words(field, value)
    if field.name == "birth" and person.anonymised_at is not None:
        return _("%(year)d 年") % {"year": value.year}  # the day was taken out
    if field.name == "birth":
        return _("%(day)s（%(age)d 岁）") % {"day": text, "age": person.age_on(timezone.localdate()) or 0}
    return masking.mask_text(text)


def differences(person: Person) -> list[str]:
    """Where birthday or sex on record is another than the document says; the document's own is not told."""
    told = identity.told(person.id_type, person.id_number)
    found = []
    if told.birth and person.birth and told.birth != person.birth:
        found.append(_("登记的出生日期与证件号码上的不一致，请对照证件核对。"))
    if told.gender and person.gender and told.gender != person.gender:
        found.append(_("登记的性别与证件号码上的不一致，请对照证件核对。"))
    return found
