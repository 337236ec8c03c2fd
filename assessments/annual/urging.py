"""提醒: those who have not handed in, and the offices that have not scored, told in one step.

The region reminds everybody; an office that scores reminds the teams that hand in to it. Each person is told once of a
step and a day, with all of his teams in one notice; who reminded whom is kept with the campaign (``WorkflowEvent``,
action ``remind``). It reminds and decides nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.annual.deadlines import stage_of
from assessments.annual.rights import manages
from assessments.models import Campaign, Review
from assessments.states import CampaignState
from core.language import in_chinese
from core.models import WorkflowEvent
from core.notices import Letter, notify_each
from core.together import together
from organizations.models import Organization, User
from organizations.nearest import nearest_holders_each
from organizations.permissions import access, reach
from organizations.roles import Right

ACTION = "remind"
STEPS = ("report", "score")
LINES = 15  # teams named in one notice
MOST, NAMES = 10, 60  # reminders a page names, and people of each
UNREAD = ("report", "league_opinion", "region_opinion")  # long words that no notice says
_NUMBER = {"report": Count("pk"), "score": Count("office", distinct=True)}


@dataclass
class Reached:
    """One place, what of it waits, and who is told there."""

    place: Organization
    reviews: list[Review]
    people: list[User] = field(default_factory=list)


def urged_by(campaign: Campaign, user: User, step: str, under: Organization | None = None) -> "QuerySet[Review]":
    """What waits for ``step`` and the user may remind of; nothing for whoever may not remind."""
    if campaign.state != CampaignState.OPEN:
        return Review.objects.none()
    rows = Review.objects.filter(campaign=campaign, state__in=stage_of(step).now)
    if under is not None:
        rows = rows.filter(organization__path__startswith=under.path)
    if manages(campaign, user):
        return rows
    if step == "report" and Right.SCORE_ASSESSMENT in access(user):
        return rows.filter(reach(user, Right.SCORE_ASSESSMENT, at="office"))
    return rows.none()


def to_tell(campaign: Campaign, user: User, step: str, under: Organization | None = None) -> "QuerySet[Review]":
    """``urged_by`` with what is read of each to tell people."""
    rows = urged_by(campaign, user, step, under).select_related("organization", "office")
    return rows.defer(*UNREAD).order_by("organization__path")


def waiting(campaign: Campaign, user: User, under: Organization | None = None) -> list[dict[str, Any]]:
    """The buttons: what may be reminded of now, with numbers. One query."""
    return _buttons(campaign, together(**_numbers(campaign, user, under)), under)


def reminding(campaign: Campaign, user: User) -> dict[str, Any]:
    """The buttons, and who has reminded of what. One query for both."""
    found = together(**_numbers(campaign, user), events=_events(campaign)[:MOST])
    return {"urge": _buttons(campaign, found), "urged": _told(found["events"])}


def _numbers(campaign: Campaign, user: User, under: Organization | None = None) -> dict[str, Any]:
    asked = {step: urged_by(campaign, user, step, under).order_by() for step in STEPS}
    return {step: rows.values("campaign").annotate(n=_NUMBER[step]) for step, rows in asked.items()}


def _buttons(campaign: Campaign, found: Mapping[str, Any], under: Organization | None = None) -> list[dict[str, Any]]:
    labels = {"report": _("提醒还没有报送的（%(n)d 支）"), "score": _("提醒还没有考核的盟市（%(n)d 个）")}
    more = f"&under={under.pk}" if under else ""
    page = reverse("assessments:campaign_remind", args=[campaign.pk])
    numbers = {step: sum(row["n"] for row in found[step]) for step in STEPS}
    return [{"label": labels[step] % {"n": n}, "url": f"{page}?step={step}{more}"} for step, n in numbers.items() if n]


def reached(rows: Iterable[Review], step: str) -> list[Reached]:
    """Places in the order of the tree, with the people nearest to each. Two queries besides ``rows``."""
    places: dict[int, Reached] = {}
    for review in rows:
        place = review.organization if step == "report" else review.office
        places.setdefault(place.pk, Reached(place, [])).reviews.append(review)
    right = Right.REPORT_ASSESSMENT if step == "report" else Right.SCORE_ASSESSMENT
    people = nearest_holders_each(right, [one.place for one in places.values()])
    for one in places.values():
        handed_in = {review.submitted_by_id for review in one.reviews}
        # whoever handed in all that waits cannot score it
        one.people = [person for person in people[one.place.pk] if step == "report" or handed_in != {person.pk}]
    return sorted(places.values(), key=lambda one: one.place.path)


def letters(campaign: Campaign, step: str, found: Iterable[Reached], words: str = "") -> dict[User, Letter]:
    """Person → what he is told: all of his teams in one notice."""
    mine: dict[User, list[Review]] = defaultdict(list)
    for one in found:
        for person in one.people:
            mine[person] += one.reviews
    with in_chinese():
        return {person: letter(campaign, step, reviews, words) for person, reviews in mine.items()}


def letter(campaign: Campaign, step: str, reviews: list[Review], words: str = "") -> Letter:
    stage = stage_of(step)
    due = getattr(campaign, stage.due)
    said = {"year": campaign.year, "n": len(reviews), "day": due, "team": reviews[0].organization}
    if step == "report":
        several = _("%(year)s年度考核：%(n)d 支队伍还没有报送述职")
        title = several if len(reviews) > 1 else _("%(team)s还没有报送%(year)s年度述职")
    elif step == "decide":
        title = _("%(year)s年度考核：%(n)d 支队伍待审定")
    else:
        title = _("%(year)s年度考核：%(n)d 支队伍等候盟市考核")
    lines = [words.strip()] if words.strip() else []
    if due:
        late = due < timezone.localdate()
        lines.append((_("截止 %(day)s，已经过了。") if late else _("截止 %(day)s。")) % said)
    if len(reviews) > 1:
        lines += [str(one.organization) for one in reviews[:LINES]]
        if len(reviews) > LINES:
            lines.append(_("等 %(n)d 支。") % said)
    return Letter(title % said, "\n".join(lines), _url(campaign, step, reviews))


def _url(campaign: Campaign, step: str, reviews: list[Review]) -> str:
    if len(reviews) == 1:
        return reviews[0].get_absolute_url()
    queue = "ours" if step == "report" else "mine"  # the list's word for whoever has to act
    return f"{reverse('assessments:review_list')}?queue={queue}&year={campaign.year}"


@transaction.atomic
def urge(
    campaign: Campaign, step: str, *, by: User, under: Organization | None = None, words: str = ""
) -> tuple[int, int, int]:
    """Tell everybody that ``step`` waits for, but who has been told of it today.

    :returns: how many people were told, how many had been told before, of how many places nobody can be told.
    :raises ValidationError: nothing waits.
    """
    fresh = Campaign.objects.select_for_update().get(pk=campaign.pk)
    rows = to_tell(fresh, by, step, under)
    found = reached(rows, step)
    if not found:
        raise ValidationError(_("现在没有要提醒的。"), code="nobody")
    told = letters(fresh, step, found, words)
    n = notify_each(told, kind=f"review_{step}_due", once=f"urge-{fresh.pk}-{step}-{timezone.localdate()}")
    nobody = [one.place.name for one in found if not one.people]
    if n:
        facts = {"step": step, "people": n, "places": len(found), "told": [str(one) for one in told], "nobody": nobody,
                 "under": under.name if under else ""}  # fmt: skip
        WorkflowEvent.objects.create(
            content_type=ContentType.objects.get_for_model(Campaign), object_id=str(fresh.pk), action=ACTION,
            from_state=fresh.state, to_state=fresh.state, by=by, comment=words.strip(), facts=facts,
        )  # fmt: skip
    return n, len(told) - n, len(nobody)


def urged(campaign: Campaign) -> list[dict[str, Any]]:
    """Newest first: who reminded of what, and whom it reached. One query."""
    return _told(_events(campaign)[:MOST])


def _events(campaign: Campaign) -> "QuerySet[WorkflowEvent]":
    rows = WorkflowEvent.objects.of(campaign).filter(action=ACTION)
    return rows.select_related("by").order_by("-at", "-pk")


def _told(rows: Iterable[WorkflowEvent]) -> list[dict[str, Any]]:
    return [
        {
            "at": row.at, "by": row.by, "label": stage_of(row.facts["step"]).label, "comment": row.comment, **row.facts,
            "told": row.facts["told"][:NAMES], "nobody": row.facts["nobody"][:NAMES],
            "more": max(len(row.facts["told"]) - NAMES, 0),
        }
        for row in rows
    ]  # fmt: skip
