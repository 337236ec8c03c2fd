"""The table of moves: every state × every action, and who may not."""

from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from core.models import Notice, WorkflowEvent
from core.workflow import MoveNotAllowed
from organizations.models import Organization, User
from organizations.tree import in_the_way, move_office, place_team
from tests.people import builders as people
from tests.teams.builders import read
from tests.training import builders
from training.models import Activity
from training.states import ACTIVITY_STEPS, ActivityState
from training.workflow import WORKFLOW

ASKING = {"submit", "resubmit", "withdraw", "cancel", "revive"}
pytestmark = pytest.mark.django_db


def in_state(state: str, captain: User, chifeng: User) -> Activity:
    """A drill of the captain's team brought to ``state`` by legal moves."""
    one = people.member(captain.organization, 1)
    if state in ("draft", "cancelled"):
        made = builders.drill(captain.organization, captain)
        builders.present(made, builders.listed(made, one))
        return WORKFLOW.perform(made, "cancel", by=captain, reason="下雨") if state == "cancelled" else made
    made = builders.handed_in(captain.organization, captain, one)
    if state == "returned":
        return WORKFLOW.perform(made, "return_for_changes", by=chifeng, comment="请补")
    if state in ("confirmed", "archived"):
        made = WORKFLOW.perform(made, "confirm", by=chifeng)
    return WORKFLOW.perform(made, "archive", by=chifeng) if state == "archived" else made


def test_table_and_steps_are_the_same_moves() -> None:
    assert {move.action: move.step for move in WORKFLOW.moves} == ACTIVITY_STEPS


@pytest.mark.parametrize("state", ActivityState)
def test_every_state_and_action(state: str, captain: User, chifeng: User, baotou: User) -> None:
    """Each move is tried on the same record and rolled back."""
    record = in_state(state, captain, chifeng)
    assert WORKFLOW.available_actions(record, baotou) == []
    for action in ACTIVITY_STEPS:
        with transaction.atomic():
            _try(Activity.objects.get(pk=record.pk), action, read(captain if action in ASKING else chifeng))
            transaction.set_rollback(True)


def _try(record: Activity, action: str, by: User) -> None:
    state = record.state
    facts = {"reason": "下雨"} if action == "cancel" else {}
    legal = state in ACTIVITY_STEPS[action].sources
    assert (action in {move.action for move in WORKFLOW.available_actions(record, by)}) == legal, action
    if legal:
        fresh = WORKFLOW.perform(record, action, by=by, comment="依据", **facts)
        assert fresh.state == ACTIVITY_STEPS[action].target, action
        assert fresh.version == record.version + 1
        event = WorkflowEvent.objects.of(record).last()
        assert (event.from_state, event.to_state, event.by) == (state, fresh.state, by)
    else:
        with pytest.raises(MoveNotAllowed):
            WORKFLOW.perform(record, action, by=by, comment="依据", **facts)
        record.refresh_from_db()
        assert record.state == state


@pytest.mark.parametrize("action", ["confirm", "return_for_changes"])
def test_nobody_decides_on_his_own_record(action: str, chifeng: User, captain: User, region: User) -> None:
    one = people.member(captain.organization, 1)
    record = builders.handed_in(chifeng.organization, chifeng, one)
    with pytest.raises(MoveNotAllowed) as refused:
        WORKFLOW.perform(record, action, by=chifeng, comment="可以")
    assert refused.value.code == "permission"
    assert record.office == region.organization


def test_what_cannot_be_taken_back_is_asked_about_on_the_page(
    captain: User, chifeng: User, as_user: Callable[[User], Client]
) -> None:
    record = in_state("confirmed", captain, chifeng)
    page = as_user(chifeng).get(record.get_absolute_url()).content.decode()
    button = page[page.index('value="archive"') :].partition(">")[0]
    assert 'data-confirm="归档以后不能再改，也不能退回更正。"' in button


# -- the tree changes -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("how", ["the office moves it", "a filing places it"])
def test_what_waits_and_what_was_confirmed_goes_to_the_new_superior(
    how: str, captain: User, chifeng: User, baotou: User, region_system: User, as_user: Callable[[User], Client]
) -> None:
    team = captain.organization
    waiting = builders.handed_in(team, captain, people.member(team, 1))
    confirmed = builders.confirmed(team, captain, chifeng, people.member(team, 2), title="已确认的（演示）")
    archived = builders.confirmed(team, captain, chifeng, people.member(team, 3), title="已归档的（演示）")
    WORKFLOW.perform(archived, "archive", by=chifeng)
    if how == "a filing places it":
        place_team(team, under=baotou.organization, by=region_system)
    else:
        move_office(team, to=baotou.organization, by=region_system)
    (told,) = Notice.objects.filter(recipient=baotou, kind="activity_submitted")
    assert told.url == waiting.get_absolute_url()
    client = as_user(read(baotou))
    assert "随机构调整改由新的上级办理" in client.get(f"{waiting.get_absolute_url()}history/").content.decode()
    for record, action in ((waiting, "confirm"), (confirmed, "reopen")):
        fresh = Activity.objects.get(pk=record.pk)
        assert WORKFLOW.available_actions(fresh, read(chifeng)) == []
        assert WORKFLOW.perform(fresh, action, by=read(baotou), comment="请更正").office == baotou.organization
    archived.refresh_from_db()
    assert archived.office == chifeng.organization


def test_an_office_with_records_under_way_is_not_closed(
    songshan: User, region_system: User, office: Callable[[str], Organization]
) -> None:
    place = office("150404")
    record = builders.drill(place, songshan)
    assert "1 场没有办结的培训和演练" in in_the_way(place, timezone.localdate())
    WORKFLOW.perform(record, "cancel", by=songshan, reason="不办了")
    assert not any("培训" in words for words in in_the_way(place, timezone.localdate()))


def test_an_office_that_has_still_to_put_something_right_is_not_closed(
    songshan: User, chifeng: User, office: Callable[[str], Organization]
) -> None:
    place = office("150404")
    builders.problem(builders.drill(office("150400"), chifeng), chifeng, organization=place)
    assert "1 个没有销号的整改问题" in in_the_way(place, timezone.localdate())
    assert not any("整改" in words for words in in_the_way(office("150421"), timezone.localdate()))
