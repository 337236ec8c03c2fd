"""The roll's pages: the phone's door, the screen's code, paper, what is in the way."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from organizations.models import Organization, User
from people import card
from people.models import Membership
from tests.filling import PASSWORD
from tests.organizations.helpers import messages_of
from tests.people import builders as people
from tests.training import builders
from tests.training.test_roll_marks import elsewhere
from training.choices import Listing, MarkKind, MarkMethod, Presence, Trouble
from training.models import Activity, ActivityTeam, Attendance, Mark, MarkSettlement, Participation, Poster, Slot
from training.records.checks import blocking, check
from training.roll import poster as posters
from training.views.roll_poster import WrongCode
from training.workflow import WORKFLOW

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


@pytest.fixture
def drill(captain: User) -> Activity:
    return builders.drill(captain.organization, captain)


@pytest.fixture
def slot(drill: Activity) -> Slot:
    return drill.slots.get()


@pytest.fixture
def row(drill: Activity) -> Participation:
    return builders.listed(drill, people.member(drill.host, 1))[0]


def address(name: str, *args: Any) -> str:
    return reverse(f"training:{name}", args=args)


def one(slot: Slot, **facts: Any) -> dict[str, Any]:
    at = facts.pop("at", slot.starts_at).isoformat()
    return {"id": str(uuid4()), "slot": slot.pk, "kind": "arrived", "method": "tap", "at": at, **facts}


def send(client: Client, user: User, *marks: Any, **facts: Any) -> Any:
    body = {"user": user.pk, "now": timezone.now().isoformat(), "device": "d", "marks": list(marks), **facts}
    return client.post(address("mark_take"), json.dumps(body), content_type="application/json")


# -- the phone ------------------------------------------------------------------------------------------
def test_phone_page_holds_no_names_and_the_sheet_no_numbers(
    slot: Slot, row: Participation, captain: User, as_user: As
) -> None:
    client = as_user(captain)
    shell = client.get(address("slot_roll", slot.pk))
    assert row.person.name not in shell.content.decode()
    assert "worker-src 'self'" in shell["Content-Security-Policy"]
    came = people.member(captain.organization, 2)
    sheet = client.get(address("slot_state", slot.pk))
    text = sheet.content.decode()
    assert row.person.mobile not in text
    assert row.person.id_masked not in text
    assert sheet["Cache-Control"].count("no-store")
    data = sheet.json()
    assert [person["id"] for person in data["people"]] == [row.person_id]
    assert [person["id"] for person in data["others"]] == [came.person_id]
    assert data["user"] == captain.pk


def test_joined_team_gets_its_own_people_only(chifeng: User, captain: User, baotou: User, as_user: As) -> None:
    joint = builders.drill(chifeng.organization, chifeng)
    ActivityTeam.objects.create(activity=joint, organization=captain.organization)
    own = builders.listed(joint, people.member(captain.organization, 1))[0]
    foreign = Participation.objects.create(
        activity=joint, person=people.person(2), organization=chifeng.organization, added_by=chifeng
    )
    slot = joint.slots.get()
    builders.mark(slot, foreign, by=chifeng)
    data = as_user(captain).get(address("slot_state", slot.pk)).json()
    assert [person["id"] for person in data["people"]] == [own.person_id]
    assert data["marks"] == []
    assert as_user(baotou).get(address("slot_state", slot.pk)).status_code == 404


def test_sheet_asks_as_much_for_many_as_for_one(
    drill: Activity, slot: Slot, row: Participation, captain: User, as_user: As, django_assert_max_num_queries: Any
) -> None:
    rows = [row, *builders.listed(drill, *(people.member(drill.host, number) for number in range(2, 12)))]
    for each in rows:
        builders.mark(slot, each, by=captain)
    client = as_user(captain)
    for name, key in (("slot_state", slot.pk), ("slot_roll", slot.pk), ("activity_roll", drill.pk)):
        client.get(address(name, key))
        with django_assert_max_num_queries(10):
            client.get(address(name, key))


def test_batch_is_answered_mark_by_mark(slot: Slot, row: Participation, captain: User, as_user: As) -> None:
    good = one(slot, person=row.person_id)
    wrong = [
        {**good, "id": "x"}, {**good, "id": str(uuid4()), "at": "yesterday"}, {**good, "id": str(uuid4()), "kind": "?"},
        {**good, "id": str(uuid4()), "method": "poster"}, one(slot), "text",
        {**good, "person": None, "card": "y" * 400},
        {**good, "id": str(uuid4()), "slot": 2**70}, {**good, "id": str(uuid4()), "person": 999_999_999},
    ]  # fmt: skip
    answer = send(as_user(captain), captain, good, *wrong).json()
    assert [result["state"] for result in answer["results"]] == ["stored", *["refused"] * len(wrong)]
    assert all(result["message"] for result in answer["results"][1:])
    assert Mark.objects.count() == 1


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"marks": 1, "user": 2}', '{"marks": [], "user": null}', "\xff"])
def test_batch_that_is_none_is_refused_and_nothing_breaks(body: str, captain: User, as_user: As) -> None:
    answer = as_user(captain).post(address("mark_take"), body, content_type="application/json")
    assert answer.status_code in (400, 409)
    assert answer.json()["detail"]


def test_device_with_a_wrong_clock_is_told(slot: Slot, row: Participation, captain: User, as_user: As) -> None:
    late = timedelta(hours=30)
    mark = one(slot, person=row.person_id, at=slot.starts_at - late)
    answer = send(as_user(captain), captain, mark, now=(timezone.now() - late).isoformat()).json()
    assert abs(answer["results"][0]["shift"] - 30 * 3600) < 60  # however busy the machine
    assert abs(Mark.objects.get().at - slot.starts_at) < timedelta(minutes=1)


def test_another_account_does_not_send_the_first_ones_marks(
    slot: Slot, row: Participation, captain: User, chifeng: User, as_user: As
) -> None:
    answer = send(as_user(chifeng), captain, one(slot, person=row.person_id))
    assert (answer.status_code, answer.json()["code"]) == (409, "other_user")
    assert not Mark.objects.exists()


def test_signed_out_device_is_told_401_and_keeps_its_marks(slot: Slot, row: Participation, captain: User) -> None:
    answer = send(Client(HTTP_ACCEPT="application/json"), captain, one(slot, person=row.person_id))
    assert answer.status_code == 401


def test_device_whose_slot_is_gone_sends_its_marks_all_the_same(
    slot: Slot, captain: User, baotou: User, as_user: As
) -> None:
    """Else they would lie on it for ever: each is answered for by itself."""
    for user, pk in ((captain, slot.pk + 999), (baotou, slot.pk)):
        answer = as_user(user).get(address("slot_state", pk))
        assert (answer.status_code, set(answer.json())) == (404, {"user", "csrf", "now"})
        assert answer.json()["user"] == user.pk


def test_worker_comes_fresh_and_for_its_pages_only() -> None:
    answer = Client().get(address("roll_worker"))
    assert answer["Content-Type"].startswith("text/javascript")
    assert "no-cache" in answer["Cache-Control"]
    assert answer["Service-Worker-Allowed"] == "/roll/"


# -- the code on the screen --------------------------------------------------------------------------------
@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Moves the portal's time to 09:10 of the drill's day, then on by what is given."""
    now = [builders.morning() + timedelta(minutes=10)]
    monkeypatch.setattr("django.utils.timezone.now", lambda: now[0])

    def on(by: timedelta) -> None:
        now[0] += by

    return on


