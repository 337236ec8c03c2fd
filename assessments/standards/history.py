"""What was done to a standard: to its head facts, its conclusions and its indicators, on one line of time."""

from itertools import groupby
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from assessments.models import Conclusion, Indicator, Standard
from assessments.standards.lines import label
from assessments.standards.wording import history_words
from assessments.standards.workflow import WORKFLOW
from core.history.as_at import events_of
from core.history.changes import Change, changes_of_several
from core.models import WorkflowEvent

MOST = 200  # events of lines that are read
_PLACE = "position"


def history_of(standard: Standard) -> list[dict[str, Any]]:
    """Newest first, as ``generic/_history.html`` shows it. Lines made in one go are one entry."""
    own = list(standard.tracked_events.order_by("-pgh_id")[:MOST])  # type: ignore[attr-defined]
    lines = _events(Indicator, standard)
    bars = _events(Conclusion, standard)
    words = history_words({event.key: event.name for event in bars})
    told = [(standard, own, {}), *((Indicator(), each, words) for each in lines.values())]
    told += [(Conclusion(), each, {}) for each in _by_record(bars).values()]
    found = changes_of_several(*told, most=MOST)  # type: ignore[arg-type]
    entries = [_entry(change, _("标准")) for change in found[0]]
    for (record, events, _words), changes in zip(told[1:], found[1:], strict=True):
        entries += _of_line(record, events, changes)
    entries += _moves(standard)
    return _gathered(sorted(entries, key=lambda entry: entry["at"], reverse=True))


def _events(model: type[Model], standard: Standard) -> Any:
    rows = events_of(model).objects.filter(standard_id=standard.pk)
    found = list(rows.order_by("-pgh_id")[:MOST])
    return _by_record(found) if model is Indicator else found


def _by_record(events: list[Any]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for event in events:
        found.setdefault(event.pgh_obj_id, []).append(event)
    return found


def _of_line(record: Model, events: list[Any], changes: list[Change]) -> list[dict[str, Any]]:
    last = events[0]
    name = f"{last.code} {last.name}" if isinstance(record, Indicator) else last.name
    noun = _("指标“%(name)s”") if isinstance(record, Indicator) else _("档次“%(name)s”")
    place = label(record, _PLACE)
    return [
        entry
        for change in changes
        if (entry := _entry(change, noun % {"name": name}, without=place))["changes"] or change.label != "update"
    ]


def _entry(change: Change, what: str, *, without: str = "") -> dict[str, Any]:
    entry = change.shown()
    kept = [line for line in entry["changes"] if line["label"] != without] if change.label == "update" else []
    label = _("%(what)s：%(act)s") % {"what": what, "act": entry["label"]}
    return {**entry, "changes": kept, "label": label, "made": change.label == "insert"}


def _moves(standard: Standard) -> list[dict[str, Any]]:
    return [
        {
            "at": event.at, "who": event.by or _("系统"), "label": WORKFLOW.label(event.action),
            "comment": event.comment, "changes": [], "made": False,
        }
        for event in WorkflowEvent.objects.of(standard).select_related("by")
    ]  # fmt: skip


def _gathered(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was made by one person at one moment, such as all the lines of an import, in one entry."""
    found: list[dict[str, Any]] = []
    for (made, _at, _who), some in groupby(entries, key=lambda one: (one["made"], one["at"], one["who"])):
        group = list(some)
        if made and len(group) > 1:
            found.append({**group[0], "label": _("建立 %(n)d 项内容") % {"n": len(group)}})
        else:
            found += group
    return found
