"""The sections of an activity's form: which there are for a kind, what each holds, how far it is filled in."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from training.choices import ActivityKind
from training.models import Activity
from training.records.checks import Finding

DRILL, TRAINING = ActivityKind.DRILL, ActivityKind.TRAINING
BASICS, SLOTS, EVALUATION = "basics", "slots", "evaluation"


@dataclass(frozen=True)
class Section:
    """:param fields: of Activity. :param kinds: of activity that have it."""

    key: str
    title: StrOrPromise
    fields: tuple[str, ...]
    hint: StrOrPromise = ""
    kinds: tuple[str, ...] = (DRILL, TRAINING)


SECTIONS = (
    Section(
        BASICS, gettext_lazy("基本情况"),
        ("title", "plan_item", "starts_at", "ends_at", "base", "division", "place", "latitude", "longitude"),
        gettext_lazy("名称、时间、地点"),
    ),
    Section(SLOTS, gettext_lazy("场次"), (), gettext_lazy("每场点一次名；一天的活动一场就够")),
    Section(
        "design", gettext_lazy("演练设计"),
        (
            "form", "scope", "hazard", "subjects", "scenario", "departments", "outside_units", "outside_people",
            "commander", "safety_officer",
        ),
        gettext_lazy("形式、科目、情景、参加单位"), (DRILL,),
    ),
    Section(
        "course", gettext_lazy("培训设计"),
        ("training_kind", "course_version", "enrols_until", "places", "outside_units", "outside_people"),
        gettext_lazy("类别、大纲、报名"), (TRAINING,),
    ),
    Section(
        "process", gettext_lazy("过程和装备"),
        ("process", "equipment_used", "vehicles", "vehicles_used", "cost"),
        gettext_lazy("怎么开展的，用了什么"),
    ),
    Section(EVALUATION, gettext_lazy("评估"), (), gettext_lazy("逐个方面评价，可以只评一部分"), (DRILL,)),
    Section(
        "summary", gettext_lazy("总结"), ("summary", "satisfaction", "counts_hours", "with_party_day"),
        gettext_lazy("总结和时长"),
    ),
)  # fmt: skip
# What only one kind has, of fields that stand in a section of both.
ONLY = {"process": DRILL, "satisfaction": TRAINING}


def sections_for(kind: str) -> list[Section]:
    return [section for section in SECTIONS if kind in section.kinds]


def fields_for(section: Section, kind: str) -> list[str]:
    return [name for name in section.fields if ONLY.get(name, kind) == kind]


def section_named(kind: str, key: str) -> Section | None:
    return next((section for section in sections_for(kind) if section.key == key), None)


def section_of(kind: str, field: str) -> Section | None:
    """Where a field is filled in; None where it is none of the form's."""
    return next((section for section in sections_for(kind) if field in section.fields), None)


def around(kind: str, section: Section) -> tuple[Section | None, Section | None, int, int]:
    """The sections before and after, the number of this one, and of how many."""
    every = sections_for(kind)
    at = every.index(section)
    after = every[at + 1] if at + 1 < len(every) else None
    return (every[at - 1] if at else None), after, at + 1, len(every)


# What is filled in on pages of its own.
PAGES = {
    "people": "training:activity_people",
    "roll": "training:activity_roll",
    "results": "training:activity_results",
}


def url_of(activity: Activity, field: str) -> str:
    """The place where a field is filled in, or the page of what is filled in elsewhere; empty for anything else."""
    if field in PAGES:
        return reverse(PAGES[field], args=[activity.pk])
    section = section_of(activity.kind, field)
    if section is None:
        return ""
    return f"{reverse('training:activity_edit', args=[activity.pk, section.key])}#id_{field}"


@dataclass(frozen=True)
class Part:
    """A section in the task list: how far it is."""

    section: Section
    url: str
    tone: str
    label: StrOrPromise
    icon: str = ""

    @property
    def done(self) -> bool:
        return self.tone == "ok"


def parts_of(
    activity: Activity, findings: Iterable[Finding], *, slots: int, evaluated: int, remarks: Iterable[str] = ()
) -> list[Part]:
    """The task list. ``remarks``: names of fields that a return asked to change."""
    missing = {finding.field for finding in findings if finding.blocking}
    asked = set(remarks)
    parts = []
    for section in sections_for(activity.kind):
        url = reverse("training:activity_edit", args=[activity.pk, section.key])
        parts.append(Part(section, url, *_standing(activity, section, missing, asked, slots, evaluated)))
    return parts


def _standing(
    activity: Activity, section: Section, missing: set[str], asked: set[str], slots: int, evaluated: int
) -> tuple[str, StrOrPromise, str]:
    fields = fields_for(section, activity.kind)
    if asked & {*fields, section.key}:
        return "warn", _("要改"), "back"
    left = len(missing & set(fields))
    if left:
        return "todo", _("还缺 %(n)d 项") % {"n": left}, "draft"
    if section.key == SLOTS:
        return ("ok", _("%(n)d 场") % {"n": slots}, "") if slots else ("off", _("填了起止时间就有"), "")
    if section.key == EVALUATION:
        return ("ok", _("已评 %(n)d 方面") % {"n": evaluated}, "") if evaluated else ("off", _("没有填"), "")
    filled = any(_filled(getattr(activity, name)) for name in fields if name not in ("counts_hours", "with_party_day"))
    return ("ok", _("可以了"), "") if filled else ("off", _("没有填"), "")


def _filled(value: Any) -> bool:
    return value not in (None, "", [])
