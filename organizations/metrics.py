"""Numbers about offices and accounts. Scope: an organization, counted with everything below it."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.metrics import Measure, Period, metric
from core.metrics.links import behind
from organizations.models import AccountRequest, Organization, User
from organizations.models.organization import OrganizationQuerySet
from organizations.roles import Level, RoleKey


def _offices(scope: Organization) -> OrganizationQuerySet:
    return Organization.objects.in_force().offices().filter(path__startswith=scope.path)


@metric(
    "offices",
    pgettext_lazy("many", "机构"),
    _("个"),
    note=_("今天在册的红十字会机构，不含救援队"),
    link=behind("organizations:organization_list", level="office", in_force="true"),
)
def offices(scope: Organization, period: Period) -> Measure:
    return Measure.of(_offices(scope))


@metric(
    "offices_unstaffed",
    _("没有专职人员的机构"),
    _("个"),
    note=_("由上级机构代办"),
    link=behind("organizations:organization_list", level="office", in_force="true", staffed="false"),
)
def offices_unstaffed(scope: Organization, period: Period) -> Measure:
    return Measure.of(_offices(scope).filter(has_staff=False))


@metric(
    "leagues_without_security",
    _("没有安全管理员的盟市"),
    _("个"),
    note=_("其账号暂由自治区代管"),
    link=behind("organizations:organization_list", level=Level.LEAGUE.value, in_force="true", security="false"),
    to_the_minute=True,
)
def leagues_without_security(scope: Organization, period: Period) -> Measure:
    return Measure.of(_offices(scope).filter(level=Level.LEAGUE).without_duty(RoleKey.SECURITY_ADMIN))


@metric(
    "accounts",
    _("在用账号"),
    pgettext_lazy("accounts", "个"),
    note=_("可以登录的账号"),
    place="organization",
    link=behind("organizations:user_list", active="true"),
)
def accounts(scope: Organization, period: Period) -> Measure:
    return Measure.of(User.objects.active().filter(organization__path__startswith=scope.path))


@metric(
    "accounts_without_duty",
    _("没有职责的账号"),
    pgettext_lazy("accounts", "个"),
    note=_("可以登录、今天没有任何任职"),
    place="organization",
    link=behind("organizations:user_list", active="true", duty="false"),
    to_the_minute=True,
)
def accounts_without_duty(scope: Organization, period: Period) -> Measure:
    return Measure.of(User.objects.active().without_duty().filter(organization__path__startswith=scope.path))


@metric(
    "accounts_opened",
    _("本年开户"),
    pgettext_lazy("accounts", "个"),
    note=_("本年内开设的账号"),
    place="organization",
    link=behind("organizations:user_list", opened_after="{start}", opened_before="{last}"),
)
def accounts_opened(scope: Organization, period: Period) -> Measure:
    opened = User.objects.opened_between(period.start, period.end)
    return Measure.of(opened.filter(organization__path__startswith=scope.path))


@metric(
    "requests_decided",
    _("本年办结的开户申请"),
    _("件"),
    note=_("已开户或不予开户"),
    place="organization",
    link=behind("organizations:request_list", decided_after="{start}", decided_before="{last}"),
)
def requests_decided(scope: Organization, period: Period) -> Measure:
    return Measure.of(
        AccountRequest.objects.decided_between(period.start, period.end).filter(
            organization__path__startswith=scope.path
        )
    )
