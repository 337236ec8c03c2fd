"""What becomes of gradings and of this year's reviews when the tree of offices changes; called in the transaction of
the change. A grade that was given is in the care of the new superior; a review that was scored, and what has come to
nothing, stays with whoever had it. What the former superior noted and did not send does not go along.
"""

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.annual.effects import scorers, scoring_office
from assessments.annual.effects import tell as tell_of_review
from assessments.annual.enrolling import scorer_above
from assessments.annual.scores import drop_unsent as drop_unsent_scores
from assessments.annual.workflow import REVIEW
from assessments.gradings.commenting import drop_unsent as drop_unsent_comments
from assessments.gradings.office import handlers_of, office_for
from assessments.gradings.workflow import WORKFLOW, tell
from assessments.models import FollowUp, Grading, Review
from assessments.states import REVIEW_WITH_AUTHOR, CampaignState, GradingState, ReviewState
from organizations.models import Organization, User
from organizations.tree import no_longer_above


def in_the_way(place: Organization) -> list[str]:
    """What it was asked to do after a review: nobody would be left to report it."""
    number = FollowUp.objects.open().filter(responsible=place).count()
    return [_("%(number)d 项没有完成的考核后续动作") % {"number": number}] if number else []


def left_undone(team: Organization) -> list[str]:
    """What nobody of a team that goes will finish."""
    gradings = Grading.objects.filter(team__organization=team, closed_at=None).count()
    reviews = _reviews(team).exclude(state=ReviewState.EXEMPT).count()
    told = [
        words % {"number": number}
        for words, number in (
            (_("%(number)d 件没有办结的分级测评"), gradings),
            (_("%(number)d 件没有办结的年度考核"), reviews),
        )
        if number
    ]
    return [*told, *in_the_way(team)]


def hold(place: Organization) -> None:
    """Lock what a move of the place may pass on, before offices are locked: as ``perform`` does."""
    for rows in (_gradings(place), _reviews(place)):
        list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))


def reroute(place: Organization, *, former: str, by: User) -> None:
    """What the former superior had still to do lies with the new one."""
    gone = no_longer_above(place, former)
    _reroute_gradings(_gradings(place).filter(office__in=gone), by)
    _reroute_reviews(_reviews(place).filter(office__in=gone), scorer_above(place), by)


def _reroute_gradings(rows: QuerySet[Grading], by: User) -> None:
    for grading in rows.select_related("team__organization", "submitted_by").order_by("pk"):
        grading.office = office_for(grading, by=grading.submitted_by)
        grading.save(update_fields=["office"])
        drop_unsent_comments(grading)
        WORKFLOW.reroute(grading, to=grading.office, by=by)
        words = gettext_lazy("机构调整后由您单位办理分级测评：%(team)s")
        tell([] if grading.closed_at else handlers_of(grading), grading, "grading_submitted", words)


def _reroute_reviews(rows: QuerySet[Review], office: Organization, by: User) -> None:
    keys = list(rows.values_list("pk", flat=True))
    drop_unsent_scores(Review.objects.filter(pk__in=keys))
    rows.exclude(state=ReviewState.SUBMITTED).update(office=office)
    handed_in = rows.filter(state=ReviewState.SUBMITTED).order_by("pk")
    for review in handed_in.select_related("campaign", "team__organization", "submitted_by"):
        review.office = office
        if review.submitted_by is not None:
            review.office = scoring_office(review, review.submitted_by)
        review.save(update_fields=["office"])
        REVIEW.reroute(review, to=review.office, by=by)
        words = gettext_lazy("机构调整后由您单位考核：%(team)s")
        tell_of_review(scorers(review), review, "review_submitted", words)


def _gradings(place: Organization) -> QuerySet[Grading]:
    rows = Grading.objects.filter(team__organization__path__startswith=place.path, office__isnull=False)
    return rows.exclude(state__in=(GradingState.DECLINED, GradingState.ABANDONED))


def _reviews(place: Organization) -> QuerySet[Review]:
    """Those that the office has still to score, and those that may yet be taken in."""
    states = (*REVIEW_WITH_AUTHOR, ReviewState.SUBMITTED, ReviewState.EXEMPT)
    rows = Review.objects.filter(organization__path__startswith=place.path, state__in=states)
    return rows.exclude(campaign__state=CampaignState.CLOSED)
