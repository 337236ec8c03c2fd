"""What waits for a person in gradings and the year's assessment. Nothing here asks the database by itself: the portal
reads all of it along with what it counts on every page."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from assessments.annual.batch import concludable
from assessments.annual.queue import of_the_region, waiting_for
from assessments.choices import PanelDuty
from assessments.follow_ups.needed import lacking
from assessments.gradings.renewing import not_renewed
from assessments.models import PanelMember, Review, TeamGrade
from assessments.panel.members import ARRANGED
from assessments.states import REVIEW_DECIDED, GradingState, ReviewState
from organizations.models import Appointment, Organization, User
from organizations.permissions import access, reach
from organizations.roles import Level, Right, RoleKey

LAPSED = 90  # days for which a grade that has run out is still told


def to_score(user: User) -> "QuerySet[Review]":
    """Handed in to an office where the person scores."""
    return waiting_for(user, "league") if Right.SCORE_ASSESSMENT in access(user) else Review.objects.none()


def to_decide(user: User) -> "QuerySet[Review]":
    """Scored, for the region to decide; not what the person scored or handed in himself."""
    return waiting_for(user, "region") if Right.MANAGE_ASSESSMENT in access(user) else Review.objects.none()


def to_conclude(user: User, today: date) -> "QuerySet[Review]":
    """Publicity is over, and nothing keeps them."""
    if Right.MANAGE_ASSESSMENT not in access(user):
        return Review.objects.none()
    return concludable(of_the_region(user).filter(public_until__lt=today))


def to_follow_up(user: User) -> "QuerySet[Review]":
    """Decided, with a result that has to lead to something and does not yet."""
    if Right.MANAGE_ASSESSMENT not in access(user):
        return Review.objects.none()
    return lacking(of_the_region(user).filter(state__in=REVIEW_DECIDED).exclude(state=ReviewState.FINAL))


def to_reconsider(user: User) -> "QuerySet[Review]":
    """An objection or appeal was upheld: for whoever runs the year's assessment, also where the year is closed."""
    region = Organization.objects.filter(reach(user, Right.MANAGE_ASSESSMENT, at=""), level=Level.REGION)
    return Review.objects.upheld().filter(Exists(region))


def seats_to_do(user: User) -> "QuerySet[PanelMember]":
    """Places on panels for which something is to be done: to declare oneself, to score and finish; for the lead, once
    all have finished, to settle what differs and to end it."""
    undeclared = Q(declared_at=None, grading__state__in=ARRANGED)
    scoring = Q(finished_at=None, grading__state=GradingState.ON_SITE)
    others = PanelMember.objects.on_it().filter(grading=OuterRef("grading"), finished_at=None)
    ending = Q(~Exists(others), duty=PanelDuty.LEAD, grading__state=GradingState.ON_SITE)
    return PanelMember.objects.on_it().filter(undeclared | scoring | ending, user=user)


def assessing(user: User) -> "QuerySet[User]":
    """The person himself, where he is or was on a panel or is called as an assessor now."""
    called = Appointment.objects.in_force().filter(user=user, role=RoleKey.ASSESSOR)
    return User.objects.filter(Exists(PanelMember.objects.filter(user=user)) | Exists(called), pk=user.pk)


def grades_ending(user: User, until: Any) -> "QuerySet[TeamGrade]":
    """Of teams the person reports for, that run out by the day or did so lately, and are not being renewed."""
    mine, today = reach(user, Right.REPORT_ASSESSMENT, at="team__organization"), timezone.localdate()
    lately = today - timedelta(days=LAPSED)
    rows = TeamGrade.objects.filter(mine, ended_on=None, valid_until__lte=until, valid_until__gte=lately)
    return not_renewed(rows, today)
