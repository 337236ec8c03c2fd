"""Who was in a team before: when that was, how it ended, and that a time there begins after the one before."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from organizations.models import User
from people.choices import EndKind
from people.models import Membership, Person
from people.states import MembershipState


def former(person: Person, user: User) -> QuerySet[Membership]:
    """Memberships that ended, of those the user may see, the oldest first; not what was entered by mistake."""
    rows = Membership.objects.visible_to(user).filter(person=person, state=MembershipState.ENDED)
    return rows.exclude(end_kind=EndKind.MISTAKE).select_related("organization").order_by("left_on", "pk")


def former_in_words(person: Person, user: User) -> str:
    return _("；").join(in_short(row) for row in former(person, user))


def in_short(membership: Membership) -> str:
    """Which team from when to when, and how it ended."""
    why = str(membership.get_end_kind_display())
    if membership.end_kind in (EndKind.FAILED, EndKind.MISCONDUCT) and membership.end_reason:
        why = _("%(kind)s：%(reason)s") % {"kind": why, "reason": membership.end_reason}
    words = {
        "team": membership.organization.short_name, "from": membership.joined_on, "to": membership.left_on, "why": why,
    }  # fmt: skip
    return _("%(team)s，%(from)s 至 %(to)s，%(why)s") % words


def died_in_words() -> str:
    """The sentence where somebody would join of whom a team has said that he or she died."""
    return _("档案里登记为去世，不能入队；登记错的，请登记的队伍先恢复队籍，再按实际情况办理。")


def require_alive(person: Person) -> None:
    """:raises ValidationError: a team has said that he or she died."""
    if Membership.objects.filter(person=person, state=MembershipState.ENDED, end_kind=EndKind.DEATH).exists():
        raise ValidationError(died_in_words(), code="dead")


def too_early(left_on: date) -> str:
    """The sentence where somebody would begin again before he or she left."""
    return _("上一段队籍到 %(day)s 才结束，入队日期不能早于这一天；重新入队的，填这一次的日期。") % {"day": left_on}


def require_apart(membership: Membership) -> None:
    """Nobody is in a team twice on one day: lists as at a day and totals would count two.

    :raises ValidationError: at ``joined_on``.
    """
    rows = Membership.objects.filter(person=membership.person_id, organization=membership.organization_id)
    rows = rows.exclude(pk=membership.pk).exclude(end_kind=EndKind.MISTAKE).order_by("-joined_on")
    rows = rows.filter(Q(left_on=None) | Q(left_on__gt=membership.joined_on))
    if membership.left_on is not None:
        rows = rows.filter(joined_on__lt=membership.left_on)
    other = rows.first()
    if other is None:
        return
    if other.left_on is not None and other.joined_on <= membership.joined_on:
        raise ValidationError({"joined_on": too_early(other.left_on)})
    words = {"day": other.joined_on}
    raise ValidationError({"joined_on": _("%(day)s 起另有一段在本队的队籍，两段时间不能重叠。") % words})
