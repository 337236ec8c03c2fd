"""Fifty phones come back into the network at once and send 200 marks of one roll: are any lost or doubled, how fast."""

import http.client
import json
import secrets
import statistics
import string
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.urls import reverse
from django.utils import timezone

from bench.measure import client_for
from organizations.models import Appointment, Organization, User
from organizations.permissions import grant
from people.models import Membership
from training.choices import ActivityKind, Presence
from training.models import Activity, ActivityTeam, Attendance, Mark, Slot
from training.slots import lay

CLIENTS, MARKS, PEOPLE = 50, 200, 40
BATCH = 2  # marks a request: two requests a phone


@dataclass(frozen=True)
class Marks:
    """Of ``sent`` marks, each sent twice as after a broken answer: how many are stored, and how many people of the roll
    do not come to what was marked."""

    sent: int
    stored: int
    wrong: int
    seconds: float
    median: float  # ms
    p95: float  # ms


def measure_marks(port: int) -> Marks:
    """On an activity of its own. Changes what pages show: after they are measured."""
    slot, people = _roll()
    cookie = _cookie(slot.activity.created_by)
    batches = [_batch(slot, people, number) for number in range(CLIENTS)]
    samples: list[float] = []
    failures: list[str] = []
    start = threading.Barrier(CLIENTS)
    user = slot.activity.created_by_id
    threads = [
        threading.Thread(target=_send, args=(port, cookie, user, marks, start, samples, failures)) for marks in batches
    ]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    if failures:
        raise SystemExit(f"marks: {failures[:3]}")
    stored = Mark.objects.filter(slot=slot).count()
    there = Attendance.objects.filter(slot=slot, presence=Presence.PRESENT).count()
    p95 = statistics.quantiles(samples, n=20)[-1]
    return Marks(MARKS, stored, len(people) - there, seconds, statistics.median(samples), p95)


def line(found: dict[str, Any]) -> str:
    """For the report."""
    kept = found["stored"] == found["sent"] and not found["wrong"]
    return (
        f"{CLIENTS} 部手机同时补传 {found['sent']} 条点名，每条都发两遍：{found['seconds']:.1f} 秒，每次请求中位 "
        f"{found['median']:.0f} 毫秒，p95 {found['p95']:.0f} 毫秒；事后在数据库里核对，存下 {found['stored']} 条，"
        f"出勤不符的 {found['wrong']} 人{'' if kept else ' ✗'}。"
    )


def _roll() -> tuple[Slot, list[int]]:
    """A drill going on now at a team that has people enough, and the keys of those people."""
    team = _team()
    keeper: User = User.objects.create_user("roll-keeper", name="点名（演示）", organization=team)
    User.objects.filter(pk=keeper.pk).update(must_change_password=False)
    grant(Appointment.objects.create(user=keeper, role="captain", organization=team, basis="演示数据"))
    now = timezone.now().replace(microsecond=0)
    drill = Activity.objects.create(
        kind=ActivityKind.DRILL, title="点名测量（演示）", host=team, created_by=keeper,
        starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=2),
    )  # fmt: skip
    ActivityTeam.objects.create(activity=drill, organization=team)
    (slot,) = lay(drill)
    slot.activity = drill
    rows = Membership.objects.current().filter(organization=team).order_by("pk")
    return slot, list(rows.values_list("person", flat=True)[:PEOPLE])


def _team() -> Organization:
    first = Membership.objects.current().order_by("pk").select_related("organization").first()
    assert first is not None, "the seed brings people"
    return first.organization


def _cookie(user: User) -> tuple[str, str]:
    """Cookies of a signed-in browser, and the token that its requests carry."""
    token = "".join(secrets.choice(string.ascii_letters) for _ in range(32))
    signed_in = "; ".join(f"{name}={morsel.value}" for name, morsel in client_for(user.username).cookies.items())
    return f"{signed_in}; csrftoken={token}", token


def _batch(slot: Slot, people: list[int], number: int) -> list[dict[str, Any]]:
    each = MARKS // CLIENTS
    at = timezone.now() - timedelta(minutes=30)
    return [
        {
            "id": str(uuid4()), "slot": slot.pk, "activity": slot.activity_id, "kind": "arrived", "method": "tap",
            "person": people[(number * each + step) % len(people)], "at": (at + timedelta(seconds=number)).isoformat(),
        }
        for step in range(each)
    ]  # fmt: skip


def _send(
    port: int, cookie: tuple[str, str], user: int, marks: list[dict[str, Any]], start: threading.Barrier,
    samples: list[float], failures: list[str],
) -> None:  # fmt: skip
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Cookie": cookie[0], "X-CSRFToken": cookie[1], "Content-Type": "application/json"}
    parts = [marks[at : at + BATCH] for at in range(0, len(marks), BATCH)]
    start.wait()
    for some in [*parts, *parts]:
        body = json.dumps({"user": user, "now": timezone.now().isoformat(), "device": "bench", "marks": some})
        begun = time.perf_counter()
        link.request("POST", reverse("training:mark_take"), body=body, headers=headers)
        answer = link.getresponse()
        data = answer.read()
        samples.append((time.perf_counter() - begun) * 1000)
        if answer.status != 200:
            failures.append(f"{answer.status} {data[:200]!r}")
            break
        failures += [one["message"] for one in json.loads(data)["results"] if one["state"] == "refused"]
    link.close()
