"""What may be done to accounts and appointments, each in one transaction. Pages, API, import and requests call these.

Only a security administrator keeps accounts, only at organizations that the duty reaches, and never the own one:
whoever could appoint himself would hold every right (等保 8.1.4.2 d). An account that also serves a superior office is
kept by that office, because its password opens that office's records as well.

Each function raises ``PermissionDenied`` (403) without the right and ``ValidationError`` with a plain sentence when the
facts forbid it. The row of the account is locked first, so that two administrators acting on one person at the same
time wait for each other; the exclusion constraints of the database stand behind that.
"""

from datetime import date, datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.days import beginning_of
from core.decisions import Decision, no
from core.integrity import plainly
from core.language import in_chinese, sentence
from core.typed import joined_name
from core.words import moment
from organizations.duty_notices import tell_begun, tell_ended
from organizations.models import Appointment, Organization, User
from organizations.permissions import can, forget, grant
from organizations.roles import ROLES, Right, RoleKey
from organizations.signin import factors, passwords


# -- who may ------------------------------------------------------------------------------------------
def can_manage(by: User, account: User) -> Decision:
    """Whether ``by`` keeps this account: passwords, deactivation, the person's own data."""
    if by.pk == account.pk:
        return no(gettext_lazy("不能办理本人的账号和任职，请由另一位安全管理员办理。"))
    home = can(by, Right.MANAGE_ACCOUNT, account.organization)
    if not home:
        return home
    for place in _places_of(account):
        if not can(by, Right.MANAGE_ACCOUNT, place):
            return no(sentence(gettext_lazy("此人还在%(where)s任职，账号由那里的安全管理员管理。"), {"where": place}))
    return home


def can_appoint(by: User, account: User, organization: Organization) -> Decision:
    """Whether ``by`` may give this person a duty at ``organization``, or end one there."""
    if by.pk == account.pk:
        return no(gettext_lazy("不能办理本人的账号和任职，请由另一位安全管理员办理。"))
    return can(by, Right.MANAGE_ACCOUNT, organization)


def can_end(by: User, appointment: Appointment) -> Decision:
    """Whether ``by`` may end this appointment or hand it over: it has not ended yet, and lies within reach."""
    decision = can_appoint(by, appointment.user, appointment.organization)
    if decision and appointment.ends_at and appointment.ends_at <= timezone.now():
        return no(_("这项任职已经终止。"))
    return decision


def _places_of(account: User) -> Any:
    now = timezone.now()
    current = account.appointments.filter(Q(ends_at=None) | Q(ends_at__gt=now))
    return Organization.objects.filter(appointments__in=current).distinct()


# -- accounts -----------------------------------------------------------------------------------------
@transaction.atomic
def open_account(*, by: User, organization: Organization, **facts: Any) -> tuple[User, str]:
    """Open an account at ``organization``; returns it with its one-time password, which nothing stores readably."""
    user = create_account(by=by, organization=organization, **facts)
    return user, passwords.reset_password(user)


@transaction.atomic
def open_first_account(*, username: str, name: str) -> tuple[User, str]:
    """The region's first security administrator, who then opens all other accounts; returns it with its password.

    For the operator of a new installation. Refused as soon as somebody holds that duty, so that it is no back door.
    """
    region = Organization.objects.select_for_update().get(level=Organization.Level.REGION)
    if Appointment.objects.in_force().filter(role=RoleKey.SECURITY_ADMIN, organization=region).exists():
        raise ValidationError("自治区已有安全管理员，其他账号由安全管理员在平台内开设。")
    user = User(organization=region, username=username, name=name, must_change_password=True)
    user.set_unusable_password()
    user.full_clean(exclude=["password"])
    user.save()
    _appoint(user, RoleKey.SECURITY_ADMIN, region, by=None, basis="启用平台", starts_at=timezone.now())
    return user, passwords.reset_password(user)


def create_account(*, by: User, organization: Organization, **facts: Any) -> User:
    """An account that cannot sign in until a one-time password is set."""
    can(by, Right.MANAGE_ACCOUNT, organization).require()
    _require_in_force(organization)
    facts["name"] = joined_name(facts["name"])
    user = User(organization=organization, must_change_password=True, **facts)
    user.set_unusable_password()
    user.full_clean(exclude=["password"])
    with plainly(User):
        user.save()
    return user


