"""Restructuring the tree of offices: add, move, appoint a proxy, close. Only with ``Right.MANAGE_TREE``.

Every function locks what it changes in the order of paths, so that two restructurings at once wait for each other and
neither reads a path that the other is rewriting.

Subjects above have their say in the same transaction, for teams as for offices: ``BEFORE_MOVED`` (place) locks what is
to follow, for who decides on it locks it before offices, too; ``AFTER_MOVED`` (place, ``former`` path, ``by``) does
what follows or refuses with ``ValidationError``; ``BEFORE_OFFICE_CLOSED`` (office) gives what is in the way, in words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from core.integrity import plainly
from core.language import in_chinese
from core.notices import notify
from organizations.models import AccountRequest, Appointment, Division, Organization, User
from organizations.models.organization import OrganizationQuerySet, line_to
from organizations.permissions import can
from organizations.reference import add_child
from organizations.roles import Level, Right, RoleKey

_ORDER = [Level.NATIONAL, Level.REGION, Level.LEAGUE, Level.BANNER, Level.TEAM]
_LOCK = 0x6F666669  # any constant: one restructuring at a time, whatever it touches


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


@transaction.atomic
def add_office(
    parent: Organization, *, by: User, division: Division | None, area: dict[str, str] | None, **facts: Any
) -> Organization:
    """Add an office under ``parent``.

    :param area: ``code`` and ``name`` of a functional area (开发区) that has no GB/T 2260 code: it is entered as a
        supplementary division beside the standard ones. Otherwise ``division`` is an existing one.
    """
    _one_at_a_time()
    can(by, Right.MANAGE_TREE, parent).require()
    _require_higher(parent, facts["level"])
    if area:
        division = _functional_area(parent, **area)
    proxy = facts.pop("proxy", None)
    if proxy and not proxy.covers(parent):
        raise ValidationError({"proxy": _("代办机构只能是它的上级机构。")})
    with plainly(Organization, Division):
        return add_child(parent, division=division, proxy=proxy, **facts)


def _functional_area(parent: Organization, *, code: str, name: str) -> Division:
    known = Division.objects.filter(code=code).first()
    if known and known.is_gb2260:
        raise ValidationError(
            {"area_code": _("%(code)s 是国标代码（%(name)s），功能区要用补充代码。") % {"code": code, "name": known}}
        )
    if parent.division is None or code[:4] != parent.division_id[:4]:
        raise ValidationError({"area_code": _("补充代码的前四位要与上级区划一致。")})
    if known:
        return known
    division = Division(code=code, name=name, parent=parent.division, level=Division.Level.FUNCTIONAL, is_gb2260=False)
    division.full_clean()
    division.save()
    return division


@dataclass(frozen=True)
class MovePlan:
    """What moving an office would bring about, for the page that asks before it is done."""

    office: Organization
    parent: Organization
    below: int  # organizations that move along
    proxies: list[Organization]  # whose proxy is no ancestor any more; the new superior stands in


def plan_move(office: Organization, parent: Organization) -> MovePlan:
    """Check a move and say what follows from it; raises ``ValidationError`` when it cannot be made."""
    if parent.path.startswith(office.path):
        raise ValidationError({"parent": _("不能移到它自己或它的下级之下。")})
    if office.parent_path == parent.path:
        raise ValidationError({"parent": _("它现在就由%(parent)s管理。") % {"parent": parent}})
    _require_higher(parent, office.level, field="parent")
    subtree = Organization.objects.filter(path__startswith=office.path)
    proxied = subtree.exclude(proxy=None).select_related("proxy")
    stranded = [
        place
        for place in proxied
        if not place.proxy.path.startswith(office.path) and not parent.path.startswith(place.proxy.path)
    ]
    return MovePlan(office, parent, subtree.count() - 1, stranded)


@transaction.atomic
def move_office(office: Organization, *, to: Organization, by: User) -> Organization:
    """Put an office, with everything below it, under another superior. Duties and accounts stay with their office."""
    hold(office)
    _one_at_a_time()
    office.refresh_from_db(fields=["path"])  # somebody else may have moved it while this one waited
    locked = {
        place.pk: place
        for place in Organization.objects.select_for_update(of=("self",))
        .filter(Q(path__startswith=office.path) | Q(pk__in=[office.pk, to.pk]) | Q(path=office.parent_path))
        .order_by("path")
    }
    office, parent = locked[office.pk], locked[to.pk]
    before = next(place for place in locked.values() if place.path == office.parent_path)
    can(by, Right.MANAGE_TREE, office).require()
    can(by, Right.MANAGE_TREE, parent).require()
    plan = plan_move(office, parent)
    for place in plan.proxies:
        place.proxy = parent
        place.version += 1
        place.save(update_fields=["proxy", "version"])
    former = office.path
    Organization.objects.move(office, parent, "last-child")
    moved = Organization.objects.get(pk=office.pk)
    Organization.objects.filter(pk=moved.pk).update(version=moved.version + 1)
    _follow(moved, former, by)
    _tell_moved(moved, before, parent, by)
    return moved


def _tell_moved(office: Organization, before: Organization, after: Organization, by: User) -> None:
    """Who works at the office and at both superiors: what lay on the desk of the former one is not there any more."""
    duties = Appointment.objects.in_force().filter(organization__in=[office, before, after]).order_by("pk")
    people: dict[int, list[User]] = {}
    for duty in duties.exclude(role=RoleKey.ASSESSOR).exclude(user=by).select_related("user"):
        people.setdefault(duty.organization_id, []).append(duty.user)
    with in_chinese():
        words = {"office": office, "before": before, "after": after}
        title = _("%(office)s由%(before)s划归%(after)s管理") % words
        body = _("没有办完的备案、培训和演练、测评考核，原上级该办的由%(after)s接着办。") % words
        gone = _("本单位不再看到它。")
    seeing = [place.pk for place in (office, before, after) if place != before or before.covers(after)]
    told = [person for pk in seeing for person in people.get(pk, ())]
    notify(told, kind="office_moved", title=title, body=body, url=office.get_absolute_url())
    if before.pk not in seeing:
        rest = [person for person in people.get(before.pk, ()) if person not in told]
        notify(rest, kind="office_moved", title=title, body=f"{body}{gone}")


def hold(place: Organization) -> None:
    """Lock what a move of the place may pass on. Whoever decides on it finishes first: call it before anything that
    such a decision locks later, or the two wait for each other."""
    for lock in settings.BEFORE_MOVED:
        import_string(lock)(place)


def _follow(place: Organization, former: str, by: User) -> None:
    for follow in settings.AFTER_MOVED:
        import_string(follow)(place, former=former, by=by)


def line_above(path: str) -> OrganizationQuerySet:
    """Who is above, at any height, whether in force or not."""
    return Organization.objects.filter(path__in=line_to(path)[:-1])


def nearest_above(place: Organization, among: Mapping[str, Organization]) -> Organization | None:
    """The nearest above the place of those given by their paths."""
    return next((among[path] for path in reversed(place.line[:-1]) if path in among), None)


def no_longer_above(place: Organization, former: str) -> set[int]:
    """Keys of those that were above a place on its ``former`` path and are not any more."""
    return {one.pk for one in line_above(former)} - {one.pk for one in line_above(place.path)}


@transaction.atomic
def close_office(office: Organization, *, on: date, by: User) -> Organization:
    """End an office on a day: from then on it is not in force. It needs to have nothing left that is."""
    office = _not_yet_over(office, by)
    if on < timezone.localdate():
        raise ValidationError({"on": _("停用日期不能早于今天。")})
    left = in_the_way(office, on)
    if left:
        raise ValidationError([_("还不能停用，先处理完：%(left)s。") % {"left": _("、").join(left)}])
    _require_held_up(office, until=on)
    office.valid_to = on
    office.version += 1
    with plainly(Organization):
        office.save(update_fields=["valid_to", "version"])
    return office


@transaction.atomic
def keep_open(office: Organization, *, by: User) -> None:
    """Call off a closing that has not come yet."""
    office = _not_yet_over(office, by)
    _require_held_up(office, until=None)
    office.valid_to = None
    office.version += 1
    office.save(update_fields=["valid_to", "version"])


def _not_yet_over(office: Organization, by: User) -> Organization:
    """The office, locked, for whoever may end it.

    :raises PermissionDenied, ValidationError: without the right; its day has come.
    """
    _one_at_a_time()
    fresh: Organization = Organization.objects.select_for_update(of=("self",)).get(pk=office.pk)
    can(by, Right.MANAGE_TREE, fresh).require()
    if fresh.is_over:
        raise ValidationError(_("%(name)s已停用。") % {"name": fresh})
    return fresh


def _require_held_up(office: Organization, *, until: date | None) -> None:
    """Nothing stays in force under a superior, or with a proxy, that ends before it does."""
    bearing = Organization.objects.filter(Q(path__in=line_to(office.path)[:-1]) | Q(pk=office.proxy_id))
    ending = bearing.filter(valid_to__isnull=False) if until is None else bearing.filter(valid_to__lt=until)
    if (first := ending.order_by("valid_to").first()) is not None:
        words = {"name": first, "on": first.valid_to}
        raise ValidationError(_("%(name)s定于 %(on)s 停用，先改它的停用日期，或者换上级、代办单位。") % words)


# -- teams: leaves of the tree, moved and closed by what is filed about them --------------------------------
@transaction.atomic
def place_team(team: Organization, *, under: Organization, by: User) -> Organization:
    """Put a team under another office. That it may is what the filing decided (``teams.workflow``); returns it anew."""
    hold(team)
    _one_at_a_time()
    rows = Organization.objects.select_for_update(of=("self",)).filter(pk__in=[team.pk, under.pk]).order_by("path")
    locked = {place.pk: place for place in rows}
    former = locked[team.pk].path
    _require_higher(locked[under.pk], Level.TEAM, field="office")
    Organization.objects.move(locked[team.pk], locked[under.pk], "last-child")
    Organization.objects.filter(pk=team.pk).update(version=F("version") + 1, division_id=under.division_id)
    moved: Organization = Organization.objects.get(pk=team.pk)
    _follow(moved, former, by)
    return moved


@transaction.atomic
def close_team(team: Organization) -> None:
    """A team that has left is not in force from today: the duties held at it give no rights any more."""
    place = Organization.objects.select_for_update(of=("self",)).get(pk=team.pk)
    place.valid_to = max(timezone.localdate(), place.valid_from + timedelta(days=1))
    place.version += 1
    place.save(update_fields=["valid_to", "version"])


@transaction.atomic
def reopen_team(team: Organization) -> None:
    """A team that comes back is in force again, and so are the duties at it that were not ended."""
    Organization.objects.filter(pk=team.pk).exclude(valid_to=None).update(valid_to=None, version=F("version") + 1)


def in_the_way(office: Organization, on: date) -> list[str]:
    """What has to be dealt with before the office can be closed, in words."""
    below = Organization.objects.in_force(on).filter(path__startswith=office.path).exclude(pk=office.pk)
    beginning = timezone.now()
    counts = {
        _("%d 个下级机构"): below.offices().count(),
        _("%d 支队伍"): below.teams().count(),
        _("%d 个在用账号"): User.objects.active().filter(organization=office).count(),
        _("%d 项未终止的任职"): Appointment.objects.filter(organization=office)
        .filter(Q(ends_at=None) | Q(ends_at__gt=beginning))
        .count(),
        _("%d 件未办结的开户申请"): AccountRequest.objects.filter(
            organization=office, state__in=["submitted", "returned"]
        ).count(),
        _("代办的 %d 个机构"): Organization.objects.in_force(on).filter(proxy=office).count(),
    }
    found = [words % number for words, number in counts.items() if number]
    for ask in settings.BEFORE_OFFICE_CLOSED:
        found += import_string(ask)(office)
    return found


def _require_higher(parent: Organization, level: str, *, field: str = "level") -> None:
    """The superior's level is strictly higher; a team can stand under any office, nothing stands under a team."""
    if _ORDER.index(Level(parent.level)) >= _ORDER.index(Level(level)) or (
        parent.level == Level.NATIONAL and level != Level.REGION
    ):
        words = {"level": Level(level).label, "parent": parent, "parent_level": Level(parent.level).label}
        raise ValidationError({field: _("%(level)s机构不能设在%(parent)s（%(parent_level)s）之下。") % words})
