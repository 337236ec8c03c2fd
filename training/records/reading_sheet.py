"""An activity as a reading sheet: its facts by section, in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from core.together import together
from core.words import field_in_words, moment, yes_no
from training.activities.sections import EVALUATION, SLOTS, Section, fields_for, sections_for
from training.choices import Department
from training.models import Activity, CourseVersion, PlanItem, Subject
from training.records.remarks import Remark


@dataclass(frozen=True)
class Line:
    name: str
    label: StrOrPromise
    value: str
    url: str = ""
    remark: Remark | None = None


@dataclass
class Card:
    """One section. ``empty``: what is not filled in, named in one sentence."""

    section: Section
    lines: list[Line] = field(default_factory=list)
    empty: str = ""


def around(activity: Activity) -> dict[str, Any]:
    """Querysets of what the sheet names, for ``core.together``."""
    return {
        "subjects": Subject.objects.all(),
        "plan_items": PlanItem.objects.filter(pk__in=[activity.plan_item_id or 0]).select_related("plan__organization"),
        "courses": CourseVersion.objects.filter(pk__in=[activity.course_version_id or 0]).select_related("course"),
        "evaluations": activity.evaluations.all(),
        "slots": activity.slots.all(),
        "teams": activity.teams.select_related("organization"),
    }


def cards_of(
    activity: Activity, found: Mapping[str, list[Any]] | None = None, remarks: Mapping[str, Remark] | None = None
) -> list[Card]:
    """The sheet; ``found`` is what ``around`` gave."""
    found = found if found is not None else together(**around(activity))
    cards = []
    for section in sections_for(activity.kind):
        card = Card(section, _rows(section, activity, found))
        if section.key not in (SLOTS, EVALUATION):
            _facts(card, activity, found, remarks or {})
        cards.append(card)
    return [card for card in cards if card.lines or card.empty]


def _rows(section: Section, activity: Activity, found: Mapping[str, list[Any]]) -> list[Line]:
    if section.key == SLOTS:
        if len(found["slots"]) < 2:
            return []
        return [
            Line("", slot.label or _("第 %(n)d 场") % {"n": number}, _span(slot.starts_at, slot.ends_at))
            for number, slot in enumerate(found["slots"], 1)
        ]
    if section.key == EVALUATION:
        rows = [row for row in found["evaluations"] if row.rating or row.note]
        return [
            Line("", row.get_dimension_display(), "，".join(filter(None, (str(row.get_rating_display()), row.note))))
            for row in rows
        ]
    return []


def _facts(card: Card, activity: Activity, found: Mapping[str, list[Any]], remarks: Mapping[str, Remark]) -> None:
    empty = []
    for name in fields_for(card.section, activity.kind):
        label = Activity._meta.get_field(name).verbose_name  # type: ignore[union-attr]
        value, url = in_words(activity, name, found)
        if value or name in remarks:
            card.lines.append(Line(name, label, value, url, remarks.get(name)))
        elif name != "with_party_day":  # which few are: its absence lacks nothing
            empty.append(str(label))
    card.empty = _("、").join(empty)


def in_words(activity: Activity, name: str, found: Mapping[str, list[Any]]) -> tuple[str, str]:
    """A fact as a person reads it, and the address of what it names."""
    value = getattr(activity, Activity._meta.get_field(name).attname)  # type: ignore[union-attr]
    if value in (None, "", []):
        return "", ""
    if name == "subjects":
        names = {row.pk: row.name for row in found["subjects"]}
        return _("、").join(names.get(key, key) for key in value), ""
    if name == "departments":
        return _("、").join(str(dict(Department.choices).get(key, key)) for key in value), ""
    if name in ("starts_at", "ends_at"):
        return moment(value), ""
    if name in ("counts_hours", "with_party_day"):
        return (yes_no(value) if value or name == "counts_hours" else ""), ""
    if name == "plan_item":
        item = next(iter(found["plan_items"]), None)
        return (f"{item.plan}：{item.name}", "") if item else ("", "")
    if name == "course_version":
        version = next(iter(found["courses"]), None)
        return (str(version), "") if version else ("", "")
    if name in ("base", "division"):
        return str(getattr(activity, name)), ""
    return field_in_words(Activity._meta.get_field(name), value), ""  # type: ignore[arg-type]


def _span(begins: Any, ends: Any) -> str:
    last = moment(ends)
    return f"{moment(begins)} — {last[11:] if moment(begins)[:10] == last[:10] else last}"
