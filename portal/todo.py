"""Numbers that stand on every page: what waits for this person, and what he has not read. One query.

Counted up to one past ``MOST``: a queue of thousands must not make every page of its administrator slow, and nobody
works differently for 300,000 than for 300. The list behind the number counts on.
"""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from core.metrics import number_up_to
from core.models import Notice
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
)


def shown(number: int) -> int | str:
    """The number as the menu shows it."""
    return f"{MOST}+" if number > MOST else number


def counts_of(user: Any, **more: QuerySet) -> dict[str, int]:
    """``requests``, ``filings``, ``applications``, ``activities`` to decide, certificates to ``verify``, ``problems`` to
    put right, ``unread``, and what was returned to the own side: ``mend``, ``filings_mend``, ``activities_mend``.

    :param more: what a page wants to have counted in the same query. Kept on the user object, so that the menu of that
        page counts nothing again.
    """
    kept: dict[str, int] | None = getattr(user, "_todo", None)
    if kept is None or not more.keys() <= kept.keys():
        wanted = {"unread": Notice.objects.filter(recipient=user).unread(), **_waiting(user, access(user)), **more}
        numbers = {name: number_up_to(MOST + 1, rows) for name, rows in wanted.items()}
        kept = user._todo = User.objects.filter(pk=user.pk).order_by().values(**numbers).get()
    return kept


def _waiting(user: Any, held: Access) -> dict[str, QuerySet]:
    wanted: dict[str, QuerySet] = {}
    if Right.DECIDE_REQUEST in held:
        wanted["requests"] = AccountRequest.objects.to_decide(user)
    if Right.REQUEST_ACCOUNT in held:
        wanted["mend"] = AccountRequest.objects.to_mend(user).filter(state=AccountRequest.State.RETURNED)
    if Right.REVIEW_FILING in held or Right.SUBMIT_FILING in held:
        wanted["filings"] = Filing.objects.to_decide(user)
    if Right.SUBMIT_FILING in held:
        wanted["filings_mend"] = Filing.objects.to_mend(user).filter(state=FilingState.RETURNED)
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
    return wanted