@pytest.fixture
def poster(slot: Slot, captain: User) -> Poster:
    return posters.show(slot, by=captain)


@pytest.fixture
def linked(row: Participation, member: User) -> Participation:
    row.person.user = member
    row.person.save()
    return row


def test_poster_is_opened_and_closed_by_post(slot: Slot, captain: User, as_user: As) -> None:
    client = as_user(captain)
    page = address("slot_poster", slot.pk)
    assert "签到码没有打开" in client.get(page).content.decode()
    assert not Poster.objects.exists()
    client.post(page, {"action": "open"})
    client.post(page, {"action": "open"})
    assert Poster.objects.get().closed_at is None
    assert "<svg" in client.get(address("poster_code", slot.pk)).content.decode()
    client.post(page, {"action": "close"})
    assert Poster.objects.get().closed_at is not None


def test_member_scans_and_signs_in_with_one_button(
    poster: Poster, linked: Participation, member: User, as_user: As, clock: Any
) -> None:
    client = as_user(member)
    page = address("check_in", posters.token(poster))
    assert "签到" in client.get(page).content.decode()
    assert not Mark.objects.exists()
    for _press in range(2):
        client.post(page)
    mark = Mark.objects.get()
    assert (mark.person, mark.method, mark.by, mark.trouble) == (linked.person, MarkMethod.POSTER, member, "")
    assert "已签到" in client.get(page).content.decode()
    assert Attendance.objects.get().presence == Presence.PRESENT


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (29, 200), (61, 410), (600, 410), (-31, 410)])
def test_code_is_taken_in_its_half_minute_and_the_next(poster: Poster, clock: Any, seconds: int, status: int) -> None:
    token = posters.token(poster)
    clock(timedelta(seconds=seconds))
    answer = Client().get(address("check_in", token))
    assert answer.status_code == status
    if status == 410:
        assert "二维码已过期，请重新扫现场屏幕上的码" in answer.content.decode()


