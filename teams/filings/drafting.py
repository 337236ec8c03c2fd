"""Beginning a filing and keeping its draft. Whatever was typed is kept; ``teams.filings.checks`` asks at hand-in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.decisions import Decision, no
from core.forms import Clash
from core.history.pages import made_elsewhere, on_page
from core.integrity import plainly
from core.workflow import MoveNotAllowed
from organizations.models import Organization, User
from organizations.permissions import can
from organizations.roles import Right
from teams.choices import ExitTask, FilingKind
from teams.facts import ABOUT_FIELDS, FACTS, LONGEST, POST_KEYS, Words, label_of, on_file, same
from teams.filings.merging import merged_posts
from teams.filings.proposal import Proposal
from teams.models import ExitItem, Filing, Team
from teams.on_file.drift import facts_now
from teams.states import FilingState, TeamStatus
from teams.workflow import follow

# Which filings can be begun for a team of a status.
BEGINS: Mapping[str, tuple[str, ...]] = {
    TeamStatus.PREPARING: (FilingKind.REGISTER,),
    TeamStatus.FILED: (FilingKind.CHANGE, FilingKind.ANNUAL, FilingKind.EXIT),
    TeamStatus.RECTIFYING: (FilingKind.CHANGE, FilingKind.ANNUAL, FilingKind.EXIT),
    TeamStatus.SUSPENDED: (FilingKind.RESTORE, FilingKind.EXIT),
    TeamStatus.EXITED: (FilingKind.RESTORE,),
}
MOST_POSTS = 20


def can_begin(kind: str, user: User, *, place: Organization, team: Team | None) -> Decision:
    """Whether ``user`` may begin this kind of filing for the team, or register a new one at an office."""
    decision = can(user, Right.SUBMIT_FILING, place)
    if decision and team is not None and kind not in BEGINS[team.status]:
        words = {"status": team.get_status_display(), "kind": FilingKind(kind).label}
        return no(_("队伍现在是“%(status)s”，不能办理%(kind)s。") % words)
    return decision


def can_begin_again(filing: Filing, user: User) -> Decision:
    """Whether another may start from what this one said: withdrawn or rejected, it is over for good."""
    if filing.state not in (FilingState.WITHDRAWN, FilingState.REJECTED):
        return no(_("撤回的、不予备案的才能照着重新填报。"))
    if filing.kind == FilingKind.REGISTER and filing.team_id is not None:
        return no(_("这支队伍已有档案，请从队伍页办理。"))
    if filing.team_id is not None and Filing.objects.filter(team=filing.team_id, pk__gt=filing.pk).exists():
        return no(_("这支队伍以后又办过备案，请从队伍页办理。"))
    return can_begin(filing.kind, user, place=filing.organization, team=filing.team)


def said_in(filing: Filing) -> dict[str, Any]:
    """What it says of the team, for another to begin with; its papers belong to it. Of a team on file only what was to
    change, and why: the rest is as it is now."""
    if filing.team_id is None:
        return {name: value for name, value in filing.payload.items() if name != "office" and _known(filing.kind, name)}
    changed = Proposal.of(filing).changed
    names = {name.partition(".")[0] for name in changed} | set(ABOUT_FIELDS[filing.kind]) - {"year"}
    return {name: value for name, value in filing.payload.items() if name in names}


@transaction.atomic
def begin(kind: str, *, by: User, office: Organization | None = None, team: Team | None = None, **typed: Any) -> Filing:
    """A new draft, pre-filled with what is on file.

    :param office: for a registration without a team: the office that will manage it.
    :param typed: what is known already, as a payload holds it.
    :raises PermissionDenied: without the right. ``ValidationError``: the team has another filing under way.
    """
    place = team.organization if team else office
    assert place is not None, "a filing is about a team or an office"
    can_begin(kind, by, place=place, team=team).require()
    manager = Organization.objects.get(path=place.parent_path) if team else place
    facts = on_file(team) if team else {"office": str(manager.pk), "posts": []}
    proposed = facts_now(team) if team else facts  # those who have left the team are not proposed again
    payload = {**proposed, **_about(kind), **typed} if kind != FilingKind.EXIT else {**_about(kind), **typed}
    filing = Filing(
        kind=kind, organization=place, office=manager, team=team, created_by=by, payload=payload,
        before=facts if team and team.status != TeamStatus.PREPARING else {},
    )  # fmt: skip
    follow(filing, Proposal.of(filing))
    with plainly(Filing):
        filing.save()
    if kind == FilingKind.EXIT:
        ExitItem.objects.bulk_create(ExitItem(filing=filing, task=task) for task in ExitTask)
    return filing


def _about(kind: str) -> dict[str, str]:
    """The year an annual confirmation is about is this one, unless somebody says otherwise."""
    return {"year": str(timezone.localdate().year)} if kind == FilingKind.ANNUAL else {}


class StaleDraft(Exception):  # noqa: N818 - reads as what it is
    """What this page changes was changed elsewhere, too. Nothing was saved; ``clashes`` say what differs.

    ``merged`` is the payload as saving once more would make it: theirs, and over it what this page changed itself.
    """

    def __init__(self, clashes: list[Clash], who: str, version: int, merged: dict[str, Any]) -> None:
        super().__init__(who)
        self.clashes, self.who, self.version, self.merged = clashes, who, version, merged


@transaction.atomic
def keep(filing: Filing, typed: Mapping[str, Any], *, by: User, version: int | None, sign: str = "") -> Filing:
    """Save what was typed on one page of the draft; other pages stay as they are. Returns the fresh record.

    :param typed: as a payload holds it; unknown names are left out, overlong text is cut off at ``LONGEST``.
    :param version: of the filing when the page was opened. What was changed elsewhere since on other fields stays; on
        the same fields it raises ``StaleDraft``. None overwrites.
    :param sign: of the page, which overtakes itself (``core.history.pages``).
    :raises MoveNotAllowed: when it no longer lies with the author's side (handed in meanwhile), with code ``state``;
        with code ``permission`` when the duty has ended.
    """
    fresh = Filing.objects.select_for_update(of=("self",)).get(pk=filing.pk)
    MoveNotAllowed.unless(fresh.can_edit(by))
    clean = {name: _clean(name, value) for name, value in typed.items() if _known(fresh.kind, name)}
    changed = {name: value for name, value in clean.items() if not same(fresh.payload.get(name), value)}
    if version is not None and version != fresh.version:
        changed = _untangled(fresh, clean, changed, by, version, sign)
    if changed:
        fresh.payload = {**fresh.payload, **changed}
        fresh.version += 1
        follow(fresh, Proposal.of(fresh))
        with on_page(sign):
            fresh.save(update_fields=["payload", "title", "level", "year", "version"])
    return fresh


def _known(kind: str, name: str) -> bool:
    return name in ABOUT_FIELDS[kind] or (kind != FilingKind.EXIT and (name in FACTS or name == "posts"))


def _clean(name: str, value: Any) -> Any:
    """Text without what neither JSON nor PostgreSQL can hold."""
    if name == "posts":
        rows = value if isinstance(value, list) else []
        return [
            {key: _text(row.get(key, "")) for key in POST_KEYS} for row in rows[:MOST_POSTS] if isinstance(row, dict)
        ]
    if isinstance(value, list):
        return [_text(item) for item in value[:50]]
    return _text(value)


def _text(value: Any) -> str:
    text = "" if value is None else str(value)
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()[:LONGEST]


def _untangled(
    fresh: Filing, typed: Mapping[str, Any], changed: dict[str, Any], by: User, opened: int, sign: str
) -> dict[str, Any]:
    """What this page changed itself since it was opened; the rest it only repeats, and others' words stay.

    :raises StaleDraft: when the same was changed elsewhere.
    """
    events = fresh.tracked_events.order_by("pgh_id")  # type: ignore[attr-defined]
    later = made_elsewhere(events.filter(version__gt=opened), by, sign)
    if not later.exists():
        return changed  # only the own page overtook itself
    then = events.filter(version=opened).last()
    before = then.payload if then else {}
    own = {name: value for name, value in changed.items() if not same(before.get(name), value)}
    rows = None
    if "posts" in own:
        rows = merged_posts(before.get("posts") or [], fresh.payload.get("posts") or [], typed["posts"])
        if rows is not None:
            own["posts"] = rows
    names = [
        name
        for name in own
        if not same(before.get(name), fresh.payload.get(name)) and (name != "posts" or rows is None)
    ]
    if not names:
        return own
    words = Words(before, fresh.payload, typed)
    clashes = [
        Clash(name, label_of(name), *(words.of(name, payload, full=True) for payload in (before, fresh.payload, typed)))
        for name in names
    ]
    last = later.last()
    told = (last.pgh_context if last else None) or {}
    raise StaleDraft(clashes, told.get("user_name", ""), fresh.version, {**fresh.payload, **own})


@dataclass(frozen=True)
class Edit:
    """The latest change of a draft."""

    who: str
    at: datetime
    by: int | None


def last_edit(filing: Filing) -> Edit | None:
    """Who changed the draft last, so that two people filling it in know of each other. A return is no change of it."""
    events = filing.tracked_events.order_by("-pgh_created_at", "-pgh_id")  # type: ignore[attr-defined]
    row, *before = list(events[:2]) or [None]
    if row is None or any(event.state != row.state for event in before):
        return None
    told = row.pgh_context or {}
    return Edit(told.get("user_name", ""), row.pgh_created_at, told.get("user"))


def check_opened(filing: Filing, version: int | None) -> None:
    """At hand-in: what is handed in is what the person saw. Raises ``ValidationError`` if others changed it since."""
    if version is None or version == filing.version:
        return
    raise ValidationError(_("您打开之后，这件备案在别处改过。请看过最新内容再提交。"), code="stale")
