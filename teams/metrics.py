"""Numbers about teams and filings. Scope: an organization, counted with everything below it.

How things stand is told as at the period's day (``Period.as_at``), of a past one from the history. Differences
from what was filed alone are looked for in today's tree and posts.
"""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.days import beginning_of
from core.history.as_at import held_on
from core.metrics import Link, Measure, OfOne, Period, metric
from core.metrics.links import behind
from organizations.models import Organization
from teams.choices import PostRole, TeamLevel
from teams.models import Filing, Team, TeamPost
from teams.models.filing import overdue
from teams.models.team import TeamQuerySet, unconfirmed
from teams.on_file.drift import drifting
from teams.states import FilingState

_TEAM_UNIT = _("支")
_FILING_UNIT = _("件")


def _teams(scope: Organization, period: Period) -> TeamQuerySet:
    return Team.objects.below(scope).on_file_at(period.past)


def _list(level: str = "", attention: str = "") -> Link:
    """The teams on file that day: not the list as it was then, which knows nothing of years before the portal."""
    now = behind("teams:team_list", status="on_file", level=level, attention=attention)
    past = behind("teams:team_list", on="{day}", level=level, attention=attention)
    return lambda scope, period: (past if period.past else now)(scope, period)


@metric(
    "teams_on_file", _("在册救援队"), _TEAM_UNIT, note=_("已备案、没有退出的"), place="organization",
    link=_list(), of_one=OfOne(_("备案"), _("在册"), _("不在册")),
)  # fmt: skip
def teams_on_file(scope: Organization, period: Period) -> Measure:
    return Measure.of(_teams(scope, period))


def _level(level: str, label: Any) -> None:
    metric(
        f"teams_{level}", label, _TEAM_UNIT, note=_("在册的，按队伍级别"), place="organization",
        link=_list(level=level),
        of_one=OfOne(label, _("是"), _("不是")),
    )(lambda scope, period: Measure.of(_teams(scope, period).of_level(level, period.past)))  # fmt: skip


_level(TeamLevel.REGION, _("自治区级救援队"))
_level(TeamLevel.LEAGUE, _("盟市级救援队"))
_level(TeamLevel.BANNER, _("旗县级救援队"))


@metric(
    "teams_unconfirmed", _("本年度没有确认的救援队"), _TEAM_UNIT, note=_("往年备案、本年度还没有做年度确认的"),
    place="organization", link=behind("teams:team_list", looks_back=True, attention="unconfirmed"),
    of_one=OfOne(_("年度确认"), _("没有确认"), _("已确认")),
)  # fmt: skip
def teams_unconfirmed(scope: Organization, period: Period) -> Measure:
    return Measure.of(held_on(Team.objects.below(scope), period.past, unconfirmed(period.as_at.year)))


@metric(
    "teams_with_drift", _("与备案不一致的救援队"), _TEAM_UNIT, note=_("队长离任等，还没有报变更的；只有今天的数"),
    place="organization", only_now=True, link=behind("teams:team_list", attention="drift"),
    of_one=OfOne(_("与备案的情况"), _("不一致"), _("一致")),
)  # fmt: skip
def teams_with_drift(scope: Organization, period: Period) -> Measure:
    return Measure.of(drifting(Team.objects.below(scope)))


@metric(
    "teams_without_captain", _("没有队长的救援队"), _TEAM_UNIT, note=_("在册的"), place="organization",
    link=_list(attention="no_captain"),
    of_one=OfOne(_("队长"), _("没有队长"), _("有队长")),
)  # fmt: skip
def teams_without_captain(scope: Organization, period: Period) -> Measure:
    # asked of each team: for the ten of a page the captains of all teams would be listed first
    led = TeamPost.objects.current(period.past).filter(role=PostRole.CAPTAIN, team=OuterRef("pk"))
    return Measure.of(_teams(scope, period).filter(~Exists(led)))


@metric(
    "filings_filed", _("本年办结的备案"), _FILING_UNIT, note=_("同意并办结的"), place="organization",
    link=behind("teams:filing_list", filed_after="{start}", filed_before="{last}"),
)  # fmt: skip
def filings_filed(scope: Organization, period: Period) -> Measure:
    return Measure.of(_filed(scope, period))


def _filed(scope: Organization, period: Period) -> QuerySet[Filing]:
    rows = Filing.objects.below(scope).filter(state=FilingState.FILED)
    return rows.filter(decided_at__gte=beginning_of(period.start), decided_at__lt=beginning_of(period.end))


@metric(
    "filings_waiting", _("审核中的备案"), _FILING_UNIT, note=_("已提交、还没有决定的"), place="organization",
    link=behind("teams:filing_list", now_only=True, state="submitted"),
)  # fmt: skip
def filings_waiting(scope: Organization, period: Period) -> Measure:
    return Measure.of(held_on(Filing.objects.below(scope), period.past, Q(state=FilingState.SUBMITTED)))


@metric(
    "filings_overdue", _("超过办理时限的备案"), _FILING_UNIT, note=_("还在办的"), place="organization",
    link=behind("teams:filing_list", now_only=True, overdue="true"),
)  # fmt: skip
def filings_overdue(scope: Organization, period: Period) -> Measure:
    return Measure.of(held_on(Filing.objects.below(scope), period.past, overdue(period.as_at)))