@pytest.mark.parametrize("token", ["x", "1-2", "1-2-3-4", "99999999-1-abc", "一-二-三", "1--1-x", "9" * 70])
def test_forged_code_is_none(token: str, poster: Poster) -> None:
    assert Client().get(address("check_in", token)).status_code == 410


def test_closed_poster_and_changed_code_are_none(poster: Poster, slot: Slot, clock: Any) -> None:
    token = posters.token(poster)
    assert posters.poster_of(f"{token[:-1]}{'0' if token[-1] != '0' else '1'}") is None
    posters.close(slot)
    assert posters.poster_of(token) is None


def test_scan_lives_through_signing_in_but_not_in_another_browser(
    poster: Poster, linked: Participation, member: User, clock: Any
) -> None:
    page = address("check_in", posters.token(poster))
    phone, copied = Client(), Client()
    shown = phone.get(page).content.decode()
    assert "请在 15 分钟内登录" in shown
    scanned = timezone.now()
    clock(timedelta(minutes=5))
    signed_in = phone.post(f"{reverse('account_login')}?next={page}", {"login": "member", "password": PASSWORD})
    assert signed_in["Location"] == page
    assert copied.get(page).status_code == 410
    phone.post(page)
    assert Mark.objects.get().at == scanned.replace(microsecond=0)


def test_scan_is_worth_a_quarter_of_an_hour(
    poster: Poster, linked: Participation, member: User, as_user: As, clock: Any
) -> None:
    client = as_user(member)
    page = address("check_in", posters.token(poster))
    client.get(page)
    clock(timedelta(minutes=14))
    assert client.get(page).status_code == 200
    clock(timedelta(minutes=2))
    assert client.post(page).status_code == 410
    assert not Mark.objects.exists()


def test_account_without_person_is_told_how(poster: Poster, member: User, as_user: As, clock: Any) -> None:
    client = as_user(member)
    page = address("check_in", posters.token(poster))
    assert client.post(page).status_code == 200
    assert "还没有和队员档案对上" in client.get(page).content.decode()
    assert not Mark.objects.exists()


def test_stranger_who_scans_is_kept_and_told(
    poster: Poster, baotou: User, office: Callable[[str], Organization], as_user: As, clock: Any
) -> None:
    other = people.member(elsewhere(office), 4).person
    other.user = baotou
    other.save()
    client = as_user(baotou)
    page = address("check_in", posters.token(poster))
    client.post(page)
    assert Mark.objects.get().trouble == Trouble.STRANGER
    assert "请告诉现场负责人" in client.get(page).content.decode()


def test_wrong_codes_are_counted_and_good_ones_are_not(
    poster: Poster, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WrongCode, "timer", lambda throttle: 0.0)  # all in one minute, however busy the machine is
    cache.clear()
    client = Client()
    for _time in range(60):
        client.get(address("check_in", "x"))
    assert client.get(address("check_in", "x")).status_code == 429
    assert client.get(address("check_in", posters.token(poster))).status_code == 200


# -- paper ---------------------------------------------------------------------------------------------------
def paper(client: Client, slot: Slot, *, follow: bool = False, **facts: str) -> Any:
    return client.post(address("slot_paper", slot.pk), {"key": str(uuid4()), "names": "", **facts}, follow=follow)


