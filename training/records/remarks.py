"""What a return asked for: a general comment, and comments at single facts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from core.forms import same, shown
from core.models import WorkflowEvent
from core.workflow import last_event
from training.activities.sections import fields_for, sections_for, url_of
from training.models import Activity

MANY = ("subjects", "departments")  # told by their number of keys only
RETURNS = ("return_for_changes", "reopen")
# What is commented on besides facts, with the route where it is put right; none: a section of the form.
BESIDES: Mapping[str, tuple[StrOrPromise, str]] = {
    "people": (gettext_lazy("名单"), "training:activity_people"),
    "roll": (gettext_lazy("点名和时长"), "training:activity_roll"),
    "slots": (gettext_lazy("场次"), ""),
    "evaluation": (gettext_lazy("评估"), ""),
    "results": (gettext_lazy("授课和成绩"), "training:activity_results"),
    "files": (gettext_lazy("照片和材料"), "training:activity_files"),
}


@dataclass(frozen=True)
class Remark:
    """:param answered: the fact is another than when it was returned; None where nobody can tell.
    :param before: what it was then, in words, where it is another.
    """

    name: str
    label: StrOrPromise
    text: str
    url: str = ""
    answered: bool | None = None
    before: str = ""


def commentable(activity: Activity) -> list[tuple[str, StrOrPromise, Any]]:
    """Name, label and value of everything a comment can be written at, in the order of the sheet."""
    meta = Activity._meta
    facts: list[tuple[str, StrOrPromise, Any]] = [
        (name, meta.get_field(name).verbose_name, getattr(activity, meta.get_field(name).attname))  # type: ignore[union-attr]
        for section in sections_for(activity.kind)
        for name in fields_for(section, activity.kind)
    ]
    return facts + [(name, label, None) for name, (label, _route) in besides(activity)]


def besides(activity: Activity) -> Iterable[tuple[str, tuple[StrOrPromise, str]]]:
    missing = "results" if activity.is_drill else "evaluation"
    return [(name, about) for name, about in BESIDES.items() if name != missing]


def last_return(events: Iterable[WorkflowEvent]) -> WorkflowEvent | None:
    """The return that is to be answered; ``events`` in their order."""
    return last_event(events, *RETURNS)


def remarks_of(activity: Activity, returned: WorkflowEvent | None, before: Any = None) -> list[Remark]:
    """What the return says at single facts. ``before``: the record as history kept it at that time."""
    said = (returned.facts or {}).get("fields") if returned else None
    if not isinstance(said, dict):
        return []
    found = []
    for name, label, value in commentable(activity):
        if text := said.get(name):
            then = getattr(before, Activity._meta.get_field(name).attname, None) if value_known(name, before) else None  # type: ignore[union-attr]
            answered = not same(then, value) if value_known(name, before) else None
            was = shown(before, name) if answered and name not in MANY else ""
            found.append(Remark(name, label, str(text), _where(activity, name), answered, was))
    return found


def also_changed(activity: Activity, remarks: Iterable[Remark], before: Any) -> list[StrOrPromise]:
    """Facts that are others than when it was returned though nobody asked for it: who confirms looks at them too."""
    asked = {remark.name for remark in remarks}
    return [
        label
        for name, label, value in commentable(activity)
        if name not in asked
        and value_known(name, before)
        and not same(getattr(before, Activity._meta.get_field(name).attname, None), value)  # type: ignore[union-attr]
    ]


def value_known(name: str, before: Any) -> bool:
    return before is not None and name not in BESIDES


def as_returned(activity: Activity, returned: WorkflowEvent) -> Any:
    """The record as it was when it was returned, for ``remarks_of``. One query."""
    version = (returned.facts or {}).get("version")
    return activity.tracked_events.filter(version=version).order_by("pgh_id").last()  # type: ignore[attr-defined]


def _where(activity: Activity, name: str) -> str:
    """Where it is put right."""
    if name in BESIDES:
        page = BESIDES[name][1]
        args = [activity.pk] if page else [activity.pk, name]
        return reverse(page or "training:activity_edit", args=args)
    return url_of(activity, name)
