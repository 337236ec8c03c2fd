"""Marks taken in: each once, whatever the order, however late; each stored or answered with the reason."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.models import Notice
from core.offline import REFUSED, SAME, STORED
from organizations.models import Organization, User
from organizations.reference import add_child
from people import card
from tests.people import builders as people
from tests.training import builders
from training.choices import Listing, MarkKind, MarkMethod, Presence, Trouble
from training.models import Activity, ActivityTeam, Attendance, Mark, Participation, Slot
from training.participants.listing import take_off
from training.records.checks import check
from training.roll.deriving import derive_slots
from training.roll.given import Given
from training.roll.marking import Result, take
from training.roll.paper import Line, enter
from training.workflow import WORKFLOW

pytestmark = pytest.mark.django_db
HERE = UUID("5f3d0000-0000-4000-8000-000000000000")


def key(number: int) -> UUID:
    return uuid5(HERE, str(number))


@pytest.fixture
def drill(captain: User) -> Activity:
    return builders.drill(captain.organization, captain)


@pytest.fixture
def slot(drill: Activity) -> Slot:
    return drill.slots.get()


@pytest.fixture
def row(drill: Activity) -> Participation:
    return builders.listed(drill, people.member(drill.host, 1))[0]


def mark(slot: Slot, row: Participation | None = None, number: int = 1, **facts: Any) -> Given:
    facts = {"kind": MarkKind.ARRIVED, "at": slot.starts_at, **facts}
    if row is not None:
        facts.setdefault("person", row.person_id)
    return Given(key(number), slot.pk, **facts)


def took(*marks: Given, by: User, **facts: Any) -> list[tuple[str, str]]:
    return [(result.state, result.trouble) for result in take(marks, by=by, **facts)]


def presence(row: Participation) -> tuple[str, int]:
    found = Attendance.objects.get(participation=row)
    return found.presence, found.minutes


def test_the_same_mark_twice_is_one_and_another_under_its_key_is_refused(
    slot: Slot, row: Participation, captain: User
) -> None:
    one = mark(slot, row)
    assert took(one, by=captain) == [(STORED, "")]
    assert took(one, one, by=captain) == [(SAME, ""), (SAME, "")]
    (other,) = take([mark(slot, row, kind=MarkKind.ABSENT)], by=captain)
    assert other.state == REFUSED
    assert "先记的那条不变" in other.message
    assert Mark.objects.get().kind == MarkKind.ARRIVED
    assert presence(row) == (Presence.PRESENT, 180)
    assert Attendance.objects.get().version == 2  # folded once, not again by what changed nothing


def test_two_under_one_key_in_one_batch_the_first_counts(slot: Slot, row: Participation, captain: User) -> None:
    answers = took(mark(slot, row), mark(slot, row, kind=MarkKind.LEAVE), mark(slot, row), by=captain)
    assert [state for state, _trouble in answers] == [STORED, REFUSED, SAME]


def test_two_phones_that_said_otherwise_are_told_until_somebody_decides(
    drill: Activity, slot: Slot, row: Participation, captain: User, chifeng: User
) -> None:
    """Both without network, sent in the wrong order a day late: the later one counted and nobody knew of the other."""
    hour = slot.starts_at + timedelta(minutes=30)
    took(mark(slot, row, 2, kind=MarkKind.ABSENT, at=hour), by=chifeng)
    took(mark(slot, row, 1, at=slot.starts_at), by=captain)
    assert presence(row) == (Presence.ABSENT, 0)

    def told() -> list[str]:
        return [finding.message for finding in check(drill) if "两台手机" in finding.message]

    assert told() == [f"有 1 人两台手机点的不一样：{row.person.name}。现在按后点的算，请核对，不对的重新点。"]
    enter(slot, [Line(row.person_id, MarkKind.ARRIVED)], outside=0, key=key(9), by=captain)
    assert presence(row)[0] == Presence.PRESENT
    assert told() == []
    one, two = (people.member(drill.host, number) for number in (2, 3))
    same = [builders.listed(drill, member)[0] for member in (one, two)]
    took(mark(slot, same[0], 4), mark(slot, same[1], 5), by=captain)
    took(mark(slot, same[0], 6, at=hour), by=chifeng)
    took(mark(slot, same[1], 7, kind=MarkKind.ABSENT, at=hour), by=captain)
    assert told() == [], "both say the same; one captain thought better of it"

    other = builders.listed(drill, people.member(drill.host, 4))[0]  # his deputy has only the captain's own account
    took(mark(slot, other, 11, kind=MarkKind.ABSENT, at=hour, device="deputy"), by=captain)
    took(mark(slot, other, 10, device="captain"), by=captain)
    assert len(told()) == 1


def test_marks_that_come_when_all_was_handed_in_are_told(
    drill: Activity, slot: Slot, row: Participation, captain: User, chifeng: User
) -> None:
    """Nobody looks at the roll of a record that lies with the office; the people lost their hours."""
    builders.present(drill, builders.listed(drill, people.member(drill.host, 2)))
    WORKFLOW.perform(drill, "submit", by=captain)
    for number in (1, 2):
        assert took(mark(slot, row, number, at=slot.starts_at + timedelta(minutes=number)), by=captain) == [
            (STORED, Trouble.CLOSED)
        ]
    told = Notice.objects.get(recipient=captain, kind="marks_late")
    assert told.url == reverse("training:mark_list", args=[drill.pk])
    assert not Notice.objects.filter(recipient=chifeng, kind="marks_late").exists()


def test_marks_that_come_when_all_was_called_off_are_told_as_that(
    drill: Activity, slot: Slot, row: Participation, captain: User, as_user: Callable[[User], Client]
) -> None:
    """The phone and the notice spoke of a record that had been handed in, and of withdrawing it."""
    WORKFLOW.perform(drill, "cancel", by=captain, reason="大风")
    assert took(mark(slot, row), by=captain) == [(STORED, Trouble.CLOSED)]
    told = Notice.objects.get(recipient=captain, kind="marks_late")
    assert told.title.startswith("活动取消以后才传到的点名")
    assert "先恢复筹备" in told.body
    sheet = as_user(captain).get(reverse("training:slot_state", args=[slot.pk])).json()
    assert (sheet["slot"]["open"], sheet["slot"]["cancelled"]) == (False, True)


def test_marks_that_come_when_all_was_archived_lead_to_where_hours_are_kept(
    drill: Activity, slot: Slot, row: Participation, captain: User, chifeng: User, as_user: Callable[[User], Client]
) -> None:
    """It was to be withdrawn or sent back, which nobody can do any more."""
    builders.present(drill, builders.listed(drill, people.member(drill.host, 2)))
    for action, by in (("submit", captain), ("confirm", chifeng), ("archive", chifeng)):
        WORKFLOW.perform(drill, action, by=by)
    assert took(mark(slot, row), by=captain) == [(STORED, Trouble.CLOSED)]
    said = "记录已经归档，不能再处理点名。确实参加了的，在队员页登记时长。"
    assert Notice.objects.get(recipient=captain, kind="marks_late").body == said
    assert said in as_user(captain).get(reverse("training:mark_list", args=[drill.pk])).content.decode()


def test_marks_of_days_ago_are_taken(slot: Slot, row: Participation, captain: User) -> None:
    late = slot.starts_at + timedelta(hours=1)
    assert took(mark(slot, row, at=late), by=captain) == [(STORED, "")]
    assert presence(row) == (Presence.PRESENT, 120)


@pytest.mark.parametrize(
    ("hours", "kind", "trouble"),
    [
        (-5, MarkKind.ARRIVED, Trouble.TOO_EARLY),
        (-3, MarkKind.ARRIVED, ""),
        (-48, MarkKind.LEAVE, ""),
        (8, MarkKind.ARRIVED, Trouble.TOO_LATE),
        (6, MarkKind.LEFT, ""),
        (48, MarkKind.ABSENT, ""),
        (24 * 30, MarkKind.ARRIVED, Trouble.FUTURE),
        (24 * 30, MarkKind.CLEARED, Trouble.FUTURE),
    ],
)
def test_times_that_cannot_be_are_kept_and_do_not_count(
    slot: Slot, row: Participation, captain: User, hours: int, kind: str, trouble: str
) -> None:
    at = slot.starts_at + timedelta(hours=hours)
    assert took(mark(slot, row, kind=kind, at=at), by=captain) == [(STORED, trouble)]
    assert Attendance.objects.exists() is not bool(trouble)


def test_wrong_clock_is_put_right_and_the_same_mark_stays_the_same(
    slot: Slot, row: Participation, captain: User
) -> None:
    slow = mark(slot, row, at=slot.starts_at - timedelta(days=400))
    assert took(slow, by=captain, offset=timedelta(days=400)) == [(STORED, "")]
    assert took(slow, by=captain, offset=timedelta(days=400, seconds=3)) == [(SAME, "")]
    kept = Mark.objects.get()
    assert (kept.at, kept.shift) == (slot.starts_at, 400 * 86400)
    assert presence(row) == (Presence.PRESENT, 180)


def test_who_came_and_is_not_decided_about_is_told_before_the_hand_in(
    drill: Activity, slot: Slot, row: Participation, captain: User
) -> None:
    took(mark(slot, row), mark(slot, None, 2, person=people.member(drill.host, 2).person_id), by=captain)
    told = [finding.message for finding in check(drill) if finding.field == "people"]
    assert "还有 1 人报名或现场签到、没有定是否在名单。其中 1 人点到了，不放进名单就不计人数和时长。" in told


def test_member_of_a_joined_team_is_put_on_the_list_to_be_decided(drill: Activity, slot: Slot, captain: User) -> None:
    came = people.member(drill.host, 2)
    assert took(mark(slot, person=came.person_id), by=captain) == [(STORED, "")]
    row = Participation.objects.get()
    assert (row.listing, row.note, row.organization) == (Listing.ASKED, "现场签到，待定", drill.host)
    assert presence(row) == (Presence.PRESENT, 180)
    Participation.objects.update(listing=Listing.REMOVED)
    assert took(mark(slot, row, 2), by=captain) == [(STORED, "")]
    assert Participation.objects.get().listing == Listing.ASKED


@pytest.mark.parametrize("kind", [MarkKind.LEAVE, MarkKind.ABSENT, MarkKind.CLEARED])
def test_whoever_was_taken_off_the_list_and_stays_away_is_not_put_back_on_it(
    kind: MarkKind, drill: Activity, slot: Slot, row: Participation, captain: User
) -> None:
    """A phone that had no network and marked 请假 for whoever had been taken off meanwhile, for that reason."""
    take_off(drill, [row], reason="家里有事")
    other = people.member(drill.host, 2).person_id
    assert took(mark(slot, row, kind=kind), mark(slot, None, 2, person=other, kind=kind), by=captain) == [
        (STORED, ""), (STORED, "")
    ]  # fmt: skip
    row = Participation.objects.get()  # and nobody else's
    assert (row.listing, row.note) == (Listing.REMOVED, "家里有事")
    came = {"kind": MarkKind.ARRIVED, "at": slot.starts_at + timedelta(minutes=1)}
    assert took(mark(slot, row, 3, **came), mark(slot, None, 4, person=other, **came), by=captain) == [
        (STORED, ""), (STORED, "")
    ]  # fmt: skip
    assert {(row.listing, row.note) for row in Participation.objects.all()} == {(Listing.ASKED, "现场签到，待定")}


def test_stranger_is_kept_to_be_settled(
    drill: Activity, slot: Slot, captain: User, chifeng: User, baotou: User, office: Callable[[str], Organization]
) -> None:
    other = people.member(elsewhere(office), 3)
    (unseen,) = take([mark(slot, person=other.person_id, number=1)], by=captain)
    assert unseen.state == REFUSED
    assert "找不到这个人" in unseen.message
    shown = mark(slot, card=card.link(other), method=MarkMethod.CARD, number=2)
    assert took(shown, by=captain) == [(STORED, Trouble.STRANGER)]
    assert took(shown, by=captain) == [(SAME, Trouble.STRANGER)]
    assert not Participation.objects.exists()
    assert not Attendance.objects.exists()


def elsewhere(office: Callable[[str], Organization]) -> Organization:
    """A team of 包头."""
    place = office("150200")
    return add_child(
        place, code="150200-T9", name="别处救援队（演示）", short_name="别处救援队", level="team",
        division_id=place.division_id,
    )  # fmt: skip


def test_card_of_nobody_is_refused_with_the_reason(slot: Slot, captain: User) -> None:
    (answer,) = take([mark(slot, card="https://elsewhere/card/1:forged/", method=MarkMethod.CARD)], by=captain)
    assert answer.state == REFUSED
    assert "队员卡无效" in answer.message


def test_card_marks_its_member(slot: Slot, row: Participation, captain: User) -> None:
    value = card.link(row.person.memberships.get())
    assert took(mark(slot, card=value, method=MarkMethod.CARD), by=captain) == [(STORED, "")]
    assert Mark.objects.get().person == row.person


def test_record_handed_in_keeps_late_marks_aside(
    drill: Activity, slot: Slot, row: Participation, captain: User
) -> None:
    take([mark(slot, row)], by=captain)
    record = WORKFLOW.perform(drill, "submit", by=captain)
    assert took(mark(slot, row, 2, kind=MarkKind.LEFT, at=slot.starts_at + timedelta(hours=1)), by=captain) == [
        (STORED, Trouble.CLOSED)
    ]
    assert presence(row) == (Presence.PRESENT, 180)
    assert record.minutes == 180


def test_whose_roll_one_calls(
    region: User, captain: User, chifeng: User, member: User, baotou: User, songshan: User
) -> None:
    joint = builders.drill(chifeng.organization, chifeng)
    ActivityTeam.objects.create(activity=joint, organization=captain.organization)
    slot = joint.slots.get()
    own = builders.listed(joint, people.member(captain.organization, 1))[0]
    foreign = Participation.objects.create(
        activity=joint, person=people.person(2), organization=baotou.organization, added_by=chifeng
    )
    for number, (by, row, state) in enumerate(
        [
            (chifeng, own, STORED),
            (chifeng, foreign, STORED),
            (captain, own, STORED),
            (captain, foreign, REFUSED),
            (baotou, foreign, REFUSED),
            (member, own, REFUSED),
        ]
    ):
        assert took(mark(slot, row, number), by=by) == [(state, "")], by.username


def test_poster_is_for_oneself(slot: Slot, row: Participation, member: User, captain: User) -> None:
    scan = mark(slot, row, method=MarkMethod.POSTER)
    (other,) = take([scan], by=member)
    assert (other.state, other.message) == (REFUSED, "扫码签到只能给自己签。")
    row.person.user = member
    row.person.save()
    absent = mark(slot, row, 2, method=MarkMethod.POSTER, kind=MarkKind.ABSENT)
    assert took(scan, absent, by=member) == [(STORED, ""), (REFUSED, "")]


def test_slot_laid_anew_while_the_phone_was_away(
    drill: Activity, slot: Slot, row: Participation, captain: User
) -> None:
    away = mark(slot, row, activity=drill.pk)
    slot.delete()
    (lost,) = take([mark(slot, row)], by=captain)
    assert lost.state == REFUSED
    new = Slot.objects.create(activity=drill, starts_at=away.at, ends_at=away.at + timedelta(hours=2))
    assert took(away, by=captain) == [(STORED, "")]
    assert Mark.objects.get().slot == new


def test_marks_of_a_merged_record_are_those_of_the_one_kept(slot: Slot, row: Participation, captain: User) -> None:
    old = people.person(5)
    old.merged_into = row.person
    old.save()
    assert took(mark(slot, person=old.pk), by=captain) == [(STORED, "")]
    assert Mark.objects.get().person == row.person
    assert presence(row)[0] == Presence.PRESENT


KINDS = list(MarkKind.values)
SOME = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(-30, 240)), min_size=1, max_size=8)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some=SOME, data=st.data())
def test_order_doubles_and_batches_make_no_difference(
    some: list[tuple[str, int]], data: st.DataObject, drill: Activity, captain: User
) -> None:
    """The same marks sent to two people: for one in order, for the other shuffled, repeated, in parts."""
    slot = Slot.objects.filter(activity=drill).first()
    assert slot is not None
    number = Participation.objects.count()
    rows = builders.listed(drill, *(people.member(drill.host, 100 + number + add) for add in (0, 1)))

    def made(row: Participation) -> list[Given]:
        return [
            mark(slot, row, number * 1000 + index, kind=kind, at=slot.starts_at + timedelta(minutes=minutes))
            for index, (kind, minutes) in enumerate(some)
        ]

    # keys must sort alike for both, or two marks of one instant could fold otherwise
    first = made(rows[0])
    second = [_again(one, rows[1]) for one in first]
    take(first, by=captain)
    sent = data.draw(st.permutations(second)) + data.draw(st.lists(st.sampled_from(second), max_size=6))
    while sent:
        size = data.draw(st.integers(1, len(sent)))
        take(sent[:size], by=captain)
        sent = sent[size:]
    assert Mark.objects.filter(person=rows[1].person).count() == len(some)
    one, other = (_attended(row) for row in rows)
    assert one == other


def _again(one: Given, row: Participation) -> Given:
    """The same mark of somebody else, whose key sorts as the first one's does."""
    return Given(UUID(int=one.id.int ^ 1), one.slot, one.kind, one.at, one.method, row.person_id)


def _attended(row: Participation) -> tuple[str, datetime | None, datetime | None, int]:
    found = Attendance.objects.get(participation=row)
    return found.presence, found.arrived_at, found.left_at, found.minutes


def test_changed_times_of_a_slot_change_what_marks_come_to(slot: Slot, row: Participation, captain: User) -> None:
    take([mark(slot, row)], by=captain)
    Slot.objects.update(ends_at=slot.starts_at + timedelta(hours=1))
    derive_slots([slot])
    assert presence(row) == (Presence.PRESENT, 60)


def test_empty_batch_is_nothing(captain: User) -> None:
    assert take([], by=captain) == list[Result]()
