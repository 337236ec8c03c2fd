"""How far a year's assessment is: per state, and per office that scores, in the order of the tree. One query."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Value
from django.utils import timezone

from assessments.follow_ups.needed import lacking
from assessments.models import Campaign, Review
from assessments.states import REVIEW_DECIDED, REVIEW_TONES, REVIEW_WITH_AUTHOR, ReviewState
from core.together import together
from organizations.models import Organization, User
from organizations.permissions import reach
from organizations.roles import Level, Right
from teams.models import Team
from teams.states import TeamStatus


@dataclass
class Branch:
    """An office with everything below it."""

    place: Organization
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        return self.counts.get(ReviewState.FINAL, 0) + self.counts.get(ReviewState.EXEMPT, 0)

    def cells(self) -> list[tuple[str, Any, int]]:
        return [(state.value, state.label, self.counts.get(state, 0)) for state in ReviewState]


@dataclass
class Numbers:
    """:ivar states: state, label, tone, icon, number. :ivar branches: in the order of the tree. :ivar teams: that
    opening would ask, or that could still be added. :ivar objected: of which an objection waits for its answer.
    :ivar unfollowed: whose result has to lead to something, and does not yet.
    :ivar public_over: whose publicity is over. :ivar public_first: the day on which the first publicity ends.
    :ivar left: (pk, organization__short_name) of teams that left and have not handed in: whether they take part, the
    region says."""

    states: list[dict[str, Any]]
    branches: list[Branch]
    total: int
    without_snapshot: int
    teams: int = 0
    objected: int = 0
    unfollowed: int = 0
    public_over: int = 0
    public_first: date | None = None
    left: list[dict[str, Any]] = field(default_factory=list)


def numbers_of(campaign: Campaign, user: User, teams: "QuerySet[Team] | None" = None) -> Numbers:
    """Of what the reader sees, and how many ``teams`` there are besides. One query."""
    teams, today = Team.objects.none() if teams is None else teams, timezone.localdate()
    seen = Review.objects.filter(campaign=campaign).filter(reach(user, Right.VIEW_ASSESSMENT, at="organization"))
    bare = seen.filter(snapshots=None).exclude(state=ReviewState.EXEMPT).order_by()
    objected = seen.filter(objections__outcome="").order_by()
    unfollowed = lacking(seen.filter(state__in=REVIEW_DECIDED)).order_by()
    left = seen.filter(state__in=REVIEW_WITH_AUTHOR, team__status=TeamStatus.EXITED).order_by("organization__path")
    leagues = Organization.objects.filter(level__in=(Level.REGION, Level.LEAGUE))
    found = together(
        places=leagues.only("pk", "path", "short_name", "name", "level", "depth"),
        counts=seen.order_by()
        .values("office__path", "state")
        .annotate(n=Count("pk"), over=Count("pk", filter=Q(public_until__lt=today)), first=Min("public_until")),
        bare=bare.values("campaign").annotate(n=Count("pk")),
        objected=objected.values("campaign").annotate(n=Count("pk", distinct=True)),
        unfollowed=unfollowed.values("campaign").annotate(n=Count("pk")),
        left=left.values("pk", "organization__short_name"),
        teams=teams.order_by().annotate(one=Value(1)).values("one").annotate(n=Count("pk")),
    )
    by_path = {place.path: Branch(place) for place in found["places"]}
    totals: dict[str, int] = {}
    for row in found["counts"]:
        totals[row["state"]] = totals.get(row["state"], 0) + row["n"]
        branch = by_path.get(row["office__path"])
        if branch is not None:
            branch.counts[row["state"]] = branch.counts.get(row["state"], 0) + row["n"]
    public = [row for row in found["counts"] if row["state"] == ReviewState.PUBLICITY]
    branches = [by_path[path] for path in sorted(by_path) if by_path[path].total]
    return Numbers(
        [_state(state, totals.get(state, 0)) for state in ReviewState],
        branches,
        sum(totals.values()),
        found["bare"][0]["n"] if found["bare"] else 0,
        found["teams"][0]["n"] if found["teams"] else 0,
        found["objected"][0]["n"] if found["objected"] else 0,
        found["unfollowed"][0]["n"] if found["unfollowed"] else 0,
        sum(row["over"] for row in public),
        min((row["first"] for row in public), default=None),
        found["left"],
    )


def _state(state: ReviewState, number: int) -> dict[str, Any]:
    tone, icon = REVIEW_TONES[state]
    return {"key": state.value, "label": state.label, "tone": tone, "icon": icon, "n": number}
