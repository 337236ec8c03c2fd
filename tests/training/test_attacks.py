"""What somebody tries who means harm: records of others, bodies nobody's page would send, names that are code."""

import base64
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from core.models import Attachment
from organizations.models import Organization, User
from organizations.reference import add_child
from tests.core import pieces
from tests.core import sample_files as files
from tests.core.conftest import cabinet  # noqa: F401 - a fixture
from tests.people import builders as people
from tests.training import builders
from training.calendar.feed import begin
from training.models import Activity, ActivityTeam, Attendance, Mark, Slot
from training.roll import poster as posters

pytestmark = pytest.mark.django_db
MARKS = "/roll/marks/"


@pytest.fixture
def drill(captain: User) -> Activity:
    return builders.drill(captain.organization, captain)


@pytest.fixture
def slot(drill: Activity) -> Slot:
    return drill.slots.get()


def one(slot: Slot, person: int, **facts: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "slot": slot.pk, "person": person, "kind": "arrived", "at": slot.starts_at.isoformat(),
        "method": "tap", **facts,
    }  # fmt: skip


def send(client: Client, user: User, *marks: Any, **facts: Any) -> Any:
    body = {"user": user.pk, "now": timezone.now().isoformat(), "device": "phone", "marks": list(marks), **facts}
    return client.post(MARKS, json.dumps(body), content_type="application/json")


# -- the door for marks ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000, b"\xff\xfe", b"null", b"[]", b"7", b'{"user": 1}', b'{"user": 1, "marks": {}}',
        b'{"user": NaN, "marks": [' + b"{}," * 100_000 + b"{}]}",
    ],
)  # fmt: skip
def test_a_body_that_no_page_sends_is_refused(as_user: Callable[..., Client], captain: User, body: bytes) -> None:
    answer = as_user(captain).post(MARKS, body, content_type="application/json")
    assert answer.status_code == 400
    assert not Mark.objects.exists()


@pytest.mark.parametrize(
    "facts",
    [
        {"device": "a\x00b"}, {"device": "\ud800"}, {"device": ["x"] * 100}, {"device": "<script>" * 100},
        {"now": "\x00"}, {"now": "9999-12-31T23:59:59+14:00"}, {"now": [1]},
    ],
)  # fmt: skip
def test_what_a_device_calls_itself_harms_nothing(
    as_user: Callable[..., Client], captain: User, slot: Slot, facts: dict[str, Any]
) -> None:
    row = builders.listed(slot.activity, people.member(captain.organization, 1))[0]
    answer = send(as_user(captain), captain, one(slot, row.person_id), **facts)
    assert answer.status_code == 200
    assert answer.json()["results"][0]["state"] == "stored"


@pytest.mark.parametrize(
    "facts",
    [
        {"card": "\x00", "person": None}, {"card": "\ud800", "person": None}, {"id": "\x00"}, {"kind": ["arrived"]},
        {"kind": {}}, {"method": "poster"}, {"method": []}, {"person": 2**63}, {"person": -1}, {"person": True},
        {"slot": 2**63 - 1}, {"slot": "1 OR 1=1"}, {"at": "0001-01-01T00:00:00Z"},
        {"activity": 2**63 - 1, "slot": 2**63 - 1}, {"id": None},
    ],
)  # fmt: skip
def test_a_mark_that_no_page_makes_is_refused_by_itself(
    as_user: Callable[..., Client], captain: User, slot: Slot, facts: dict[str, Any]
) -> None:
    row = builders.listed(slot.activity, people.member(captain.organization, 1))[0]
    answer = send(as_user(captain), captain, {**one(slot, row.person_id), **facts}, one(slot, row.person_id))
    assert answer.status_code == 200
    assert [result["state"] for result in answer.json()["results"]] == ["refused", "stored"]


def test_whoever_calls_no_roll_learns_nothing_of_slots_people_and_cards(
    as_user: Callable[..., Client], baotou: User, slot: Slot
) -> None:
    """The words are the same whether there is such a slot or such a person."""
    row = builders.listed(slot.activity, people.member(slot.activity.host, 1))[0]
    marks = (
        one(slot, row.person_id), one(slot, 2**40), one(slot, 0 + 2**41, card="x") | {"person": None},
        {**one(slot, row.person_id), "slot": 2**40},
    )  # fmt: skip
    results = send(as_user(baotou), baotou, *marks).json()["results"]
    assert {result["state"] for result in results} == {"refused"}
    assert len({result["message"] for result in results}) == 1
    assert not Mark.objects.exists()


