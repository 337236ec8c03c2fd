"""Numbers that stand on every page: what waits for this person, and what he has not read. One query.

Counted up to one past ``MOST``: a queue of thousands must not make every page of its administrator slow, and nobody
works differently for 300,000 than for 300. The list behind the number counts on.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from time import monotonic
from typing import Any

from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from assessments.annual_moving import to_mend
from assessments.models import Grading, Review
from assessments.waiting import assessing, seats_to_do, to_decide, to_score
from core.models import Notice
from core.together import Question, numbers, question
from organizations.models import AccountRequest, User
from organizations.permissions import Access, access, reach
from organizations.roles import Right
from people.models import Application, Certificate
from teams.models import Filing
from teams.states import FilingState
from training.models import Activity, Problem
from training.states import ActivityState, ProblemState

MOST = 99
DUE_IN = 7  # days before its limit a problem is something to do
SLOW = 0.015  # seconds
KEPT_FOR = 30  # seconds
WRITTEN_FOR = 60  # seconds
# What a person has to do, of all that is counted.
TODO = (
    "requests",
    "mend",
    "filings",
    "filings_mend",
    "verify",
    "applications",
    "activities",
    "activities_mend",
    "problems",
    "reviews",
    "reviews_mend",
    "gradings",
    "seats",
)


def shown(number: int) -> int | str:
    """The number as the menu shows it."""
    return f"{MOST}+" if number > MOST else number


def counts_of(user: Any, **more: QuerySet) -> dict[str, int]:
    """``requests``, ``filings``, ``applications``, ``activities`` to decide, certificates to ``verify``, ``problems``
    to put right, ``unread``, and what was returned to the own side: ``mend``, ``filings_mend``, ``activities_mend``.
    ``reviews`` to score or decide, ``reviews_mend`` still to hand in, ``gradings`` to take further, ``seats`` on panels
    with which something is to be done; ``assessing``: whether the person assesses at all.

    :param more: what a page wants to have counted in the same query. Kept on the user object, so that the menu of that
        page counts nothing again.
    """
    kept: dict[str, int] | None = getattr(user, "_todo", None)
    if kept is None or not more.keys() <= kept.keys():
        held = access(user)
        wanted = _written(user, user.organization_id, held, int(timezone.now().timestamp() // WRITTEN_FOR))
        kept = user._todo = _kept(user, held)
        if not wanted.keys() | more.keys() <= kept.keys():
            kept = user._todo = _counted(user, held, wanted | _questions(more))
    return kept


def _kept(user: Any, held: Access) -> dict[str, int]:
    """What was counted with the same duties: one that has ended shows nothing any more, no number either."""
    counted_with, found = cache.get(_key(user)) or (None, {})
    return found if counted_with == held else {}


def _counted(user: Any, held: Access, wanted: dict[str, Question | None]) -> dict[str, int]:
    """Where counting takes long, the numbers are kept for half a minute, or until the person does something."""
    begun = monotonic()
    found = numbers(wanted)
    if monotonic() - begun > SLOW:
        cache.set(_key(user), (held, found), KEPT_FOR)
    return found


@lru_cache(maxsize=1000)
def _written(user: Any, organization: int, held: Access, minute: int) -> dict[str, Question | None]:
    """The questions of one person. Writing the dozen takes the ORM far longer than answering them takes the database,
    so they are written once a minute (they name the day and the time) and asked anew on every page."""
    return _questions({"unread": Notice.objects.filter(recipient=user).unread(), **_waiting(user, held)})


def _questions(wanted: dict[str, QuerySet]) -> dict[str, Question | None]:
    return {name: question(rows, most=MOST + 1) for name, rows in wanted.items()}


def forget(user: Any) -> None:
    """The person has done something: what waits is counted anew."""
    cache.delete(_key(user))


def _key(user: Any) -> str:
    return f"waits:{user.pk}"


class TodoMiddleware:
    """Whoever has sent something sees the numbers as they are after it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in ("GET", "HEAD", "OPTIONS") and request.user.is_authenticated:
            forget(request.user)
        return response


def _waiting(user: Any, held: Access) -> dict[str, QuerySet]:
    wanted: dict[str, QuerySet] = {}
    if Right.DECIDE_REQUEST in held:
        wanted["requests"] = AccountRequest.objects.to_decide(user)
    if Right.REQUEST_ACCOUNT in held:
        wanted["mend"] = AccountRequest.objects.to_mend(user, AccountRequest.State.RETURNED)
    if Right.REVIEW_FILING in held or Right.SUBMIT_FILING in held:
        wanted["filings"] = Filing.objects.to_decide(user)
    if Right.SUBMIT_FILING in held:
        wanted["filings_mend"] = Filing.objects.to_mend(user, FilingState.RETURNED)
    if Right.VERIFY_MEMBER in held:
        wanted["verify"] = Certificate.objects.to_verify(user)
    if Right.CONFIRM_TRAINING in held:
        wanted["activities"] = Activity.objects.to_confirm(user)
    if Right.EDIT_TRAINING in held:
        kept = Activity.objects.filter(reach(user, Right.EDIT_TRAINING, at="host"))
        wanted["activities_mend"] = kept.filter(state=ActivityState.RETURNED)
        due = timezone.localdate() + timedelta(days=DUE_IN)
        problems = Problem.objects.filter(reach(user, Right.EDIT_TRAINING, at="organization"))
        wanted["problems"] = problems.filter(state=ProblemState.OPEN, due_on__lte=due)
    if Right.EDIT_MEMBER in held:
        wanted["applications"] = Application.objects.to_decide(user)
    return wanted | _assessments(user, held)


def _assessments(user: User, held: Access) -> dict[str, QuerySet]:
    """An assessor has no right anywhere: he is asked about for everybody."""
    wanted: dict[str, QuerySet] = {"seats": seats_to_do(user), "assessing": assessing(user)}
    if Right.SCORE_ASSESSMENT in held or Right.MANAGE_ASSESSMENT in held:
        keys = Q(pk__in=to_score(user).order_by().values("pk")) | Q(pk__in=to_decide(user).order_by().values("pk"))
        wanted["reviews"] = Review.objects.filter(keys)
    if Right.REPORT_ASSESSMENT in held:
        wanted["reviews_mend"] = to_mend(user)
    if Right.VIEW_ASSESSMENT in held:
        wanted["gradings"] = Grading.objects.waiting_for(user)
    return wanted
