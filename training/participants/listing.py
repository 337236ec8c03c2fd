"""Who is to come: teams that take part, and people of theirs on the list.

The host's keepers put anybody of a joined team on the list, and people of the host's own teams; a joined team's keepers
put their own people on it. Only while the record is with its author.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from core.decisions import Decision, no
from core.language import in_chinese
from core.notices import notify
from core.search import matching
from core.workflow import MoveNotAllowed
from organizations.models import Organization, User
from organizations.nearest import nearest_holders
from organizations.permissions import can, reach
from organizations.roles import Level, Right
from people.models import Membership, Person
from training.choices import Listing, PartRole, Presence
from training.models import Activity, ActivityTeam, Attendance, Participation
from training.participants.covers import days_of, needs_cover, with_papers
from training.participants.places import lies_ahead, move_up, tell
from training.workflow import keeps, keeps_some


class Uninsured(ValidationError):  # noqa: N818 - reads as what it is
    """Nobody was put on the list: some are not insured on the days of the activity, and no reason was given.

    :ivar others: how many could be put on it all the same.
    """

    def __init__(self, people: list[Person], *, others: int = 0) -> None:
        self.people, self.others = people, others
        super().__init__(
            _("有 %(n)d 人活动期间不在人身意外保险的保障期内，请确认风险并写明理由。") % {"n": len(people)}
        )


@dataclass
class Listed:
    """What came of it. ``at_risk``: without insurance, with a reason."""

    added: list[Person] = field(default_factory=list)
    there: list[Person] = field(default_factory=list)
    at_risk: list[Person] = field(default_factory=list)


# -- who may ------------------------------------------------------------------------------------------------
def may_list(activity: Activity, user: User) -> Decision:
    """Whether the user may put anybody on the list now."""
    return _while_open(activity, keeps_some(activity, user))


def may_list_of(activity: Activity, team: Organization, user: User) -> Decision:
    """The same for people of one team."""
    at_host = keeps(activity, user)
    return _while_open(activity, at_host if at_host else can(user, Right.EDIT_TRAINING, team))


def _while_open(activity: Activity, decision: Decision) -> Decision:
    if decision and not activity.is_open:
        return no(_("现在是“%(state)s”，名单不能再改。") % {"state": activity.get_state_display()})
    return decision


def locked(activity: Activity) -> Activity:
    """The row, locked and fresh, while its list may change.

    :raises MoveNotAllowed: it was handed in meanwhile.
    """
    fresh = Activity.objects.select_for_update(of=("self",)).select_related("host").get(pk=activity.pk)
    if not fresh.is_open:
        state = fresh.get_state_display()
        raise MoveNotAllowed("state", _("现在是“%(state)s”，名单不能再改。") % {"state": state})
    return fresh


# -- teams --------------------------------------------------------------------------------------------------
def own_teams(host: Organization) -> QuerySet[Organization]:
    """The host itself where it is a team, else the teams it manages directly."""
    if host.level == Level.TEAM:
        return Organization.objects.filter(pk=host.pk)
    return Organization.objects.filter(path__startswith=host.path, depth=host.depth + 1, level=Level.TEAM)


def teams_to_add(activity: Activity, user: User, term: str) -> QuerySet[Organization]:
    """Teams that can be brought in: without a word those the user reaches, with one any team in force."""
    rows: QuerySet[Organization] = Organization.objects.in_force().filter(level=Level.TEAM)
    rows = rows.exclude(pk__in=activity.teams.order_by().values("organization")).order_by("path")
    if term:
        return rows.filter(matching(term))
    return rows.filter(reach(user, Right.VIEW_TRAINING, at=""))


@transaction.atomic
def add_teams(activity: Activity, teams: Iterable[Organization], *, by: User) -> list[Organization]:
    """Bring teams in and tell their keepers; returns those that were not there yet."""
    activity = locked(activity)
    there = set(activity.teams.values_list("organization", flat=True))
    new = [team for team in teams if team.pk not in there]
    rows = [ActivityTeam(activity=activity, organization=team) for team in new]
    ActivityTeam.objects.bulk_create(rows, ignore_conflicts=True)
    people = reverse("training:activity_people", args=[activity.pk])  # where they put their own on the list
    for team in new:
        if team.pk == activity.host_id:
            continue
        with in_chinese():
            title = _("%(team)s受邀参加：%(what)s") % {"team": team.short_name, "what": activity}
            body = _("请把参加的队员列入名单。")
        told = nearest_holders(Right.EDIT_TRAINING, team, without=by.pk)
        notify(told, kind="activity_joined", title=title, body=body, url=people)
    return new


@transaction.atomic
def remove_team(row: ActivityTeam) -> None:
    """:raises ValidationError: people of the team are on the list."""
    activity = locked(row.activity)
    people = activity.participations.filter(organization=row.organization_id).exclude(listing=Listing.REMOVED).count()
    if people:
        words = {"team": row.organization.short_name, "n": people}
        raise ValidationError(_("%(team)s还有 %(n)d 人在名单或已报名，先把他们移出，再移出队伍。") % words)
    row.delete()


# -- people -------------------------------------------------------------------------------------------------
def pool(activity: Activity, user: User) -> QuerySet[Membership]:
    """Members whom the user may put on the list; also who has left since the activity took place."""
    joined = Q(organization__in=activity.teams.order_by().values("organization"))
    rows = Membership.objects.now_or_on(days_of(activity)[0])
    if keeps(activity, user):
        return rows.filter(joined | Q(organization__in=own_teams(activity.host).order_by().values("pk")))
    return rows.filter(joined & reach(user, Right.EDIT_TRAINING, at="organization"))


@transaction.atomic
def put_on(
    activity: Activity,
    memberships: QuerySet[Membership],
    *,
    by: User,
    role: str = PartRole.TAKES_PART,
    risk_reason: str = "",
    insured_only: bool = False,
) -> Listed:
    """Put members (out of ``pool``) on the list; who had asked or was removed comes back on it.

    :param insured_only: who is not insured, where it is asked for, is left out.
    :raises Uninsured: somebody is not insured, it is asked for, and no reason is given; then nobody is put on it.
    :raises MoveNotAllowed: the record was handed in meanwhile.
    """
    activity = locked(activity)
    rows = with_papers(memberships.select_related("person", "organization"), activity)
    once = {row.person_id: row for row in rows.order_by("is_main", "pk")}  # in two teams: the main one's stays
    known = {row.person_id: row for row in activity.participations.filter(person__in=once)}
    there = [pk for pk, row in known.items() if row.listing == Listing.LISTED]
    new = {pk: row for pk, row in once.items() if pk not in there}
    done = Listed(added=[row.person for row in new.values()], there=[once[pk].person for pk in there])
    if needs_cover(activity):
        done.at_risk = [row.person for row in new.values() if not row.insured]  # type: ignore[attr-defined]
    risky = {person.pk for person in done.at_risk}
    if insured_only:
        new = {pk: row for pk, row in new.items() if pk not in risky}
        done.added, done.at_risk = [row.person for row in new.values()], []
    risk_reason = risk_reason.strip()[:200]
    if done.at_risk and not risk_reason:
        raise Uninsured(done.at_risk, others=len(done.added) - len(done.at_risk))
    _write(activity, new, known, {pk: risk_reason if pk in risky else "" for pk in new}, role, by)
    add_teams(activity, {row.organization_id: row.organization for row in new.values()}.values(), by=by)
    return done


def _write(
    activity: Activity,
    new: dict[int, Membership],
    known: dict[int, Participation],
    reasons: dict[int, str],
    role: str,
    by: User,
) -> None:
    fresh = [
        Participation(
            activity=activity, person_id=pk, organization_id=row.organization_id, role=role, added_by=by,
            risk_reason=reasons[pk],
        )
        for pk, row in new.items() if pk not in known
    ]  # fmt: skip
    Participation.objects.bulk_create(fresh, batch_size=500, ignore_conflicts=True)
    back = [known[pk] for pk in new if pk in known]
    for row in back:
        row.listing, row.role, row.organization_id = Listing.LISTED, role, new[row.person_id].organization_id
        row.risk_reason, row.note, row.version = reasons[row.person_id] or row.risk_reason, "", row.version + 1
    names = ["listing", "role", "organization", "risk_reason", "note", "version"]
    Participation.objects.bulk_update(back, names, batch_size=500)


@transaction.atomic
def take_off(activity: Activity, rows: Sequence[Participation], *, reason: str = "") -> int:
    """Take people off the list, and tell them while it lies ahead; the rows stay. Returns how many.

    :raises ValidationError: somebody was marked present; names them and says what to do.
    """
    activity = locked(activity)
    keys = [row.pk for row in rows]
    present = Attendance.objects.filter(participation__in=keys, presence=Presence.PRESENT)
    there = Participation.objects.filter(pk__in=present.order_by().values("participation")).select_related("person")
    names = [row.person.name for row in there[:20]]
    if names:
        words = {"names": _("、").join(names)}
        raise ValidationError(_("已经点到的不能移出：%(names)s。确实没来的，先在点名里撤销，再移出。") % words)
    live = Participation.objects.filter(pk__in=keys).exclude(listing=Listing.REMOVED)
    note = reason.strip()[:200]
    people = list(Person.objects.filter(pk__in=live.values("person"))) if lies_ahead(activity) else []
    done = live.update(listing=Listing.REMOVED, note=note, version=F("version") + 1)
    with in_chinese():
        title = _("您已不在名单里：%(what)s") % {"what": activity}
    tell(people, "enrolment_removed", title, note)
    move_up(activity)
    return done


@transaction.atomic
def explain(activity: Activity, rows: Sequence[Participation], *, reason: str) -> int:
    """Note why these people take part although they are not insured; the insured among them are left alone. For lists
    that were copied, and for insurance that ran out since. Returns how many.

    :raises ValidationError: without a reason.
    """
    locked(activity)
    reason = reason.strip()[:200]
    if not reason:
        raise ValidationError(_("请写明缺保险仍然参加的理由。"))
    live = Participation.objects.listed().filter(pk__in=[row.pk for row in rows])
    bare = [row.pk for row in with_papers(live, activity) if not row.insured]
    return Participation.objects.filter(pk__in=bare).update(risk_reason=reason, version=F("version") + 1)
