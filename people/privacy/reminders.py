"""Whoever verifies people hears once a month whose time of keeping is over."""

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.reminders import Reminder
from organizations.models import Organization
from organizations.permissions import who_can
from organizations.roles import Right
from people.models import Membership
from people.privacy.anonymising import due
from people.settings import AUTOMATIC, value_of


def people_due() -> Iterator[Reminder]:
    """Per team whose former members are due, once a month. Where it happens by itself nobody is bothered."""
    if value_of(AUTOMATIC):
        return
    last = Membership.objects.filter(person=OuterRef("pk")).order_by("-left_on").values("organization")[:1]
    teams = due().annotate(team=Subquery(last)).order_by().values_list("team", flat=True)
    heads: dict[int, int] = defaultdict(int)
    for team in teams:
        heads[team] += 1
    month = f"{timezone.localdate():%Y-%m}"
    for team in Organization.objects.filter(pk__in=heads):
        words = {"team": team.short_name, "count": heads[team.pk]}
        yield Reminder(
            [appointment.user for appointment, _why in who_can(Right.VERIFY_MEMBER, team)],
            kind="retention_due",
            title=_("“%(team)s”有 %(count)d 名离队人员已满保存年限") % words,
            body=_("请看过名单以后办理匿名化；还要保存的，先不选。"),
            url=reverse("people:retention_list"),
            once=f"retention-{team.pk}-{month}",
        )
