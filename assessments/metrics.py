"""Numbers about the year's assessment, what follows from it, and grades held. Scope: an organization, by the team.

The progress of a year's assessment is that of today, whichever year is asked for: that of 2025 is made in 2026. Grades
and follow-ups are counted as at the period's day (``Period.as_at``).
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.annual.deadlines import STAGES, late
from assessments.models import FollowUp, Review, TeamGrade
from assessments.models.follow_up import follow_up_overdue
from assessments.states import FOLLOW_UP_OPEN, CampaignState, ReviewState
from core.history.as_at import held_on
from core.metrics import Measure, OfOne, Period, metric
from core.metrics.links import behind
from organizations.models import Organization
from teams.models import Team

_TEAMS, _ITEMS = _("支"), _("件")
SOON = 90  # days before a grade runs out, as in the list of grades


def _reviews(scope: Organization, period: Period) -> QuerySet[Review]:
    """Of the campaign of the period's year."""
    rows: QuerySet[Review] = Review.objects.filter(campaign__year=period.start.year)
    return rows.filter(organization__path__startswith=scope.path)


def _of_year(name: str, label: Any, note: Any, step: str, condition: Any) -> None:
    link = behind("assessments:review_list", year="{year}", step=step)
    metric(name, label, _TEAMS, note=note, place="organization", link=link, only_now=True)(
        lambda scope, period: Measure.of(_reviews(scope, period).filter(condition()))
    )


_of_year(
    "reviews_submitted", _("年度考核已报送的"), _("该年度考核中已经报送述职的队伍，现在的数"), "handed_in",
    lambda: Q(state__in=STAGES[0].done),
)  # fmt: skip
_of_year(
    "reviews_final", _("年度考核已办结的"), _("该年度考核中已经办结的队伍，现在的数"), "final",
    lambda: Q(state=ReviewState.FINAL),
)  # fmt: skip
_of_year(
    "reviews_overdue", _("年度考核超过截止日的"), _("该年度考核中过了报送、考核或审定截止日还没有办的，现在的数"),
    "overdue", lambda: late(timezone.localdate()),
)  # fmt: skip


# -- the campaign under way, whichever year's it is ---------------------------------------------------------------
def _under_way(name: str, label: Any, note: Any, step: str, states: Sequence[str]) -> None:
    def measure(scope: Organization, period: Period) -> Measure:
        rows = Review.objects.filter(campaign__state=CampaignState.OPEN, organization__path__startswith=scope.path)
        return Measure.of(rows.filter(state__in=states))

    filters: dict[str, Any] = {"step": step} if step else {}
    link = behind("assessments:review_list", campaign="open", **filters)
    metric(name, label, _TEAMS, note=note, place="organization", link=link, only_now=True)(measure)


_ASKED = [state for state in ReviewState.values if state != ReviewState.EXEMPT]
_under_way(
    "reviews_asked", _("年度考核的队伍"), _("现在进行中的年度考核，不参加的除外"), "", _ASKED
)  # fmt: skip
_under_way(
    "reviews_reported", _("已报送述职的队伍"), _("现在进行中的年度考核，退回的除外"), "handed_in", STAGES[0].done
)
_under_way(
    "reviews_done",
    _("年度考核已办结的队伍"),
    _("现在进行中的年度考核"),
    "final",
    [ReviewState.FINAL],
)


# -- grades -----------------------------------------------------------------------------------------------------
def _held(day: Any) -> QuerySet[TeamGrade]:
    return TeamGrade.objects.held(day).order_by()


@metric(
    "teams_graded", _("持有等级的救援队"), _TEAMS, note=_("有在有效期内的等级的，含外部等级"), place="organization",
    link=behind("assessments:grade_list", now_only=True, standing="held", teams="once"),
    of_one=OfOne(_("测评等级"), _("有"), _("没有")),
)  # fmt: skip
def teams_graded(scope: Organization, period: Period) -> Measure:
    return Measure.of(Team.objects.below(scope).filter(pk__in=_held(period.as_at).values("team")))


@metric(
    "grades_expiring", _("快到期的等级"), _("个"), note=_("90 天内到期的"), place="team__organization",
    link=behind("assessments:grade_list", now_only=True, standing="soon"),
)  # fmt: skip
def grades_expiring(scope: Organization, period: Period) -> Measure:
    last = period.as_at + timedelta(days=SOON)
    rows = _held(period.as_at).filter(team__organization__path__startswith=scope.path)
    return Measure.of(rows.filter(valid_until__lte=last))


# -- what follows -----------------------------------------------------------------------------------------------
def _follow_ups(scope: Organization, period: Period, condition: Q) -> Measure:
    return Measure.of(held_on(FollowUp.objects.below(scope), period.past, condition))


_follow_up_list = partial(behind, "assessments:followup_list", looks_back=True)


@metric(
    "followups_open", _("没有了结的考核后续动作"), _ITEMS, note=_("没有完成也没有撤销的，按队伍"),
    place="review__organization", link=_follow_up_list(),
)  # fmt: skip
def followups_open(scope: Organization, period: Period) -> Measure:
    return _follow_ups(scope, period, Q(state__in=FOLLOW_UP_OPEN))


@metric(
    "followups_overdue", _("超期的考核后续动作"), _ITEMS, note=_("过了期限还没有报告落实情况的，按队伍"),
    place="review__organization", link=_follow_up_list(due="overdue"),
)  # fmt: skip
def followups_overdue(scope: Organization, period: Period) -> Measure:
    return _follow_ups(scope, period, follow_up_overdue(period.as_at))
