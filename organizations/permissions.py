"""The one answer to who may see or do what, where, and why.

Rights come from appointments in force. An appointment writes one guardian row per right of its role (``grant``); this
module alone reads them back, and counts a row only while its appointment is in force, so that an ended duty ends at its
instant, from the next request on. Pages, API, exports, tasks, menus and tests ask here and nowhere else.

``access(user)`` is loaded with two queries once per request (it is kept on the user object the request made).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache, reduce
from hashlib import sha256
from operator import or_
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from core.decisions import Decision, no, yes
from core.language import sentence
from core.together import Written, written
from organizations.models.appointment import Appointment
from organizations.models.grant import OrganizationGrant
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
    place_id: int = 0  # of the organization

    def covers(self, target: Organization) -> bool:
        """Whether this right reaches ``target``, by the role's ``here`` and ``below``."""
        duty = ROLES[self.role]
        if self.right in duty.here and _is_here(self.path, target):
            return True
        return (
            not self.proxy_for
            and self.right in duty.below
            and target.path.startswith(self.path)
            and target.path != self.path
        )

    @property
    def reaches_below(self) -> bool:
        """Whether this right holds at everything below its place."""
        duty = ROLES[self.role]
        return self.right in duty.below and not self.proxy_for and duty.levels != {Level.TEAM}

    def condition(self, prefix: str) -> Q:
        """The same as a filter; ``prefix`` leads from the filtered model to the organization (``""`` or ``"x__"``)."""
        duty = ROLES[self.role]
        if self.right in duty.below and self.right in duty.here and not self.proxy_for:
            return Q(**{f"{prefix}path__startswith": self.path})
        if self.right in duty.here and duty.levels == {Level.TEAM}:
            return Q(**{f"{prefix}path": self.path})  # nothing hangs below a team: the shorter filter uses the index
        if self.right in duty.here:
            depth = len(self.path) // Organization.steplen
            teams = Q(
                **{f"{prefix}path__startswith": self.path, f"{prefix}depth": depth + 1, f"{prefix}level": Level.TEAM}
            )
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

    def in_office(self, right: str, place: Organization | None = None) -> bool:
        """Held, over ``place`` if one is named, not only by a duty of a team's own people."""
        held = [one for one in self.having(right) if place is None or one.covers(place)]
        return any(ROLES[one.role].levels != {Level.TEAM} for one in held)

    def __contains__(self, right: str) -> bool:
        return any(held.right == right for held in self.held)

    @property
    def mark(self) -> str:
        """Tells it from what the same person holds at another time: for what is kept of what he saw."""
        return sha256(repr(self.held).encode()).hexdigest()[:16]


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
    found = _asked().put({ANYBODY: user.pk, ANY_TIME: timezone.now(), ANY_DAY: timezone.localdate()}).read()
    held = []
    places: dict[int, list[Held]] = {}
    for right, role, path, name, appointment_id, organization_id in found["held"]:
        item = Held(right, role, path, name, appointment_id, place_id=organization_id)
        held.append(item)
        places.setdefault(organization_id, []).append(item)
    return Access((*held, *_by_proxy(places, found["proxied"])))


# what stands for them in a question that is written once
ANYBODY, ANY_TIME, ANY_DAY = -1, datetime.max.replace(tzinfo=UTC), date.max


@cache
def _asked() -> Written:
    """The duties of somebody, and the offices that have named one of their places their proxy. Every request asks, and
    writing it takes the ORM many times as long as asking."""
    grants = OrganizationGrant.objects.filter(
        user=ANYBODY,
        appointment__in=Appointment.objects.in_force(ANY_TIME),
        content_object__in=Organization.objects.in_force(ANY_DAY),
    )
    held = grants.values_list(
        "permission__codename",
        "appointment__role",
        "content_object__path",
        "content_object__name",
        "appointment_id",
        "content_object_id",
    )
    proxied = _proxied(grants.values("content_object"), ANY_DAY)
    return written({"held": held.order_by("pk"), "proxied": proxied})  # the same duties, in the same order


