"""The table of moves: every state × every action, by those who may; and two people at once."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from core.models import Notice, WorkflowEvent
from core.steps import Step
from core.workflow import MoveNotAllowed
from organizations.models import AccountRequest, User
from organizations.states import STEPS, TRANSITIONS, RequestState
from organizations.workflow import MOVES, WORKFLOW
from tests.organizations.helpers import at_once, drafted, opened, submitted

ASKING = {"submit", "resubmit", "withdraw"}


def in_state(state: str, songshan: User, security: User) -> AccountRequest:
    """A request brought to ``state`` by legal moves."""
    if state == "draft":
        return drafted(songshan)
    record = submitted(songshan)
    action = {"returned": "return_for_changes", "approved": "approve", "rejected": "reject"}.get(state)
    if action:
        return WORKFLOW.perform(record, action, by=security, comment="依据")
    return WORKFLOW.perform(record, "withdraw", by=songshan) if state == "withdrawn" else record


def test_table_and_steps_are_the_same_moves():
    assert {move.action: move.step for move in MOVES} == STEPS
    assert all(isinstance(step, Step) for step in STEPS.values())


@pytest.mark.django_db
@pytest.mark.parametrize("state", RequestState)
def test_every_state_and_action(state, songshan, region_security):
    """Each move is tried on the same record and rolled back."""
    record = in_state(state, songshan, region_security)
    for action in STEPS:
        with transaction.atomic():
            _try(AccountRequest.objects.get(pk=record.pk), action, songshan, region_security)
            transaction.set_rollback(True)


def _try(record, action, songshan, region_security):
    state, before = record.state, WorkflowEvent.objects.of(record).count()
    by = songshan if action in ASKING else region_security
    offered = action in {move.action for move in WORKFLOW.available_actions(record, by)}
    legal = state in STEPS[action].sources
    assert offered == legal, action
    if legal:
        fresh = WORKFLOW.perform(record, action, by=by, comment="依据")
        assert fresh.state == STEPS[action].target, action
        event = WorkflowEvent.objects.of(record).last()
        assert (event.from_state, event.to_state, event.by, event.comment) == (state, fresh.state, by, "依据")
    else:
        with pytest.raises(MoveNotAllowed) as caught:
            WORKFLOW.perform(record, action, by=by, comment="依据")
        assert caught.value.code == "state"
        record.refresh_from_db()
        assert record.state == state
        assert WorkflowEvent.objects.of(record).count() == before


@pytest.mark.django_db
@pytest.mark.parametrize("action", list(STEPS))
def test_the_other_side_may_not(action, songshan, region_security):
    state = next(iter(STEPS[action].sources))
    record = in_state(state, songshan, region_security)
    wrong = region_security if action in ASKING else songshan
    with pytest.raises(MoveNotAllowed) as caught:
        WORKFLOW.perform(record, action, by=wrong, comment="x")
    assert caught.value.code == "permission"


@pytest.mark.django_db
@pytest.mark.parametrize(("source", "target"), [(s, t) for s in RequestState for t in RequestState if s != t])
def test_database_refuses_an_illegal_state(source, target, songshan, region_security):
    record = in_state(source, songshan, region_security)
    change = AccountRequest.objects.filter(pk=record.pk)
    facts = {"state": target, "number": record.number or "ZH-x", "account": record.account_id or songshan.pk}
    if (source, target) in TRANSITIONS:
        change.update(**facts)
        assert change.get().state == target
    else:
        with pytest.raises(DatabaseError, match="Invalid transition"), transaction.atomic():
            change.update(**facts)


@pytest.mark.django_db(transaction=True)
def test_two_deciders_at_once(cast):
    security, songshan = cast["region-security"], cast["songshan"]
    league = opened(security, cast["chifeng"].organization, "cf-security", "security_admin")
    record = submitted(songshan)

    def decide(who: User, action: str):
        by = User.objects.get(pk=who.pk)
        return lambda: WORKFLOW.perform(record, action, by=by, comment="依据")

    answers = at_once(decide(security, "approve"), decide(league, "reject"))
    refused = [answer for answer in answers if isinstance(answer, MoveNotAllowed)]
    assert len(refused) == 1, answers
    assert refused[0].code == "state"
    assert "已先一步办理" in refused[0].message
    assert WorkflowEvent.objects.of(record).count() == 2
    record.refresh_from_db()
    assert User.objects.filter(username=record.username).count() == (record.state == "approved")


@pytest.mark.django_db(transaction=True)
def test_pressed_twice_in_the_same_instant(cast):
    songshan = cast["songshan"]
    record = drafted(songshan)
    person = User.objects.get(pk=songshan.pk)
    answers = at_once(*[lambda: WORKFLOW.perform(record, "submit", by=person)] * 2)
    assert sorted(type(answer).__name__ for answer in answers) == ["AccountRequest", "MoveNotAllowed"]
    assert Notice.objects.count() == 1
    record.refresh_from_db()
    assert record.number == f"ZH-150404-{timezone.localdate().year}-0001"


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_when_many_hand_in_at_once(cast):
    songshan = cast["songshan"]
    drafts = [drafted(songshan, username=f"many{index}") for index in range(6)]

    def hand_in(draft: AccountRequest):
        person = User.objects.get(pk=songshan.pk)
        return lambda: WORKFLOW.perform(draft, "submit", by=person)

    at_once(*[hand_in(draft) for draft in drafts])
    connection.close()
    numbers = sorted(AccountRequest.objects.values_list("number", flat=True))
    assert [number[-4:] for number in numbers] == [f"{index:04d}" for index in range(1, 7)]
