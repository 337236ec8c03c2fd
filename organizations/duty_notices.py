"""A person hears of every duty that is given to him, taken from him or handed over; ``accounts`` says when.

What is to happen later is told of at once and once more when it has happened (``turned``, by beat).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _

from core.language import in_chinese
from core.models import Notice
from core.notices import notify
from core.reminders import Reminder
from core.words import moment
from organizations.models import Appointment, Organization, User
from organizations.nearest import nearest_holders
from organizations.roles import Right

_URL = reverse_lazy("organizations:my_account")
BEGUN, ENDED = "appointment_begun", "appointment_ended"
LOOKS_BACK = timedelta(days=3)  # what happened while the portal stood still for longer is seen on 我的账号


def tell_begun(duty: Appointment, *, before: User | None = None) -> None:
    """:param before: who hands the duty over."""
    with in_chinese():
        ahead = duty.starts_at > timezone.now()
        title = _("您自 %(from)s 起在%(where)s任“%(role)s”") % _words(duty) if ahead else _begun(duty)
        body = [_("由%(who)s交接给您。") % {"who": before} if before else "", _what_now()]
        if duty.basis:
            body.append(_("任职依据：%(basis)s。") % {"basis": duty.basis})
        body.append(_by(duty.appointed_by))
    _tell(duty, BEGUN, title, body, _told_ahead(duty, BEGUN) if ahead else "")


def tell_ended(duty: Appointment, *, after: User | None = None) -> None:
    """:param after: to whom the duty is handed over."""
    assert duty.ends_at is not None
    with in_chinese():
        ahead = duty.ends_at > timezone.now()
        if duty.ends_at == duty.starts_at:
            title = _("您在%(where)s的“%(role)s”职责已取消，不再开始") % _words(duty)
        elif ahead:
            title = _("您在%(where)s的“%(role)s”职责将于 %(until)s 终止") % _words(duty)
        else:
            title = _ended(duty)
        body = [_("交接给%(who)s，没有办完的由其接着办。") % {"who": after} if after else ""]
        body.append(_("原因：%(reason)s。") % {"reason": duty.end_reason.rstrip("。")})
        body.append(_by(duty.ended_by))
    _tell(duty, ENDED, title, body, _told_ahead(duty, ENDED) if ahead else "")


def tell_still_held(user: User, team: Organization) -> None:
    """Whoever keeps the accounts hears that somebody has left ``team`` and holds a duty there all the same: it does not
    end by itself, and it opens the data of everybody else."""
    duties = list(Appointment.objects.in_force().filter(user=user, organization=team).order_by("pk"))
    if not duties:
        return
    with in_chinese():
        roles = _("、").join(str(duty.get_role_display()) for duty in duties)
        title = _("%(who)s已离开%(where)s，账号还任“%(roles)s”") % {"who": user, "where": team, "roles": roles}
        body = _("职责不随退队、转队终止。请办理交接或终止。")
    keepers = nearest_holders(Right.MANAGE_ACCOUNT, team, without=user.pk)
    notify(keepers, kind="duty_still_held", title=title, body=body, url=user.get_absolute_url())


def turned() -> Iterator[Reminder]:
    """Duties that have begun or ended since, of those that were told of beforehand."""
    since, now = timezone.now() - LOOKS_BACK, timezone.now()
    rows = Appointment.objects.select_related("user", "organization")
    found = [(duty, BEGUN) for duty in rows.in_force(now).filter(starts_at__gte=since)]
    ended = rows.filter(ends_at__gte=since, ends_at__lte=now, ends_at__gt=F("starts_at"))
    found += [(duty, ENDED) for duty in ended]
    names = [_told_ahead(duty, what) for duty, what in found]
    told = set(Notice.objects.filter(kind__in=(BEGUN, ENDED), once__in=names).values_list("once", flat=True))
    for duty, what in found:
        if _told_ahead(duty, what) in told:
            title, body = (_begun(duty), _what_now()) if what == BEGUN else (_ended(duty), "")
            yield Reminder([duty.user], what, title, body, str(_URL), _occasion(duty, what))


def _begun(duty: Appointment) -> str:
    return _("您已在%(where)s任“%(role)s”") % _words(duty)


def _ended(duty: Appointment) -> str:
    return _("您在%(where)s的“%(role)s”职责已终止") % _words(duty)


def _what_now() -> str:
    return _("能办什么见“职责和权限”，等您办理的见工作台。")


def _words(duty: Appointment) -> dict[str, Any]:
    return {
        "where": duty.organization,
        "role": duty.get_role_display(),
        "from": moment(duty.starts_at),
        "until": moment(duty.ends_at),
    }


def _by(person: User | None) -> str:
    return _("由%(who)s办理。") % {"who": person} if person else ""


def _occasion(duty: Appointment, what: str) -> str:
    """Its name. The instant is part of it: an end that was put off is another one."""
    at: datetime | None = duty.starts_at if what == BEGUN else duty.ends_at
    return f"{what}-{duty.pk}-{at:%Y%m%d%H%M%S}"


def _told_ahead(duty: Appointment, what: str) -> str:
    return f"{_occasion(duty, what)}-ahead"


def _tell(duty: Appointment, kind: str, title: str, body: list[str], once: str) -> None:
    notify([duty.user], kind=kind, title=title, body="".join(body), url=str(_URL), once=once)