def _proxied(places: Any, day: date) -> Any:
    """Offices in force that one of ``places`` (keys, or a query for them) stands in for."""
    offices = Organization.objects.in_force(day).filter(proxy__in=places, has_staff=False)
    return offices.values_list("path", "name", "proxy_id", "pk")


def _by_proxy(places: Mapping[int, list[Held]], proxied: Iterable[tuple[str, str, int, int]]) -> Iterator[Held]:
    """Rights at offices that have named one of ``places`` their proxy: the ``here`` rights, nothing else."""
    for path, name, proxy_id, place_id in proxied:
        for item in places[proxy_id]:
            if item.right in ROLES[item.role].here:
                yield replace(item, path=path, proxy_for=name, place_id=place_id)


def reach(user: "User", right: str, *, at: str) -> Q:
    """A filter for rows whose organization ``user`` reaches with ``right``.

    :param at: name of the relation to the organization, ``""`` when filtering organizations themselves.
    """
    prefix = f"{at}__" if at else ""
    # each once: two duties at one place would make an OR of what an index serves alone
    conditions = dict.fromkeys(held.condition(prefix) for held in access(user).having(right))
    return reduce(or_, conditions, NOTHING)


def offices_with(user: "User", right: str) -> set[int]:
    """Keys of the offices at which ``user`` has ``right`` himself or by proxy.

    For rows that lie at offices and never at teams they say the same as ``reach``, and the database knows how many rows
    each of them has.
    """
    return {held.place_id for held in access(user).having(right) if right in ROLES[held.role].here}


def can(user: "User", right: str, organization: Organization) -> Decision:
    """Whether ``user`` has ``right`` at ``organization``, and through which duty."""
    for held in access(user).having(right):
        if held.covers(organization):
            return yes(_reason(held))
    return no(
        sentence(_("您现在的职责不能%(right)s（%(where)s）。"), {"right": Right(right).label, "where": organization})
    )


def page_of(organization: Organization | None, user: "User") -> str:
    """The address of an organization's page, for whoever may open it; else empty: then its name stands there alone."""
    if organization is None or not can(user, Right.VIEW_ORGANIZATION, organization):
        return ""
    return organization.get_absolute_url()


def sees_all(user: "User", right: str, organization: Organization) -> bool:
    """Whether the right reaches the place and everything below it: then what it shows is the same for everybody."""
    held = access(user).having(right)
    return any(each.covers(organization) and not each.proxy_for and right in ROLES[each.role].below for each in held)


def acting_for(user: "User | None", right: str, organization: Organization) -> str:
    """Name of the office acted for when the right comes from standing proxy, else an empty string."""
    if user is None:
        return ""
    for held in access(user).having(right):
        if held.covers(organization):
            return held.proxy_for
    return ""


def _reason(held: Held) -> StrOrPromise:
    words = {
        "where": held.name,
        "role": ROLES[held.role].label,
        "right": Right(held.right).label,
        "for": held.proxy_for,
    }
    if held.proxy_for:
        return sentence(_("在%(where)s任“%(role)s”，代%(for)s办理，可以%(right)s。"), words)
    return sentence(_("在%(where)s任“%(role)s”，可以%(right)s。"), words)


def who_can(right: str, organization: Organization) -> list[tuple[Appointment, Decision]]:
    """Everybody who has ``right`` at ``organization`` now, each with the reason (谁能看到这条记录，为什么)."""
    return who_can_each(right, [organization])[organization.pk]


