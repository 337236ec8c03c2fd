"""What somebody tries who means harm: records of others, bodies nobody's page would send, names that are code."""

import base64
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from organizations.models import Organization, User
from tests.people import builders as people
from tests.training import builders
from training.models import Activity, Mark, Slot

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
