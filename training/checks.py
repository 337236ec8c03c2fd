"""What is looked at before a record is handed in. Blocking findings stop it; the others are told to both sides.

A draft saves with any of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from training.choices import ActivityKind, Listing, Presence
from training.models import Activity
from training.roll.presence import SHOWN, clashes, in_words
from training.roll.waiting import waiting
from training.slots import MOST


@dataclass(frozen=True)
class Finding:
    """:param field: of the form it belongs to, empty where it is none of one. :param blocking: stops the hand-in."""

    field: str
    message: str
    blocking: bool = True


Check = Callable[[Activity], Iterator[Finding]]
_NEEDED = {
    ActivityKind.DRILL: ("title", "starts_at", "ends_at", "place", "form", "scope", "hazard", "subjects", "summary"),
    ActivityKind.TRAINING: ("title", "starts_at", "ends_at", "place", "training_kind", "summary"),
}
_LONGEST = {ActivityKind.DRILL: timedelta(days=15), ActivityKind.TRAINING: timedelta(days=MOST)}


def complete(activity: Activity) -> Iterator[Finding]:
    """The facts of domain.md §11.10 and §11.11 that a record cannot do without."""
    for name in _NEEDED[ActivityKind(activity.kind)]:
        if name == "place" and (activity.base_id or activity.division_id):
            continue
        if not getattr(activity, name):
            label = activity._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            yield Finding(name, _("“%(field)s”还没有填。") % {"field": label})


def over(activity: Activity) -> Iterator[Finding]:
    if activity.ends_at is None or activity.starts_at is None:
        return
    if activity.ends_at > timezone.now():
        yield Finding("ends_at", _("活动还没有结束，结束后才能报送记录。"))
    if activity.ends_at - activity.starts_at > _LONGEST[ActivityKind(activity.kind)]:
        days = _LONGEST[ActivityKind(activity.kind)].days
        yield Finding("ends_at", _("开始到结束超过 %(days)d 天，请核对日期。") % {"days": days})


def attended(activity: Activity) -> Iterator[Finding]:
    listed = activity.participations.filter(listing=Listing.LISTED)
    if not listed.exists():
        if not activity.outside_people:
            yield Finding("", _("名单里还没有人。请从参加队伍的名册里选人，或填写其他参加人数。"))
        return
    if not listed.filter(attendances__presence=Presence.PRESENT).exists():
        yield Finding("", _("名单里没有一个人点到。请点名，或按纸质签到表补录。"))
    asked = activity.participations.filter(listing=Listing.ASKED).count()
    if asked:
        yield Finding("", _("还有 %(count)d 人报名或现场签到、没有定是否在名单。") % {"count": asked}, blocking=False)


def at_two_places(activity: Activity) -> Iterator[Finding]:
    """Bad input of domain.md §11.10: nobody is at two drills at once. The other one is not named: it may be none of the
    reader's business."""
    found = clashes(activity)
    for clash in found[:SHOWN]:
        yield Finding("", in_words(clash))
    if len(found) > SHOWN:
        yield Finding("", _("另有 %(count)d 处同一人同时在两地点到。") % {"count": len(found) - SHOWN})


def settled(activity: Activity) -> Iterator[Finding]:
    count = waiting(activity.pk).count()
    if count:
        yield Finding("", _("有 %(count)d 条点名没有算数、等待处理（在“点名”里）。") % {"count": count}, blocking=False)


CHECKS: tuple[Check, ...] = (complete, over, attended, at_two_places, settled)


def check(activity: Activity) -> list[Finding]:
    """Everything that is found, blocking first."""
    found = [finding for one in CHECKS for finding in one(activity)]
    return sorted(found, key=lambda finding: not finding.blocking)


def blocking(activity: Activity) -> list[str]:
    return [finding.message for finding in check(activity) if finding.blocking]
