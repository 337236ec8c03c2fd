"""The numbers on every page: kept for a moment where they take long, and fresh after the person has done something."""

import pytest
from django.urls import reverse
from django.utils import timezone

from core.models import Notice
from organizations.models import Appointment
from portal.todo import counts_of
from tests.core.list_checks import queries_of
from tests.teams import builders

pytestmark = pytest.mark.django_db
HOME = "/"


def unread(client) -> int:
    return client.get(reverse("portal:statistics")).context["unread"]


def notify(user) -> None:
    Notice.objects.create(recipient=user, title="试验", url="/")


def test_slow_numbers_are_kept_until_the_person_does_something(as_user, region, monkeypatch):
    client = as_user(region)
    notify(region)
    assert unread(client) == 1
    notify(region)
    assert unread(client) == 2, "quick ones are always fresh"
    monkeypatch.setattr("portal.todo.SLOW", -1)
    assert unread(client) == 2
    notify(region)
    assert unread(client) == 2
    client.post(reverse("set_language"), {"language": "zh-hans"})
    assert unread(client) == 3


def test_kept_numbers_serve_the_home_page_too(as_user, chifeng, monkeypatch):
    monkeypatch.setattr("portal.todo.SLOW", -1)
    client = as_user(chifeng)
    unread(client)
    assert client.get(HOME).status_code == 200, "it wants more than the menu has kept"
    assert not [sql for sql in queries_of(client, HOME) if "core_notice" in sql]


def test_a_duty_that_has_ended_leaves_no_number_behind(region, chifeng, office, monkeypatch):
    monkeypatch.setattr("portal.todo.SLOW", -1)
    builders.submitted(chifeng, office("150400"))
    assert counts_of(builders.read(region))["filings"] == 1
    Appointment.objects.filter(user=region).update(ends_at=timezone.now())
    assert "filings" not in counts_of(builders.read(region))
