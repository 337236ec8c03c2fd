"""Role × place × route: strangers get 404, insiders without the right 403, others get in; no route is forgotten, and
none shows a number, a phone or health data in the clear."""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.utils import timezone
from PIL import Image

from core.attachments import attach
from core.documents.codes import new_code
from core.models import Job, Notice, SavedView, Upload, VerifiableDocument
from organizations.models import AccountRequest, Appointment, Organization, User
from organizations.permissions import grant
from organizations.roles import ROLES, Level, Right
from portal.demo import CAST
from tests.assessments.world import assessments_world
from tests.people.leaks import leaked, text_of
from tests.people.world import people_world
from tests.portal.matrix import ELSEWHERE, MATRIX
from tests.portal.rows import PLACE, Row
from tests.teams.world import team_world
from tests.training.world import training_world

SEATS = {person.username: person for person in CAST}


def _routes(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
        elif isinstance(pattern, URLPattern):
            yield prefix + (pattern.name or str(pattern.pattern))


def test_every_route_is_in_the_matrix() -> None:
    routes = set(_routes(get_resolver().url_patterns))
    assert routes - set(MATRIX) - ELSEWHERE == set(), "a route without a line in tests/portal/matrix.py"
    assert set(MATRIX) - routes == set(), "a line for a route that is gone"


def _holds(username: str, right: Right) -> bool:
    return any(right in ROLES[role].rights for role in SEATS[username].roles)


_LINE = ["150000", "150400", "150404"]


def _reaches(username: str, right: Right, at: str = PLACE) -> bool:
    """From the table and the seats alone: 150404 is under 150400 is under 150000."""
    seat = SEATS[username]
    if seat.place == at:
        return any(right in ROLES[role].here for role in seat.roles)
    above = seat.place in _LINE[: _LINE.index(at)]
    return above and any(right in ROLES[role].below for role in seat.roles)


def _expected(row: Row, username: str) -> str:
    if row.kind == "own":
        return "in" if username == row.owner else "404"
    if row.kind == "holder":
        return "in" if username == row.also or (row.right and _holds(username, row.right)) else "403"
    if row.kind == "staff":
        of_offices = [ROLES[role] for role in SEATS[username].roles if ROLES[role].levels != {Level.TEAM}]
        return "in" if any(row.right in role.rights for role in of_offices) else "403"
    if row.kind == "at":
        return "in" if row.right and _reaches(username, row.right, row.at) else "403"
    if row.kind == "record":
        assert row.see is not None
        if not _reaches(username, row.see):
            return "404"
        return "in" if row.right is None or any(_reaches(username, row.right, at) for at in row.at.split()) else "403"
    return "in"


def _got(response: Any) -> str:
    return str(response.status_code) if response.status_code in (403, 404) or response.status_code >= 500 else "in"


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """Made once: the transaction of each test lies within this one, and leaves it as it was."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = _one_of_everything()
        with django_db_blocker.block():
            yield made
        transaction.set_rollback(True)


def _one_of_everything() -> dict[str, Any]:
    """All at 松山区; what belongs to a person belongs to chifeng."""
    cast = {user.username: user for user in User.objects.filter(is_demo=True).select_related("organization")}

    def office(code: str) -> Organization:
        return Organization.objects.get(code=code)

    place, me = office(PLACE), cast["chifeng"]
    account = User.objects.create_user("zhang", name="张远志（演示）", organization=place)
    appointment = Appointment.objects.create(user=account, role="leader", organization=place)
    grant(appointment)
    facts = {"organization": place, "role": "clerk", "name": "李（演示）", "applicant": cast["songshan"]}
    draft = AccountRequest.objects.create(**facts)
    request = AccountRequest.objects.create(
        **facts, state="submitted", number="ZH-150404-2026-9001", username="li-yanshi", submitted_at=timezone.now()
    )
    picture = BytesIO()
    Image.new("RGB", (40, 30), "white").save(picture, "PNG")
    attachment = attach(draft, SimpleUploadedFile("通知.png", picture.getvalue()), kind="basis", by=cast["songshan"])
    upload = Upload.objects.create(owner=draft, kind="basis", name="现场.jpg", size=9, fingerprint="x", created_by=me)
    document = VerifiableDocument.objects.create(
        owner=request, code=new_code(), number="ZH-1", title="账号开通单", issuer="演示", subject="演示",
        issued_on=timezone.localdate(), sha256="0" * 64, file=ContentFile(b"%PDF-", name="y"),
    )  # fmt: skip
    job = Job.objects.create(
        kind="x",
        title="导出",
        created_by=me,
        state="ready",
        result=ContentFile(b"z", name="z"),
        result_name="z.txt",
        result_type="text/plain",
    )
    notice = Notice.objects.create(recipient=me, kind="x", title="提醒", url="/")
    saved = SavedView.objects.create(user=me, list_name="x:y", name="常用")
    event = account._meta.apps.get_model("organizations", "UserEvent").objects.filter(pgh_obj=account).latest("pgh_id")
    teams = team_world(cast, office)
    people = people_world(cast, teams["team"].organization)
    return {
        "office": place, "account": account, "appointment": appointment, "draft": draft, "request": request,
        "attachment": attachment, "upload": upload, "document": document, "code": document.code, "job": job,
        "notice": notice, "saved_view": saved, "event": event, "event_kind": "userevent", "no_key": 1,
        "content_type": ContentType.objects.get_for_model(draft).pk, **teams,
        **people, **training_world(cast, teams["team"].organization, people["membership"]),
        **assessments_world(cast, teams["team"], people["membership"]),
    }  # fmt: skip


def _ask(client: Client, method: str, name: str, row: Row, world: dict[str, Any]) -> Any:
    address = reverse(name, args=[getattr(world[arg], "pk", world[arg]) for arg in row.args])
    address += f"?{row.query}" if row.query else ""
    with transaction.atomic():  # one person's act must not change what the next one meets
        kind = {"content_type": "application/json"} if name.startswith("api:") else {}
        response = client.get(address) if method == "GET" else client.post(address, row.data(world), **kind)
        transaction.set_rollback(True)
    response.told = text_of(response)  # a stream is read to the end, which closes the file
    return response


_POSTED = re.compile(r'<form[^>]* method="post".*?</form>', re.DOTALL)


def _without_token(page: str) -> list[str]:
    """Forms that the check of forgery would refuse: an include that says ``only`` takes the token away."""
    return [form for form in _POSTED.findall(page) if "csrfmiddlewaretoken" not in form]


@pytest.mark.long
@pytest.mark.parametrize("username", SEATS)
def test_person_gets_in_where_the_roles_table_says_and_nowhere_else(
    username: str, world: dict[str, Any], cast: dict[str, User], as_user: Callable[[User], Client]
) -> None:
    client = as_user(cast[username])
    menu = client.get("/").context["menu"]
    session = client.cookies.copy()
    wrong = [f"the menu offers {entry['url']}" for section in menu for entry in section["entries"]
             if _expected(MATRIX[resolve(entry["url"]).view_name], username) != "in"]  # fmt: skip
    for name, row in MATRIX.items():
        for method in row.methods:
            client.cookies = session.copy()  # signing out is one of the routes
            response = _ask(client, method, name, row, world)
            got, expected = _got(response), _expected(row, username)
            wrong += [f"{method} {name}: shows {secret}" for secret in leaked(name, response.told)]
            wrong += [f"{method} {name}: a form that is refused: {form[:80]}" for form in _without_token(response.told)]
            if got != expected and not (row.kind == "library" and got == "404"):
                wrong.append(f"{method} {name}: {got} instead of {expected}")
    assert wrong == []


def test_nothing_is_shown_to_who_is_not_signed_in(world: dict[str, Any], db: None) -> None:
    wrong = []
    for name, row in MATRIX.items():
        for method in row.methods:
            response = _ask(Client(), method, name, row, world)
            led = response.status_code == 302 and response["Location"].startswith("/accounts/login/")
            kept_out = led or response.status_code in (401, 403)
            if name == "mfa_authenticate":
                assert led  # between the password and the second factor; from elsewhere one begins at the beginning
                continue
            if kept_out is (row.kind == "public") and name != "account_logout":
                wrong.append(f"{method} {name}: {response.status_code}")
    assert wrong == []


# Pages of moves: who may, the record, and the move with the words it wants.
MOVES = (
    ("organizations:request_move", "region-security", "request", {"action": "reject", "comment": "已有账号"}),
    ("people:certificate_move", "songshan", "certificate_reported", {"action": "refuse", "reason": "照片看不清"}),
    ("people:membership_move", "songshan", "membership", {"action": "demote", "comment": "补训"}),
    ("people:application_decline", "songshan", "application", {"reason": "人数已满"}),
    ("teams:team_standing", "region", "team", {"action": "order_rectification", "reason": "标志使用不规范"}),
    ("training:activity_move", "songshan", "activity", {"action": "cancel", "reason": "大风"}),
    ("training:problem_move", "songshan", "problem", {"action": "report", "fix": "换了发动机"}),
    ("assessments:campaign_move", "region", "campaign", {"action": "close", "sent": "1"}),
    ("assessments:followup_move", "songshan", "follow_up", {"action": "report", "outcome": "装备已到位"}),
    ("assessments:standard_withdraw", "region", "standard", {"reason": "印发了新标准"}),
)


@pytest.mark.parametrize(("route", "username", "key", "said"), MOVES, ids=[move[0] for move in MOVES])
def test_a_move_is_made_with_its_words_and_on_what_was_seen(
    route: str, username: str, key: str, said: dict[str, str], world: dict[str, Any], cast: Any, as_user: Any
) -> None:
    client, record = as_user(cast[username]), world[key]
    address = reverse(route, args=[record.pk])
    before = type(record).objects.values().get(pk=record.pk)

    button = {name: value for name, value in said.items() if name == "action"}
    asked = client.post(address, {**button, "version": before["version"]})
    assert asked.status_code == 200, "the button alone makes no move that wants words"
    assert asked.context["form"].errors == {}, "nobody is blamed before being asked"
    assert asked.context["hidden"]["version"] == str(before["version"])

    older = {"version": before["version"] - 1}
    for answer in (
        client.get(address, {**button, **older}, follow=True),
        client.post(address, {**said, **older}, follow=True),
    ):
        assert "您打开之后，这条记录改过" in answer.content.decode()
    assert type(record).objects.values().get(pk=record.pk) == before


@pytest.mark.parametrize(
    ("route", "username", "key", "said", "other"),
    [
        (
            "training:problem_move",
            "songshan",
            "problem",
            {"action": "report", "fix": "换了发动机"},
            {"fix": "又换了机油"},
        ),
        (
            "people:membership_move",
            "songshan",
            "membership",
            {"action": "demote", "comment": "补训"},
            {"comment": "请假"},
        ),
    ],
)
def test_only_the_very_same_once_more_is_called_done(
    route: str, username: str, key: str, said: Any, other: Any, world: dict[str, Any], cast: Any, as_user: Any
) -> None:
    client, address = as_user(cast[username]), reverse(route, args=[world[key].pk])
    client.post(address, said)
    assert "这一步已经办过了" in client.post(address, said, follow=True).content.decode()
    assert "不能再办" in client.post(address, {**said, **other}, follow=True).content.decode()
