"""The same thing entered by two in one instant: both checks found nothing yet, and the database takes the first."""

from collections.abc import Callable
from contextlib import nullcontext
from threading import Event
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from organizations.models import User
from people.models import CertificateKind, Policy
from tests.organizations.helpers import at_once, until_somebody_waits_for_a_lock
from training.models import Course, Plan

pytestmark = pytest.mark.django_db(transaction=True)

PLAN = ("captain", "training:plan_create", {"year": "2027"}, "这个单位已经有这一年的计划。")
COURSE = (
    "region",
    "training:course_create",
    {"name": "救护复训（演示）", "kind": "theory"},
    "本单位已经有同名的课程。",
)
KIND = ("region", "people:kind_create", {"name": "潜水证（演示）", "position": "50"}, "已经有了")
POLICY = (
    "captain", "people:policy_create",
    {"kind": "accident", "insurer": "演示保险", "number": "YS-1", "starts_on": "2026-01-01", "ends_on": "2026-12-31"},
    "这张保险单已经登记了。",
)  # fmt: skip
MADE: dict[str, Callable[[int], Any]] = {
    PLAN[1]: lambda place: Plan.objects.create(organization_id=place, year=2027),
    COURSE[1]: lambda place: Course.objects.create(organization_id=place, name="救护复训（演示）", kind="theory"),
    KIND[1]: lambda place: CertificateKind.objects.create(key="diving", name="潜水证（演示）", position=50),
    POLICY[1]: lambda place: Policy.objects.create(organization_id=place, **POLICY[2]),
}


@pytest.mark.parametrize(("who", "route", "facts", "words"), [PLAN, COURSE, KIND, POLICY])
def test_the_second_is_told_at_the_form(
    cast: dict[str, User], as_user: Callable[..., Client], who: str, route: str, facts: dict[str, str], words: str
) -> None:
    user = cast[who]
    typed = {"organization": user.organization_id, "version": "1", **facts}

    made = Event()

    def first() -> None:
        with transaction.atomic():
            MADE[route](user.organization_id)
            made.set()
            until_somebody_waits_for_a_lock()

    def second() -> Any:
        made.wait(10)
        return as_user(user).post(reverse(route), typed)

    _none, answer = at_once(first, second)
    assert answer.status_code == 200, answer
    page = answer.content.decode()
    assert words in page
    assert "data-error-summary" in page


def test_what_no_form_says_is_a_conflict_and_no_fault(
    cast: dict[str, User], as_user: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    """For whatever saves beside a form: told as what it is, and the log names no values."""
    monkeypatch.setattr("training.planning.plainly", lambda *known: nullcontext())
    monkeypatch.setattr("training.planning.Plan.objects.filter", lambda **facts: Plan.objects.none())
    place = cast["captain"].organization
    Plan.objects.create(organization=place, year=2027)
    answer = as_user(cast["captain"]).post(reverse("training:plan_create"), {"organization": place.pk, "year": "2027"})
    assert answer.status_code == 409
    assert "您的操作没有生效" in answer.content.decode()
    assert "plan_once" in caplog.text
    assert "Key (" not in caplog.text
