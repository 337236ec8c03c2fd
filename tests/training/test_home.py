"""What the home page tells of trainings and drills."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.people import builders as people
from tests.training import builders
from training.choices import Trouble

pytestmark = pytest.mark.django_db


def test_member_is_told_of_the_drill_today_and_led_to_the_own_list(as_user, captain, member):
    row = people.member(captain.organization, 71, person=people.person(71, user=member))
    on = builders.drill(captain.organization, captain, title="冰面救援演练", starts_at=timezone.now())
    builders.drill(captain.organization, captain, title="没有列入的演练", starts_at=timezone.now())
    listed = builders.listed(on, row)[0]
    # a mark that its keepers have to settle, and nobody else of the team
    builders.mark(on.slots.get(), listed, by=captain, trouble=Trouble.FUTURE)
    page = as_user(member).get("/")
    assert [(task.what, task.url) for task in page.context["tasks"]] == [("冰面救援演练", "/me/training/")]


def test_roll_of_today_stands_before_what_is_late(as_user, captain):
    builders.problem(
        builders.drill(captain.organization, captain), captain, due_on=timezone.localdate() - timedelta(days=3)
    )
    builders.drill(captain.organization, captain, title="冰面救援演练", starts_at=timezone.now())
    first, *rest = as_user(captain).get("/").context["tasks"]
    assert (first.what, first.big) == ("冰面救援演练", True)
    assert "bad" in {task.tone for task in rest}


def test_list_gives_no_number_of_people_before_the_record_is_handed_in(as_user, captain):
    builders.drill(captain.organization, captain, title="筹备中的演练")
    page = as_user(captain).get("/activities/").content.decode()
    assert 'data-label="实到人数">—' in page
