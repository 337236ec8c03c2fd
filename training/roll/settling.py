"""Marks that do not count as they are, settled; minutes put right. Both with the reason, both in the history."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.decisions import Decision, no
from core.language import sentence
from organizations.models import User
from organizations.permissions import can
from organizations.roles import Right
from people.models import Membership
from training.choices import Listing, Presence
from training.models import Activity, Attendance, Mark, MarkSettlement, Participation
from training.roll.deriving import derive, whose
from training.states import WITH_AUTHOR

SPARE = 120  # minutes that setting up and clearing away may take besides


def settles(activity: Activity, user: User) -> Decision:
    """The host's keepers, while the record is with them: a joined team does not decide about strangers."""
    return can(user, Right.EDIT_TRAINING, activity.host)


def may_now(activity: Activity) -> Decision:
    """Asked besides the right: what is handed in is not changed any more."""
    if activity.is_open:
        return Decision(True, "")
    words = {"state": activity.get_state_display()}
    return no(sentence(gettext_lazy("现在是“%(state)s”，不能处理点名。记录撤回或退回后再办。"), words))


@transaction.atomic
def settle(mark: Mark, *, counts: bool, reason: str, by: User) -> MarkSettlement:
    """Let a mark in all the same, or set it aside. Who is let in stands on the list from then on.

    :raises ValidationError: no reason, settled already, or the record has been handed in meanwhile.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("请写明理由。")})
    activity = Activity.objects.select_for_update(of=("self",)).get(pk=mark.slot.activity_id)
    if activity.state not in WITH_AUTHOR:
        raise ValidationError(str(may_now(activity).reason))
    try:
        with transaction.atomic():
            made = MarkSettlement.objects.create(mark=mark, counts=counts, reason=reason.strip()[:200], by=by)
    except IntegrityError as error:
        raise ValidationError(_("这条点名已经有人处理过了。")) from error
    if counts:
        row = _let_in(activity, mark, by)
        derive([(row.pk, mark.slot_id)])
    return made


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


def _let_in(activity: Activity, mark: Mark, by: User) -> Participation:
    person = whose(mark)
    row, made = Participation.objects.get_or_create(
        activity=activity, person_id=person, defaults={"organization_id": _team(activity, person), "added_by": by}
    )
    if not made and row.listing != Listing.LISTED:
        row.listing = Listing.LISTED
        row.version += 1
        row.save(update_fields=["listing", "version"])
    return row


def _team(activity: Activity, person: int) -> int:
    """In whose name: the main team, else the last one, else the host's."""
    rows = Membership.objects.filter(person=person)
    current = rows.current().order_by("-is_main", "pk").first() or rows.order_by("-left_on", "-pk").first()
    return current.organization_id if current else activity.host_id
