"""What the report of a year prints of the records, for many teams at once, as at the period's day.

Texts are Chinese, days ISO, hours numbers to a tenth. Neither numbers of documents nor telephones nor health.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, F, Q, QuerySet, Subquery, TextChoices, Value
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import Review, TeamGrade
from core.days import beginning_of
from core.language import in_chinese
from core.metrics import Period
from people import standing
from people.choices import MemberKind
from people.models import Membership
from people.readiness import BY_KEY, column_on
from people.states import MembershipState
from teams.choices import PostRole
from teams.facts import label_of
from teams.models import Team
from teams.on_file.past import Snapshot as Shot
from teams.on_file.past import rows_on, snapshots
from teams.on_file.portrait import value_of
from training.choices import ActivityKind, DrillForm, TrainingKind
from training.models import Activity, Problem
from training.models.problem import UNSOLVED
from training.records.facts import place_of
from training.records.hours import hours_of
from training.states import ProblemState

COUNTS = {
    "registered": "members_registered", "certified": "members_certified", "insured": "members_insured",
    "deployable": "members_deployable",
}  # fmt: skip
FACTS = (
    "name", "filing_no", "filed_on", "status", "level", "office", "main_category", "other_categories", "formation",
    "host_org_name", "registration", "filing_doc_no", "founded_on", "planned_size", "base_division", "base_address",
    "site_type", "funding",
)  # fmt: skip
_LONG = ("summary", "process", "scenario", "equipment_used", "vehicles_used", "outside_units")

Rows = dict[int, list[list[Any]]]  # key of the team's organization → lines


def facts_of(
    reviews: Sequence[Review], period: Period, numbers: Mapping[int, Mapping[str, Any]]
) -> dict[int, dict[str, Any]]:
    """Review key → facts. The same queries for however many reviews.

    :param numbers: what ``core.metrics.numbers_at`` gave for their teams.
    """
    places = [review.organization_id for review in reviews]
    teams = Team.objects.filter(pk__in=[review.team_id for review in reviews])
    with in_chinese():
        shots = {shot.team.organization_id: shot for shot in snapshots(teams, period.past)}
        held = _activities(places, period)
        lines: dict[str, Rows] = {
            "members": _members(places, period, shots),
            "drills": _held(held, ActivityKind.DRILL, "form"),
            "trainings": _held(held, ActivityKind.TRAINING, "training_kind"),
            "problems": _problems(places, period),
            "awards": _awards(places, period),
            "grades": _grades(teams, period),
        }
        roles = _words(PostRole)
        return {
            review.pk: {
                "team": _team(shots[review.organization_id]),
                "posts": [
                    [roles[post.role], post.name, _iso(post.starts_on)] for post in shots[review.organization_id].posts
                ],
                "counts": {key: int(numbers[review.organization_id][name]) for key, name in COUNTS.items()},
                **{key: rows.get(review.organization_id, []) for key, rows in lines.items()},
                "months": _months(held.get(review.organization_id, [])),
            }
            for review in reviews
        }


def _iso(day: date | datetime | None) -> str:
    if isinstance(day, datetime):
        day = timezone.localdate(day)
    return day.isoformat() if day else ""


def _words(choices: type[TextChoices]) -> dict[str, str]:
    """Value → label, put into words once and not for every line of every team."""
    return {"": "", **{str(value): str(label) for value, label in choices.choices}}


# -- the team ----------------------------------------------------------------------------------------------------
def _team(shot: Shot) -> list[list[str]]:
    """What is known, in the order of the form."""
    known = ((name, _value(shot, name)) for name in FACTS)
    return [[_label(name), value] for name, value in known if value]


def _label(name: str) -> str:
    of_team = name in ("filing_no", "filed_on", "status")
    return str(Team._meta.get_field(name).verbose_name) if of_team else label_of(name)  # type: ignore[union-attr]


def _value(shot: Shot, name: str) -> str:
    if name in ("filing_no", "filed_on"):
        return str(getattr(shot.team, name) or "")
    return str(shot.team.get_status_display()) if name == "status" else value_of(shot, name)


# -- its members -------------------------------------------------------------------------------------------------
def _there(places: list[int], period: Period) -> QuerySet[Membership]:
    return Membership.objects.there(period.past).filter(organization__in=places)


def _members(places: list[int], period: Period, shots: Mapping[int, Shot]) -> Rows:
    """Number, name, kind and state, post, joined, certificate until, insured until."""
    rows = _there(places, period).annotate(
        kind_then=column_on("kind", period.as_at),
        state_then=column_on("state", period.as_at),
        certified=_until("certified", "expires_on", period.as_at),
        insured=_until("insured", "ends_on", period.as_at),
    )
    posts = {(place, post.person_id): post.role for place, shot in shots.items() for post in reversed(shot.posts)}
    kinds, states, roles, comma = _words(MemberKind), _words(MembershipState), _words(PostRole), _("，")
    found: Rows = defaultdict(list)
    names = ("organization", "person", "number", "person__name", "kind_then", "state_then", "duty", "joined_on")
    for place, person, number, name, kind, state, duty, joined, certified, insured in rows.order_by(
        "organization", "number", "person__name", "pk"
    ).values_list(*names, "certified", "insured"):
        belongs = f"{kinds[kind]}{comma}{states[state]}"
        does = roles[posts[place, person]] if (place, person) in posts else duty
        found[place].append([number, name, belongs, does, _iso(joined), certified or "", insured or ""])
    return found


def _until(need: str, field: str, day: date) -> Subquery:
    """Until when the paper lasts that meets the need longest."""
    papers = BY_KEY[need].papers
    assert papers is not None, "met by a paper"
    until = Coalesce(Cast(field, CharField()), Value(_("长期")))
    return Subquery(papers(day).order_by(F(field).desc(nulls_first=True)).values(until=until)[:1])


def _awards(places: list[int], period: Period) -> Rows:
    """Of the year, of those who were members on the day: whose, what, from whom, when."""
    there = _there(places, period).order_by()
    teams = defaultdict(set)
    for place, person in there.values_list("organization", "person"):
        teams[person].add(place)
    given = standing.awards(period.year, until=period.past).filter(person__in=there.values("person"))
    found: Rows = defaultdict(list)
    for person, name, award, grantor, day in given.order_by("awarded_on", "pk").values_list(
        "person", "person__name", "name", "grantor", "awarded_on"
    ):
        for place in teams[person]:
            found[place].append([name, award, grantor, _iso(day)])
    return found


# -- what it held ------------------------------------------------------------------------------------------------
def _activities(places: list[int], period: Period) -> dict[int, list[Activity]]:
    """Those on record that the team held, as ``training.metrics`` counts them."""
    rows = Activity.objects.on_record().begun(period.start, period.end).filter(host__in=places)
    found: dict[int, list[Activity]] = defaultdict(list)
    for one in rows.select_related("division", "base").defer(*_LONG).order_by("order_at", "pk"):
        found[one.host_id].append(one)
    return found


def _held(held: Mapping[int, list[Activity]], kind: str, sort: str) -> Rows:
    """Number, title, date, place, what the column ``sort`` says, present, listed, hours."""
    words = {**_words(DrillForm), **_words(TrainingKind)}
    return {
        place: [
            [
                one.number or "", str(one), _iso(one.order_at), place_of(one), words[getattr(one, sort)], one.present,
                one.listed, _hours(one.minutes),
            ]
            for one in rows if one.kind == kind
        ]
        for place, rows in held.items()
    }  # fmt: skip


def _hours(minutes: int) -> float:
    return float(hours_of(minutes))


def _months(held: list[Activity]) -> dict[str, list[Any]]:
    drills, trainings, minutes = [0] * 12, [0] * 12, [0] * 12
    for one in held:
        month = timezone.localdate(one.order_at).month - 1
        (drills if one.is_drill else trainings)[month] += 1
        minutes[month] += one.minutes
    return {"drills": drills, "trainings": trainings, "hours": [_hours(each) for each in minutes]}


def _problems(places: list[int], period: Period) -> Rows:
    """Found in the year, and older ones still unsolved on the day: what, where found, due, state, closed on."""
    rows = Problem.objects.filter(organization__in=places)
    on_the_day = rows_on(Problem, period.past, rows) if period.past else rows
    of_year = Q(activity__order_at__gte=beginning_of(period.start), activity__order_at__lt=beginning_of(period.end))
    states = _words(ProblemState)
    found: Rows = defaultdict(list)
    for one in on_the_day.filter(UNSOLVED | of_year).select_related("activity").order_by(F("due_on").asc(), "what"):
        told = [one.what, str(one.activity), _iso(one.due_on), states[one.state], _iso(one.closed_at)]
        found[one.organization_id].append(told)
    return found


# -- what it holds -----------------------------------------------------------------------------------------------
def _grades(teams: QuerySet[Team], period: Period) -> Rows:
    """In force on the day: for what, which, from whom, since, until."""
    rows = TeamGrade.objects.held(period.as_at).filter(team__in=teams).select_related("category", "team")
    found: Rows = defaultdict(list)
    for one in rows.order_by("-granted_on", "-pk"):
        what = one.category.name if one.category else str(one.get_specialty_display())
        told = [what, str(one.get_grade_display()), one.issuer, _iso(one.granted_on), _iso(one.valid_until)]
        found[one.team.organization_id].append(told)
    return found