@transaction.atomic
def set_one_time_password(account: User, *, by: User | None, without_factors: bool = False) -> str:
    """A new one-time password; every session of the account ends.

    :param by: None for the operator at the server, when no administrator is left who could sign in.
    :param without_factors: the telephone or the key of the second factor is lost as well.
    """
    account = _locked(account)
    if by is not None:
        can_manage(by, account).require()
    if not account.is_active:
        raise ValidationError(_("账号已停用，请先恢复。"))
    password = passwords.reset_password(account)
    if without_factors:
        factors.clear_factors(account, by=by)
    end_sessions(account)
    return password


@transaction.atomic
def deactivate(account: User, *, by: User | None, reason: str) -> User:
    """Close the account: it can no longer sign in, and all its appointments end at the same instant.

    :param by: None when the portal does it itself (unused for 90 days).
    """
    account = _locked(account)
    if by is not None:
        can_manage(by, account).require()
    if not account.is_active:
        raise ValidationError(_("账号已经停用，停用时间 %(at)s。") % {"at": moment(account.deactivated_at)})
    now = timezone.now()
    with in_chinese():
        why = _("账号停用：%(reason)s") % {"reason": reason}
    for appointment in account.appointments.select_for_update().filter(Q(ends_at=None) | Q(ends_at__gt=now)):
        _end(appointment, at=now, by=by, reason=why)
    account.is_active, account.deactivated_at, account.deactivated_reason = False, now, reason
    account.version += 1
    account.save(update_fields=["is_active", "deactivated_at", "deactivated_reason", "version"])
    end_sessions(account)
    return account


@transaction.atomic
def reactivate(account: User, *, by: User) -> str:
    """Open a closed account again; returns its one-time password. Duties do not come back: they are given anew."""
    account = _locked(account)
    can_manage(by, account).require()
    if account.is_active:
        raise ValidationError(_("账号没有停用，不用恢复。"))
    _require_in_force(account.organization)
    account.is_active, account.deactivated_at, account.deactivated_reason = True, None, ""
    account.version += 1
    account.save(update_fields=["is_active", "deactivated_at", "deactivated_reason", "version"])
    return passwords.reset_password(account)


@transaction.atomic
def transfer(account: User, *, by: User, to: Organization) -> User:
    """Move the account to another organization. Duties stay as they are; they are ended and given on their own."""
    account = _locked(account)
    can_manage(by, account).require()
    can(by, Right.MANAGE_ACCOUNT, to).require()
    _require_in_force(to)
    account.organization = to
    account.version += 1
    account.save(update_fields=["organization", "version"])
    return account


def end_sessions(account: User) -> None:
    """Sign the account out everywhere."""
    for session in UserSession.objects.filter(user=account):
        session.end()


# -- appointments -------------------------------------------------------------------------------------
@transaction.atomic
def appoint(
    account: User,
    *,
    role: str,
    organization: Organization,
    by: User,
    basis: str = "",
    starts_at: datetime | None = None,
) -> Appointment:
    """Give the person a duty from now or from a later instant. The rights count from that instant."""
    account = _locked(account)
    can_appoint(by, account, organization).require()
    appointment = _appoint(account, role, organization, by=by, basis=basis, starts_at=starts_at or timezone.now())
    tell_begun(appointment)
    return appointment


def give_first_duty(account: User, *, by: User, role: str, basis: str, starts_on: date | None) -> None:
    """The duty a new account is opened with, at its own organization; an empty ``role`` leaves it without one.

    No notice: whoever hands over the password says what the account is for.
    """
    if role:
        place, starts_at = account.organization, start_of_duty(starts_on)
        can_appoint(by, account, place).require()
        _appoint(account, role, place, by=by, basis=basis, starts_at=starts_at or timezone.now())


@transaction.atomic
def end_appointment(appointment: Appointment, *, by: User, reason: str, at: datetime | None = None) -> Appointment:
    """End a duty now or at a later instant. One that has not begun is called off: it ends where it would begin."""
    _locked(appointment.user)
    appointment = _fresh(appointment)
    can_appoint(by, appointment.user, appointment.organization).require()
    now = timezone.now()
    if at is not None and at < now:
        raise ValidationError({"at": _("终止时间不能早于现在。")})
    _require_open(appointment, now)
    with plainly(Appointment):
        _end(appointment, at=at or now, by=by, reason=reason)
    tell_ended(appointment)
    return appointment


