"""Columns of the lists of offices, accounts, appointments and requests."""

from typing import Any

import django_tables2 as tables
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import masking
from core.chips import chip
from core.lists import Column, DateColumn, DateTimeColumn, Table
from core.words import due_in_words
from organizations.models import AccountRequest, Appointment, Organization, User
from organizations.states import RequestState


class State(Column):
    """A chip. The table's ``state_<name>(record)`` gives (tone, words), and where it has an icon of its own that
    too; an export takes the words."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(empty_values=(), accessor="pk", **kwargs)

    def render(self, record: Any, table: Any, bound_column: Any) -> str:  # type: ignore[override]
        tone, label, *icon = getattr(table, f"state_{bound_column.name}")(record)
        if not tone:  # the ordinary case is a word; a chip would only drown the exceptions
            return str(label)
        return chip(tone, label, *icon)


class OrganizationTable(Table):
    name = tables.Column(linkify=True, orderable=True, attrs={"td": {"class": lambda record: f"depth-{record.depth}"}})
    parent = Column(_("上级机构"), accessor="parent_name", empty_values=())
    staff = State(verbose_name=_("专职人员"))
    mobile = Column(masked=masking.phone)
    in_force = State(verbose_name=_("状态"))
    code = Column(orderable=True)

    related = ("proxy",)
    only_now = ("parent",)

    class Meta:
        model = Organization
        fields = (
            "name",
            "code",
            "short_name",
            "level",
            "parent",
            "division",
            "staff",
            "proxy",
            "contact",
            "phone",
            "mobile",
            "head",
            "address",
            "uscc",
            "doc_prefix",
            "valid_from",
            "valid_to",
            "in_force",
        )
        default_columns = ("name", "level", "parent", "staff", "contact", "phone", "in_force")
        order_by = "path"

    def render_parent(self, record: Organization) -> str:
        return getattr(record, "parent_name", "") or "—"

    def value_parent(self, record: Organization) -> str:
        return getattr(record, "parent_name", "") or ""

    def state_staff(self, record: Organization) -> tuple[str, Any]:
        if record.level == Organization.Level.TEAM:
            return "", "—"
        if record.has_staff:
            return "", _("有")
        return "warn", _("由%(proxy)s代办") % {"proxy": record.proxy.short_name if record.proxy else ""}

    def value_staff(self, record: Organization) -> str:
        return str(self.state_staff(record)[1])

    def state_in_force(self, record: Organization) -> tuple[str, Any]:
        return _quiet(standing(record))

    def value_in_force(self, record: Organization) -> str:
        return str(standing(record)[1])


def _quiet(state: tuple[str, Any]) -> tuple[str, Any]:
    return ("", state[1]) if state[0] == "ok" else state


def standing(organization: Organization) -> tuple[str, Any]:
    """Whether an organization is in force, as (tone, words); on an as-at list, on that day."""
    day = getattr(organization, "as_at", None) or timezone.localdate()
    if organization.valid_to and organization.valid_to <= day:
        return "off", _("已停用")
    if organization.valid_to:
        return "warn", _("%(day)s 停用") % {"day": organization.valid_to}
    return ("wait", _("未启用")) if organization.valid_from > day else ("ok", _("在册"))


class UserTable(Table):
    name = tables.Column(linkify=True)
    username = Column(orderable=True)
    duties = Column(_("现任职责"), empty_values=(), accessor="pk")
    phone = Column(masked=masking.phone)
    email = Column(masked=masking.email)
    state = State(verbose_name=_("状态"))
    last_login = DateTimeColumn(verbose_name=_("最近登录"))
    created_at = DateColumn()

    class Meta:
        model = User
        fields = ("name", "username", "organization", "duties", "phone", "email", "last_login", "created_at", "state")
        default_columns = ("name", "username", "organization", "duties", "last_login", "state")
        order_by = ("organization__path", "username")

    def render_duties(self, record: User) -> str:
        return self.value_duties(record) or "—"

    def value_duties(self, record: User) -> str:
        """Own organization's duties by name, others with their place."""
        return _("、").join(
            str(duty.duty.label)
            if duty.organization_id == record.organization_id
            else _("%(place)s%(role)s") % {"place": duty.organization.short_name, "role": duty.duty.label}
            for duty in getattr(record, "duties_now", ())
        )

    def state_state(self, record: User) -> tuple[str, Any]:
        return _quiet(account_state(record))

    def value_state(self, record: User) -> str:
        return str(account_state(record)[1])


def account_state(account: User) -> tuple[str, Any]:
    if not account.is_active:
        return "off", _("已停用")
    if not account.has_usable_password():
        return "wait", _("未设密码")
    return ("wait", _("待本人改密码")) if account.must_change_password else ("ok", _("在用"))


class AppointmentTable(Table):
    user = tables.Column(linkify=lambda record: record.user.get_absolute_url())
    starts_at = DateTimeColumn()
    ends_at = DateTimeColumn()
    state = State(verbose_name=_("状态"))

    class Meta:
        model = Appointment
        fields = (
            "user",
            "role",
            "organization",
            "starts_at",
            "ends_at",
            "basis",
            "appointed_by",
            "ended_by",
            "end_reason",
            "state",
        )
        default_columns = ("user", "role", "organization", "starts_at", "ends_at", "basis", "state")
        order_by = "-pk"

    def state_state(self, record: Appointment) -> tuple[str, Any]:
        return _quiet(appointment_state(record))

    def value_state(self, record: Appointment) -> str:
        return str(appointment_state(record)[1])


SOON = 30  # days before its end from which a duty is marked


def appointment_state(appointment: Appointment) -> tuple[str, Any]:
    now = timezone.now()
    if appointment.ends_at and appointment.ends_at <= now:
        return "off", _("已终止")
    if appointment.starts_at > now:
        return "wait", _("尚未开始")
    if appointment.ends_at:
        days = (timezone.localdate(appointment.ends_at) - timezone.localdate()).days
        if days <= SOON:
            return "warn", due_in_words(days)
    return "ok", _("在任")


REQUEST_TONES = {
    RequestState.DRAFT: ("off", "draft"),
    RequestState.SUBMITTED: ("wait", ""),
    RequestState.RETURNED: ("warn", "back"),
    RequestState.APPROVED: ("ok", ""),
    RequestState.REJECTED: ("bad", ""),
    RequestState.WITHDRAWN: ("off", ""),
}


class RequestTable(Table):
    name = tables.Column(linkify=True, empty_values=())
    submitted_at = DateTimeColumn()
    decided_at = DateTimeColumn()
    created_at = DateTimeColumn()
    state = State(verbose_name=_("状态"))

    class Meta:
        model = AccountRequest
        fields = (
            "name",
            "number",
            "organization",
            "role",
            "username",
            "starts_on",
            "basis",
            "applicant",
            "created_at",
            "submitted_at",
            "decided_at",
            "state",
        )
        default_columns = ("name", "number", "organization", "role", "applicant", "submitted_at", "state")
        order_by = ("-created_at", "-id")

    def render_name(self, record: AccountRequest) -> str:
        return record.name or str(_("（未填姓名）"))

    def value_name(self, record: AccountRequest) -> str:
        return record.name

    def state_state(self, record: AccountRequest) -> tuple[str, Any]:
        return REQUEST_TONES[RequestState(record.state)][0], RequestState(record.state).label

    def value_state(self, record: AccountRequest) -> str:
        return record.get_state_display()
