"""Who may do what in a year's assessment. Pages, moves and services ask here."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from assessments.choices import ScoredBy
from assessments.models import Review
from assessments.states import REVIEW_WITH_AUTHOR, CampaignState, ReviewState
from core.decisions import Decision, no, not_now
from organizations.models import User
from organizations.permissions import access, can
from organizations.region import may_manage_assessments
from organizations.roles import Right


def reports(review: Review, user: User) -> Decision:
    """The team's side, also by proxy."""
    return can(user, Right.REPORT_ASSESSMENT, review.organization)


def scores(review: Review, user: User) -> Decision:
    """Whoever scores at the review's office: never the team's own account, never who handed it in."""
    refused = _not_about_oneself(review, user)
    return can(user, Right.SCORE_ASSESSMENT, review.office) if refused is None else refused


def decides(review: Review, user: User) -> Decision:
    """The region; somebody else than who scored for the office and who handed in."""
    refused = _not_about_oneself(review, user)
    if refused is not None:
        return refused
    if review.scored_by_id == user.pk:
        return no(_("自己考核过的队伍要由别人审定。"))
    return manages(review, user)


def manages(review: object, user: User) -> Decision:
    """``may_manage_assessments``, asked once for each person of a request."""
    held = access(user)
    if Right.MANAGE_ASSESSMENT not in held:
        return no(_("您现在的职责不能组织年度考核。"))
    kept: tuple[int, Decision] | None = user.__dict__.get("_manages_assessments")
    if kept is None or kept[0] != id(held):  # what one may do is read anew: so is this
        kept = (id(held), may_manage_assessments(user))
        user.__dict__["_manages_assessments"] = kept
    return kept[1]


def writes(review: Review, user: User, side: str) -> Decision:
    """Whether the person may write the lines of one side now."""
    ask, states = _WRITING[side]
    decision = ask(review, user)
    if decision and review.campaign.state != CampaignState.OPEN:
        return not_now(_("这一年的考核现在没有在进行，不能修改。"))
    if decision and review.state not in states:
        handed_in = _("述职已经报送，现在不能修改。")
        return not_now(handed_in if side == ScoredBy.TEAM else _("这一步已经办过，现在不能修改得分。"))
    return decision


def adjusts(review: Review, user: User) -> Decision:
    """加分、扣分、否决: the office while it scores, the region until it has decided."""
    if review.state == ReviewState.SUBMITTED:
        return writes(review, user, ScoredBy.LEAGUE)
    return writes(review, user, ScoredBy.REGION)


def may_take(review: Review, user: User) -> Decision:
    """Who reads the records anew: the office or the region."""
    return can(user, Right.SCORE_ASSESSMENT, review.office) or manages(review, user)


def takes(review: Review, user: User) -> Decision:
    """The same, with the time for it: before the decision and never after."""
    decision = may_take(review, user)
    if decision and review.state not in (*REVIEW_WITH_AUTHOR, ReviewState.SUBMITTED, ReviewState.SCORED):
        return not_now(_("结果已经审定，数据不再变动。"))
    if decision and review.campaign.state != CampaignState.OPEN:
        return not_now(_("这一年的考核现在没有在进行，不能取数。"))
    return decision


def _not_about_oneself(review: Review, user: User) -> Decision | None:
    if user.organization_id == review.organization_id:
        return no(_("本队的账号不能给本队评分。"))
    if review.submitted_by_id == user.pk:
        return no(_("自己报送的考核要由别人办理。"))
    return None


_WRITING: dict[str, tuple[Callable[[Review, User], Decision], tuple[str, ...]]] = {
    ScoredBy.TEAM: (reports, REVIEW_WITH_AUTHOR),
    ScoredBy.LEAGUE: (scores, (ReviewState.SUBMITTED,)),
    ScoredBy.REGION: (decides, (ReviewState.SCORED,)),
}
