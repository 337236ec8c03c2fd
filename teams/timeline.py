"""The history of a team in one line of time: its facts, its name and place, posts, filings, what offices did."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core import masking
from core.days import end_of
from core.history import changes_of
from core.history.changes import Change
from core.models import WorkflowEvent
from organizations.models import Organization
from teams.choices import Funding
from teams.models import Category, Filing, TeamPost
from teams.past import Snapshot, events_of
from teams.standing import WORKFLOW

MOST = 60


def story(shot: Snapshot) -> list[dict[str, Any]]:
    """Newest first, in the shape ``generic/_history.html`` reads; of a past day what had happened by then."""
    until = end_of(shot.day) if shot.day else None
    place = Organization(pk=shot.team.organization_id)
    entries = [
        *_changes(
            changes_of(shot.team, masked=_masks(), most=MOST),
            {"update": _("队伍信息有变化"), "insert": _("建立队伍档案")},
        ),
        *_changes(changes_of(place, most=MOST), {"update": _("名称等有变化"), "insert": _("列入机构")}),
        *_moves(shot),
        *_posts(shot),
        *_filings(shot),
    ]
    kept = [entry for entry in entries if until is None or entry["at"] < until]
    return sorted(kept, key=lambda entry: entry["at"], reverse=True)


def _masks() -> dict[str, Any]:
    """Telephone numbers in part; keys of several choices in words."""
    categories = dict(Category.objects.values_list("key", "name"))
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
        entry = change.shown() | {"label": words.get(change.label, _("修改"))}
        shown.append(entry | {"changes": []} if change.label == "insert" else entry)
    return shown


def _moves(shot: Snapshot) -> list[dict[str, Any]]:
    events = WorkflowEvent.objects.of(shot.team).select_related("by")[:MOST]
    return [
        {
            "at": event.at, "who": event.by or _("系统"), "for_whom": event.acting_for,
            "label": WORKFLOW.move(event.action).label, "comment": event.comment, "changes": [],
        }
        for event in events
    ]  # fmt: skip


def _posts(shot: Snapshot) -> list[dict[str, Any]]:
    """Who came, who left, what was put right; ``before`` is the same post's event before."""
    rows = events_of(TeamPost).objects.filter(pgh_obj__team=shot.team.pk).order_by("pgh_id")
    before: dict[int, Any] = {}
    entries = []
    for row in rows[: 4 * MOST]:
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


def _filings(shot: Snapshot) -> list[dict[str, Any]]:
    rows = Filing.objects.filter(team=shot.team.pk, decided_at__isnull=False).order_by("-decided_at")
    shown = []
    for filing in rows[:MOST]:
        words = {"kind": filing.get_kind_display(), "state": filing.get_state_display()}
        parts = [filing.number or "", filing.reply_no]
        comment = _("，").join(part for part in parts if part)
        assert filing.decided_at is not None, "only decided filings are asked for"
        shown.append(_entry(filing.decided_at, "", _("%(kind)s：%(state)s") % words, comment))
    return shown


def _entry(at: datetime, who: Any, label: str, comment: str, changes: Any = ()) -> dict[str, Any]:
    return {"at": at, "who": who, "for_whom": "", "label": label, "comment": comment, "changes": list(changes)}
