"""往来: everything that happened to a filing, newest first, in the shape ``generic/_history.html`` shows."""

from typing import Any

from django.utils.translation import gettext as _

from core.models import WorkflowEvent
from teams.commenting import labels_of
from teams.models import Filing
from teams.workflow import NOTES, WORKFLOW

_MOVES = {move.action: move.label for move in WORKFLOW.moves}


def story_of(filing: Filing) -> list[dict[str, Any]]:
    """Moves, transfers, opinions, papers added and urgings. Comments being written are not part of it. Two queries."""
    events, entries, round_no = list(filing.events()), [], 0
    labels = labels_of({name for event in events for name in event.facts.get("fields") or {}})
    for event in events:
        if event.action in ("submit", "resubmit"):
            round_no += 1
        entries.append(_entry(event, round_no, labels))
    return entries[::-1]


def _entry(event: WorkflowEvent, round_no: int, labels: dict[str, str]) -> dict[str, Any]:
    who = _("%(who)s（%(office)s）") % {"who": event.by, "office": event.by.organization} if event.by else _("系统")
    return {
        "at": event.at, "who": who, "for_whom": event.acting_for, "label": _label(event, round_no),
        "comment": event.comment, "changes": _lines(event.facts, labels),
    }  # fmt: skip


def _label(event: WorkflowEvent, round_no: int) -> str:
    label = str(_MOVES.get(event.action) or NOTES.get(event.action) or event.action)
    facts = event.facts
    if event.action in ("submit", "resubmit"):
        return _("%(act)s（第 %(round)d 轮）") % {"act": label, "round": round_no}
    more = facts.get("to") or facts.get("asked") or facts.get("stance") or facts.get("name")
    return _("%(act)s：%(more)s") % {"act": label, "more": more} if more else label


def _lines(facts: dict[str, Any], labels: dict[str, str]) -> list[dict[str, str]]:
    lines = [{"label": labels[name], "new": text} for name, text in (facts.get("fields") or {}).items()]
    for key, label in (("reply_no", _("批复文号")), ("reply_on", _("批复日期")), ("on", _("会议日期"))):
        if facts.get(key):
            lines.append({"label": label, "new": str(facts[key])})
    if facts.get("told"):
        lines.append({"label": _("通知了"), "new": _("、").join(facts["told"])})
    return lines
