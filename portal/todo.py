"""Numbers that stand on every page: what waits for this person, and what he has not read. One query.

Counted up to one past ``MOST``: a queue of thousands must not make every page of its administrator slow, and nobody
works differently for 300,000 than for 300. The list behind the number counts on.
"""

from typing import Any

from django.db.models import QuerySet

from core.metrics import number_up_to
from core.models import Notice
from organizations.models import AccountRequest, User
from organizations.permissions import access
from organizations.roles import Right

MOST = 99


def shown(number: int) -> int | str:
    """The number as the menu shows it."""
    return f"{MOST}+" if number > MOST else number


def counts_of(user: Any) -> dict[str, int]:
    """``requests`` to decide, ``mend`` (returned ones and drafts on the own side), ``unread`` notices."""
    held = access(user)
    wanted: dict[str, QuerySet] = {"unread": Notice.objects.filter(recipient=user).unread()}
    if Right.DECIDE_REQUEST in held:
        wanted["requests"] = AccountRequest.objects.to_decide(user)
    if Right.REQUEST_ACCOUNT in held:
        wanted["mend"] = AccountRequest.objects.to_mend(user).filter(state=AccountRequest.State.RETURNED)
    numbers = {name: number_up_to(MOST + 1, rows) for name, rows in wanted.items()}
    return User.objects.filter(pk=user.pk).order_by().values(**numbers).get()
