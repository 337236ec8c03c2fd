"""People: certificates to verify, applications to decide, what runs out on the rosters one keeps."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.models import User
from organizations.permissions import access, reach
from organizations.roles import Right
from people.filters.roster import INSURANCE_ENDING
from people.membership.moving import own_team
from people.models import Certificate, Cover, Membership
from people.privacy.consenting import without_consent
from people.readiness import lacking
from people.team_pages import roster_url
from portal.home.task import Task
from portal.todo import shown

EXPIRING = 30


def wanted(user: User) -> dict[str, QuerySet]:
    """What is counted along with what the menu counts: ``expiring``, ``insurance``, ``withdrawn``."""
    held = access(user)
    found: dict[str, QuerySet] = {}
    if Right.EDIT_MEMBER in held:
        mine = Membership.objects.current().filter(reach(user, Right.EDIT_MEMBER, at="organization"))
        found["expiring"] = mine.filter(Exists(_running_out()))
        found["insurance"] = _uninsured_soon(mine)
        found["withdrawn"] = without_consent(mine)
    return found


def _running_out() -> QuerySet[Certificate]:
    today = timezone.localdate()
    days = (today, today + timedelta(days=EXPIRING))
    return Certificate.objects.standing().not_followed().filter(person=OuterRef("person"), expires_on__range=days)


def _uninsured_soon(rows: QuerySet[Membership]) -> QuerySet[Membership]:
    """Insured today, and by nothing in a month."""
    then = Cover.objects.on(timezone.localdate() + timedelta(days=INSURANCE_ENDING)).personal()
    return rows.filter(~Q(lacking("insured")), ~Exists(then.filter(person=OuterRef("person"))))


def tasks(user: User, counts: Mapping[str, int]) -> Iterator[Task]:
    roster = _roster(user)
    lines = (
        ("verify", "wait", _("待核验"), _("%(n)s 本证书待核验"), reverse("people:certificate_list"),
         _("核对照片或扫描件，通过后计入持证。"), _("去核验")),
        ("applications", "wait", _("待办理"), _("%(n)s 件入队申请待办理"), reverse("people:application_list"),
         _("接收后列入名册。"), _("去办理")),
        ("withdrawn", "warn", _("撤回同意"), _("%(n)s 名队员撤回了个人信息处理的同意"), f"{roster}consent=withdrawn",
         _("请联系本人；不再同意的，按退队办理。"), _("看名单")),
        ("expiring", "warn", _("30 天内"), _("%(n)s 名队员有证书到期"), f"{roster}certificate=in_30",
         _("请安排复训换证。"), _("看名单")),
        ("insurance", "warn", _("30 天内"), _("%(n)s 名队员的保险到期"), f"{roster}insurance=ending",
         _("到期后不能出动，请及时续保。"), _("看名单")),
    )  # fmt: skip
    for name, tone, when, what, url, hint, act in lines:
        if counts.get(name):
            yield Task(tone, when, what % {"n": shown(counts[name])}, hint, url, act)


def _roster(user: User) -> str:
    """The list for people of a team is that team's, else that of everything one keeps."""
    if team := own_team(user):
        return f"{roster_url(team)}?"
    return f"{reverse('people:member_list')}?kept=true&"
