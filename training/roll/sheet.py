"""What the phone keeps of one slot: names and marks, and nothing else about anybody."""

from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from core.together import together
from people.models import Membership
from training.choices import NOT_EXPECTED, Listing
from training.models import Mark, Participation, Slot
from training.roll.callers import Caller
from training.roll.deriving import grace, marks_in, whose
from training.roll.marking import AROUND
from training.roll.waiting import waiting
from training.states import ActivityState

MOST_OTHERS = 1000  # members of the teams who are not on the list: for whoever comes unannounced


def sheet(slot: Slot, caller: Caller) -> dict[str, Any]:
    """Everybody the caller marks, the marks that count, and the numbers the page folds them with. Two queries."""
    found = together(
        rows=callable_rows(slot, caller),
        members=_members(slot, caller),
        marks=marks_in([slot.pk]).only("kind", "method", "at", "person__merged_into"),
        waiting=waiting(slot.activity_id).filter(slot=slot).order_by().values("slot").annotate(n=Count("pk")),
    )
    rows, members = found["rows"], found["members"]
    about = {(row.person_id, row.organization_id): row for row in members}
    there = {row.person_id for row in rows}
    called = there | {row.person_id for row in members}
    people = [_listed(row, about.get((row.person_id, row.organization_id))) for row in rows]
    others = [_other(row) for row in members if row.person_id not in there]
    return {
        "slot": {
            "id": slot.pk, "activity": slot.activity_id, "starts": _iso(slot.starts_at), "ends": _iso(slot.ends_at),
            "opens": _iso(slot.starts_at - AROUND), "closes": _iso(slot.ends_at + AROUND),
            "grace": int(grace().total_seconds()), "open": slot.activity.is_open,
            "cancelled": slot.activity.state == ActivityState.CANCELLED,
        },
        "people": people,
        "others": others[:MOST_OTHERS],
        "marks": [_marked(mark) for mark in found["marks"] if caller.at_host or whose(mark) in called],
        "waiting": sum(row["n"] for row in found["waiting"]) if caller.at_host else 0,
    }  # fmt: skip


def callable_rows(slot: Slot, caller: Caller) -> QuerySet[Participation]:
    """Those of the list whom the caller marks, in the order of teams."""
    rows = slot.activity.participations.exclude(listing__in=NOT_EXPECTED).select_related("person", "organization")
    rows = rows.only("activity", "listing", "person__name", "organization__short_name")
    return rows if caller.at_host else rows.filter(organization__in=caller.teams)


def _members(slot: Slot, caller: Caller) -> QuerySet[Membership]:
    teams = slot.activity.teams.order_by().values("organization")
    rows = Membership.objects.current().filter(organization__in=teams).select_related("person", "organization")
    if not caller.at_host:
        rows = rows.filter(organization__in=caller.teams)
    rows = rows.only("group", "duty", "number", "person__name", "organization__short_name")
    return rows.order_by("organization__path", "number", "pk")


def _listed(row: Participation, membership: Membership | None) -> dict[str, Any]:
    return {
        "id": row.person_id, "name": row.person.name, "team": row.organization.short_name,
        "group": membership.group if membership else "", "duty": membership.duty if membership else "",
        "asked": row.listing == Listing.ASKED,
    }  # fmt: skip


def _other(row: Membership) -> dict[str, Any]:
    return {
        "id": row.person_id, "name": row.person.name, "team": row.organization.short_name, "group": row.group,
        "duty": row.duty, "other": True,
    }  # fmt: skip


def _marked(mark: Mark) -> dict[str, Any]:
    return {
        "id": str(mark.pk), "person": whose(mark), "kind": mark.kind, "method": mark.method, "at": _iso(mark.at),
    }  # fmt: skip


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
