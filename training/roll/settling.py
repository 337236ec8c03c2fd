"""Marks that do not count as they are, settled; minutes put right. Both with the reason, both in the history."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.decisions import Decision, no
from core.language import in_chinese, sentence
from core.offline import STORED
from organizations.models import User
from organizations.permissions import can
from organizations.roles import Right
from people.models import Membership
from training.choices import Listing, MarkKind, Presence, Trouble
from training.models import Activity, Attendance, Mark, MarkSettlement, Participation
from training.roll.deriving import counting, derive, whose
from training.roll.given import Given
from training.roll.marking import AROUND, put_on_list, take
from training.roll.waiting import waiting
from training.states import WITH_AUTHOR, ActivityState

SPARE = 120  # minutes that setting up and clearing away may take besides


def settles(activity: Activity, user: User) -> Decision:
    """The host's keepers, while the record is with them: a joined team does not decide about strangers."""
    return can(user, Right.EDIT_TRAINING, activity.host)


def may_now(activity: Activity) -> Decision:
    """Asked besides the right: what is handed in is not changed any more."""
    if activity.is_open:
        return Decision(True, "")
    if activity.state == ActivityState.CANCELLED:
        return no(gettext_lazy("活动已经取消，不能处理点名。照常办了的，先恢复筹备再办。"))
    if activity.state == ActivityState.ARCHIVED:
        return no(gettext_lazy("记录已经归档，不能再处理点名。确实参加了的，在队员页登记时长。"))
    words = {"state": activity.get_state_display()}
    return no(sentence(gettext_lazy("现在是“%(state)s”，不能处理点名。记录撤回或退回后再办。"), words))


@transaction.atomic
def settle(activity: Activity, marks: Iterable[UUID], *, counts: bool, reason: str, by: User) -> int:
    """Let marks in all the same, or set them aside. Who is let in stands on the list from then on. Returns how many
    waited still: what somebody else has settled meanwhile stays as it is.

    :raises ValidationError: no reason, or the record has been handed in meanwhile.
    """
    if not reason.strip():
        raise ValidationError(_("请写明理由。"))
    activity = Activity.objects.select_for_update(of=("self",)).get(pk=activity.pk)
    if activity.state not in WITH_AUTHOR:
        raise ValidationError(str(may_now(activity).reason))
    rows = _settled(waiting(activity.pk).filter(pk__in=list(marks)), counts=counts, reason=reason, by=by)
    if counts:
        listed = {person: _let_in(activity, person, by).pk for person in {whose(mark) for mark in rows}}
        derive((listed[whose(mark)], mark.slot_id) for mark in rows)
    return len(rows)


@transaction.atomic
def let_in_by_time(activity: Activity, *, by: User) -> int:
    """After slots were given other times: what was marked too early or too late for the old ones and is in time for the
    new ones counts, as if it came in now. A whole roll was called on a day that was typed wrong. Returns how many."""
    near = Q(at__gte=F("slot__starts_at") - AROUND, at__lte=F("slot__ends_at") + AROUND)
    late = waiting(activity.pk).filter(near, trouble__in=[Trouble.TOO_EARLY, Trouble.TOO_LATE])
    with in_chinese():
        rows = _settled(late, counts=True, reason=_("场次的时间改过，在时间以内"), by=by)
    wanted = {(activity.pk, person): _team(activity, person) for person in {whose(mark) for mark in rows}}
    listed = put_on_list(wanted, by=by)
    derive((listed[activity.pk, whose(mark)], mark.slot_id) for mark in rows)
    return len(rows)


def _settled(marks: QuerySet[Mark], *, counts: bool, reason: str, by: User) -> list[Mark]:
    rows = list(marks.select_related("person", "slot"))
    MarkSettlement.objects.bulk_create(
        [MarkSettlement(mark=mark, counts=counts, reason=reason.strip()[:200], by=by) for mark in rows], batch_size=500
    )
    return rows


@transaction.atomic
def clear(activity: Activity, rows: Iterable[Attendance], *, by: User) -> int:
    """Take back that these people were there, as a tap on 撤销 does. Returns how many.

    :raises ValidationError: the record has been handed in meanwhile.
    """
    activity = Activity.objects.select_for_update(of=("self",)).get(pk=activity.pk)
    if activity.state not in WITH_AUTHOR:
        raise ValidationError(str(may_now(activity).reason))
    last = Mark.objects.filter(counting(), slot__activity=activity).aggregate(last=Max("at"))["last"]
    at = max(timezone.now(), last + timedelta(seconds=1)) if last else timezone.now()  # after whatever it takes back
    given = [
        Given(uuid4(), row.slot_id, MarkKind.CLEARED, at, person=row.participation.person_id, activity=activity.pk)
        for row in rows
    ]
    return sum(result.state == STORED and not result.trouble for result in take(given, by=by))


@transaction.atomic
def correct(attendance: Attendance, *, minutes: int | None, reason: str, version: int | None, by: User) -> Attendance:
    """Put the minutes right, or with None take the correction back. The history keeps what stood before.

    :raises ValidationError: no reason, nobody was there, handed in meanwhile, or changed by somebody else.
    """
    activity = Activity.objects.select_for_update(of=("self",)).get(pk=attendance.slot.activity_id)
    row = Attendance.objects.select_for_update(of=("self",)).select_related("slot").get(pk=attendance.pk)
    if activity.state not in WITH_AUTHOR:
        raise ValidationError(str(may_now(activity).reason))
    if row.version != version:
        raise ValidationError(_("您打开之后有新的点名，或者别人改过。请看现在的情况再改。"))
    if minutes is not None and not reason.strip():
        raise ValidationError({"set_reason": _("更正时长要写明理由。")})
    if minutes is not None and row.presence != Presence.PRESENT:
        raise ValidationError(_("这个人在这一场没有点到，请先点名。"))
    longest = int((row.slot.ends_at - row.slot.starts_at).total_seconds() // 60) + SPARE
    if minutes is not None and minutes > longest:
        raise ValidationError({"minutes_set": _("不能多于 %(count)d 分钟（本场时长加 2 小时）。") % {"count": longest}})
    row.minutes_set = minutes
    row.set_reason = reason.strip()[:200] if minutes is not None else ""
    row.set_by = by
    row.version += 1
    row.save(update_fields=["minutes_set", "set_reason", "set_by", "version"])
    return row


def _let_in(activity: Activity, person: int, by: User) -> Participation:
    row, made = Participation.objects.get_or_create(
        activity=activity, person_id=person, defaults={"organization_id": _team(activity, person), "added_by": by}
    )
    if not made and row.listing != Listing.LISTED:
        row.listing = Listing.LISTED
        row.version += 1
        row.save(update_fields=["listing", "version"])
    return row


def _team(activity: Activity, person: int) -> int:
    """In whose name: a team that takes part, the main one, else the last one, else the host's."""
    rows = Membership.objects.filter(person=person)
    joined = Q(organization__in=activity.teams.order_by().values("organization"))
    now = rows.current().order_by("-is_main", "pk")
    current = now.filter(joined).first() or now.first() or rows.order_by("-left_on", "-pk").first()
    return current.organization_id if current else activity.host_id
