"""People and requests as the tests of this subject need them, made through the services."""

from collections.abc import Callable
from threading import Barrier, Thread
from time import monotonic
from typing import Any

from django.db import connection

from organizations import accounts
from organizations.models import AccountRequest, Appointment, Organization, User
from organizations.workflow import WORKFLOW

COMPLETE = {
    "name": "王小明（演示）",
    "username": "wangxm",
    "role": "clerk",
    "phone": "13800000009",
    "basis": "会议纪要第1号",
}


def opened(by: User, place: Organization, username: str = "newcomer", role: str = "", **facts: Any) -> User:
    """An account that has chosen its password, with a duty there if ``role`` is given."""
    facts = {"name": "新来的（演示）", **facts}
    account, _password = accounts.open_account(by=by, organization=place, username=username, **facts)
    User.objects.filter(pk=account.pk).update(must_change_password=False)
    if role:
        accounts.appoint(account, role=role, organization=place, by=by, basis="通知第1号")
    return account


def appointment_of(user: User, role: str | None = None) -> Appointment:
    rows = Appointment.objects.in_force().filter(user=user)
    return rows.get(role=role) if role else rows.get()


def drafted(by: User, place: Organization | None = None, **facts: Any) -> AccountRequest:
    return AccountRequest.objects.create(applicant=by, organization=place or by.organization, **{**COMPLETE, **facts})


def submitted(by: User, place: Organization | None = None, **facts: Any) -> AccountRequest:
    return WORKFLOW.perform(drafted(by, place, **facts), "submit", by=by)


def messages_of(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run each in a thread with its own connection, begun together; returns results or the exceptions raised."""
    start, answers = Barrier(len(acts)), [None] * len(acts)

    def run(index: int, act: Callable[[], Any]) -> None:
        try:
            start.wait()
            answers[index] = act()
        except Exception as error:
            answers[index] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(index, act)) for index, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def until_somebody_waits_for_a_lock() -> None:
    """Returns when another connection waits for what this one holds."""
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
    deadline = monotonic() + 10
    with connection.cursor() as cursor:
        while monotonic() < deadline:
            cursor.execute(query)
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")
