"""Reminders of a campaign's days to those who still have work: 14 and 3 days before, on the day, each week after it.

The team's side is reminded of the hand-in, the offices of the scoring, the region of the decision; each person gets one
notice that names all teams concerned. Reminders sent by hand: ``urging.urge``.
"""

from collections.abc import Iterator
from datetime import date

from django.utils import timezone

from assessments.annual.deadlines import DUE, Stage
from assessments.annual.effects import region_deciders
from assessments.annual.urging import STEPS, UNREAD, Reached, letters, reached
from assessments.models import Campaign, Review
from assessments.states import CampaignState
from core.models import Notice
from core.reminders import WINDOW, Reminder
from organizations.models import User
from organizations.region import region

BEFORE = (14, 3, 0)  # days before the limit
WEEK = 7
RELATED = ("organization", "office", "scored_by")


def occasion(due: date, day: date) -> str:
    """Name of the occasion the day falls on; empty on other days."""
    left = (due - day).days
    for before in BEFORE:
        if before - WINDOW < left <= before:
            return f"{due}-{before}"
    return f"{due}-late-{-left // WEEK}" if left <= -WEEK else ""


def reviews_due(today: date | None = None) -> Iterator[Reminder]:
    day = today or timezone.localdate()
    for campaign in Campaign.objects.filter(state=CampaignState.OPEN).order_by("year"):
        for stage in DUE:
            due = getattr(campaign, stage.due)
            name = occasion(due, day) if due else ""
            if name:
                yield from _of(campaign, stage, f"review-{campaign.pk}-{stage.key}-{name}")


def _of(campaign: Campaign, stage: Stage, once: str) -> Iterator[Reminder]:
    rows = Review.objects.filter(campaign=campaign, state__in=stage.now)
    waiting = list(rows.select_related(*RELATED).defer(*UNREAD).order_by("organization__path"))
    if not waiting:
        return
    told = set(Notice.objects.filter(once=once).values_list("recipient_id", flat=True))
    found = reached(waiting, stage.key) if stage.key in STEPS else [_region(waiting)]
    for person, letter in letters(campaign, stage.key, found).items():
        if person.pk not in told:
            yield Reminder([person], f"review_{stage.key}_due", letter.title, letter.body, letter.url, once)


def _region(waiting: list[Review]) -> Reached:
    people: dict[int, User] = {}
    for scorer in {review.scored_by_id: review for review in waiting}.values():
        people |= {person.pk: person for person in region_deciders(scorer)}
    return Reached(region(), waiting, list(people.values()))
