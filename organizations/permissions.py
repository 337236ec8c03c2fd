"""The one answer to who may see or do what, where, and why.

Rights come from appointments in force. An appointment writes one guardian row per right of its role (``grant``); this
module alone reads them back, and counts a row only while its appointment is in force, so that an ended duty ends at its
instant, from the next request on. Pages, API, exports, tasks, menus and tests ask here and nowhere else.

``access(user)`` is loaded with two queries once per request (it is kept on the user object the request made).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Permission
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.decisions import Decision, no, yes
from organizations.models.appointment import Appointment, OrganizationGrant
from organizations.models.organization import Organization
from organizations.roles import ROLES, Level, Right

if TYPE_CHECKING:
    from organizations.models.user import User

NOTHING = Q(pk__in=[])


@dataclass(frozen=True)
class Held:
    """One right held through one appointment at one place."""

    right: str
    role: str
    path: str
    name: str
    appointment_id: int
    proxy_for: str = ""  # name of the office acted for, when the right comes from standing proxy

    def covers(self, target: Organization) -> bool:
        """Whether this right reaches ``target``, by the role's ``here`` and ``below``."""
        duty = ROLES[self.role]
        if self.right in duty.here and _is_here(self.path, target):
            return True
        return not self.proxy_for and self.right in duty.below and target.path.startswith(self.path) and target.path != self.path

    def condition(self, prefix: str) -> Q:
        """The same as a filter; ``prefix`` leads from the filtered model to the organization (``""`` or ``"x__"``)."""
        duty = ROLES[self.role]
        if self.right in duty.below and self.right in duty.here and not self.proxy_for:
            return Q(**{f"{prefix}path__startswith": self.path})
        if self.right in duty.here:
            depth = len(self.path) // Organization.steplen
            teams = Q(**{f"{prefix}path__startswith": self.path, f"{prefix}depth": depth + 1, f"{prefix}level": Level.TEAM})
            return Q(**{f"{prefix}path": self.path}) | teams
        return Q(**{f"{prefix}path__startswith": self.path}) & ~Q(**{f"{prefix}path": self.path})


def _is_here(path: str, target: Organization) -> bool:
    return target.path == path or (target.level == Level.TEAM and target.parent_path == path)


@dataclass(frozen=True)
class Access:
    """Everything one user holds at one instant."""

    held: tuple[Held, ...]

    def having(self, right: str) -> list[Held]:
        return [held for held in self.held if held.right == right]

    def __contains__(self, right: str) -> bool:
        return any(held.right == right for held in self.held)


def access(user: "User") -> Access:
    """What ``user`` holds now; kept on the user object, so call it freely within one request."""
    cached: Access | None = getattr(user, "_access", None)
    if cached is None:
        cached = user._access = _load(user)  # type: ignore[attr-defined]
    return cached


def forget(user: "User") -> None:
    """Drop what ``access`` kept, after an appointment of this very object changed."""
    user.__dict__.pop("_access", None)


def _load(user: "User") -> Access:
    if not user.is_authenticated or not user.is_active:
        return Access(())
    rows = OrganizationGrant.objects.filter(
        user=user, appointment__in=Appointment.objects.in_force(), content_object__in=Organization.objects.in_force()
    ).values_list(
        "permission__codename", "appointment__role", "content_object__path", "content_object__name",
        "appointment_id", "content_object_id",
    )
    held = []
    places: dict[int, list[Held]] = {}
    for right, role, path, name, appointment_id, organization_id in rows:
        item = Held(right, role, path, name, appointment_id)
        held.append(item)
        places.setdefault(organization_id, []).append(item)
    return Access((*held, *_by_proxy(places)))


