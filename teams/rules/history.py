"""How a rule came to be what it is: its own row, its steps and its papers, told together by moment."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.history.as_at import events_of
from core.together import together
from core.words import field_in_words
from teams.models import Filing, FilingRule, RulePaper, RuleStep
from teams.rules.rulebook import PaperLine, StepLine
from teams.states import FilingState

MOST = 20
_FIELDS = ("needs_reply", "needs_meeting", "note")


def _events(model: Any) -> Any:
    return events_of(model)._default_manager.order_by("pgh_id")


def in_order(steps: Iterable[StepLine]) -> str:
    """“主管红十字会登记（10 天）→ 自治区审定备案（15 天）”."""
    return " → ".join(
        str(RuleStep(place=step.place, duty=step.duty))
        + ("" if step.duty == "copy" else _("（%(days)d 天）") % {"days": step.days})
        for step in steps
    )


def listed(papers: Iterable[PaperLine], names: dict[str, str]) -> str:
    """“申请书（都要，必须有）、章程（民政登记注册的）”."""
    return _("、").join(_paper(line, names) for line in papers)


def _paper(line: PaperLine, names: dict[str, str]) -> str:
    more = [RulePaper(when=line.when).get_when_display(), _("必须有") if line.required else _("有就传")]
    return f"{names.get(line.paper, line.paper)}（{_('，').join(more)}）"


def changed_since(filing: Filing) -> datetime | None:
    """When the rule a returned filing goes by was last changed after it was handed in: what is handed in anew goes by
    the new one. One query."""
    if filing.state != FilingState.RETURNED or filing.submitted_at is None:
        return None
    later = _events(FilingRule).filter(pgh_created_at__gt=filing.submitted_at, pgh_label="update")
    event = later.filter(kind=filing.kind, level=filing.level).last()
    return event.pgh_created_at if event else None


class _Rows:
    """The rows of one rule as they were from moment to moment."""

    def __init__(self, events: list[Any]) -> None:
        self.events = events

    def at(self, moment: datetime) -> list[Any]:
        there: dict[int, Any] = {}
        for event in self.events:
            if event.pgh_created_at <= moment:
                there[event.pgh_obj_id] = event
        return [event for event in there.values() if event.pgh_label != "delete"]


class Past:
    """What a rule was at any moment, in one query."""

    def __init__(self, rule: FilingRule) -> None:
        found = together(
            own=_events(FilingRule).filter(pgh_obj=rule),
            steps=_events(RuleStep).filter(rule_id=rule.pk),
            papers=_events(RulePaper).filter(rule_id=rule.pk).select_related("paper"),
        )
        self.own, self._steps, self._papers = found["own"], _Rows(found["steps"]), _Rows(found["papers"])
        self.names = {event.paper_id: event.paper.name for event in self._papers.events}

    def steps(self, moment: datetime) -> list[StepLine]:
        rows = sorted(self._steps.at(moment), key=lambda row: row.position)
        return [StepLine.of(row) for row in rows]

    def papers(self, moment: datetime) -> list[PaperLine]:
        return [PaperLine.of(row) for row in self._papers.at(moment)]

    def opened(self, version: int | None) -> datetime | None:
        """When the rule got ``version``."""
        found = [event.pgh_created_at for event in self.own if event.version == version]
        return found[-1] if found else None

    def told(self) -> list[dict[str, Any]]:
        """Newest first, in the shape ``generic/_history.html`` shows."""
        by_moment = {event.pgh_created_at: event for event in self.own}
        moments = sorted(by_moment)[-MOST - 1 :]
        entries = [
            _entry(by_moment[moment], self._between(before, moment, by_moment))
            for before, moment in zip([None, *moments], moments, strict=False)
        ]
        return [entry for entry in reversed(entries) if entry["changes"] or entry["first"]]

    def _between(self, before: datetime | None, now: datetime, own: dict[datetime, Any]) -> list[dict[str, str]]:
        if before is None:
            return []
        changes = [_changed(name, own[before], own[now]) for name in _FIELDS]
        old, new = in_order(self.steps(before)), in_order(self.steps(now))
        changes.append({"label": _("步骤"), "old": old, "new": new})
        were, are = self.papers(before), self.papers(now)
        gone, come = [line for line in were if line not in are], [line for line in are if line not in were]
        changes.append({"label": _("材料"), "old": listed(gone, self.names), "new": listed(come, self.names)})
        return [change for change in changes if change["old"] != change["new"]]


def _changed(name: str, before: Any, now: Any) -> dict[str, str]:
    field: Any = FilingRule._meta.get_field(name)
    old, new = (field_in_words(field, getattr(event, name)) for event in (before, now))
    return {"label": str(field.verbose_name), "old": old, "new": new}


def _entry(event: Any, changes: list[dict[str, str]]) -> dict[str, Any]:
    first = event.pgh_label == "insert"
    who = (event.pgh_context or {}).get("user_name") or _("系统")
    label = _("建立") if first else pgettext("history", "修改")
    return {"at": event.pgh_created_at, "who": who, "label": label, "changes": changes, "first": first}