def who_can_each(right: str, organizations: Iterable[Organization]) -> dict[int, list[tuple[Appointment, Decision]]]:
    """The same for each of several, by their keys.

    Two queries, however many places and people: the duties held on the lines up to the top or at a proxy of them, then
    the proxies.
    """
    wanted = list(organizations)
    roles = [role for role, duty in ROLES.items() if right in duty.rights]
    lines = {path for place in wanted for path in place.line}
    above = Organization.objects.filter(path__in=lines).order_by()
    # one set of keys, which the index takes: an OR over the join would read every appointment there is
    places_on_it = above.values("pk").union(above.exclude(proxy=None).values("proxy"))
    duties = (
        Appointment.objects.in_force()
        .filter(organization__in=places_on_it, role__in=roles, user__is_active=True)
        .select_related("user", "organization")
        .order_by("organization__path", "role", "user__username")
    )
    places: dict[int, list[Held]] = {}
    holders: dict[int, Appointment] = {}
    for duty in duties:
        place = duty.organization
        holders[duty.pk] = duty
        places.setdefault(place.pk, []).append(Held(right, duty.role, place.path, place.name, duty.pk))
    own = _by_path(held for helds in places.values() for held in helds)
    proxied = _by_path(_by_proxy(places, _proxied(places, timezone.localdate()) if places else ()))
    found = {}
    for target in wanted:
        answers: dict[int, Decision] = {}
        for held in (held for by_path in (own, proxied) for path in target.line for held in by_path.get(path, ())):
            if held.appointment_id not in answers and held.covers(target):
                answers[held.appointment_id] = yes(_reason(held))
        found[target.pk] = [(holders[pk], decision) for pk, decision in answers.items()]
    return found


def _by_path(helds: Iterable[Held]) -> dict[str, list[Held]]:
    found: dict[str, list[Held]] = {}
    for held in helds:
        found.setdefault(held.path, []).append(held)
    return found


def grant(*appointments: Appointment) -> None:
    """Write the guardian rows of appointments. Safe to run again."""
    permissions = {
        permission.codename: permission
        for permission in Permission.objects.filter(content_type__app_label="organizations", codename__in=Right.values)
    }
    OrganizationGrant.objects.bulk_create(
        [
            OrganizationGrant(
                user_id=appointment.user_id,
                permission=permissions[right],
                content_object_id=appointment.organization_id,
                appointment=appointment,
            )
            for appointment in appointments
            for right in sorted(appointment.duty.rights)
        ],
        ignore_conflicts=True,
        batch_size=5000,
    )


def sync_grants() -> None:
    """Bring the rows of appointments that have not ended to the present roles table; run at every upgrade.

    Two statements, because there may be millions of appointments: all of them are compared in the database, and nothing
    is written where nothing has changed.
    """
    keys = dict(
        Permission.objects.filter(content_type__app_label="organizations", codename__in=Right.values).values_list(
            "codename", "pk"
        )
    )
    pairs = [(role, keys[right]) for role, duty in ROLES.items() for right in sorted(duty.rights)]
    roles, permissions = [role for role, _key in pairs], [key for _role, key in pairs]
    with connection.cursor() as cursor:
        cursor.execute(_WITHDRAW, [timezone.now(), roles, permissions])
        cursor.execute(_GIVE, [roles, permissions, timezone.now()])


_WITHDRAW = """
    DELETE FROM organizations_organizationgrant g USING organizations_appointment a
    WHERE a.id = g.appointment_id AND (a.ends_at IS NULL OR a.ends_at > %s) AND (a.role, g.permission_id) NOT IN (
        SELECT role, permission FROM unnest(%s::text[], %s::int[]) AS t (role, permission)
    )
"""
_GIVE = """
    INSERT INTO organizations_organizationgrant (user_id, permission_id, content_object_id, appointment_id)
    SELECT a.user_id, t.permission, a.organization_id, a.id
    FROM unnest(%s::text[], %s::int[]) AS t (role, permission) JOIN organizations_appointment a ON a.role = t.role
    LEFT JOIN organizations_organizationgrant g ON g.appointment_id = a.id AND g.permission_id = t.permission
    WHERE g.id IS NULL AND (a.ends_at IS NULL OR a.ends_at > %s)
    ON CONFLICT DO NOTHING
"""
