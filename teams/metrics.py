"""Numbers about teams and filings. Scope: an organization, counted with everything below it."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.days import beginning_of
from core.metrics import Link, Measure, Period, metric
from organizations.models import Organization
from teams.choices import PostRole, TeamLevel
from teams.drift import drifting
from teams.models import Filing, Team, TeamPost
from teams.states import FilingState

_TEAM_UNIT = _("支")
_FILING_UNIT = _("件")


def _teams(scope: Organization) -> QuerySet[Team]:
    return Team.objects.on_file().below(scope)


def _list(route: str, **fixed: str) -> Link:
    """The list that shows the records: under the scope, with the filters that make the same choice."""

    def link(scope: Organization, period: Period) -> str:
        last = period.end - timedelta(days=1)  # a list's dates are inclusive
        values = {name: value.format(start=period.start, last=last) for name, value in fixed.items()}
        return f"{reverse(f'teams:{route}')}?{urlencode({'under': scope.pk, **values})}"

    return link


@metric(
    "teams_on_file", _("在册救援队"), _TEAM_UNIT, note=_("已备案、没有退出的"), place="organization",
    link=_list("team_list", status="on_file"),
)  # fmt: skip
def teams_on_file(scope: Organization, period: Period) -> Measure:
    return Measure.of(_teams(scope))


def _level(level: str, label: Any) -> None:
    metric(
        f"teams_{level}", label, _TEAM_UNIT, note=_("在册的，按队伍级别"), place="organization",
        link=_list("team_list", status="on_file", level=level),
    )(lambda scope, period: Measure.of(_teams(scope).filter(level=level)))  # fmt: skip


_level(TeamLevel.REGION, _("自治区级救援队"))
_level(TeamLevel.LEAGUE, _("盟市级救援队"))
_level(TeamLevel.BANNER, _("旗县级救援队"))


@metric(
    "teams_unconfirmed", _("本年度没有确认的救援队"), _TEAM_UNIT, note=_("往年备案、今年还没有做年度确认的"),
    place="organization", link=_list("team_list", attention="unconfirmed"),
)  # fmt: skip
def teams_unconfirmed(scope: Organization, period: Period) -> Measure:
    return Measure.of(Team.objects.unconfirmed(timezone.localdate().year).below(scope))


@metric(
    "teams_with_drift", _("与备案不一致的救援队"), _TEAM_UNIT, note=_("队长离任等，还没有报变更的"),
    place="organization", link=_list("team_list", attention="drift"),
)  # fmt: skip
def teams_with_drift(scope: Organization, period: Period) -> Measure:
    return Measure.of(drifting(Team.objects.below(scope)))


@metric(
    "teams_without_captain", _("没有队长的救援队"), _TEAM_UNIT, note=_("在册的"), place="organization",
    link=_list("team_list", status="on_file", attention="no_captain"),
)  # fmt: skip
def teams_without_captain(scope: Organization, period: Period) -> Measure:
    led = TeamPost.objects.current().filter(role=PostRole.CAPTAIN).values("team")
    return Measure.of(_teams(scope).exclude(pk__in=led))


@metric(
    "filings_filed", _("本年办结的备案"), _FILING_UNIT, note=_("同意并办结的"), place="organization",
    link=_list("filing_list", filed_after="{start}", filed_before="{last}"),
)  # fmt: skip
def filings_filed(scope: Organization, period: Period) -> Measure:
    return Measure.of(_filed(scope, period))


def _filed(scope: Organization, period: Period) -> QuerySet[Filing]:
    rows = Filing.objects.below(scope).filter(state=FilingState.FILED)
    return rows.filter(decided_at__gte=beginning_of(period.start), decided_at__lt=beginning_of(period.end))


@metric(
    "filings_waiting", _("审核中的备案"), _FILING_UNIT, note=_("已提交、还没有决定的"), place="organization",
    link=_list("filing_list", state="submitted"),
)  # fmt: skip
def filings_waiting(scope: Organization, period: Period) -> Measure:
    return Measure.of(Filing.objects.below(scope).filter(state=FilingState.SUBMITTED))


@metric(
    "filings_overdue", _("超过办理时限的备案"), _FILING_UNIT, note=_("今天在办的"), place="organization",
    link=_list("filing_list", overdue="true"),
)  # fmt: skip
def filings_overdue(scope: Organization, period: Period) -> Measure:
    return Measure.of(Filing.objects.overdue().below(scope))
