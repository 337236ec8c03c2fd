"""The numbers on every page: what waits for this person, and unread notices. One query.

Counting stops one past ``MOST``: a queue of thousands must not make every page slow, and nobody works differently for
300,000 than for 300. The list behind the number counts further.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import lru_cache
from time import monotonic
from types import MappingProxyType
from typing import Any

from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from assessments.annual.queue import to_mend
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
SLOW = 0.015  # seconds; numbers that take longer are cached
KEPT_FOR = 30  # seconds in the cache
WRITTEN_FOR = 60  # seconds for which the SQL is reused
# Of all numbers, those that are work to do.
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


def counts_of(user: Any, more: Mapping[str, Question | None] = MappingProxyType({})) -> dict[str, int]:
    """Name → number. Names, where they do not speak for themselves:

    ``…_mend``: returned to the person's own side, or still to hand in (``mend`` alone: account requests); ``verify``:
    certificates; ``seats``: places on panels where something is to be done; ``assessing``: whether the person is an
    assessor at all.

    :param more: what else a page wants counted in the same query (``questions``). Kept on the user object, so that the
        page's menu does not count again.
    """
    kept: dict[str, int] | None = getattr(user, "_todo", None)
    if kept is None or not more.keys() <= kept.keys():
        held = access(user)
        wanted = _written(*of_this_minute(user))
        kept = user._todo = _kept(user, held)
        if not wanted.keys() | more.keys() <= kept.keys():
            kept = user._todo = _counted(user, held, {**wanted, **more})
    return kept


def _kept(user: Any, held: Access) -> dict[str, int]:
    """What was counted with the same duties: one that has ended shows nothing any more, no number either."""
    counted_with, found = cache.get(_key(user)) or (None, {})
    return found if counted_with == held else {}


def _counted(user: Any, held: Access, wanted: dict[str, Question | None]) -> dict[str, int]:
    """Slow numbers are cached for half a minute, or until the person does something."""
    begun = monotonic()
    found = numbers(wanted)
    if monotonic() - begun > SLOW:
        cache.set(_key(user), (held, found), KEPT_FOR)
    return found


@lru_cache(maxsize=300)
def _written(user: Any, organization: int, held: Access, minute: int) -> dict[str, Question | None]:
    """The questions of one person as SQL. Building them costs the ORM far more time than the database needs to answer,
    so they are built once a minute (they contain the time of day) and asked on every page."""
    return questions({"unread": Notice.objects.filter(recipient=user).unread(), **_waiting(user, held)})


def of_this_minute(user: Any) -> tuple[Any, int, Access, int]:
    """What the questions of a person hang on, to keep them by: who, where, with which duties, when.

    The account itself: what stands for it in a request would keep the request in the cache, with what was sent.
    """
    held, minute = access(user), int(timezone.now().timestamp() // WRITTEN_FOR)
    return getattr(user, "_wrapped", user), user.organization_id, held, minute


def questions(wanted: Mapping[str, QuerySet]) -> dict[str, Question | None]:
    """How many there are of each, up to one past ``MOST``."""
    return {name: question(rows, most=MOST + 1) for name, rows in wanted.items()}


def forget(user: Any) -> None:
    """Call when the person has done something: the next page counts again."""
    cache.delete(_key(user))


def _key(user: Any) -> str:
    return f"waits:{user.pk}"


class TodoMiddleware:
    """After every POST the person's numbers are counted again."""

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
    """Asked for everybody, because an assessor holds no right that would tell."""
    wanted: dict[str, QuerySet] = {"seats": seats_to_do(user), "assessing": assessing(user)}
    if Right.SCORE_ASSESSMENT in held or Right.MANAGE_ASSESSMENT in held:
        keys = Q(pk__in=to_score(user).order_by().values("pk")) | Q(pk__in=to_decide(user).order_by().values("pk"))
        wanted["reviews"] = Review.objects.filter(keys)
    if Right.REPORT_ASSESSMENT in held:
        wanted["reviews_mend"] = to_mend(user)
    if Right.VIEW_ASSESSMENT in held:
        wanted["gradings"] = Grading.objects.waiting_for(user)
    return wanted
