"""Metrics as a standard binds to them: the choices of the form, labels, units."""

from collections import Counter

from assessments.choices import Method
from assessments.models import Indicator
from core import metrics
from core.metrics import Metric


def known(name: str) -> bool:
    return find(name) is not None


def find(name: str) -> Metric | None:
    try:
        return metrics.get(name)
    except KeyError:
        return None


def of(indicator: Indicator) -> Metric | None:
    """What the records answer it with. None: by hand, also where the standard names a number nobody keeps yet; what
    somebody judges no record answers."""
    return find(indicator.metric) if indicator.method not in (Method.JUDGED, Method.HEADING) else None


def label_of(name: str) -> str:
    """As people read it; what the system does not know, by its name."""
    found = find(name)
    return str(found.label) if found else name


def unit_of(name: str) -> str:
    found = find(name)
    return str(found.unit) if found else ""


def choices() -> list[tuple[str, str]]:
    """(name, label), by label; labels that two metrics share are told apart by the name."""
    labels = {metric.name: str(metric.label) for metric in metrics.every() if metric.place}
    often = Counter(labels.values())
    told = {name: label if often[label] == 1 else f"{label}（{name}）" for name, label in labels.items()}
    return sorted(told.items(), key=lambda pair: pair[1])
