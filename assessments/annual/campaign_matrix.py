"""Teams × steps of one year's assessment: where each stands, what is late, who has to act.

Rows are in the order of the tree, league by league, never by points. Lateness follows from the state and the campaign's
days, so the heads and filters are counted in the database; rows are read one league at a time where they do not fit on
a page.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import BooleanField, Count, ExpressionWrapper, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Left, Length
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.annual.deadlines import STAGES, Stage, days_late, late_states
from assessments.models import Campaign, Objection, Review, Snapshot
from assessments.states import ReviewState as S
from core.models import WorkflowEvent
from core.together import together
from core.words import late_in_words
from organizations.models import Organization, User
from organizations.permissions import reach
from organizations.roles import Level, Right
from teams.states import TeamStatus

ON_ONE_PAGE = 400  # teams; more are shown league by league
WITH = {
    "team": (gettext_lazy("在队伍手里"), (S.DRAFT, S.RETURNED)),
    "office": (gettext_lazy("在盟市手里"), (S.SUBMITTED,)),
    "region": (gettext_lazy("在自治区手里"), (S.SCORED, S.DECIDED, S.PUBLICITY)),
}


@dataclass(frozen=True)
class Cell:
    """:ivar tone: of a chip; empty: nothing to say yet. :ivar day: when it was done. :ivar result: what it came to,
    told beside the chip: its tick says no more than that it was done."""

    label: str
    tone: str = ""
    icon: str = ""
    text: str = ""
    day: date | None = None
    late: int = 0
    result: str = ""

    @property
    def words(self) -> str:
        """As a spreadsheet says it."""
        day, late = f"{self.day:%Y-%m-%d}" if self.day else "", late_in_words(self.late) if self.late else ""
        parts = [self.text, self.result, day, late]
        return " ".join(part for part in parts if part)


@dataclass
class Row:
    review: Any
    cells: list[Cell]


@dataclass
class League:
    """An office with the teams below it, and how they stand."""

    place: Organization
    states: dict[str, int] = field(default_factory=dict)
    objections: int = 0
    rows: list[Row] = field(default_factory=list)
    shown: int = 0  # of those that the filters choose

    @property
    def total(self) -> int:
        return sum(self.states.values())


@dataclass
class Chosen:
    """The filters. Values nobody can pick are left out."""

    late: bool = False
    lies: str = ""
    objections: bool = False
    under: Organization | None = None

    def states(self, campaign: Campaign, today: date) -> set[str] | None:
        """Which states are shown; None: all."""
        found = set(S.values)
        if self.late:
            found &= set(late_states(campaign, today))
        if self.lies:
            found &= set(WITH[self.lies][1])
        return found if self.late or self.lies else None


@dataclass
class Matrix:
    campaign: Campaign
    leagues: list[League]
    chosen: Chosen
    today: date
    heads: list[dict[str, Any]]
    labels: list[str]

    @property
    def total(self) -> int:
        return sum(league.shown for league in self.leagues)

    def count(self, *states: str) -> int:
        return sum(league.states.get(state, 0) for league in self.leagues for state in states)


def seen(campaign: Campaign, user: User, under: Organization | None = None) -> "QuerySet[Review]":
    rows = Review.objects.filter(campaign=campaign).filter(reach(user, Right.VIEW_ASSESSMENT, at="organization"))
    return rows.filter(organization__path__startswith=under.path) if under else rows


def matrix_of(campaign: Campaign, user: User, chosen: Chosen, today: date | None = None) -> Matrix:
    """Leagues with their counts, heads, no rows yet. One query."""
    today = today or timezone.localdate()
    places = Organization.objects.filter(level__in=(Level.REGION, Level.LEAGUE)).order_by("path")
    rows = seen(campaign, user, chosen.under)
    above = Length("organization__path") - Organization.steplen  # of the office that manages the team
    branch = rows.order_by().annotate(branch=Left("organization__path", above))
    found = together(
        places=places.only("pk", "path", "name", "short_name", "level", "depth"),
        counts=branch.values("branch", "state").annotate(n=Count("pk"), asked=Count("pk", filter=Q(_asked()))),
    )
    leagues = _leagues(found["places"], found["counts"], chosen.states(campaign, today), chosen.objections)
    heads = [_head(campaign, stage, leagues, today) for stage in STAGES]
    return Matrix(campaign, leagues, chosen, today, heads, [*(str(s.label) for s in STAGES), _("取数"), _("异议")])


def _asked() -> Q:
    """Of which an objection or an appeal waits for its answer."""
    return Q(pk__in=Objection.objects.filter(outcome="", review__isnull=False).values("review"))


def _leagues(
    places: list[Organization], counts: list[dict[str, Any]], states: set[str] | None, objections: bool
) -> list[League]:
    leagues = {place.path: League(place) for place in places}
    top = next((one for one in leagues.values() if one.place.level == Level.REGION), None)
    for row in counts:
        path = row["branch"]
        league = next((one for start, one in leagues.items() if path.startswith(start) and one is not top), top)
        if league is None:
            continue
        league.states[row["state"]] = league.states.get(row["state"], 0) + row["n"]
        league.objections += row["asked"]
        if states is None or row["state"] in states:
            league.shown += row["asked"] if objections else row["n"]
    return [one for one in leagues.values() if one.total]


def _head(campaign: Campaign, stage: Stage, leagues: list[League], today: date) -> dict[str, Any]:
    def number(states: tuple[str, ...]) -> int:
        return sum(league.states.get(state, 0) for league in leagues for state in states)

    waiting = number(stage.now)
    return {
        "label": stage.label, "due": getattr(campaign, stage.due) if stage.due else None, "done": number(stage.done),
        "waiting": waiting, "late": waiting if days_late(campaign, stage, today) else 0,
    }  # fmt: skip


# -- the rows ---------------------------------------------------------------------------------------------------
def rows_of(matrix: Matrix, user: User, league: League | None = None) -> "QuerySet[Review]":
    """What the filters choose, in the order of the tree; of one league or of all."""
    rows = seen(matrix.campaign, user, matrix.chosen.under)
    states = matrix.chosen.states(matrix.campaign, matrix.today)
    if states is not None:
        rows = rows.filter(state__in=states)
    if matrix.chosen.objections:
        rows = rows.filter(_asked())
    if league is not None:
        rows = rows.filter(organization__path__startswith=league.place.path)
        if league.place.level == Level.REGION:  # what hangs below no league
            for other in matrix.leagues:
                if other is not league:
                    rows = rows.exclude(organization__path__startswith=other.place.path)
    taken = Snapshot.objects.filter(review=OuterRef("pk")).order_by().values("review").annotate(at=Max("taken_at"))
    objections = Objection.objects.filter(review=OuterRef("pk")).order_by().values("review").annotate(n=Count("pk"))
    unanswered = objections.filter(outcome="")
    return (
        rows.select_related("organization", "result")
        .defer("report", "league_opinion", "region_opinion")
        .annotate(
            taken=Subquery(taken.values("at")),
            objected=Coalesce(Subquery(objections.values("n")), 0, output_field=IntegerField()),
            unanswered=Coalesce(Subquery(unanswered.values("n")), 0, output_field=IntegerField()),
            has_left=ExpressionWrapper(Q(team__status=TeamStatus.EXITED), output_field=BooleanField()),
        )
        .order_by("organization__path", "pk")
    )


def fill(matrix: Matrix, reviews: list[Review]) -> list[League]:
    """The leagues that have any of them, with their rows. One query, for the days of publicity and conclusion."""
    days = _days(reviews)
    late = {stage.key: days_late(matrix.campaign, stage, matrix.today) for stage in STAGES}
    top = next((one for one in matrix.leagues if one.place.level == Level.REGION), None)
    for review in reviews:
        path = review.organization.path
        found = (one for one in matrix.leagues if one is not top and path.startswith(one.place.path))
        league = next(found, top)
        if league is not None:
            league.rows.append(Row(review, cells_of(review, late, days.get(review.pk, {}))))
    return [league for league in matrix.leagues if league.rows]


def _days(reviews: list[Review]) -> dict[int, dict[str, date]]:
    """When each was made public and concluded."""
    keys = [str(one.pk) for one in reviews if one.state in (S.PUBLICITY, S.FINAL)]
    kind = ContentType.objects.get_for_model(Review)
    events = WorkflowEvent.objects.filter(content_type=kind, object_id__in=keys, action__in=("publicise", "conclude"))
    found: dict[int, dict[str, date]] = {}
    for key, action, at in events.order_by("at", "pk").values_list("object_id", "action", "at"):
        found.setdefault(int(key), {})[action] = timezone.localdate(at)
    return found


def cells_of(review: Any, late: dict[str, int], days: dict[str, date]) -> list[Cell]:
    """In the order of ``Matrix.labels``."""
    if review.state == S.EXEMPT:
        first = Cell(str(STAGES[0].label), "off", "off", review.get_state_display())
        steps = [first, *(Cell(str(stage.label)) for stage in STAGES[1:])]
    else:
        steps = [_cell(review, stage, late[stage.key], days) for stage in STAGES]
    return [*steps, _taken(review), _objections(review)]


def _cell(review: Any, stage: Stage, late: int, days: dict[str, date]) -> Cell:
    label = str(stage.label)
    if review.state in stage.done:
        at = getattr(review, stage.at) if stage.at else None
        day = timezone.localdate(at) if at else days.get("conclude" if stage.key == "final" else "publicise")
        result = str(review.result or "") if stage.key == "decide" else ""
        return Cell(label, "ok", "ok", _done(stage), day, result=result)
    if review.state not in stage.now:
        return Cell(label)
    if late:
        return Cell(label, "bad", "bad", _turn(review), None, late)
    if review.state == S.PUBLICITY:
        return Cell(label, "wait", "wait", _turn(review), days.get("publicise"))
    tone, icon = ("warn", "back") if review.state == S.RETURNED else ("wait", "wait")
    return Cell(label, tone, icon, _turn(review))


def _done(stage: Stage) -> str:
    words = {"report": _("已报送"), "score": _("已考核"), "decide": _("已审定"), "public": _("已公示"),
             "final": _("已办结")}  # fmt: skip
    return words[stage.key]


def _turn(review: Any) -> str:
    words = {S.DRAFT: _("待报送"), S.RETURNED: _("退回修改"), S.SUBMITTED: _("待考核"), S.SCORED: _("待审定"),
             S.DECIDED: _("待公示"), S.PUBLICITY: _("公示中")}  # fmt: skip
    return words[S(review.state)]


def _taken(review: Any) -> Cell:
    if review.taken:
        return Cell(_("取数"), "ok", "ok", _("已取数"), timezone.localdate(review.taken))
    return Cell(_("取数")) if review.state == S.EXEMPT else Cell(_("取数"), "todo", "todo", _("没有取数"))


def _objections(review: Any) -> Cell:
    if review.unanswered:
        return Cell(_("异议"), "warn", "warn", _("%(n)d 件待答复") % {"n": review.unanswered})
    return (
        Cell(_("异议"), "ok", "ok", _("%(n)d 件已答复") % {"n": review.objected})
        if review.objected
        else Cell(_("异议"))
    )
