"""Which reviews wait for whom, and what the region may decide together."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, QuerySet

from assessments.annual.answers import LEAGUE, TEAM, Basis, bases_of, differing
from assessments.annual.rights import decides
from assessments.models import Campaign, Review
from assessments.models.review import ReviewQuerySet
from assessments.states import CampaignState, ReviewState
from core.models import WorkflowEvent
from organizations.models import Organization, User
from organizations.permissions import reach
from organizations.roles import Level, Right

HANDED_IN = ("submit", "resubmit")
RELATED = ("campaign", "office", "organization", "team", "submitted_by", "scored_by")


def of_the_region(user: User) -> ReviewQuerySet:
    """Of campaigns under way, for whoever runs them. Asks nothing by itself."""
    region = Organization.objects.filter(reach(user, Right.MANAGE_ASSESSMENT, at=""), level=Level.REGION)
    return Review.objects.filter(Exists(region), campaign__state=CampaignState.OPEN)


def waiting_for(user: User, side: str) -> "QuerySet[Review]":
    """What one side has to do now, the longest waiting first."""
    rows = Review.objects.filter(campaign__state=CampaignState.OPEN) if side == LEAGUE else of_the_region(user)
    rows = rows.exclude(organization=user.organization_id).exclude(submitted_by=user)
    if side == LEAGUE:
        return rows.to_score(user).order_by("submitted_at", "pk")  # type: ignore[attr-defined,no-any-return]
    return rows.filter(state=ReviewState.SCORED).exclude(scored_by=user).order_by("scored_at", "pk")


def to_mend(user: User) -> "QuerySet[Review]":
    """What the user's teams have still to hand in."""
    mine = reach(user, Right.REPORT_ASSESSMENT, at="organization")
    states = (ReviewState.DRAFT, ReviewState.RETURNED)
    return Review.objects.filter(mine, state__in=states, campaign__state=CampaignState.OPEN)


def clean_ones(campaign: Campaign, user: User, most: int) -> tuple[list[Review], list[Review], bool, dict[int, Basis]]:
    """Of what waits for the region's decision in one campaign: those on which team and office agree, with no adjustment
    and nothing found at the hand-in; the others; whether there are more; what their sheets are made of."""
    rows = waiting_for(user, "region").filter(campaign=campaign)
    found = list(rows.select_related(*RELATED).order_by("organization__path")[: most + 1])
    shown = found[:most]
    bases, told = bases_of(shown), told_of(shown)
    clean = [
        row
        for row in shown
        if not told.get(row.pk)
        and not bases[row.pk].adjustments
        and not differing(bases[row.pk], TEAM, LEAGUE)
        and decides(row, user)
    ]
    return clean, [row for row in shown if row not in clean], len(found) > most, bases


def told_of(rows: list[Review]) -> dict[int, list[str]]:
    """What was found at the latest hand-in of each and did not stop it. One query."""
    kind = ContentType.objects.get_for_model(Review)
    keys = [str(row.pk) for row in rows]
    events = WorkflowEvent.objects.filter(content_type=kind, object_id__in=keys, action__in=HANDED_IN).order_by("pk")
    return {int(event.object_id): told_at_hand_in(event) for event in events}


def told_at_hand_in(event: WorkflowEvent | None) -> list[str]:
    return list((event.facts or {}).get("findings") or []) if event is not None else []