def test_paper_counts_the_same(drill: Activity, slot: Slot, captain: User, as_user: As) -> None:
    rows = builders.listed(drill, *(people.member(drill.host, number) for number in range(1, 5)))
    client = as_user(captain)
    assert client.get(address("slot_paper", slot.pk)).status_code == 200
    paper(client, slot)
    assert "没有选中任何人" in messages_of(client.get(address("slot_paper", slot.pk)))[0]
    assert not Mark.objects.exists()
    kinds = {f"kind-{rows[0].pk}": "arrived", f"kind-{rows[1].pk}": "leave", f"kind-{rows[2].pk}": "arrived"}
    times = {f"from-{rows[2].pk}": "10:00", f"to-{rows[2].pk}": "11:30"}
    key = str(uuid4())
    for _press in range(2):
        assert paper(client, slot, key=key, **kinds, **times).status_code == 302
    found = {row.participation_id: (row.presence, row.minutes) for row in Attendance.objects.all()}
    assert found == {rows[0].pk: ("present", 180), rows[1].pk: ("leave", 0), rows[2].pk: ("present", 90)}
    assert set(Mark.objects.values_list("method", flat=True)) == {MarkMethod.PAPER}
    assert Mark.objects.count() == 4


def test_paper_for_all_at_once(drill: Activity, slot: Slot, captain: User, as_user: As) -> None:
    rows = builders.listed(drill, *(people.member(drill.host, number) for number in range(1, 4)))
    own = {f"kind-{rows[1].pk}": "leave", f"kind-{rows[2].pk}": "arrived", f"to-{rows[2].pk}": "10:00"}
    paper(as_user(captain), slot, rest="arrived", all_from="09:00", all_to="11:00", **own)
    found = {row.participation_id: (row.presence, row.minutes) for row in Attendance.objects.all()}
    assert found == {rows[0].pk: ("present", 120), rows[1].pk: ("leave", 0), rows[2].pk: ("present", 60)}
    paper(as_user(captain), slot, rest="absent")  # nobody is left
    assert Attendance.objects.filter(presence=Presence.PRESENT).count() == 2


def test_paper_overrules_what_was_tapped(slot: Slot, row: Participation, captain: User, as_user: As) -> None:
    send(
        as_user(captain),
        captain,
        one(slot, person=row.person_id, kind="absent", at=slot.starts_at + timedelta(hours=1)),
    )
    assert Attendance.objects.get().presence == Presence.ABSENT
    paper(as_user(captain), slot, **{f"kind-{row.pk}": "arrived"})
    assert Attendance.objects.get().presence == Presence.PRESENT


def test_paper_and_taking_back_count_whatever_was_marked_too_late(
    slot: Slot, row: Participation, captain: User, as_user: As
) -> None:
    """The phone says: over, use the paper. Its own late tap, which counts for nothing, kept the paper from counting."""
    client, evening = as_user(captain), slot.ends_at + timedelta(hours=5)
    send(client, captain, one(slot, person=row.person_id, kind="absent", at=slot.starts_at + timedelta(hours=1)))
    send(client, captain, one(slot, person=row.person_id, at=evening))
    paper(client, slot, **{f"kind-{row.pk}": "arrived"})
    found = Attendance.objects.get()
    assert found.presence == Presence.PRESENT

    send(
        client, captain, one(slot, person=row.person_id, kind="absent", at=evening)
    )  # late, and counts: then the paper
    paper(client, slot, **{f"kind-{row.pk}": "arrived"})
    found.refresh_from_db()
    assert (found.presence, found.minutes) == (Presence.PRESENT, 180)

    ahead = one(slot, person=row.person_id, at=timezone.now() + timedelta(days=2))  # a clock that was put right since
    send(client, captain, ahead)
    client.post(address("roll_clear", slot.activity_id), {"attendance": [found.pk]})
    found.refresh_from_db()
    assert found.presence == Presence.UNKNOWN


def test_who_was_marked_before_and_counts_for_other_minutes_than_the_sheet_says_is_named(
    drill: Activity, slot: Slot, captain: User, as_user: As
) -> None:
    """A sheet typed again with an earlier leaving changes nothing by itself: who came and went is marked for good."""
    rows = builders.listed(drill, *(people.member(drill.host, number) for number in (1, 2)))
    client = as_user(captain)

    def told(left: str) -> list[str]:
        kinds = {f"kind-{row.pk}": "arrived" for row in rows}
        return messages_of(paper(client, slot, follow=True, **kinds, **{f"to-{rows[0].pk}": left}))

    assert told("11:00") == told("11:00") == ["已补录 2 人。"]
    done, warned = told("10:00")
    assert done == "已补录 2 人。"
    named = f"有 1 人原来点过名，时长和这次填的不一样：{rows[0].person.name}（计 120 分钟，签到表 60 分钟）。"
    assert warned.startswith(named)
    row = Attendance.objects.get(participation=rows[0])
    client.post(
        address("attendance_correct", row.pk),
        {"minutes_set": 60, "set_reason": "签到表上 10:00 离开", "version": row.version},
    )
    assert told("10:00")[-1] == "已补录 2 人。", "it was put right"


