"""Problems that are due, told to whoever keeps trainings at the place that puts them right and to the one named: 7 days
before, on the day, and every week after it. What was reported and lies for 7 days is told to whoever accepts it.

Each problem is told by itself, for the notice leads to it; ``core/reminders.py`` sends an occasion once.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.days import end_of
from core.language import in_chinese
from core.reminders import WINDOW, Reminder
from organizations.models import User
from organizations.nearest import nearest_holders
from organizations.roles import Right
from training.models import Problem
from training.models.problem import ProblemQuerySet
from training.states import ProblemState
from training.workflow import acceptors

BEFORE = 7  # days before the limit
WEEK = 7
LIES = 7  # days a report waits


def problems_due(today: date | None = None) -> Iterator[Reminder]:
    """To the keepers of the places that put problems right, and to whoever is named, on the own page."""
    day = today or timezone.localdate()
    keepers: dict[int, list[User]] = {}  # asked once per place
    rows = Problem.objects.filter(state=ProblemState.OPEN, due_on__lte=day + timedelta(days=BEFORE))
    for problem in _read(rows):
        assert problem.due_on is not None, "chosen by it"
        occasion, said = _occasion(problem.due_on, day)
        if not occasion:
            continue
        place = problem.organization
        if place.pk not in keepers:
            keepers[place.pk] = nearest_holders(Right.EDIT_TRAINING, place)
        yield _reminder(problem, keepers[place.pk], "problem_due", said, occasion)
        person = None if problem.owner_left else problem.owner_person  # type: ignore[attr-defined]
        owner = person.user if person is not None else None
        if owner is not None and owner not in keepers[place.pk]:
            told = _reminder(problem, [owner], "problem_due", said, occasion)
            yield replace(told, url=reverse("training:my_activities"), once=f"{told.once}-owner")


def problems_unaccepted(today: date | None = None) -> Iterator[Reminder]:
    """To whoever accepts."""
    day = today or timezone.localdate()
    last = end_of(day - timedelta(days=LIES))
    for problem in _read(Problem.objects.filter(state=ProblemState.FIXED, fixed_at__lt=last)):
        assert problem.fixed_at is not None, "chosen by it"
        since = timezone.localdate(problem.fixed_at)
        lies = (day - since).days
        with in_chinese():
            said = _("整改报来已 %(n)d 天，请验收") % {"n": lies}
        occasion = f"fixed-{since}-{lies // WEEK}"
        yield _reminder(problem, acceptors(problem), "problem_unaccepted", said, occasion)


def _read(rows: ProblemQuerySet) -> Iterator[Problem]:
    found = (
        rows.with_owner()
        .select_related("organization", "activity__host", "owner_person__user")
        .order_by("organization__path", "due_on", "pk")
    )
    yield from found.iterator(chunk_size=500)


def _occasion(due_on: date, day: date) -> tuple[str, str]:
    """Name of the occasion the day falls on, and what is said; empty on other days."""
    left = (due_on - day).days
    with in_chinese():
        if BEFORE - WINDOW < left <= BEFORE:
            return f"due-{due_on}-{BEFORE}", _("整改期限 %(day)s，还有 %(n)d 天") % {"day": due_on, "n": left}
        if -WINDOW < left <= 0:
            return f"due-{due_on}-0", _("整改期限 %(day)s，已经到期") % {"day": due_on}
        if left <= -WEEK:
            words = {"day": due_on, "n": -left}
            return f"due-{due_on}-late-{-left // WEEK}", _("整改期限 %(day)s，已超期 %(n)d 天") % words
    return "", ""


def _reminder(problem: Problem, people: list[User], kind: str, said: str, occasion: str) -> Reminder:
    with in_chinese():
        title = _("演练问题：%(what)s") % {"what": problem.what[:60]}
        where = {"said": said, "place": problem.organization.short_name, "activity": problem.activity}
        body = _("%(said)s（整改单位：%(place)s；活动：%(activity)s）。") % where
    once = f"problem-{problem.pk}-{occasion}"
    return Reminder(people, kind=kind, title=title, body=body, url=problem.get_absolute_url(), once=once)
