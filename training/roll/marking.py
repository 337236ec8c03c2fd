"""Marks of the roll, taken in. Nothing that was tapped in the field is lost: every mark is stored, or answered with the
reason why not, and then stays with the device.

Its key was made by the device. The same mark twice is one; another mark under a key that is taken is refused. In
which order marks arrive, in how many parts and how many days late makes no difference: what they come to is folded from
all of them (``training.roll.folding``), under a lock per person and slot (``training.roll.deriving``).

Everybody takes locks in the same order: the activity (shared, so that a hand-in waits and clients do not), the list,
marks and attendance, each by key. So clients wait for each other and never for ever.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.language import in_chinese
from core.notices import notify
from core.offline import AHEAD, REFUSED, stored_once
from organizations.models import User
from organizations.nearest import nearest_holders
from organizations.roles import Right
from training.choices import NOT_EXPECTED, Listing, MarkKind, MarkMethod, Trouble
from training.models import Activity, Mark, Participation, Slot
from training.roll.callers import Caller
from training.roll.deriving import derive
from training.roll.given import Given
from training.roll.people import Known, People
from training.states import WITH_AUTHOR, ActivityState

CAME = (MarkKind.ARRIVED, MarkKind.LEFT)
AROUND = timedelta(hours=4)  # before the beginning and after the end of a slot


@dataclass(frozen=True)
class Result:
    """What became of one mark.

    :ivar state: ``stored``, ``same`` (it was there already) or ``refused`` (the device keeps it; ``message`` says why).
    :ivar trouble: stored, but not counted before somebody has settled it.
    :ivar shift: seconds by which its time was moved, because the clock of the device was wrong.
    """

    id: UUID
    state: str
    trouble: str = ""
    message: str = ""
    person: int | None = None
    shift: int = 0


@transaction.atomic
def take(given: Sequence[Given], *, by: User, offset: timedelta = timedelta(0)) -> list[Result]:
    """Store what can be stored; an answer per mark, in the order given.

    :param offset: what to add to the times because the device's clock is wrong (``core.offline.clock_offset``).
    """
    slots = _slots(given, by)
    states = _hold({slot.activity_id for slot in slots.values()})
    people = People(given, slots, by)
    results: dict[int, Result] = {}
    marks: dict[int, Mark] = {}
    for number, one in enumerate(given):
        slot, known = slots.get(number), people.known(number)
        refused = _refused(one, slot, known, people.caller(slot) if slot else None, by)
        if slot is None or known is None or refused:
            results[number] = Result(one.id, REFUSED, message=refused)
            continue
        marks[number] = _mark(one, slot, known, by, offset, states[slot.activity_id])
    new = _store(marks, results)
    _follow(new, people)
    _tell_late({mark.slot.activity_id: mark.slot.activity for mark in new if mark.trouble == Trouble.CLOSED}.values())
    return [results[number] for number in range(len(given))]


def _slots(given: Sequence[Given], by: User) -> dict[int, Slot]:
    """Number of the mark → its slot; where those of the activity were laid anew meanwhile, the one nearest in time."""
    there = Slot.objects.select_related("activity__host").in_bulk({one.slot for one in given})
    lost = {one.activity for one in given if one.slot not in there and one.activity}
    laid: dict[int, list[Slot]] = defaultdict(list)
    if lost:
        for slot in Slot.objects.select_related("activity__host").filter(activity__in=lost):
            laid[slot.activity_id].append(slot)
    found = {}
    for number, one in enumerate(given):
        if one.slot in there:
            found[number] = there[one.slot]
        elif one.activity and laid[one.activity]:
            found[number] = min(laid[one.activity], key=lambda slot: (_away(slot, one.at), slot.pk))
    return found


def _away(slot: Slot, at: datetime) -> timedelta:
    return max(slot.starts_at - at, at - slot.ends_at, timedelta(0))


def _hold(activities: Iterable[int]) -> dict[int, str]:
    """Activity → its state, which stays as it is to the end of the transaction. Shared: 50 phones mark at once."""
    keys = sorted(activities)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, state FROM training_activity WHERE id = ANY(%s) ORDER BY id FOR SHARE", [keys])
        return dict(cursor.fetchall())


def _refused(one: Given, slot: Slot | None, known: Known | None, caller: Caller | None, by: User) -> str:
    """Why a mark is not stored; empty: it is."""
    lost = _("找不到这一场，或者您现在不能点它的名。点名还在本机，请联系主办单位。")
    if slot is None or caller is None or (not caller and one.method != MarkMethod.POSTER):
        return lost  # the same words: whether there is such a slot, person or card is nobody's business
    if known is None:
        return _("找不到这个人，或者队员卡无效（不是本平台的码、已过期或已退队）。")
    if one.method == MarkMethod.POSTER:
        itself = known.user == by.pk and one.kind == MarkKind.ARRIVED
        return "" if itself else _("扫码签到只能给自己签。")
    if known.team and not caller.calls(known.team):
        return _("这个人不是您队里的，请由主办单位或本队的负责人点。")
    if not known.team and not known.shown:
        return _("找不到这个人，或者队员卡无效（不是本平台的码、已过期或已退队）。")
    return ""


def _mark(one: Given, slot: Slot, known: Known, by: User, offset: timedelta, state: str) -> Mark:
    at = one.at + offset
    trouble = Trouble.STRANGER if not known.team else _trouble(one, at, slot, state)
    return Mark(
        id=one.id, slot=slot, person_id=known.person, kind=one.kind, method=one.method, at=at,
        shift=round(offset.total_seconds()), by=by, device=one.device[:40], trouble=trouble,
    )  # fmt: skip


def _trouble(one: Given, at: datetime, slot: Slot, state: str) -> str:
    """请假, 缺席 and 撤销 may be noted days before or after; who came and went is marked when it happens. A paper was
    looked at as it was typed, and comes after what it overrules (``training.roll.paper``)."""
    if state not in WITH_AUTHOR:
        return Trouble.CLOSED
    if at > timezone.now() + AHEAD:
        return Trouble.FUTURE
    if one.kind in CAME and one.method != MarkMethod.PAPER:
        if at < slot.starts_at - AROUND:
            return Trouble.TOO_EARLY
        if at > slot.ends_at + AROUND:
            return Trouble.TOO_LATE
    return ""


def _store(marks: dict[int, Mark], results: dict[int, Result]) -> list[Mark]:
    """Insert what is new, and answer for each by what is stored under its key now. Returns what is new."""
    new, told = stored_once(marks, _content)
    for number, kept, state in told:
        if state == REFUSED:
            message = _("这个编号已经记过另一条点名，先记的那条不变。")
            results[number] = Result(kept.id, REFUSED, message=message)
        else:
            results[number] = Result(kept.id, state, kept.trouble, _said(kept), kept.person_id, kept.shift)
    return new


def _content(mark: Mark) -> tuple[Any, ...]:
    """What makes two marks the same; the clock of the device may have been measured a little differently."""
    return mark.slot_id, mark.person_id, mark.kind, mark.method, mark.at - timedelta(seconds=mark.shift)


def _said(mark: Mark) -> str:
    if mark.trouble:
        return _("已记下，但不算数：%(trouble)s。由主办单位核定。") % {"trouble": mark.get_trouble_display()}
    return ""


def _tell_late(activities: Iterable[Activity]) -> None:
    """A phone came back to the network when the record had been handed in; nobody looks at its roll then."""
    for activity in activities:
        with in_chinese():
            if activity.state == ActivityState.CANCELLED:
                title = _("活动取消以后才传到的点名，没有算：%(what)s") % {"what": activity}
                body = _("照常办了的，先恢复筹备，再到“点名”里处理；没有办的不用处理。")
            else:
                title = _("记录报送以后才传到的点名，没有算：%(what)s") % {"what": activity}
                body = _("要算的，先撤回记录或者请确认单位退回，再到“点名”里处理。")
                if activity.state == ActivityState.ARCHIVED:
                    body = _("记录已经归档，不能再处理点名。确实参加了的，在队员页登记时长。")
        notify(
            nearest_holders(Right.EDIT_TRAINING, activity.host), kind="marks_late", title=title, body=body,
            url=reverse("training:mark_list", args=[activity.pk]),
            once=f"marks-late-{activity.pk}-{timezone.localdate()}",
        )  # fmt: skip


def _follow(new: list[Mark], people: People) -> None:
    """Whoever came and is not on the list is put on it, to be decided; then what the marks come to."""
    counting = {mark: (mark.slot.activity_id, mark.person_id) for mark in new if not mark.trouble}
    wanted = dict.fromkeys(counting.values(), 0)
    wanted |= {key: people.team_of(mark) for mark, key in counting.items() if mark.kind in CAME}
    rows = put_on_list(wanted, by=new[0].by if new else None)
    derive((rows[key], mark.slot_id) for mark, key in counting.items() if key in rows)


def put_on_list(wanted: dict[tuple[int, int], int], *, by: User | None) -> dict[tuple[int, int], int]:
    """(activity, person) → key of the participation; who is on no list yet is asked for (现场签到，待定).

    :param wanted: (activity, person) → team in whose name; 0 for whoever did not come, who is left as he is. Whoever
        was taken off the list and came all the same is to be decided again.
    """
    if not wanted:
        return {}
    there = _participations(wanted)
    missing = sorted(key for key, team in wanted.items() if team and key not in there)
    with in_chinese():
        note = _("现场签到，待定")
    if missing:
        Participation.objects.bulk_create(
            [
                Participation(
                    activity_id=activity, person_id=person, organization_id=wanted[activity, person],
                    listing=Listing.ASKED, note=note, added_by=by,
                )
                for activity, person in missing
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        there = _participations(wanted)
    _ask_again([row.pk for key, row in there.items() if wanted[key] and row.listing in NOT_EXPECTED], note)
    return {key: row.pk for key, row in there.items()}


def _ask_again(removed: list[int], note: str) -> None:
    """With that in place of the reason why they were taken off."""
    if not removed:
        return
    rows = Participation.objects.select_for_update().filter(pk__in=removed, listing__in=NOT_EXPECTED)
    keys = [row.pk for row in rows.order_by("pk")]
    Participation.objects.filter(pk__in=keys).update(listing=Listing.ASKED, note=note, version=F("version") + 1)


def _participations(wanted: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Participation]:
    keys = list(wanted)
    rows = Participation.objects.filter(
        activity__in={activity for activity, _person in keys}, person__in={person for _activity, person in keys}
    )
    found = {(row.activity_id, row.person_id): row for row in rows.order_by("pk")}
    return {key: found[key] for key in keys if key in found}