def test_names_below_the_list(drill: Activity, slot: Slot, captain: User, as_user: As) -> None:
    came = people.member(drill.host, 1, person=people.person(1, name="敖特根巴雅尔·孟和"))
    for number in (2, 3):
        people.member(drill.host, number, person=people.person(number, name="王明"))
    client = as_user(captain)
    answer = paper(client, slot, names="敖特根巴雅尔孟和\n王明\n外地人甲")
    text = answer.content.decode()
    assert "“王明”有 2 位" in text, "both in one team: its name would not tell which"
    assert "名册里没有找到：外地人甲" in text
    assert not Mark.objects.exists()
    assert paper(client, slot, names="敖特根巴雅尔孟和\n外地人甲", count_outside="on").status_code == 302
    row = Participation.objects.get()
    assert (row.person, row.listing) == (came.person, Listing.ASKED)
    drill.refresh_from_db()
    assert drill.outside_people == 1


def test_outside_people_of_one_sheet_count_once(drill: Activity, slot: Slot, captain: User, as_user: As) -> None:
    """A sheet with nobody of a roster on it has no marks that would show it came before."""
    client, key, said = as_user(captain), str(uuid4()), []
    for names in ("外甲\n外乙", "外甲\n外乙", "外甲\n外乙\n外丙", "外甲", ""):
        answer = paper(client, slot, key=key, names=names, count_outside="on", follow=True)
        drill.refresh_from_db()
        said.append((drill.outside_people, *(str(message) for message in answer.context["messages"])))
    assert said == [
        (2, "其他参加人数增加 2 人。"), (2, "这张签到表里的外单位人员已经计入，没有重复计数。"),
        (3, "其他参加人数增加 1 人。"), (1, "其他参加人数减少 2 人。"), (0, "其他参加人数减少 1 人。"),
    ]  # fmt: skip
    paper(client, slot, names="外丁", count_outside="on")  # another sheet
    other = builders.drill(drill.host, captain, starts_at=slot.starts_at)
    paper(client, other.slots.get(), key=key, names="外甲", count_outside="on")
    drill.refresh_from_db()
    other.refresh_from_db()
    assert (drill.outside_people, other.outside_people) == (1, None)


def test_who_has_left_since_is_still_written_down(drill: Activity, slot: Slot, captain: User, as_user: As) -> None:
    """The sheet of a drill is typed in when somebody on it is not in the team any more."""
    day = timezone.localdate(slot.starts_at)
    left = {"state": "ended", "end_kind": "voluntary", "is_main": False}
    for number, name, until in ((1, "高娃", day), (2, "早走的", day - timedelta(days=1))):
        who = people.person(number, name=name)
        Membership.objects.create(person=who, organization=drill.host, joined_on="2024-01-01", left_on=until, **left)
    client = as_user(captain)
    add = address("people_add", drill.pk)
    page = client.get(f"{add}?team={drill.host_id}").content.decode()
    assert f"{day} 退队" in page
    assert "早走的" not in page
    client.post(add, {"team": [drill.host_id]})  # the whole team: who is in it
    assert not Participation.objects.exists()
    assert "名册里没有找到：早走的" in paper(client, slot, names="早走的").content.decode()
    assert paper(client, slot, names="高娃").status_code == 302
    row = Participation.objects.get()
    assert (row.person.name, row.organization) == ("高娃", drill.host)
    assert Attendance.objects.get().presence == Presence.PRESENT
    assert not Mark.objects.exclude(trouble="").exists()


