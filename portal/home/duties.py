"""Duties that end, and places where one is missing."""

from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.words import due_in_words
from organizations.models import Appointment, User
from organizations.permissions import access, reach
from organizations.roles import NEEDED, ROLES, Level, Right
from portal.home.task import MOST, Task
from portal.home.year import Numbers

SOON = timedelta(days=30)


def asked(user: User) -> dict[str, QuerySet[Any, Any]]:
    """For ``core.together``: ``duties`` that end and, for whoever appoints, ``roles`` that somebody has here."""
    found: dict[str, QuerySet[Any, Any]] = {"duties": _ending(user)}
    if Right.MANAGE_ACCOUNT in access(user):
        rows = Appointment.objects.in_force(timezone.now()).filter(organization=user.organization_id)
        found["roles"] = rows.order_by("role").values_list("role", flat=True).distinct()
    return found


def _ending(user: User) -> QuerySet[Appointment]:
    """Within thirty days: the own ones and those one could prolong."""
    now = timezone.now()
    mine = Q(user=user) | reach(user, Right.MANAGE_ACCOUNT, at="organization")
    rows = Appointment.objects.in_force(now).filter(mine, ends_at__lte=now + SOON)
    shown = rows.select_related("user", "organization").only("role", "ends_at", "user__name", "organization__name")
    return shown.order_by("ends_at")[:MOST]


def ending(user: User, rows: list[Appointment]) -> Iterator[Task]:
    for row in rows:
        own = row.user_id == user.pk
        days = (timezone.localdate(row.ends_at) - timezone.localdate()).days
        words = {"who": _("您") if own else row.user, "where": row.organization, "role": row.get_role_display()}
        what = _("%(who)s在%(where)s的“%(role)s”职责到期") % words
        hint = _("需要继续的，请联系安全管理员。") if own else _("需要继续的，请重新任职或办理交接。")
        url = reverse("organizations:my_account") if own else row.user.get_absolute_url()
        yield Task("warn" if days > 7 else "bad", due_in_words(days), what, hint, url, _("去看"))


def hints(user: User, numbers: Numbers, roles: Collection[str]) -> Iterator[Task]:
    """What nobody asked for yet but somebody should look at. ``roles``: as ``asked``."""
    if Right.MANAGE_ACCOUNT not in access(user):
        return
    missing = [str(ROLES[role].label) for role in NEEDED.get(Level(user.organization.level), ()) if role not in roles]
    if missing:
        what = _("本机构还没有人担任%(roles)s") % {"roles": _("、").join(missing)}
        url = reverse("organizations:user_create", args=[user.organization_id])
        yield Task("warn", _("待任命"), what, _("开设账号、任命职责以后，有关的事才有人办。"), url, _("去开设"))
    number, url = numbers.get("leagues_without_security", (0, ""))
    if number:
        what = _("%(n)d 个盟市没有安全管理员") % {"n": number}
        yield Task("off", _("提示"), what, _("那里的账号暂由自治区代管。"), url, _("看名单"))
