"""Which teams a year's assessment asks, and who scores them: set by set, also for thousands."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import CharField, ExpressionWrapper, F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from assessments.models import Campaign, Review
from assessments.states import CampaignState
from organizations.models import Organization
from organizations.roles import Level
from organizations.tree import line_above
from teams.models import Team

_SCORERS = (Level.LEAGUE, Level.REGION)


def asked(campaign: Campaign) -> "QuerySet[Team]":
    """Teams on file at the end of the campaign's day: filed by then, and not left by then. A team that has left since
    is asked too; the region says where it need not take part."""
    return Team.objects.on_file_at(campaign.data_until)


def waiting_to_be_added(campaign: Campaign) -> "QuerySet[Team]":
    """On file and not in the campaign: filed after its day, or filed late with an earlier date."""
    inside = Review.objects.filter(campaign=campaign).values("team")
    return Team.objects.on_file().exclude(pk__in=inside)


@transaction.atomic
def add(campaign: Campaign, picked: Iterable[int]) -> int:
    """Teams on file that are not in the campaign, by their keys; returns how many were added.

    :raises ValidationError: it has been closed meanwhile: where nothing moves any more, nothing is begun.
    """
    fresh = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if fresh.state != CampaignState.OPEN:
        raise ValidationError(_("这一年的考核现在没有在进行，不能加入队伍。"))
    return enrol(fresh, waiting_to_be_added(fresh).filter(pk__in=picked))


def enrol(campaign: Campaign, teams: "QuerySet[Team] | None" = None) -> int:
    """A review for each of the teams (those asked, if not given) that has none yet. Two statements, however many.

    :returns: how many were added.
    """
    rows = asked(campaign) if teams is None else teams
    inside = Review.objects.filter(campaign=campaign).values("team")
    rows = rows.exclude(pk__in=inside).annotate(scorer=_scorer()).order_by("organization__path")
    found = list(rows.values_list("pk", "organization_id", "scorer"))
    made = [
        Review(campaign=campaign, team_id=team, organization_id=place, office_id=office)
        for team, place, office in found
        if office is not None
    ]
    Review.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def scorer_above(place: Organization) -> Organization:
    """The league above a team, or above an office with its teams; the region where there is none between."""
    return line_above(place.path).filter(level__in=_SCORERS).order_by("-depth")[:1].get()


def _scorer() -> Subquery:
    """The same for each of many teams."""
    team = ExpressionWrapper(OuterRef("organization__path"), output_field=CharField())
    above = Organization.objects.filter(level__in=_SCORERS)
    above = above.alias(below=team).filter(below__startswith=F("path"))
    return Subquery(above.order_by("-depth").values("pk")[:1])
