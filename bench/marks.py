"""Fifty phones come back into the network at once and send 200 marks of one roll: are any lost or doubled, how fast."""

import json
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from django.urls import reverse
from django.utils import timezone

from bench.at_once import Browser, at_once, headers_of, person_with
from bench.measure import Timing
from organizations.models import Organization
from organizations.roles import RoleKey
from people.models import Membership
from training.activities.slots import lay
from training.choices import ActivityKind, Presence
from training.models import Activity, ActivityTeam, Attendance, Mark, Slot

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
    keeper = slot.activity.created_by
    headers, timing = headers_of(keeper, "application/json"), Timing()
    phones = [
        partial(_send, Browser(port, headers, timing), keeper.pk, _batch(slot, people, number))
        for number in range(CLIENTS)
    ]
    seconds = at_once(*phones)
    stored = Mark.objects.filter(slot=slot).count()
    there = Attendance.objects.filter(slot=slot, presence=Presence.PRESENT).count()
    return Marks(MARKS, stored, len(people) - there, seconds, timing.median, timing.p95)


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
    keeper = person_with(RoleKey.CAPTAIN, team, username="roll-keeper", name="点名")
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


def _send(browser: Browser, user: int, marks: list[dict[str, Any]]) -> None:
    parts = [marks[at : at + BATCH] for at in range(0, len(marks), BATCH)]
    for some in [*parts, *parts]:  # each twice, as after a broken answer
        body = json.dumps({"user": user, "now": timezone.now().isoformat(), "device": "bench", "marks": some})
        status, data = browser.post(reverse("training:mark_take"), body)
        if status != 200:
            raise SystemExit(f"marks: {status} {data[:200]!r}")
        refused = [one["message"] for one in json.loads(data)["results"] if one["state"] == "refused"]
        if refused:
            raise SystemExit(f"marks: {refused}")
