"""What happened to one member's assessment: its facts, and who scored which lines when."""

from typing import Any

from django.utils.translation import gettext as _

from assessments.members.scoring import answer_of, in_words, text_of
from assessments.members.sheets import Group
from assessments.models import Indicator, MemberAssessment, MemberScore
from core.history.as_at import events_of
from core.history.changes import events_for
from core.masking import mask_text
from core.together import together
from organizations.views.timeline import MOST, changes

MOST_SCORES = 400


def history(row: MemberAssessment, group: Group) -> list[dict[str, Any]]:
    """Newest first, in the shape of ``generic/_history.html``. One query, and one for names."""
    found = together(
        facts=events_for(row, MOST),
        scores=events_of(MemberScore).objects.filter(assessment_id=row.pk).order_by("-pgh_id")[:MOST_SCORES],
    )
    facts = changes(row, found["facts"], known=[row.person, row.organization, row.standard])
    entries = [*facts, *_scored(found["scores"], {one.pk: one for one in group.indicators})]
    return sorted(entries, key=lambda entry: entry["at"], reverse=True)[:MOST]


def _scored(events: list[Any], indicators: dict[int, Indicator]) -> list[dict[str, Any]]:
    """One entry for what was saved at once."""
    entries: dict[Any, dict[str, Any]] = {}
    before: dict[int, str] = {}
    for event in reversed(events):
        now = _words(indicators[event.indicator_id], event)
        old, before[event.indicator_id] = before.get(event.indicator_id, ""), now
        if now == old:
            continue
        who = (event.pgh_context or {}).get("user_name", "") or _("系统")
        at = event.pgh_created_at
        entry = entries.setdefault((at, who), {"at": at, "who": who, "label": _("评分"), "changes": []})
        entry["changes"].append({"label": indicators[event.indicator_id].name, "old": old, "new": now or _("（空）")})
    return list(entries.values())


def _words(indicator: Indicator, event: Any) -> str:
    text = in_words(indicator, text_of(indicator, answer_of(event)))
    note = mask_text(event.note)
    return f"{text}（{note}）" if note else text
