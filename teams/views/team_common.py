"""What the pages of one team share: loading it, its head, its tabs."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from core.lists.request import read_day
from organizations.permissions import acting_for, can, page_of
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import seen
from teams.choices import FilingKind
from teams.filings.drafting import BEGINS, can_begin
from teams.models import Filing, Team
from teams.on_file.drift import Drift, drift_from
from teams.on_file.past import Snapshot, snapshot
from teams.on_file.standing import WORKFLOW
from teams.on_file.upkeep import can_keep, is_kept
from teams.states import WITH_AUTHOR
from teams.tables.teams import state_of


@dataclass(frozen=True)
class Tab:
    """:param right: shown to whoever has it at the team; None: to everybody who sees the team."""

    label: StrOrPromise
    route: str
    right: Right | None = None


# One line per tab; a part that gives a team a page of its own adds it here. What apps above this one add stands in
# settings.TEAM_TABS and comes before the history.
TABS = (
    Tab(gettext_lazy("概况"), "teams:team_detail"),
    Tab(gettext_lazy("队员"), "teams:team_members", Right.VIEW_MEMBER),
    Tab(gettext_lazy("负责人和岗位"), "teams:team_posts"),
    Tab(gettext_lazy("标志使用"), "teams:team_emblem"),
    Tab(gettext_lazy("备案和证书"), "teams:team_filings"),
    Tab(gettext_lazy("历史"), "teams:team_history"),
)


@cache
def tabs() -> tuple[Tab, ...]:
    return (*TABS[:-1], *map(import_string, settings.TEAM_TABS), TABS[-1])


@dataclass
class TeamPage:
    """One team as a page shows it. ``day`` None: as it is now."""

    request: SignedIn
    shot: Snapshot
    note: str
    route: str
    _found: dict[str, list[Any]] | None = None

    @property
    def team(self) -> Team:
        return self.shot.team

    @property
    def is_past(self) -> bool:
        return self.shot.day is not None

    def read(self, **more: QuerySet[Any]) -> dict[str, list[Any]]:
        """What the head of every page shows, and ``more``, in one query. Without it ``context`` reads the head."""
        if not self.is_past:
            more["opened"] = self._open_filings()
        self._found = self.shot.together(**more)
        return self._found

    def context(self, **more: Any) -> dict[str, Any]:
        """What ``teams/team_page.html`` reads."""
        team, user = self.team, self.request.user
        found = self._found or self.read()
        opened = next(iter(found.get("opened", ())), None)
        return {
            **self.frame(),
            "at_note": self.note,
            "open_filing": opened,
            "drifts": self.drifts(),
            "begins": [] if self.is_past or opened else self._begins(),
            "change": None if self.is_past else self.change(opened),
            "standing_moves": [] if self.is_past else WORKFLOW.available_actions(team, user),
            "acting_for": "" if self.is_past else acting_for(user, Right.SUBMIT_FILING, team.organization),
            **more,
        }

    def frame(self) -> dict[str, Any]:
        """Head and tabs, without what there is to do about filings: for a page that is a list, and asks little."""
        team, user = self.team, self.request.user
        return {
            "title": team.name,
            "team": team,
            "shot": self.shot,
            "office_url": page_of(self.shot.office, user),
            "state": state_of(team),
            "tabs": self._tabs(),
            "at": self.shot.day,
            "now_url": reverse(self.route, args=[team.pk]),
            "kept": not self.is_past and can_keep(team, user),
            "sees_members": bool(can(user, Right.VIEW_MEMBER, team.organization)),
        }

    def _tabs(self) -> list[dict[str, Any]]:
        user, place = self.request.user, self.team.organization
        return [
            {"label": tab.label, "url": self._url(tab.route), "active": tab.route == self.route}
            for tab in tabs()
            if tab.right is None or can(user, tab.right, place)
        ]

    def drifts(self) -> list[Drift]:
        return [] if self.is_past else drift_from(self.team, self.shot.facts)

    def _url(self, route: str) -> str:
        url = reverse(route, args=[self.team.pk])
        return f"{url}?at={self.shot.day.isoformat()}" if self.shot.day else url

    def _open_filings(self) -> QuerySet[Filing]:
        """The one filing under way, if there is one."""
        rows = Filing.objects.visible_to(self.request.user).open().filter(team_id=self.team.pk)
        return rows.select_related("current_office", "created_by")[:1]

    def _begins(self) -> list[dict[str, Any]]:
        """Kinds of filing that may be begun now; the first is the usual one."""
        team, user = self.team, self.request.user
        kinds = [kind for kind in BEGINS[team.status] if can_begin(kind, user, place=team.organization, team=team)]
        return [{"label": FilingKind(kind).label, "url": begin_url(team, kind)} for kind in kinds]

    def change(self, opened: Filing | None) -> dict[str, Any] | None:
        """Where a filed fact is changed: a new change (begun by a POST), or the filing that is being written."""
        team, user = self.team, self.request.user
        if opened is not None:
            mends = opened.kind != FilingKind.EXIT and opened.state in WITH_AUTHOR and bool(opened.can_edit(user))
            return {"url": opened.get_absolute_url(), "begins": False} if mends else None
        may = can_begin(FilingKind.CHANGE, user, place=team.organization, team=team)
        return {"url": begin_url(team, FilingKind.CHANGE), "begins": True} if may else None


def begin_url(team: Team, kind: str) -> str:
    """One click there begins the filing, filled in with what is on file. POST; ``section`` says where to land."""
    return reverse("teams:filing_begin_for", args=[team.pk, kind])


def team_page(request: SignedIn, pk: int, route: str, *, now: bool = False) -> TeamPage:
    """The team, now or on the day that ``?at=`` asks for; 404 to whom it is not there. Wrong days are told.

    :param now: ``at`` is not about the team: it is shown as it is.
    """
    rows = Team.objects.visible_to(request.user)
    day, note = (None, "") if now else read_day(request.GET.get("at", ""))
    shot = snapshot(rows, pk, day)
    if shot is None and day is not None:
        shot = snapshot(rows, pk)
        note = _("%(day)s 还没有这支队伍的记录，显示的是现在的情况。") % {"day": day.isoformat()}
    if shot is None:
        raise Http404(_("没有这支队伍。"))
    return TeamPage(request, shot, note, route)


def kept_team(request: SignedIn, pk: int) -> Team:
    """A team whose own facts the person may change, else 404 or 403."""
    team: Team = seen(Team.objects.visible_to(request.user).select_related("organization"), pk)
    team.can_edit(request.user).require()
    return team


def not_now(request: SignedIn, team: Team) -> HttpResponse | None:
    """Back to the team with a sentence when its state does not let anything be changed; None when it does."""
    kept = is_kept(team)
    if kept:
        return None
    messages.error(request, str(kept.reason))
    return redirect(team)
