"""Occasions on which the portal reminds somebody; ``core/reminders.py`` sends each once."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.reminders import Reminder
from core.words import moment
from organizations.models import AccountRequest, Appointment
from organizations.nearest import nearest_holders
from organizations.roles import Right
from organizations.workflow import deciders

ENDING_IN = (7, 30)  # days; the nearest first, so that a late start of the portal sends the urgent one only
WAITING_DAYS = 3


def appointments_ending() -> Iterator[Reminder]:
    """Duties that end within 30 and within 7 days: the person, and those who could prolong or hand over."""
    now = timezone.now()
    rows = (
        Appointment.objects.in_force(now)
        .filter(ends_at__lte=now + timedelta(days=max(ENDING_IN)))
        .select_related("user__organization", "organization")
    )
    for appointment in rows:
        days = _first_reached(appointment.ends_at, now)
        yield from _ending(appointment, days)


def _first_reached(ends_at: datetime | None, now: datetime) -> int:
    assert ends_at is not None
    return next(days for days in ENDING_IN if ends_at <= now + timedelta(days=days))


def _ending(appointment: Appointment, days: int) -> Iterator[Reminder]:
    until = moment(appointment.ends_at)
    words = {
        "who": appointment.user,
        "where": appointment.organization,
        "role": appointment.get_role_display(),
        "until": until,
    }
    # The instant is part of the occasion: a duty that was prolonged is reminded of again.
    once = f"appointment-{appointment.pk}-{appointment.ends_at:%Y%m%d%H%M}-{days}"
    yield Reminder(
        [appointment.user],
        "appointment_ending",
        _("您在%(where)s的“%(role)s”职责将于 %(until)s 到期") % words,
        _("到期后相应权限随即停止。需要继续的，请联系安全管理员。"),
        reverse("organizations:my_account"),
        once,
    )
    yield Reminder(
        nearest_holders(Right.MANAGE_ACCOUNT, appointment.organization, without=appointment.user_id),
        "appointment_ending",
        _("%(who)s在%(where)s的“%(role)s”职责将于 %(until)s 到期") % words,
        _("需要继续的，请重新任职或办理交接。"),
        appointment.user.get_absolute_url(),
        once,
    )


def requests_waiting() -> Iterator[Reminder]:
    """Requests that have waited longer than three days, once a round."""
    before = timezone.now() - timedelta(days=WAITING_DAYS)
    rows = AccountRequest.objects.waiting().filter(submitted_at__lte=before).select_related("organization", "applicant")
    for request in rows:
        words = {"number": request.number, "name": request.name, "days": WAITING_DAYS}
        yield Reminder(
            deciders(request),
            "request_waiting",
            _("%(number)s（%(name)s）提交已超过 %(days)d 天，请办理") % words,
            _("超期只提醒，不会自动通过。"),
            request.get_absolute_url(),
            f"request-{request.pk}-{request.submitted_at:%Y%m%d%H%M}",
        )