def test_who_stands_on_the_list_and_is_typed_below_it_counts_once(
    drill: Activity, slot: Slot, captain: User, as_user: As
) -> None:
    listed = people.member(drill.host, 1, person=people.person(1, name="王明"))
    (row,) = builders.listed(drill, listed)
    client, times = as_user(captain), {f"from-{row.pk}": "10:00", f"to-{row.pk}": "11:30"}
    answer = paper(client, slot, names="王明", **{f"kind-{row.pk}": "absent"})
    assert "“王明”在上面的名单里是缺席，请只留一处。" in answer.content.decode()
    answer = paper(client, slot, names="王明\n王　明", **{f"kind-{row.pk}": "arrived"}, **times)
    assert messages_of(client.get(answer["Location"])) == ["已补录 1 人。"]
    assert Attendance.objects.get().minutes == 90


@pytest.mark.parametrize(("begins", "ends"), [("11:00", "10:00"), ("25:00", ""), ("", "09:00"), ("03:00", "")])
def test_times_that_cannot_be_are_shown(
    slot: Slot, row: Participation, captain: User, as_user: As, begins: str, ends: str
) -> None:
    typed = {f"kind-{row.pk}": "arrived", f"from-{row.pk}": begins, f"to-{row.pk}": ends}
    answer = paper(as_user(captain), slot, **typed)
    assert "的时间不对" in answer.content.decode()
    assert not Mark.objects.exists()


def test_paper_waits_for_the_beginning_and_ends_with_the_hand_in(
    drill: Activity, slot: Slot, row: Participation, captain: User, as_user: As
) -> None:
    client = as_user(captain)
    ahead = builders.drill(drill.host, captain, starts_at=timezone.now() + timedelta(days=1)).slots.get()
    assert "还没有开始" in messages_of(client.get(address("slot_paper", ahead.pk), follow=True))[0]
    builders.present(drill, [row])
    WORKFLOW.perform(drill, "submit", by=captain)
    assert "不能处理点名" in messages_of(client.get(address("slot_paper", slot.pk), follow=True))[0]


# -- what is in the way ---------------------------------------------------------------------------------------
def test_stranger_is_let_in_with_a_reason(
    drill: Activity, slot: Slot, captain: User, as_user: As, office: Callable[[str], Organization]
) -> None:
    other = people.member(elsewhere(office), 4)
    client = as_user(captain)
    send(client, captain, one(slot, card=card.sign(other), method="card"))
    mark = Mark.objects.get()
    assert any("1 条点名没有算数" in finding.message for finding in check(drill))
    page = address("mark_list", drill.pk)
    assert "不在名单" in client.get(page).content.decode()
    chosen = {"mark": [str(mark.pk)], "act": "count"}
    assert "请写明理由" in messages_of(client.post(page, {**chosen, "reason": " "}, follow=True))[0]
    assert "先勾选" in messages_of(client.post(page, {"act": "count", "mark": "x", "reason": "支援"}, follow=True))[0]
    client.post(page, {**chosen, "reason": "兄弟队支援"})
    again = client.post(page, {**chosen, "act": "leave", "reason": "再来"}, follow=True)
    assert "别人已经处理过了" in messages_of(again)[-1]
    assert MarkSettlement.objects.get().counts
    row = Participation.objects.get()
    assert (row.listing, row.organization) == (Listing.LISTED, other.organization)
    assert Attendance.objects.get().minutes == 180


def test_late_mark_waits_until_the_record_is_back(
    drill: Activity, slot: Slot, row: Participation, captain: User, chifeng: User, as_user: As
) -> None:
    late = builders.listed(drill, people.member(drill.host, 2))[0]
    builders.present(drill, [row])
    record = WORKFLOW.perform(drill, "submit", by=captain)
    client = as_user(captain)
    send(client, captain, one(slot, person=late.person_id))
    mark = Mark.objects.get(person=late.person)
    assert "1 条点名" in client.get(address("activity_roll", drill.pk)).content.decode()
    page, sent = address("mark_list", drill.pk), {"mark": [str(mark.pk)], "act": "count", "reason": "到了"}
    assert "不能处理点名" in messages_of(client.post(page, sent, follow=True))[0]
    WORKFLOW.perform(record, "withdraw", by=captain)
    client.post(page, sent)
    assert Attendance.objects.get(participation=late).presence == Presence.PRESENT


