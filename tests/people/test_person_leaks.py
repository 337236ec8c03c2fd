"""A whole ID number stands on no page, in no export, history or answer, unless it was asked for with a reason."""

import json

import pytest
from django.urls import reverse

from core.models import AccessLog
from organizations.models import Organization
from people.membership.enrolling import replace_document
from people.models import HourRecord
from portal.demo.cast import TEAM_CODE
from tests.people import builders
from tests.people.test_person_list import rows_of

pytestmark = pytest.mark.django_db
NUMBER, NEW = builders.citizen(1), builders.citizen(3)
MOBILE = "13800000001"


@pytest.fixture
def person(cast):
    """With the number in its own place, in a document that was replaced, and where people ought not to write it."""
    team = Organization.objects.get(code=TEAM_CODE)
    made = builders.ready(team, 1, person=builders.person(1, note=f"身份证 {NUMBER} 手机 {MOBILE}")).person
    replace_document(made, "citizen", NEW, reason=f"旧号码 {NUMBER} 抄错")
    HourRecord.objects.create(
        person=made, organization=team, kind="service", on="2026-01-05", hours=2, what=f"看望 {NUMBER}"
    )
    made.refresh_from_db()
    assert made.id_number == NEW
    return made


def addresses(person):
    one = [reverse(f"people:person_{tab}", args=[person.pk]) for tab in (
        "detail", "papers", "standing", "history", "looks", "access", "reveal", "document", "health",
    )]  # fmt: skip
    one += [reverse("people:person_edit", args=[person.pk, section]) for section in ("contact", "emergency", "sizes")]
    record = person.hours.get()
    return [
        *one, record.get_absolute_url(), reverse("people:person_list"), reverse("people:standing_summary"),
        reverse("people:person_list") + "?cols=name,id_number,id_type,mobile,state",
        reverse("people:person_list") + "?at=" + person.created_at.date().isoformat(),
        reverse("api:person-list"), reverse("api:person-detail", args=[person.pk]), reverse("api:membership-list"),
    ]  # fmt: skip


@pytest.mark.parametrize("username", ["leader", "region", "captain", "chifeng", "baotou", "member", "region-audit"])
def test_numbers_stand_on_no_page(as_user, cast, person, username):
    client = as_user(cast[username])
    for address in addresses(person):
        page = client.get(address).content.decode()
        for secret in (NUMBER, NEW, MOBILE):
            assert secret not in page, (username, address)


@pytest.mark.parametrize("username", ["leader", "captain"])
def test_numbers_stand_in_no_export_of_who_may_not_export_them(as_user, cast, person, username, tmp_path):
    client = as_user(cast[username])
    address = reverse("people:person_list")
    cols = "name,id_number,mobile,state"
    table = rows_of(client.get(address, {"export": "xlsx", "cols": cols}), tmp_path)
    assert table[2][1] == person.id_masked
    assert all(secret not in json.dumps(table) for secret in (NUMBER, NEW, MOBILE))
    assert client.post(f"{address}?export=xlsx&full=1&cols={cols}", {"reason": "想看看号码"}).status_code == 403


def test_numbers_stand_in_no_log_nor_history(person):
    rows = [{**row, "note": ""} for row in person.tracked_events.values()]
    events = json.dumps(rows, default=str)
    assert NUMBER not in events
    assert NEW not in events
    assert NUMBER not in json.dumps(list(AccessLog.objects.values()), default=str)
