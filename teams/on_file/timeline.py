"""The history of a team in one line of time: its facts, its name and place, posts, filings, what offices did."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import masking
from core.days import end_of
from core.history.as_at import events_of
from core.history.changes import Change, changes_of_several, events_for
from core.models import WorkflowEvent
from organizations.models import Organization
from teams.choices import Funding
from teams.models import Category, Filing, TeamPost
from teams.on_file.past import Snapshot
from teams.on_file.standing import WORKFLOW

MOST = 60


def wanted(shot: Snapshot) -> dict[str, QuerySet[Any]]:
    """What ``story`` is told from, to be read in one query."""
    team = shot.team
    filings = Filing.objects.filter(team=team.pk, decided_at__isnull=False)
    return {
        "team_events": events_for(team, MOST),
        "place_events": events_for(Organization(pk=team.organization_id), MOST),
        "moves": WorkflowEvent.objects.of(team).select_related("by")[:MOST],
        "post_events": events_of(TeamPost).objects.filter(pgh_obj__team=team.pk).order_by("pgh_id")[: 4 * MOST],
        "decided": filings.order_by("-decided_at")[:MOST],
        "categories": Category.objects.values_list("key", "name"),
    }


def story(shot: Snapshot, read: Mapping[str, list[Any]]) -> list[dict[str, Any]]:
    """Newest first, in the shape ``generic/_history.html`` reads; of a past day what had happened by then.

    :param read: what ``wanted`` asks for. One query besides, for the names of what the events point to.
    """
    until = end_of(shot.day) if shot.day else None
    of_team, of_place = changes_of_several(
        (shot.team, read["team_events"], _masks(dict(read["categories"]))),
        (Organization(pk=shot.team.organization_id), read["place_events"], {}),
        most=MOST,
    )
    entries = [
        *_changes(of_team, {"update": _("队伍信息有变化"), "insert": _("建立队伍档案")}),
        *_changes(of_place, {"update": _("名称等有变化"), "insert": _("列入机构")}),
        *_moves(read["moves"]),
        *_posts(read["post_events"]),
        *_filings(read["decided"]),
    ]
    kept = [entry for entry in entries if until is None or entry["at"] < until]
    return sorted(kept, key=lambda entry: entry["at"], reverse=True)


def _masks(categories: dict[str, str]) -> dict[str, Any]:
    """Telephone numbers in part; keys of several choices in words."""
    funding = {str(key): str(label) for key, label in Funding.choices}
    return {
        "duty_phone": masking.phone,
        "other_categories": lambda text: _named(text, categories),
        "funding": lambda text: _named(text, funding),
    }


def _named(text: str, names: dict[str, str]) -> str:
    return _("、").join(names.get(key, key) for key in text.split(_("、")))


def _changes(changes: list[Change], words: dict[str, str]) -> list[dict[str, Any]]:
    """What a record began with stands in the filing that began it; the line says only that it did."""
    shown = []
    for change in changes:
        entry = change.shown() | {"label": words.get(change.label, pgettext("history", "修改"))}
        shown.append(entry | {"changes": []} if change.label == "insert" else entry)
    return shown


def _moves(events: list[WorkflowEvent]) -> list[dict[str, Any]]:
    return [
        {
            "at": event.at, "who": event.by or _("系统"), "for_whom": event.acting_for,
            "label": WORKFLOW.label(event.action), "comment": event.comment, "changes": [],
        }
        for event in events
    ]  # fmt: skip


def _posts(rows: list[Any]) -> list[dict[str, Any]]:
    """Who came, who left, what was put right; ``before`` is the same post's event before."""
    before: dict[int, Any] = {}
    entries = []
    for row in rows:
        earlier = before.get(row.pgh_obj_id)
        before[row.pgh_obj_id] = row
        entries.append(_post(row, earlier))
    return entries


def _post(row: Any, earlier: Any) -> dict[str, Any]:
    roles = dict(TeamPost._meta.get_field("role").flatchoices)  # type: ignore[union-attr]
    words = {"role": str(roles.get(row.role, row.role)), "name": row.name}
    ended = row.ends_on is not None and (earlier is None or earlier.ends_on != row.ends_on)
    if ended:
        label, comment = _("%(role)s%(name)s离任") % words, row.end_reason
    elif earlier is None:
        label, comment = _("%(role)s%(name)s任职") % words, ""
    else:
        label, comment = _("更正%(role)s%(name)s的任职信息") % words, ""
    day = row.ends_on if ended else row.starts_on
    when = [{"label": _("离任日期") if ended else _("任职日期"), "old": "", "new": day.isoformat()}]
    return _entry(row.pgh_created_at, (row.pgh_context or {}).get("user_name") or _("系统"), label, comment, when)


def _filings(rows: list[Filing]) -> list[dict[str, Any]]:
    shown = []
    for filing in rows:
        words = {"kind": filing.get_kind_display(), "state": filing.get_state_display()}
        parts = [filing.number or "", filing.reply_no]
        comment = _("，").join(part for part in parts if part)
        assert filing.decided_at is not None, "only decided filings are asked for"
        shown.append(_entry(filing.decided_at, "", _("%(kind)s：%(state)s") % words, comment))
    return shown


def _entry(at: datetime, who: Any, label: str, comment: str, changes: Any = ()) -> dict[str, Any]:
    return {"at": at, "who": who, "for_whom": "", "label": label, "comment": comment, "changes": list(changes)}