@transaction.atomic
def hand_over(
    appointment: Appointment, *, to: User, by: User, reason: str, basis: str = "", at: datetime | None = None
) -> Appointment:
    """Pass a duty on: the old appointment ends and the new one begins at the same instant. Returns the new one."""
    for person in sorted([appointment.user, to], key=lambda person: person.pk):  # always in one order: no deadlock
        _locked(person)
    appointment = _fresh(appointment)
    can_appoint(by, appointment.user, appointment.organization).require()
    can_appoint(by, to, appointment.organization).require()
    if to.pk == appointment.user_id:
        raise ValidationError({"to": _("接任的人就是现任，不用交接。")})
    now = timezone.now()
    if at is not None and at < now:
        raise ValidationError({"at": _("交接时间不能早于现在。")})
    _require_open(appointment, now)
    instant = max(at or now, appointment.starts_at)
    _end(appointment, at=instant, by=by, reason=reason)
    fresh = User.objects.get(pk=to.pk)
    new = _appoint(fresh, appointment.role, appointment.organization, by=by, basis=basis, starts_at=instant)
    tell_ended(appointment, after=fresh)
    tell_begun(new, before=appointment.user)
    return new


def start_of_duty(day: date | None) -> datetime | None:
    """The instant a duty dated ``day`` begins: its midnight, or now for today and for no date."""
    if day is None or day <= timezone.localdate():
        return None
    return beginning_of(day)


def _appoint(
    account: User, role: str, organization: Organization, *, by: User | None, basis: str, starts_at: datetime
) -> Appointment:
    if not account.is_active:
        raise ValidationError(_("%(name)s的账号已停用，不能任职。") % {"name": account})
    check_fit(role, organization)
    _require_in_force(organization)
    appointment = Appointment(
        user=account, role=role, organization=organization, starts_at=starts_at, basis=basis, appointed_by=by
    )
    appointment.full_clean(exclude=["appointed_by", "ended_by"])
    with plainly(Appointment):
        appointment.save()
        grant(appointment)
    forget(account)
    return appointment


def check_fit(role: str, organization: Organization) -> None:
    """A duty exists at certain levels only: a captain in a team, an auditor at region and league."""
    if role not in ROLES:
        raise ValidationError({"role": _("没有这种职责。")})
    if organization.level not in ROLES[role].levels:
        where = _("、").join(str(level.label) for level in type(organization).Level if level in ROLES[role].levels)
        words = {"role": ROLES[role].label, "where": where, "place": organization}
        raise ValidationError({"role": _("“%(role)s”设在%(where)s，不能设在%(place)s。") % words})


def _end(appointment: Appointment, *, at: datetime, by: User | None, reason: str) -> Appointment:
    appointment.ends_at = max(at, appointment.starts_at)
    appointment.ended_by = by
    appointment.end_reason = reason[:200]
    appointment.save(update_fields=["ends_at", "ended_by", "end_reason"])
    return appointment


def _require_open(appointment: Appointment, now: datetime) -> None:
    if appointment.ends_at and appointment.ends_at <= now:
        words = {"who": appointment.ended_by or _("系统"), "at": moment(appointment.ends_at)}
        raise ValidationError(_("这项任职已由%(who)s终止，终止时间 %(at)s。") % words, code="state")


def _require_in_force(organization: Organization) -> None:
    if organization.is_over:
        raise ValidationError(_("%(name)s已停用。") % {"name": organization})
    if organization.valid_to:
        words = {"name": organization, "on": organization.valid_to}
        raise ValidationError(_("%(name)s定于 %(on)s 停用，不再开账号、任职。") % words)


# Locked first and read with what belongs to it afterwards: a row that waited for its lock and joins another one since
# (a person who was transferred) falls out of a joined query, as if it did not exist.
def _locked(account: User) -> User:
    User.objects.select_for_update().values("pk").get(pk=account.pk)
    locked: User = User.objects.select_related("organization").get(pk=account.pk)
    return locked


def _fresh(appointment: Appointment) -> Appointment:
    Appointment.objects.select_for_update().values("pk").get(pk=appointment.pk)
    rows = Appointment.objects.select_related("user__organization", "organization", "ended_by")
    return rows.get(pk=appointment.pk)