def test_marks_in_the_name_of_somebody_else_wait(as_user: Callable[..., Client], captain: User, baotou: User,
                                                 slot: Slot) -> None:  # fmt: skip
    answer = send(as_user(baotou), captain, one(slot, 1))
    assert answer.status_code == 409
    assert not Mark.objects.exists()


def test_marks_need_the_token_of_the_session(captain: User, slot: Slot) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(captain)
    assert send(client, captain, one(slot, 1)).status_code == 403
    assert Client().post(MARKS, "{}", content_type="application/json").status_code == 302


# -- records of others -----------------------------------------------------------------------------------------
# What an outsider asks for by number: every answer is as if there were nothing.
PAGES = (
    "/activities/{a}/", "/activities/{a}/copy/", "/activities/{a}/edit/basics/", "/activities/{a}/people/",
    "/activities/{a}/people/add/", "/activities/{a}/roll/", "/activities/{a}/results/", "/activities/{a}/problems/",
    "/activities/{a}/files/", "/activities/{a}/history/", "/activities/{a}/record.pdf", "/activities/{a}/sign-in.pdf",
    "/activities/{a}/move/?action=cancel", "/roll/slots/{s}/", "/roll/slots/{s}/state/", "/roll/slots/{s}/scan/",
    "/slots/{s}/poster/", "/slots/{s}/poster/code/", "/slots/{s}/paper/", "/problems/{p}/", "/problems/{p}/edit/",
    "/api/activities/{a}/", "/activities/people/{r}/",
)  # fmt: skip


@pytest.mark.parametrize("who", ["baotou", "member"])
def test_another_league_and_a_member_find_nothing_by_number(
    cast: dict[str, User], as_user: Callable[..., Client], office: Callable[[str], Organization], who: str
) -> None:
    songshan = cast["songshan"]
    made = builders.drill(office("150404"), songshan)
    row = builders.listed(made, people.member(cast["captain"].organization, 1))[0]
    problem = builders.problem(made, songshan)
    keys = {"a": made.pk, "s": made.slots.get().pk, "p": problem.pk, "r": row.pk}
    client = as_user(cast[who])
    wrong = {page: answer.status_code for page in PAGES
             if (answer := client.get(page.format(**keys))).status_code not in (403, 404)}  # fmt: skip
    assert wrong == {}
    posts = ("/activities/{a}/move/", "/activities/{a}/people/act/", "/activities/{a}/teams/add/",
             "/activities/{a}/autosave/basics/", "/problems/{p}/move/", "/slots/{s}/poster/", "/slots/{s}/paper/",
             "/api/activities/{a}/cancel/")  # fmt: skip
    facts = {"action": "cancel", "reason": "x", "title": "改了", "act": "remove", "row": row.pk}
    wrong = {page: answer.status_code for page in posts
             if (answer := client.post(page.format(**keys), facts)).status_code not in (403, 404)}  # fmt: skip
    assert wrong == {}
    made.refresh_from_db()
    assert (made.state, made.title) == ("draft", "水上救援演练（演示）")


def test_no_form_takes_what_is_not_its_own(
    as_user: Callable[..., Client], captain: User, baotou: User, drill: Activity
) -> None:
    """Host, office, state and numbers stay; another office's plan and lists cannot be named."""
    theirs = builders.plan(baotou.organization).items.get()
    before = {"host_id": drill.host_id, "office_id": None, "state": "draft", "listed": 0, "minutes": 0, "number": None}
    client = as_user(captain)
    for section in ("basics", "design", "process", "summary"):
        facts = {
            "title": "夜间演练", "host": baotou.organization_id, "office": baotou.organization_id, "state": "confirmed",
            "number": "YL-1", "listed": 99, "present": 99, "minutes": 9999, "submitted_by": baotou.pk,
            "plan_item": theirs.pk, "version": Activity.objects.get(pk=drill.pk).version,
        }  # fmt: skip
        client.post(f"/activities/{drill.pk}/edit/{section}/", facts)
        client.post(f"/activities/{drill.pk}/autosave/{section}/", facts)
    drill.refresh_from_db()
    assert {name: getattr(drill, name) for name in before} == before
    assert drill.plan_item is None
    assert drill.submitted_by is None


