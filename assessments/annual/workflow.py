"""年度考核: how a year's assessment goes from the region's notice to a result on file.

The campaign: 筹备中 draft, seen by the region alone, while standard and calendar are settled; 进行中 open, with a
review for every team that was on file on the campaign's day; 已办结 closed, once every review is final or exempt. A
closed one is taken up again when an appeal asks for it.

A team's review:

- 待报送 draft: the team (captain, 信息员, clerk of the managing office or of its proxy) writes its report and scores
  itself. Anything may be missing until it is handed in.
- 待盟市考核 submitted: lies with the office. It looks at answers, records and evidence, and gives its own. The team may
  take it back until the office has scored.
- 退回修改 returned: the office said what to change, at single sections and indicators; what it has scored stays.
- 待自治区审定 scored: the region looks at all three; it may write other points, with why, and add adjustments with
  grounds. It goes back to the office when there is more to score.
- 待公示 decided: result and points stand. 公示中 publicity: the region published all decided ones, with days.
- 已办结 final: publicity is over and no objection is open. A paper of it may be issued.
- 不参加考核 exempt: the region said why; before the report, or instead of one that was sent back (the team has left).

Taken up again (reconsider), because an objection or an appeal was upheld or for a reason the region writes, a review
counts a revision more; the former result stays in history. Nobody scores or decides what he handed in, nobody decides
what he scored, and the team's own account does neither. Nothing happens because a day has passed.

Whoever changes both locks reviews first, by their keys, then their campaign: a move, the steps for all of them
(``batch``), and the campaign's own form. Otherwise two would wait for each other.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from assessments.annual import effects
from assessments.annual.enrolling import enrol
from assessments.annual.rights import decides, manages, reports, scores
from assessments.annual.snapshot_occasions import is_over, take
from assessments.impartial import taken_back_by
from assessments.models import Campaign, Review
from assessments.states import CAMPAIGN_STEPS, REVIEW_SETTLED, REVIEW_STEPS, CampaignState, ReviewState, StandardState
from core.decisions import Decision, not_now
from core.workflow import Move, Workflow
from organizations.models import User
from organizations.permissions import acting_for, can
from organizations.roles import Right


# -- the campaign -------------------------------------------------------------------------------------------
def _open(campaign: Campaign, by: User) -> dict[str, int]:
    """Everybody who was on file is asked; what the records say is read, where the day has come."""
    if campaign.standard.state != StandardState.PUBLISHED:
        raise ValidationError(_("考核标准还没有发布，或者已经停用。"))
    campaign.opened_at = timezone.now()
    teams = enrol(campaign)
    taken = take(Review.objects.filter(campaign=campaign), by=by) if is_over(campaign) else 0
    return {"teams": teams, "taken": taken}


def _close(campaign: Campaign, by: User) -> None:
    left = campaign.reviews.exclude(state__in=REVIEW_SETTLED).count()
    if left:
        raise ValidationError(_("还有 %(n)d 支队伍没有办结，全部办结或不参加的才能办结这次考核。") % {"n": left})
    campaign.closed_at = timezone.now()


def _reopen(campaign: Campaign, by: User) -> None:
    campaign.closed_at = None


C = CAMPAIGN_STEPS
CAMPAIGN = Workflow(
    (
        Move("open", gettext_lazy("启动考核"), C["open"], manages, tone="main", apply=_open),
        Move("close", gettext_lazy("办结考核"), C["close"], manages, tone="main", apply=_close),
        Move("reopen", gettext_lazy("重新打开"), C["reopen"], manages, needs_comment=True, apply=_reopen),
    )
)


# -- a team's review ----------------------------------------------------------------------------------------
def _going_on(ask: Any) -> Any:
    """Moves are made while the campaign is open."""

    def asked(review: Review, user: User) -> Decision:
        decision: Decision = ask(review, user)
        if decision and review.campaign.state != CampaignState.OPEN:
            return not_now(gettext_lazy("这一年的考核现在没有在进行，不能办理。"))
        return decision

    return asked


def takes_back(review: Review, user: User) -> Decision:
    return taken_back_by(scores(review, user), reports(review, user))


def sends_back(review: Review, user: User) -> Decision:
    """The region to the office, or the office its own score back to itself."""
    region = decides(review, user)
    return region if region else scores(review, user)


def _acting_for(review: Review, user: User | None) -> str:
    """By proxy, at the team or at the office that scores."""
    if review.state in (ReviewState.SCORED, ReviewState.RETURNED):
        return acting_for(user, Right.SCORE_ASSESSMENT, review.office)
    if user is not None and can(user, Right.REPORT_ASSESSMENT, review.organization):
        return acting_for(user, Right.REPORT_ASSESSMENT, review.organization)
    return ""


R = REVIEW_STEPS
TEAM, OFFICE, DECIDER, KEEPER = map(_going_on, (reports, scores, decides, manages))
REVIEW = Workflow(
    (
        Move("submit", gettext_lazy("报送"), R["submit"], TEAM, tone="main", apply=effects.hand_in),
        Move("resubmit", gettext_lazy("重新报送"), R["resubmit"], TEAM, tone="main", apply=effects.hand_in),
        Move("take_back", gettext_lazy("撤回"), R["take_back"], _going_on(takes_back)),
        Move("score", pgettext_lazy("review", "考核完成"), R["score"], OFFICE, tone="main", apply=effects.score),
        Move(
            "return_for_changes", gettext_lazy("退回修改"), R["return_for_changes"], OFFICE,
            needs_comment=True, apply=effects.send_back,
        ),
        Move("decide", pgettext_lazy("review", "审定"), R["decide"], DECIDER, tone="main", apply=effects.decide),
        Move(
            "score_again", gettext_lazy("退回重新考核"), R["score_again"], _going_on(sends_back),
            needs_comment=True, apply=effects.score_again,
        ),
        Move(
            "publicise", pgettext_lazy("review", "公示"), R["publicise"], KEEPER, tone="main", apply=effects.publicise
        ),
        Move("conclude", pgettext_lazy("review", "办结"), R["conclude"], KEEPER, tone="main", apply=effects.conclude),
        Move("reconsider", gettext_lazy("重新审定"), R["reconsider"], KEEPER, apply=effects.reconsider),
        Move("exempt", gettext_lazy("不参加考核"), R["exempt"], KEEPER, tone="danger", apply=effects.exempt),
        Move("include", gettext_lazy("恢复参加"), R["include"], KEEPER, needs_comment=True, apply=effects.include),
    ),
    acting_for=_acting_for,
)  # fmt: skip
