"""Enrolment: members ask for a place in a training themselves; whoever keeps it says yes or no.

A training is open while it is being prepared, until ``enrols_until`` and before it begins. It is open to the members of
the teams that take part and, where an office holds it, to those of every team below that office. Who has asked holds a
place until he or she is declined or withdraws, so that nobody is promised a place that is gone.
"""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.language import in_chinese
from core.notices import notify
from organizations.models import Organization, User
from organizations.nearest import nearest_holders
from organizations.roles import Level, Right
from people.models import Membership, Person
from training.choices import ActivityKind, Listing, PartRole, Presence
from training.models import Activity, ActivityTeam, Attendance, Participation
from training.participants.listing import Listed, locked, put_on
from training.participants.places import is_full, move_up, tell, tell_keepers
from training.states import ActivityState


def open_now() -> QuerySet[Activity]:
    """Trainings one can enrol in today, whoever one is."""
    now = timezone.now()
    rows = _enrolling().filter(state=ActivityState.DRAFT, enrols_until__gte=timezone.localdate(now))
    return rows.filter(Q(starts_at=None) | Q(starts_at__gt=now))


def _enrolling() -> QuerySet[Activity]:
    rows: QuerySet[Activity] = Activity.objects.filter(kind=ActivityKind.TRAINING, enrols_until__isnull=False)
    return rows


def open_to(person: Person, *, when_over: bool = False) -> QuerySet[Activity]:
    """Of these, those the person's teams may enrol in. One query for the teams.

    :param when_over: also those that were open once: whoever comes too late is told so.
    """
    memberships = Membership.objects.current().filter(person=person)
    teams = list(Organization.objects.filter(pk__in=memberships.order_by().values("organization")))
    rows = _enrolling() if when_over else open_now()
    if not teams:
        return rows.none()
    joined = ActivityTeam.objects.filter(organization__in=teams).order_by().values("activity")
    above = {path for team in teams for path in team.line[:-1]}
    return rows.filter(Q(pk__in=joined) | Q(host__path__in=above) & ~Q(host__level=Level.TEAM))


def _membership(activity: Activity, person: Person) -> Membership | None:
    """In whose name the person comes: a team that takes part before others, the main one before others."""
    rows = Membership.objects.current().filter(person=person).order_by("-is_main", "pk")
    joined = set(activity.teams.values_list("organization", flat=True))
    return next(iter(sorted(rows, key=lambda row: row.organization_id not in joined)), None)


@transaction.atomic
def enrol(activity: Activity, person: Person, *, by: User, wait: bool = False) -> Participation:
    """Ask for a place. Of two who want the last one at once, the lock lets one in.

    :param wait: where all places are held, stand by for one.
    :raises ValidationError: it is over, full, declined already, or not open to the person; says which.
    """
    activity = Activity.objects.select_for_update(of=("self",)).select_related("host").get(pk=activity.pk)
    _check_open(activity, person)
    known = activity.participations.filter(person=person).first()
    if known is not None and known.listing != Listing.REMOVED:
        raise ValidationError(_("您已经报名了，不用再报。"), code="there")
    if known is not None and known.note:
        raise ValidationError(_("这次报名没有被接受：%(why)s") % {"why": known.note}, code="declined")
    full = is_full(activity)
    if full and not wait:
        said = _("名额已满（%(n)d 人），没有报上。可以排候补，有人退出就补上。")
        raise ValidationError(said % {"n": activity.places}, code="full")
    membership = _membership(activity, person)
    assert membership is not None, "open to members only"
    row = known or Participation(activity=activity, person=person)
    row.organization_id, row.role = membership.organization_id, PartRole.TAKES_PART
    row.listing, row.added_at = (
        Listing.WAITING if full else Listing.ASKED,
        timezone.now(),
    )  # the last to come waits last
    row.added_by, row.version = by, row.version + (known is not None)
    row.save()
    if not full:
        tell_keepers(activity)
    return row


def _check_open(activity: Activity, person: Person) -> None:
    if open_to(person).filter(pk=activity.pk).exists():
        return
    until = activity.enrols_until
    if until is not None and until < timezone.localdate():
        raise ValidationError(_("报名已于 %(day)s 截止。") % {"day": until}, code="over")
    raise ValidationError(_("这个培训现在不接受报名。"), code="closed")


@transaction.atomic
def withdraw(row: Participation) -> None:
    """The person takes the own enrolment back, also after it was accepted, until the training begins.

    :raises ValidationError: it has begun, the record was handed in, or there is nothing to take back.
    """
    activity = Activity.objects.select_for_update(of=("self",)).get(pk=row.activity_id)
    row = Participation.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.listing == Listing.REMOVED:
        raise ValidationError(_("您不在这个培训的名单里。"), code="gone")
    present = Attendance.objects.filter(participation=row, presence=Presence.PRESENT).exists()
    begun = activity.starts_at is not None and activity.starts_at <= timezone.now()
    if begun or present or not activity.is_open:
        raise ValidationError(_("培训已经开始，不能再取消；不能来的请告诉组织的人。"), code="begun")
    was_listed = row.listing == Listing.LISTED
    row.listing, row.note, row.version = Listing.REMOVED, "", row.version + 1
    row.save()
    move_up(activity)
    if was_listed:
        with in_chinese():
            title = _("%(what)s有人取消报名") % {"what": activity}  # no name: a notice outlives the person's
        told = nearest_holders(Right.EDIT_TRAINING, activity.host)
        notify(told, kind="enrolment_withdrawn", title=title, url=activity.get_absolute_url())


@transaction.atomic
def accept(activity: Activity, rows: Sequence[Participation], *, by: User, risk_reason: str = "") -> Listed:
    """Put those who asked on the list, and tell them; their teams take part from then on.

    :raises ValidationError: somebody has left the team by which he or she asked; or ``listing.Uninsured``.
    """
    activity = locked(activity)  # who has withdrawn meanwhile is not put back, who was accepted meanwhile is no fault
    live = Participation.objects.filter(pk__in=[row.pk for row in rows], listing__in=[Listing.ASKED, Listing.WAITING])
    asked = list(live)
    wanted = Q(pk__in=[])
    for row in asked:
        wanted |= Q(person=row.person_id, organization=row.organization_id)
    done = put_on(activity, Membership.objects.current().filter(wanted), by=by, risk_reason=risk_reason)
    left = len(asked) - len(done.added)
    if left:
        raise ValidationError(_("有 %(n)d 人已经不在报名时的队伍里，不能接受，请移出。") % {"n": left})
    with in_chinese():
        title = _("报名已接受：%(what)s") % {"what": activity}
    tell(done.added, "enrolment_accepted", title)
    return done


@transaction.atomic
def decline(activity: Activity, rows: Sequence[Participation], *, reason: str) -> int:
    """:raises ValidationError: without a reason."""
    activity = locked(activity)
    reason = reason.strip()[:200]
    if not reason:
        raise ValidationError(_("不接受报名要写明理由，报名的人看得到。"))
    live = Participation.objects.filter(pk__in=[row.pk for row in rows], listing__in=[Listing.ASKED, Listing.WAITING])
    people = list(Person.objects.filter(pk__in=live.values("person")))
    done = live.update(listing=Listing.REMOVED, note=reason, version=F("version") + 1)
    with in_chinese():
        title = _("报名没有被接受：%(what)s") % {"what": activity}
    tell(people, "enrolment_declined", title, reason)
    move_up(activity)
    return done
