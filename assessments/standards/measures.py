"""Metrics as a standard binds to them: the choices of the form, labels, units."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from assessments.choices import Method
from assessments.models import Indicator
from core import metrics
from core.metrics import Metric

_SUBJECTS: dict[str, StrOrPromise] = {
    "teams": _("队伍和备案"), "people": _("队员"), "training": _("培训演练"), "assessments": _("测评考核"),
}  # fmt: skip


def find(name: str) -> Metric | None:
    try:
        return metrics.get(name)
    except KeyError:
        return None


def of(indicator: Indicator) -> Metric | None:
    """What the records answer it with. None: by hand, also where the standard names a number nobody keeps yet; what
    somebody judges no record answers."""
    return find(indicator.metric) if indicator.method not in (Method.JUDGED, Method.HEADING) else None


def of_one(indicator: Indicator, number: Decimal) -> str:
    """What a count of teams says of a single one, such as 已确认 where it is 0; empty for all else."""
    metric = of(indicator)
    one = metric.of_one if metric else None
    return one.said(number) if one and number in (0, 1) else ""


def label_of(name: str) -> str:
    """As people read it; what the system does not know, by its name."""
    found = find(name)
    return str(found.label) if found else name


def unit_of(name: str) -> str:
    found = find(name)
    return str(found.unit) if found else ""


def subject_of(metric: Metric) -> str:
    """The app that keeps the number."""
    return metric.function.__module__.partition(".")[0]


def offered() -> list[Metric]:
    """What says something of a team: neither accounts nor how far a year's assessment is."""
    return [
        one
        for one in metrics.every()
        if one.place and subject_of(one) != "organizations" and not one.name.startswith("reviews_")
    ]


def choices() -> list[tuple[str, str]]:
    """(name, label); labels that two metrics share are told apart by the name."""
    labels = {metric.name: str(metric.label) for metric in offered()}
    often = Counter(labels.values())
    return [(name, label if often[label] == 1 else f"{label}（{name}）") for name, label in labels.items()]


def grouped() -> Iterable[tuple[StrOrPromise, list[tuple[str, str]]]]:
    """``choices`` by subject, as a select shows them."""
    labels, found = dict(choices()), dict[StrOrPromise, list[tuple[str, str]]]()
    for metric in offered():
        group = _SUBJECTS.get(subject_of(metric), subject_of(metric))
        found.setdefault(group, []).append((metric.name, labels[metric.name]))
    return found.items()
