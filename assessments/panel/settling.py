"""Differences between assessors, settled by the lead or the office with the reason; each change is in the history."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from assessments.models import Grading, Indicator, SettledScore
from assessments.panel.given import check
from assessments.panel.members import is_lead, may_arrange
from assessments.panel.sheet import Row, panel_sheet
from assessments.scoring import Answer
from assessments.states import GradingState
from core.decisions import Decision, no, yes
from organizations.models import User


def may_settle(grading: Grading, user: User) -> Decision:
    """On site the lead or the office; in the deliberation the office alone."""
    decision = may_arrange(grading, user)
    if not decision and grading.state == GradingState.ON_SITE and is_lead(grading, user):
        decision = yes(_("专家组组长"))
    if decision and grading.state not in (GradingState.ON_SITE, GradingState.DELIBERATION):
        return no(_("现在是“%(state)s”，不能认定得分。") % {"state": grading.get_state_display()})
    return decision


def can_be_settled(grading: Grading, row: Row) -> bool:
    """On site what differs; what the panel agrees on is changed by the deliberation alone."""
    return grading.state == GradingState.DELIBERATION or row.agreed.differs or row.settled is not None


@transaction.atomic
def settle(
    grading: Grading, indicator: Indicator, answer: Answer, *, reason: str, by: User, opened: int | None = None
) -> SettledScore:
    """:param opened: version of what the form showed; 0: nothing was settled yet; None: not asked.

    :raises ValidationError: no answer to this indicator, not one that can be settled, or somebody was first.
    """
    fresh: Grading = Grading.objects.select_for_update(of=("self",)).select_related("office").get(pk=grading.pk)
    may_settle(fresh, by).require()
    if answer == Answer():
        raise ValidationError(_("请填认定的得分。"))
    check(indicator, answer)
    row = next((one for one in panel_sheet(fresh).rows if one.indicator.pk == indicator.pk), None)
    if row is None or not can_be_settled(fresh, row):
        raise ValidationError(_("各位专家对这一项没有分歧，现场测评期间不用认定。"))
    settled = SettledScore.objects.filter(grading=fresh, indicator=indicator).first()
    if opened is not None and opened != (settled.version if settled else 0):
        raise ValidationError(_("您打开之后，这一项已由别人认定。请核对后再保存。"), code="stale")
    if settled is None:
        settled = SettledScore(grading=fresh, indicator=indicator, version=0)
    settled.value, settled.points, settled.not_applicable = answer.value, answer.points, answer.not_applicable
    settled.reason, settled.settled_by, settled.version = reason, by, settled.version + 1
    settled.save()
    return settled
