"""Where the records behind a metric can be improved: metric → address of the page."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from organizations.models import Organization, User
from organizations.permissions import can
from organizations.roles import Right


@dataclass(frozen=True)
class Fix:
    """:ivar right: what it takes at the team to do it there. :ivar course: whether a training brings it about."""

    label: StrOrPromise
    address: Callable[[Organization], str]
    right: Right
    course: bool = False


def _members(**filters: str) -> Callable[[Organization], str]:
    def address(place: Organization) -> str:
        return f"{reverse('people:member_list')}?{urlencode({'under': place.pk, **filters})}"

    return address


def _new(kind: str) -> Callable[[Organization], str]:
    def address(place: Organization) -> str:
        return f"{reverse('training:activity_create')}?{urlencode({'kind': kind, 'host': place.pk})}"

    return address


def _policy(place: Organization) -> str:
    return f"{reverse('people:policy_create')}?{urlencode({'organization': place.pk})}"


def _problems(place: Organization) -> str:
    return f"{reverse('training:problem_list')}?{urlencode({'under': place.pk})}"


def _filing(place: Organization) -> str:
    return f"{reverse('teams:filing_begin')}?{urlencode({'q': place.name})}"


_ADD = Fix(_("登记队员"), lambda place: reverse("people:member_create", args=[place.pk]), Right.EDIT_MEMBER)
_CERTIFY = Fix(_("看谁没有证书"), _members(lacks="certified"), Right.VIEW_MEMBER, course=True)
_INSURE = Fix(_("登记保险"), _policy, Right.EDIT_MEMBER)
_READY = Fix(_("看谁不能出动"), _members(ready="not"), Right.VIEW_MEMBER)
_DRILL = Fix(_("新建演练"), _new("drill"), Right.EDIT_TRAINING)
_TRAIN = Fix(_("新建培训"), _new("training"), Right.EDIT_TRAINING, course=True)
_NAMES = Fix(_("看名单"), _members(), Right.VIEW_MEMBER)
_FILE = Fix(_("办理备案"), _filing, Right.SUBMIT_FILING)
_SOLVE = Fix(_("办理问题"), _problems, Right.VIEW_TRAINING)

_FIXES: dict[str, Fix] = {
    "members_registered": _ADD,
    "memberships": _ADD,
    "members_certified": _CERTIFY,
    "members_expiring": _CERTIFY,
    "first_aid_coverage": _CERTIFY,
    "members_insured": _INSURE,
    "members_deployable": _READY,
    "drills_present": _DRILL,
    "attendance_rate": _DRILL,
    "trainings_held": _TRAIN,
    "trainings_present": _TRAIN,
    "training_lessons": _TRAIN,
    "training_hours_per_head": _TRAIN,
    "red_cross_members": _NAMES,
    "people_with_service": _NAMES,
    "teams_unconfirmed": _FILE,
    "teams_with_drift": _FILE,
    "teams_without_captain": _FILE,
    "problems_open": _SOLVE,
    "problems_overdue": _SOLVE,
    "problems_closed": _SOLVE,
}


def fix_for(metric: str) -> Fix | None:
    """Where the number is put right; None where the portal has no page for it."""
    return _FIXES.get(metric) or (_DRILL if metric.startswith("drills_") else None)


def link_for(metric: str, place: Organization, user: User) -> dict[str, StrOrPromise] | None:
    """Label and address, for whoever may do it there."""
    fix = fix_for(metric)
    if fix is None or not can(user, fix.right, place):
        return None
    return {"label": fix.label, "url": fix.address(place)}