def test_a_roll_called_on_a_day_typed_wrong_counts_once_the_day_is_right(captain: User, as_user: As) -> None:
    """The drill was planned for the 9th and held on the 10th: nobody settles each mark by itself."""
    team = captain.organization
    drill = builders.drill(team, captain, starts_at=builders.morning(4))
    slot = drill.slots.get()
    there, unlisted = (people.member(team, number) for number in (1, 2))
    builders.listed(drill, there)
    client, held = as_user(captain), builders.morning(3)
    marks = [one(slot, person=who.person_id, at=held) for who in (there, unlisted)]
    stray = one(slot, person=there.person_id, at=held + timedelta(days=2))
    answered = send(client, captain, *marks, stray).json()["results"]
    assert [result["trouble"] for result in answered] == ["too_late"] * 3
    shown = {"starts_at": f"{held:%Y-%m-%dT%H:%M}", "ends_at": f"{held + timedelta(hours=3):%Y-%m-%dT%H:%M}"}
    basics = {"title": drill.title, "place": drill.place, "version": drill.version, "action": "save", **shown}
    client.post(reverse("training:activity_edit", args=[drill.pk, "basics"]), basics)
    rows = {row.person_id: row for row in drill.participations.all()}
    assert rows[unlisted.person_id].listing == Listing.ASKED, "as whoever comes unannounced"
    assert {row.participation_id: row.minutes for row in Attendance.objects.all()} == {
        rows[there.person_id].pk: 180, rows[unlisted.person_id].pk: 180,
    }  # fmt: skip
    assert MarkSettlement.objects.count() == 2
    page = client.get(address("mark_list", drill.pk)).context
    assert [str(mark.pk) for mark in page["waiting"]] == [stray["id"]]


def test_many_marks_are_settled_together(drill: Activity, slot: Slot, captain: User, as_user: As) -> None:
    late = [people.member(drill.host, number) for number in range(10, 40)]
    rows = builders.listed(drill, *late)
    for row in rows:
        builders.mark(slot, row, by=captain, trouble="closed", at=slot.starts_at)
    client, page = as_user(captain), address("mark_list", drill.pk)
    ids = [str(mark.pk) for mark in client.get(page).context["waiting"]]
    assert len(ids) == 30
    assert (
        "已处理 30 条"
        in messages_of(client.post(page, {"mark": ids, "act": "count", "reason": "队长手机没有网络"}, follow=True))[0]
    )
    assert Attendance.objects.filter(presence=Presence.PRESENT).count() == 30
    assert not client.get(page).context["waiting"]


def test_minutes_are_corrected_with_a_reason(
    drill: Activity, slot: Slot, row: Participation, captain: User, leader: User, chifeng: User, as_user: As
) -> None:
    builders.present(drill, [row])
    found = Attendance.objects.get()
    page = address("attendance_correct", found.pk)
    client = as_user(captain)
    good = {"minutes_set": "90", "set_reason": "提前离开", "version": str(found.version)}
    assert "要写明理由" in client.post(page, {**good, "set_reason": ""}).content.decode()
    assert "不能多于" in client.post(page, {**good, "minutes_set": "1000"}).content.decode()
    assert "有新的点名，或者别人改过" in client.post(page, {**good, "version": "77"}).content.decode()
    assert as_user(leader).post(page, good).status_code == 403
    client.post(page, good)
    found.refresh_from_db()
    assert (found.minutes, found.minutes_set, found.set_by) == (180, 90, captain)
    shown = client.get(page).content.decode()
    assert "提前离开" in shown
    assert "变更记录" in shown
    assert "1.5" in client.get(address("activity_roll", drill.pk)).content.decode()
    record = WORKFLOW.perform(drill, "submit", by=captain)
    assert record.minutes == 90
    told = as_user(chifeng).get(address("activity_roll", drill.pk)).content.decode()  # whoever confirms, on a phone too
    assert ">已更正，按点名 180 分钟：提前离开<" in told


def test_a_day_of_several_without_a_roll_is_told_and_the_roll_of_today_is_offered_first(
    captain: User, as_user: As
) -> None:
    """Four days, the roll of two was forgotten: nothing said so, and the button that stands out was the first day's."""
    starts = builders.morning(2).replace(hour=0)
    ends = starts + timedelta(days=3, hours=23, minutes=59)
    course = builders.training(captain.organization, captain, starts_at=starts, ends_at=ends)
    row = builders.listed(course, people.member(captain.organization, 1))[0]
    slots = list(course.slots.all())
    client = as_user(captain)
    send(client, captain, *(one(slot, person=row.person_id) for slot in slots[:2]))
    (told,) = [finding for finding in check(course) if "没有点名" in finding.message]
    assert not told.blocking
    assert f"有 2 场没有点名：{slots[2]}、{slots[3]}" in told.message
    page = client.get(address("activity_roll", course.pk))
    assert page.context["now"] == slots[2].pk
    assert f'btn btn-primary" href="{address("slot_roll", slots[2].pk)}"' in page.content.decode()


