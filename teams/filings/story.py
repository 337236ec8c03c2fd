"""往来: everything that happened to a filing, newest first, in the shape ``generic/_history.html`` shows.

One story for both sides: moves, transfers, opinions, papers added, urgings, the exit checklist. Comments that are being
written are not part of it; what a return said about single fields stands in its own facts.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from core.models import WorkflowEvent
from teams.choices import ExitTask
from teams.filings.commenting import labels_of
from teams.models import Filing
from teams.workflow import WORKFLOW


def story(filing: Filing, events: Iterable[WorkflowEvent] | None = None) -> list[dict[str, Any]]:
    """One query for the events unless they are given, and one for the names of papers that were spoken of."""
    events, entries, round_no = list(filing.events() if events is None else events), [], 0
    labels = labels_of({name for event in events for name in event.facts.get("fields") or {}})
    for event in events:
        if event.action in ("submit", "resubmit"):
            round_no += 1
        entries.append(_entry(event, round_no, labels))
    return entries[::-1]


def _entry(event: WorkflowEvent, round_no: int, labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "at": event.at,
        "who": _who(event),
        "for_whom": event.acting_for,
        "label": _label(event, round_no),
        "comment": event.comment or _said_in(event.facts, event.action),
        "changes": _lines(event.facts, labels),
    }


def _who(event: WorkflowEvent) -> str:
    if event.by is None:
        return _("系统")
    return _("%(office)s %(name)s") % {"office": event.by.organization.short_name, "name": event.by}


def _label(event: WorkflowEvent, round_no: int) -> str:
    label = WORKFLOW.label(event.action)
    facts = event.facts
    if event.action in ("submit", "resubmit"):
        return _("%(act)s（第 %(round)d 轮）") % {"act": label, "round": round_no}
    more = facts.get("to") or facts.get("asked") or facts.get("stance") or facts.get("name")
    return _("%(act)s：%(more)s") % {"act": label, "more": more} if more else label


def _said_in(facts: Mapping[str, Any], action: str) -> str:
    """Words for an act whose facts say more than its label."""
    if action != "exit_item":
        return ""
    task = dict(ExitTask.choices).get(facts.get("task", ""), "")
    done = facts.get("done_on") or _("改为未完成")
    return _("%(task)s：%(done)s %(note)s") % {"task": task, "done": done, "note": facts.get("note", "")}


def _lines(facts: Mapping[str, Any], labels: Mapping[str, str]) -> list[dict[str, str]]:
    """What a return said about single fields, the day and number of what was issued, and what was put right in them."""
    lines = [{"label": labels[name], "new": text} for name, text in (facts.get("fields") or {}).items()]
    old = facts.get("old") or {}
    for key, label in (
        ("reply_no", _("批复文号")), ("reply_on", _("批复日期")), ("reply", _("批复文件")), ("on", _("会议日期")),
    ):  # fmt: skip
        if facts.get(key):
            lines.append({"label": label, "old": old.get(key, ""), "new": str(facts[key])})
    if facts.get("count"):
        lines.append({"label": _("人数"), "new": str(facts["count"])})
    if facts.get("told"):
        lines.append({"label": _("通知了"), "new": _("、").join(facts["told"])})
    return lines