def _by_proxy(places: dict[int, list[Held]]) -> Iterable[Held]:
    """Rights at offices that have named one of ``places`` their proxy: the ``here`` rights, nothing else."""
    if not places:
        return
    proxied = Organization.objects.in_force().filter(proxy__in=places, has_staff=False).values_list("path", "name", "proxy_id")
    for path, name, proxy_id in proxied:
        for item in places[proxy_id]:
            if item.right in ROLES[item.role].here:
                yield Held(item.right, item.role, path, item.name, item.appointment_id, proxy_for=name)


def reach(user: "User", right: str, *, at: str) -> Q:
    """A filter for rows whose organization ``user`` reaches with ``right``.

    :param at: name of the relation to the organization, ``""`` when filtering organizations themselves.
    """
    prefix = f"{at}__" if at else ""
    return reduce(or_, (held.condition(prefix) for held in access(user).having(right)), NOTHING)


def can(user: "User", right: str, organization: Organization) -> Decision:
    """Whether ``user`` has ``right`` at ``organization``, and through which duty."""
    for held in access(user).having(right):
        if held.covers(organization):
            return yes(_reason(held))
    return no(_("您现在的职责不能%(right)s（%(where)s）。") % {"right": Right(right).label, "where": organization})


def acting_for(user: "User | None", right: str, organization: Organization) -> str:
    """Name of the office acted for when the right comes from standing proxy, else an empty string."""
    if user is None:
        return ""
    for held in access(user).having(right):
        if held.covers(organization):
            return held.proxy_for
    return ""


def _reason(held: Held) -> str:
    words = {"where": held.name, "role": ROLES[held.role].label, "right": Right(held.right).label, "for": held.proxy_for}
    if held.proxy_for:
        return _("在%(where)s任“%(role)s”，代%(for)s办理，可以%(right)s。") % words
    return _("在%(where)s任“%(role)s”，可以%(right)s。") % words


def who_can(right: str, organization: Organization) -> list[tuple[Appointment, str]]:
    """Everybody who has ``right`` at ``organization`` now, each with the reason (谁能看到这条记录，为什么)."""
    above = [organization.path[:end] for end in range(Organization.steplen, len(organization.path) + 1, Organization.steplen)]
    places = Organization.objects.filter(Q(path__in=above) | Q(proxied__path__in=above))
    rows = (
        Appointment.objects.in_force()
        .filter(organization__in=places, user__is_active=True)
        .select_related("user__organization", "organization")
        .order_by("organization__path", "role", "user__username")
    )
    answers = []
    for appointment in rows:
        decision = can(_as_holder(appointment), right, organization)
        if decision:
            answers.append((appointment, decision.reason))
    return answers


def _as_holder(appointment: Appointment) -> Any:
    """A stand-in user that holds this one appointment and nothing else, so that ``can`` answers for it."""
    user = appointment.user
    place = appointment.organization
    held = [Held(right, appointment.role, place.path, place.name, appointment.pk) for right in appointment.duty.rights]
    user._access = Access((*held, *_by_proxy({place.pk: held})))  # type: ignore[attr-defined]
    return user


def grant(appointment: Appointment) -> None:
    """Write the guardian rows of a new appointment. Safe to run again."""
    permissions = Permission.objects.filter(content_type__app_label="organizations", codename__in=appointment.duty.rights)
    OrganizationGrant.objects.bulk_create(
        [
            OrganizationGrant(
                user_id=appointment.user_id, permission=permission, content_object_id=appointment.organization_id, appointment=appointment
            )
            for permission in permissions
        ],
        ignore_conflicts=True,
    )


def sync_grants() -> int:
    """Bring the rows of all current appointments to the present roles table (after an upgrade); returns rows changed."""
    changed = 0
    for role, duty in ROLES.items():
        current = Appointment.objects.filter(role=role).filter(Q(ends_at=None) | Q(ends_at__gt=timezone.now()))
        stale = OrganizationGrant.objects.filter(appointment__in=current).exclude(permission__codename__in=duty.rights)
        changed += stale.delete()[0]
        for appointment in current.exclude(grants__isnull=False) if not stale else current:
            grant(appointment)
            changed += 1
    return changed