def test_nobody_is_at_two_places_at_once(captain: User, chifeng: User, as_user: As) -> None:
    who = people.member(captain.organization, 1)
    own = builders.drill(captain.organization, captain)
    secret = builders.drill(chifeng.organization, chifeng, title="别人的演练（演示）")
    builders.present(own, builders.listed(own, who))
    builders.present(secret, builders.listed(secret, who))
    for record in (own, secret):
        assert any("同时在另一场活动点到" in message for message in blocking(record))
    shown = as_user(captain).get(address("activity_roll", own.pk)).content.decode()
    assert "同一人同时在两地" in shown
    assert "别人的演练" not in shown
    assert "水上救援演练" in as_user(chifeng).get(address("activity_roll", secret.pk)).content.decode()
    Attendance.objects.filter(slot__activity=own).update(minutes_set=60, set_reason="上午先走")
    assert blocking(own) == blocking(secret) == []


def test_whoever_was_not_here_is_taken_off_on_the_page_that_says_so(
    captain: User, chifeng: User, leader: User, as_user: As
) -> None:
    """A whole team marked at two drills at once: the page told to take a mark back, and led to correcting minutes."""
    team = captain.organization
    here, there = (builders.drill(team, captain, title=title) for title in ("甲（演示）", "乙（演示）"))
    both = [people.member(team, number) for number in range(1, 13)]
    for record in (here, there):
        builders.present(record, builders.listed(record, *both))
    (told,) = [finding for finding in check(here) if finding.field == "roll"]
    assert "有 12 人同时在另一场活动点到" in told.message
    page, clear = address("activity_roll", here.pk), address("roll_clear", here.pk)
    client = as_user(captain)
    shown = client.get(page)
    assert address("activity_roll", there.pk) in shown.content.decode(), "the other one is settled there"
    keys = [clash["own"].pk for clash in shown.context["clashes"]]
    assert "请先勾选" in client.post(clear, {}, follow=True).content.decode()
    assert as_user(leader).post(clear, {"attendance": keys}).status_code == 403
    others = Attendance.objects.filter(slot__activity=there)
    client.post(clear, {"attendance": [*keys, others.first().pk]})
    assert set(Attendance.objects.filter(slot__activity=here).values_list("presence", flat=True)) == {""}
    assert set(others.values_list("presence", flat=True)) == {Presence.PRESENT}, "of this one only"
    assert not client.get(page).context["clashes"]
    assert Mark.objects.filter(slot__activity=here, kind=MarkKind.CLEARED, by=captain).count() == 12
    WORKFLOW.perform(there, "submit", by=captain)
    assert (
        "不能处理点名"
        in client.post(address("roll_clear", there.pk), {"attendance": keys}, follow=True).content.decode()
    )


def test_roll_taken_when_all_was_over_is_two_places_as_well(captain: User, chifeng: User, as_user: As) -> None:
    """Both give all three hours, so both say that he was there for all of them."""
    who = people.member(captain.organization, 1)
    for user in (captain, chifeng):
        record = builders.drill(user.organization, user)
        builders.listed(record, who)
        slot = record.slots.get()
        send(as_user(user), user, one(slot, person=who.person_id, at=slot.ends_at + timedelta(minutes=5)))
    assert list(Attendance.objects.values_list("minutes", flat=True)) == [180, 180]
    for record in Activity.objects.all():
        assert any("同时在另一场活动点到" in message for message in blocking(record))


def test_one_after_the_other_is_not_two_places(captain: User, chifeng: User) -> None:
    who = people.member(captain.organization, 1)
    first = builders.drill(captain.organization, captain)
    then: datetime = first.ends_at  # type: ignore[assignment]
    second = builders.drill(chifeng.organization, chifeng, starts_at=then)
    for record in (first, second):
        builders.present(record, builders.listed(record, who))
    assert blocking(first) == []
    assert MarkKind.ARRIVED in Mark.objects.values_list("kind", flat=True)
