"""The engine itself, over the account request's table: one transaction, one history row, nothing half done."""

import pytest
from django.core.exceptions import ValidationError

from core.models import WorkflowEvent
from core.steps import step, transitions
from core.workflow import MoveNotAllowed
from organizations.models import AccountRequest, User
from organizations.workflow import WORKFLOW
from tests.organizations.helpers import drafted, submitted

pytestmark = pytest.mark.django_db


def test_unknown_move_is_named_so(songshan):
    with pytest.raises(MoveNotAllowed) as caught:
        WORKFLOW.perform(drafted(songshan), "delete", by=songshan)
    assert caught.value.code == "unknown"


def test_move_reads_the_row_again(songshan):
    record = drafted(songshan)
    AccountRequest.objects.filter(pk=record.pk).update(basis="后来改的")
    fresh = WORKFLOW.perform(record, "submit", by=songshan)
    assert fresh.basis == "后来改的"
    assert record.state == "draft"  # the caller's own copy is not touched


def test_move_that_is_refused_leaves_nothing_behind(songshan, region_security):
    record = submitted(songshan)
    User.objects.filter(pk=songshan.pk).update(username="wangxm")
    with pytest.raises(ValidationError):
        WORKFLOW.perform(record, "approve", by=region_security)
    record.refresh_from_db()
    assert (record.state, record.account, record.decided_at) == ("submitted", None, None)
    assert WorkflowEvent.objects.of(record).count() == 1


def test_comment_of_spaces_is_no_comment(songshan, region_security):
    with pytest.raises(MoveNotAllowed) as caught:
        WORKFLOW.perform(submitted(songshan), "reject", by=region_security, comment=" \n")
    assert caught.value.code == "comment"
    assert "不予开户" in caught.value.message


def test_history_cannot_be_rewritten(songshan):
    event = WorkflowEvent.objects.of(submitted(songshan)).get()
    from django.db import DatabaseError, transaction

    for change in (lambda: WorkflowEvent.objects.filter(pk=event.pk).update(comment="x"), event.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_transitions_name_each_change_of_state_once():
    steps = {"go": step("a", "b", to="c"), "again": step("a", to="c"), "stay": step("c", to="c")}
    assert transitions(steps) == [("a", "c"), ("b", "c")]