# -- names that are code ---------------------------------------------------------------------------------------
NASTY = '=HYPERLINK("http://x","y")<script>alert(1)</script>'


def test_a_name_that_is_a_formula_or_markup_is_words_everywhere(
    as_user: Callable[..., Client], captain: User, chifeng: User, drill: Activity, slot: Slot
) -> None:
    Activity.objects.filter(pk=drill.pk).update(title=NASTY, place="@SUM(A1)")
    problem = builders.problem(drill, captain, what="+1+cmd|' /C calc'!A0", owner="-2+3")
    row = builders.listed(drill, people.member(captain.organization, 1))[0]
    send(as_user(captain), captain, one(slot, row.person_id), device="<img src=x onerror=1>")
    client = as_user(captain)
    for page in ("/activities/", f"/activities/{drill.pk}/", f"/activities/{drill.pk}/roll/", "/problems/",
                 "/calendar/", f"/problems/{problem.pk}/", f"/activities/{drill.pk}/history/", "/search/?q=HYPERLINK",
                 f"/activities/{drill.pk}/move/?action=cancel", f"/activities/{drill.pk}/copy/"):  # fmt: skip
        text = client.get(page).content.decode()
        assert "<script>alert" not in text, page
        assert "<img src=x" not in text, page
    for page in ("/activities/", "/problems/"):
        book = load_workbook(io.BytesIO(builders.downloaded(client, f"{page}?export=xlsx")))
        cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
        assert not [cell.value for cell in cells if cell.data_type == "f"]
        assert not [cell.hyperlink for cell in cells if cell.hyperlink]


# -- what leaves the house -------------------------------------------------------------------------------------
def test_the_feed_and_the_api_hold_no_numbers_of_people(
    as_user: Callable[..., Client], captain: User, drill: Activity, slot: Slot
) -> None:
    membership = people.member(captain.organization, 1)
    builders.listed(drill, membership)
    client = as_user(captain)
    feed = Client().get(f"/calendar/feed/{begin(captain)}.ics").content.decode()
    texts = (
        feed, client.get(f"/api/activities/{drill.pk}/").content.decode(),
        client.get(f"/roll/slots/{slot.pk}/state/").content.decode(),
    )  # fmt: skip
    assert drill.title in feed
    for text in texts:
        assert membership.person.id_number not in text
        assert not membership.person.mobile or membership.person.mobile not in text


# -- posters and feeds -----------------------------------------------------------------------------------------
def test_a_code_that_was_made_up_or_is_of_another_screen_is_no_code(
    as_user: Callable[..., Client], captain: User, member: User, drill: Activity, slot: Slot
) -> None:
    poster = posters.show(slot, by=captain)
    other = posters.show(builders.drill(captain.organization, captain).slots.get(), by=captain)
    good = posters.token(poster)
    pk, step, mac = good.split("-")
    made_up = (
        f"{other.pk}-{step}-{mac}", f"{pk}-{int(step) + 1}-{mac}", f"{pk}-{step}-{mac[:-1]}", f"{pk}-{step}-", "x", "-",
        f"{'9' * 40}-{step}-{mac}", f"{pk}-{step}-{mac}-", posters.token(poster, timezone.now() - timedelta(minutes=2)),
    )  # fmt: skip
    client = as_user(member)
    assert {token: client.get(f"/check-in/{token}/").status_code for token in made_up} == dict.fromkeys(made_up, 410)
    posters.close(slot)
    assert client.get(f"/check-in/{good}/").status_code == 410
    assert not Mark.objects.exists()


