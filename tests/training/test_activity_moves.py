"""The table of moves: every state × every action, and who may not."""

import pytest

from core.models import WorkflowEvent
from core.workflow import MoveNotAllowed
from organizations.models import User
from tests.people import builders as people
from tests.training import builders
from training.models import Activity
from training.states import ACTIVITY_STEPS, ActivityState
from training.workflow import WORKFLOW

ASKING = {"submit", "resubmit", "withdraw", "cancel", "revive"}
PAIRS = [(state, action) for state in ActivityState for action in ACTIVITY_STEPS]
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


@pytest.mark.parametrize(("state", "action"), PAIRS)
def test_every_state_and_action(state: str, action: str, captain: User, chifeng: User, baotou: User) -> None:
    record = in_state(state, captain, chifeng)
    by = captain if action in ASKING else chifeng
    facts = {"reason": "下雨"} if action == "cancel" else {}
    legal = state in ACTIVITY_STEPS[action].sources
    assert (action in {move.action for move in WORKFLOW.available_actions(record, by)}) == legal
    assert WORKFLOW.available_actions(record, baotou) == []
    if legal:
        fresh = WORKFLOW.perform(record, action, by=by, comment="依据", **facts)
        assert fresh.state == ACTIVITY_STEPS[action].target
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
