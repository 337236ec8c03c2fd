"""Eight reviewers approve annual confirmations at once, over HTTP: how many a second, and is any lost or done twice."""

import queue
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from bench.at_once import Browser, at_once, headers_of, person_with
from bench.measure import Timing
from core.models import Job, WorkflowEvent
from organizations.models import Organization
from organizations.roles import RoleKey
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
    office = Organization.objects.get(code="150000")
    reviewers = [
        person_with(RoleKey.REVIEWER, office, username=f"reviewer-{number}", name=f"审核{number}")
        for number in range(1, CLIENTS + 1)
    ]
    rows = Filing.objects.filter(kind="annual", state="submitted", current_office=office, warnings=0)
    waiting = list(rows.order_by("pk").values("pk", "round_no", "current_step_id")[:MOST])
    left: queue.SimpleQueue[Any] = queue.SimpleQueue()
    for row in waiting:
        left.put(row)
    timing = Timing()
    form = "application/x-www-form-urlencoded"
    browsers = [Browser(port, headers_of(reviewer, form), timing) for reviewer in reviewers]
    seconds = at_once(*(partial(_approve, browser, left) for browser in browsers))
    keys = [row["pk"] for row in waiting]
    return Approval(len(keys), *_checked(keys), seconds, timing.median, timing.p95)


def _approve(browser: Browser, left: "queue.SimpleQueue[Any]") -> None:
    while True:
        try:
            row = left.get_nowait()
        except queue.Empty:
            return
        body = urlencode({"action": "confirm", "round": row["round_no"], "step": row["current_step_id"]})
        status, _data = browser.post(reverse("teams:desk_decide", args=[row["pk"]]), body)
        if status != 302:
            raise SystemExit(f"approving {row['pk']}: {status}")


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
