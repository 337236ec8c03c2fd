"""Occasions on which somebody is reminded of a filing or a team; ``core/reminders.py`` sends each once.

Time limits remind and escalate; nothing here decides anything. What became due long ago is not looked at again every
hour: each occasion has a window of days, after which it has been said.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import cache, partial
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history.as_at import events_of
from core.reminders import Reminder
from organizations.models import Appointment, Organization, User
from organizations.nearest import nearest_holders
from organizations.roles import ROLES, Right, RoleKey
from teams.desk.opinions import lost
from teams.filings.confirming import to_confirm
from teams.models import Filing, Opinion, Team
from teams.on_file.drift import drift_of, drifting
from teams.on_file.drift import in_words as drift_in_words
from teams.rules.limits import days_of
from teams.states import WITH_OFFICE, FilingState
from teams.workflow import asks, author_side, deciders

DUE_IN = 2  # days before the limit
DRAFT_DAYS, RETURNED_DAYS = 30, 10  # untouched
OPINION_DAYS = 3
CONFIRM_FROM = (10, 1)  # month, day: from then on the annual confirmation is asked for each month
WINDOW = 30  # days for which an occasion is looked for
_TOLD_ABOVE = (RoleKey.LEADER, RoleKey.REVIEWER)


def opinion_url(pk: int) -> str:
    """Where an asked opinion is given."""
    return reverse("teams:desk_opinion", args=[pk])


def _office_rows() -> QuerySet[Filing]:
    related = ("current_step__office", "current_office", "organization", "team__organization", "assignee")
    return Filing.objects.filter(state__in=WITH_OFFICE).select_related(*related, "submitted_by", "created_by")


def _words(filing: Filing) -> dict[str, Any]:
    return {"number": filing.number, "name": filing.name, "kind": filing.get_kind_display(), "due": filing.due_on}


# -- time limits ------------------------------------------------------------------------------------------
def filings_due(today: date | None = None) -> Iterator[Reminder]:
    """Near the limit, and past it: those who decide, or the colleague it was given to."""
    day = today or timezone.localdate()
    rows = _office_rows().filter(due_on__range=(day - timedelta(days=WINDOW), day + timedelta(days=DUE_IN)))
    for filing in rows.order_by("due_on", "pk"):
        assert filing.due_on is not None, "chosen by its limit"
        late = filing.due_on < day
        title = _("%(number)s（%(name)s）已过办理时限") if late else _("%(number)s（%(name)s）快到办理时限")
        yield Reminder(
            deciders(filing),
            "filing_overdue" if late else "filing_due",
            title % _words(filing),
            _("%(kind)s，办理时限 %(due)s。超期只提醒，不会自动通过。") % _words(filing),
            reverse("teams:desk_filing", args=[filing.pk]),
            f"{_occasion(filing)}-{'late' if late else 'soon'}",
        )


def _occasion(filing: Filing) -> str:
    """One stay at one step: returned and handed in again, it is another one."""
    return f"filing-{filing.pk}-{filing.round_no}-{filing.current_step_id}-{filing.due_on}"


def filings_escalated(today: date | None = None) -> Iterator[Reminder]:
    """Days past the limit: leaders and reviewers of the next superior office that has any, once a round."""
    day = today or timezone.localdate()
    last = day - timedelta(days=days_of("escalate"))
    for filing in _office_rows().filter(due_on__range=(last - timedelta(days=WINDOW), last)).order_by("due_on", "pk"):
        assert filing.due_on is not None, "chosen by its limit"
        assert filing.current_office is not None, "it lies somewhere"
        words = {**_words(filing), "office": filing.current_office, "days": (day - filing.due_on).days}
        yield Reminder(
            superiors(filing.current_office),
            "filing_escalated",
            _("%(office)s办理%(number)s（%(name)s）已超期 %(days)d 天") % words,
            _("请督促办理。上级只能催办，不能代为决定。"),
            filing.get_absolute_url(),
            f"filing-{filing.pk}-{filing.round_no}-escalated",
        )


def superiors(office: Organization) -> list[User]:
    """Leaders and reviewers of the nearest superior that has any; of the top office its own leaders."""
    duties = Appointment.objects.in_force().filter(role__in=_TOLD_ABOVE, user__is_active=True)
    found = list(duties.filter(organization__path__in=office.line[:-1]).select_related("user", "organization"))
    if not found:
        found = list(duties.filter(organization=office, role=RoleKey.LEADER).select_related("user", "organization"))
    nearest = max((len(duty.organization.path) for duty in found), default=0)
    return list({duty.user_id: duty.user for duty in found if len(duty.organization.path) == nearest}.values())


# -- on the author's side -------------------------------------------------------------------------------
def drafts_lying(today: date | None = None) -> Iterator[Reminder]:
    """Begun and not touched for long, or returned and not mended: whoever began it, else who may file there."""
    day = today or timezone.localdate()
    for state, days in ((FilingState.DRAFT, DRAFT_DAYS), (FilingState.RETURNED, RETURNED_DAYS)):
        for filing in _untouched(state, day - timedelta(days=days)):
            title = _("%(kind)s（%(name)s）的草稿已 %(days)d 天没有动")
            if state == FilingState.RETURNED:
                title = _("%(number)s（%(name)s）退回修改已 %(days)d 天")
            yield Reminder(
                partial(_authors, filing),
                "filing_lying",
                title % {**_words(filing), "days": days},
                _("要继续办的请接着填；不办了的请撤回。"),
                reverse("teams:filing_edit", args=[filing.pk]),
                f"filing-{filing.pk}-{state}-{filing.round_no}-{filing.version}",
            )


def _untouched(state: str, since: date) -> QuerySet[Filing]:
    event = events_of(Filing)
    touched = event.objects.filter(pgh_obj=OuterRef("pk"), pgh_created_at__date__gt=since)
    rows = Filing.objects.filter(~Exists(touched), state=state, created_at__date__lte=since)
    related = ("organization", "team__organization", "created_by__organization", "submitted_by__organization")
    return rows.select_related(*related).order_by("pk")


def _authors(filing: Filing) -> list[User]:
    return [person for person in author_side(filing) if asks(filing, person)]


def opinions_unanswered(today: date | None = None) -> Iterator[Reminder]:
    """An opinion that was asked and not given; of whoever sees the filing no more, the one who waits for it is told."""
    since = (today or timezone.localdate()) - timedelta(days=OPINION_DAYS)
    rows = Opinion.objects.open().filter(asked_at__date__lte=since, filing__state__in=WITH_OFFICE)
    related = ("filing__organization", "filing__team__organization", "asked", "asked_by")
    opinions = list(rows.select_related(*related).order_by("pk"))
    never = lost((opinion, opinion.filing.organization) for opinion in opinions)
    for opinion in opinions:
        words = {**_words(opinion.filing), "who": opinion.asked_by, "asked": opinion.asked, "days": OPINION_DAYS}
        if opinion.pk in never:
            yield Reminder(
                [opinion.asked_by],
                "opinion_lost",
                _("%(number)s（%(name)s）：您征求%(asked)s的意见，不会有答复了") % words,
                _("他现在的职责看不到这件备案。可以“不再征求”，或者另请一位。"),
                reverse("teams:desk_filing", args=[opinion.filing_id]) + "?tab=story",
                f"opinion-{opinion.pk}-lost",
            )
            continue
        yield Reminder(
            [opinion.asked],
            "opinion_waiting",
            _("%(who)s就%(number)s（%(name)s）征求您的意见，已 %(days)d 天") % words,
            opinion.question,
            opinion_url(opinion.pk),
            f"opinion-{opinion.pk}",
        )


# -- teams ------------------------------------------------------------------------------------------------
def changes_not_filed(today: date | None = None) -> Iterator[Reminder]:
    """Captain, deputies or other filed facts changed for longer than allowed and not filed: team and office."""
    day = today or timezone.localdate()
    for team in drifting(Team.objects.select_related("organization")).order_by("pk"):
        for drift in drift_of(team):
            if drift.due is None or drift.due >= day:
                continue
            yield Reminder(
                partial(_team_and_office, team),
                "change_not_filed",
                _("%(team)s的%(what)s有变化，还没有报备案") % {"team": team, "what": drift.label},
                drift_in_words(drift),
                team.get_absolute_url(),
                f"team-{team.pk}-{drift.key}-{drift.since}",
            )


def confirmations_missing(today: date | None = None) -> Iterator[Reminder]:
    """From October on, each month: teams not yet confirmed for the year, and their offices with how many there are."""
    day = today or timezone.localdate()
    if (day.month, day.day) < CONFIRM_FROM:
        return
    month = f"annual-{day:%Y-%m}"
    teams = list(to_confirm(day.year).select_related("organization").order_by("organization__path"))
    sides = cache(partial(_team_sides, teams))  # asked once for all, as soon as one of them has not been told
    for team in teams:
        yield Reminder(
            partial(_side_in, sides, team),
            "annual_missing",
            _("%(team)s %(year)d 年度还没有确认") % {"team": team, "year": day.year},
            _("没有变化的，核对后直接提交年度确认。"),
            team.get_absolute_url(),
            f"{month}-team-{team.pk}",
        )
    by_office: dict[str, int] = {}
    for team in teams:
        path = team.organization.parent_path
        by_office[path] = by_office.get(path, 0) + 1
    for path, number in by_office.items():
        yield Reminder(
            partial(_office_side, path),
            "annual_missing",
            _("%(n)d 支队伍 %(year)d 年度还没有确认") % {"n": number, "year": day.year},
            _("没有变化的，核对后直接提交年度确认。"),
            reverse("teams:team_list") + "?attention=to_confirm",
            f"{month}-office-{path}",
        )


def _team_and_office(team: Team) -> list[User]:
    return [*_team_sides([team]).get(team.organization_id, ()), *_office_side(team.organization.parent_path)]


def _side_in(sides: Callable[[], dict[int, list[User]]], team: Team) -> list[User]:
    return sides().get(team.organization_id, [])


def _team_sides(teams: Iterable[Team]) -> dict[int, list[User]]:
    """Organization → those of the team itself who may file for it; one query for all."""
    roles = [key for key, role in ROLES.items() if Right.SUBMIT_FILING in role.here]
    leaves = [team.organization_id for team in teams]
    duties = Appointment.objects.in_force().filter(organization__in=leaves, role__in=roles, user__is_active=True)
    found: dict[int, list[User]] = {}
    for duty in duties.select_related("user"):
        found.setdefault(duty.organization_id, []).append(duty.user)
    return found


def _office_side(path: str) -> list[User]:
    """Those who register for the managing office, or for its proxy."""
    office = Organization.objects.filter(path=path).first()
    return nearest_holders(Right.SUBMIT_FILING, office) if office else []