# -- files -----------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("cabinet")
def test_nobody_begins_or_goes_on_with_an_upload_of_others(
    as_user: Callable[..., Client], captain: User, baotou: User, chifeng: User, drill: Activity
) -> None:
    photo = files.jpeg_with_gps((64, 40))
    assert pieces.begin(as_user(baotou), drill, photo, "现场.jpg", kind="photo").status_code == 404
    begun = pieces.begin(as_user(captain), drill, photo, "../../etc/<b>现场</b>.jpg", kind="photo")
    assert begun.status_code == 201
    for other in (baotou, chifeng):
        client = as_user(other)
        assert pieces.send(client, begun["Location"], 0, photo).status_code == 404
        assert pieces.finish(client, begun["Location"]).status_code == 404
        assert client.delete(begun["Location"], **pieces.TUS).status_code == 404
    client = as_user(captain)
    assert pieces.send(client, begun["Location"], 0, photo).status_code == 204
    done = pieces.finish(client, begun["Location"])
    assert done.status_code == 201
    (kept,) = Attachment.objects.of(drill)
    assert kept.name == "b_.jpg"
    assert ".." not in kept.file.name


@pytest.mark.usefixtures("cabinet")
def test_photo_that_broke_off_half_way_is_shown_and_waits_for_its_file(
    as_user: Callable[..., Client], captain: User, drill: Activity
) -> None:
    """On another day, in another tab: of papers it was told, of photos and films nobody knew."""
    client = as_user(captain)
    photo = files.jpeg_with_gps((640, 400))
    begun = pieces.begin(client, drill, photo, "现场.jpg", kind="photo")
    pieces.send(client, begun["Location"], 0, photo[:2000])
    page = client.get(f"/activities/{drill.pk}/files/").content.decode()
    assert page.count("没有传完：已传") == 1
    assert f'data-broken="{begun["Location"]}"' in page.partition('id="video-gallery"')[0]


@pytest.mark.parametrize(
    "said",
    [
        "filename " + base64.b64encode(b"a" * 9000).decode(), ",".join(["filename YQ=="] * 1000), "filename ===",
        "filename " + base64.b64encode(b"\xff\xff").decode(), "filename " + base64.b64encode(b"a\x00b.jpg").decode(),
        "kind " + base64.b64encode(b"photo\x00").decode(),
        "fingerprint " + base64.b64encode(b"f\x00").decode() + ",kind " + base64.b64encode(b"photo").decode(),
    ],
)  # fmt: skip
def test_metadata_that_no_page_sends_breaks_nothing(
    as_user: Callable[..., Client], captain: User, drill: Activity, said: str
) -> None:
    answer = pieces.begin(as_user(captain), drill, b"x" * 100, kind="photo", HTTP_UPLOAD_METADATA=said)
    assert 200 <= answer.status_code < 500, answer.content
    assert answer.status_code != 404


# -- insiders ----------------------------------------------------------------------------------------------------
def test_a_joined_captain_touches_his_own_people_only(
    as_user: Callable[..., Client], captain: User, songshan: User, office: Callable[[str], Organization]
) -> None:
    """He sees the list; whom others brought he neither marks, takes off, corrects nor explains."""
    made = builders.drill(office("150404"), songshan)
    other = add_child(office("150404"), code="T15040499", name="松山区演示队", level="team", division_id="150404")
    for team in (captain.organization, other):
        ActivityTeam.objects.create(activity=made, organization=team)
    (mine,) = builders.listed(made, people.member(captain.organization, 1))
    (theirs,) = builders.listed(made, people.member(other, 2))
    slot = made.slots.get()
    builders.present(made, [theirs])
    attendance = Attendance.objects.get(participation=theirs)
    client = as_user(captain)
    assert client.get(f"/activities/{made.pk}/people/").status_code == 200
    assert theirs.person.name not in client.get(f"/roll/slots/{slot.pk}/state/").content.decode()
    marks = send(client, captain, one(slot, theirs.person_id), one(slot, mine.person_id)).json()["results"]
    assert [mark["state"] for mark in marks] == ["refused", "stored"]
    assert client.get(f"/attendances/{attendance.pk}/correct/").status_code == 403
    facts = {"minutes_set": "1", "set_reason": "x", "version": attendance.version}
    assert client.post(f"/attendances/{attendance.pk}/correct/", facts).status_code == 403
    assert client.post(f"/activities/people/{theirs.pk}/", {"note": "x", "version": theirs.version}).status_code == 403
    for act in ("remove", "risk", "accept", "decline"):
        assert client.post(f"/activities/{made.pk}/people/act/", {"act": act, "row": theirs.pk}).status_code == 403
    both = {"act": "remove", "row": [mine.pk, theirs.pk], "reason": "x"}
    assert client.post(f"/activities/{made.pk}/people/act/", both).status_code == 403
    own = people.member(other, 3)
    client.post(f"/activities/{made.pk}/people/add/", {"membership": own.pk, "team": other.pk, "risk_reason": "x"})
    assert set(made.participations.listed().values_list("pk", flat=True)) == {mine.pk, theirs.pk}
    attendance.refresh_from_db()
    assert attendance.minutes_set is None
    for page in ("move/", "teams/add/", "problems/new/", "edit/basics/", "edit/slots/", "template/"):
        assert client.post(f"/activities/{made.pk}/{page}", {"action": "cancel", "reason": "x"}).status_code == 403, (
            page
        )


