"""The story of a filing, newest first: moves, acts that move nothing, what was said about fields, opinions."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from core.models import WorkflowEvent
from teams.choices import ExitTask
from teams.facts import label_of
from teams.models import FieldComment, Filing, Opinion
from teams.workflow import NOTES, WORKFLOW

_LABELS = {move.action: move.label for move in WORKFLOW.moves} | NOTES


def story(filing: Filing, events: Iterable[WorkflowEvent] | None = None) -> list[dict[str, Any]]:
    """In the shape ``generic/_history.html`` shows. Three queries at most: moves, comments that were sent, opinions."""
    events = list(filing.events() if events is None else events)
    acts = {event.action for event in events}
    sent = filing.comments.filter(sent_at__isnull=False, ended_at=None).order_by("pk")
    comments = list(sent) if "return_for_changes" in acts else []
    asked = filing.opinions.select_related("asked") if acts & {"ask_opinion", "give_opinion"} else []
    opinions = {opinion.pk: opinion for opinion in asked}
    told = [_entry(event, comments, opinions) for event in events]
    return list(reversed(told))


def _entry(event: WorkflowEvent, comments: list[FieldComment], opinions: dict[int, Opinion]) -> dict[str, Any]:
    return {
        "at": event.at,
        "who": _who(event),
        "for_whom": event.acting_for,
        "label": _LABELS.get(event.action, event.action),
        "comment": event.comment or _said_in(event, opinions),
        "changes": [{"label": label, "new": text} for label, text in _by_field(event, comments)],
    }


def _who(event: WorkflowEvent) -> str:
    if event.by is None:
        return _("系统")
    return _("%(office)s %(name)s") % {"office": event.by.organization.short_name, "name": event.by}


def _said_in(event: WorkflowEvent, opinions: dict[int, Opinion]) -> str:
    """Words for acts whose facts say more than their label."""
    facts = event.facts
    if event.action == "issue" and facts.get("reply_no"):
        return _("%(number)s，%(day)s") % {"number": facts["reply_no"], "day": facts.get("reply_on", "")}
    if event.action == "add_paper":
        return str(facts.get("name", ""))
    if event.action == "exit_item":
        task = dict(ExitTask.choices).get(facts.get("task", ""), "")
        done = facts.get("done_on") or _("改为未完成")
        return _("%(task)s：%(done)s %(note)s") % {"task": task, "done": done, "note": facts.get("note", "")}
    opinion = opinions.get(facts.get("opinion", 0))
    if opinion is None:
        return ""
    if event.action == "ask_opinion":
        return _("请%(who)s提意见：%(question)s") % {"who": opinion.asked, "question": opinion.question}
    return _("%(stance)s：%(answer)s") % {"stance": opinion.get_stance_display(), "answer": opinion.answer}


def _by_field(event: WorkflowEvent, comments: list[FieldComment]) -> list[tuple[str, str]]:
    """What a return said about single fields: given with the move, or kept as comments and sent with it."""
    if event.action != "return_for_changes":
        return []
    said = dict(event.facts.get("fields") or {})
    sent = [row for row in comments if row.sent_at and abs((row.sent_at - event.at).total_seconds()) < 60]
    said |= {row.field: row.text for row in sent}
    return [(label_of(name), text) for name, text in said.items()]
