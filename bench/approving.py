"""Eight reviewers approve annual confirmations at once, over HTTP: how many a second, and is any lost or done twice."""

import http.client
import queue
import secrets
import statistics
import string
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from bench.measure import client_for
from core.models import Job, WorkflowEvent
from organizations.models import Appointment, Organization, User
from organizations.permissions import grant
from teams.models import Filing, FilingStep

CLIENTS, MOST = 8, 200


@dataclass(frozen=True)
class Approval:
    """Of ``asked`` filings: how many are filed afterwards, and how many stories do not show exactly one decision."""

    asked: int
    filed: int
    doubled: int
    seconds: float
    median: float  # ms
    p95: float  # ms


def measure_approvals(port: int) -> Approval:
    cookies = [_cookie(_reviewer(number)) for number in range(1, CLIENTS + 1)]
    office = Organization.objects.get(code="150000")
    rows = Filing.objects.filter(kind="annual", state="submitted", current_office=office, warnings=0)
    waiting = list(rows.order_by("pk").values("pk", "round_no", "current_step_id")[:MOST])
    left: queue.SimpleQueue[Any] = queue.SimpleQueue()
    for row in waiting:
        left.put(row)
    samples: list[float] = []
    threads = [threading.Thread(target=_approve, args=(port, cookie, left, samples)) for cookie in cookies]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    keys = [row["pk"] for row in waiting]
    p95 = statistics.quantiles(samples, n=20)[-1]
    return Approval(len(keys), *_checked(keys), seconds, statistics.median(samples), p95)


def _reviewer(number: int) -> User:
    place = Organization.objects.get(code="150000")
    user: User = User.objects.create_user(f"reviewer-{number}", name=f"审核{number}（演示）", organization=place)
    User.objects.filter(pk=user.pk).update(must_change_password=False)
    grant(Appointment.objects.create(user=user, role="reviewer", organization=place, basis="演示数据"))
    return user


def _cookie(user: User) -> tuple[str, str]:
    """Cookies of a signed-in browser, and the token that its forms would carry."""
    token = "".join(secrets.choice(string.ascii_letters) for _ in range(32))
    signed_in = "; ".join(f"{name}={morsel.value}" for name, morsel in client_for(user.username).cookies.items())
    return f"{signed_in}; csrftoken={token}", token


def _approve(port: int, cookie: tuple[str, str], left: "queue.SimpleQueue[Any]", samples: list[float]) -> None:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Cookie": cookie[0], "X-CSRFToken": cookie[1], "Content-Type": "application/x-www-form-urlencoded"}
    while True:
        try:
            row = left.get_nowait()
        except queue.Empty:
            break
        body = urlencode({"action": "confirm", "round": row["round_no"], "step": row["current_step_id"]})
        begun = time.perf_counter()
        link.request("POST", reverse("teams:desk_decide", args=[row["pk"]]), body=body, headers=headers)
        answer = link.getresponse()
        answer.read()
        samples.append((time.perf_counter() - begun) * 1000)
        if answer.status != 302:
            raise SystemExit(f"approving {row['pk']}: {answer.status}")
    link.close()


def _checked(keys: list[int]) -> tuple[int, int]:
    """Filed; and those without exactly one decision in story and steps, or whose team was not confirmed."""
    done = Filing.objects.filter(pk__in=keys, state="filed", decided_at__isnull=False).select_related("team")
    kind = ContentType.objects.get_for_model(Filing)
    decisions = WorkflowEvent.objects.filter(
        action="confirm", content_type=kind, object_id__in=[str(key) for key in keys]
    )
    told = list(decisions.values_list("object_id", flat=True))
    steps = list(
        FilingStep.objects.filter(filing__in=keys, is_final=True, state="done").values_list("filing", flat=True)
    )
    jobs = [job.params.get("filing_id") for job in Job.objects.filter(kind="filing_certificate")]
    wrong = [
        filing.pk
        for filing in done
        if (told.count(str(filing.pk)), steps.count(filing.pk), jobs.count(filing.pk)) != (1, 1, 1)
        or filing.team is None
        or filing.team.confirmed_year != filing.year
    ]
    return len(done), len(wrong)