def test_numbers_that_no_clerk_writes_are_told_and_not_kept(
    as_user: Callable[..., Client], captain: User, drill: Activity
) -> None:
    client = as_user(captain)
    names = ("outside_people", "vehicles", "cost", "latitude", "longitude", "satisfaction", "base", "plan_item")
    for text in ("NaN", "1e400", "9" * 400, "\x00"):
        for section in ("basics", "design", "process", "summary"):
            facts = {**dict.fromkeys(names, text), "version": Activity.objects.get(pk=drill.pk).version}
            assert client.post(f"/activities/{drill.pk}/autosave/{section}/", facts).status_code < 500, (section, text)
    drill.refresh_from_db()
    assert drill.base is None


def test_queries_that_no_page_makes_are_answered(as_user: Callable[..., Client], captain: User, slot: Slot) -> None:
    """Keys, pages, months and dates beyond anything, in addresses."""
    client = as_user(captain)
    pk = slot.activity_id
    odd = ("\x00", "9" * 40, "٣", "2026-13-45")
    pages = (
        *(f"/activities/?{name}={{}}" for name in ("q", "queue", "year", "at", "sort", "page", "under")),
        *(f"/problems/?{name}={{}}" for name in ("due", "year", "under")),
        *(f"/calendar/?{name}={{}}" for name in ("month", "under", "kind")),
        f"/activities/{pk}/people/?team={{}}", f"/activities/{pk}/people/add/?team={{}}&group={{}}",
        f"/activities/{pk}/teams/add/?q={{}}", f"/activities/{pk}/problems/new/?place={{}}",
        f"/activities/{pk}/problems/new/?pick=1&q={{}}", f"/activities/{pk}/roll/?page={{}}",
        f"/slots/{slot.pk}/paper/?page={{}}", f"/activities/{pk}/move/?action={{}}", "/activities/new/?kind={}",
        "/activities/new/?host={}", "/training/plans/?year={}", "/training/plans/new/?organization={}&year={}",
        "/training/courses/?q={}", "/training/bases/?q={}",
    )  # fmt: skip
    client.raise_request_exception = False
    wrong = []
    for page in pages:
        for text in odd:
            said = quote(text)
            if client.get(page.replace("{}", said)).status_code >= 500:
                wrong.append((page, text[:20]))
    assert wrong == []


def test_those_of_other_rosters_do_not_stop_the_certificates_of_ones_own(
    as_user: Callable[..., Client], chifeng: User, captain: User, office: Callable[[str], Organization]
) -> None:
    """A training of the league with a team of a banner: whom the clerk does not keep is named and left out."""
    other = add_child(office("150404"), code="T15040498", name="松山区演示队", level="team", division_id="150404")
    made = builders.training(office("150400"), chifeng)
    mine, theirs = people.member(captain.organization, 1), people.member(other, 2)
    builders.present(made, builders.listed(made, mine, theirs, outcome="passed"))
    url = f"/activities/{made.pk}/certificates/?kind=first_aid"
    page = as_user(chifeng).get(url)
    assert page.status_code == 200
    assert "1 人不在您维护的队伍里" in page.content.decode()
    assert [line.membership.pk for line in page.context["lines"]] == [mine.pk]
