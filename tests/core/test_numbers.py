"""Numbers without gap or double, drawn by many real processes at once from the real database."""

import multiprocessing

import pytest
from django.db import connection, connections, transaction

from core.models import NumberSequence
from core.numbers import next_number, numbered

PROCESSES, DRAWS = 20, 4
KEY = "ZH-150400-2026"


class ChangedMind(Exception):  # noqa: N818 - an outcome, not a fault
    """Stands for anything that undoes the transaction after the number was drawn."""


def _draw(results, start) -> None:
    """One process: every second transaction is rolled back after drawing."""
    start.wait()
    for attempt in range(DRAWS * 2):
        try:
            with transaction.atomic():
                number = next_number(KEY)
                if attempt % 2:
                    raise ChangedMind
        except ChangedMind:
            continue
        results.put(number)
    connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_twenty_processes_draw_without_gap_or_double():
    fork = multiprocessing.get_context("fork")
    results, start = fork.SimpleQueue(), fork.Barrier(PROCESSES)
    connections.close_all()  # a child must not inherit a connection
    children = [fork.Process(target=_draw, args=(results, start)) for _child in range(PROCESSES)]
    for child in children:
        child.start()
    numbers = [results.get() for _number in range(PROCESSES * DRAWS)]
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0] * PROCESSES
    assert sorted(numbers) == list(range(1, PROCESSES * DRAWS + 1))
    assert NumberSequence.objects.get(key=KEY).value == PROCESSES * DRAWS


@pytest.mark.django_db
def test_rollback_gives_the_number_back():
    def undone() -> None:
        with transaction.atomic():
            assert next_number(KEY) == 1
            raise ChangedMind

    with pytest.raises(ChangedMind):
        undone()
    with transaction.atomic():
        assert next_number(KEY) == 1


@pytest.mark.django_db
def test_each_key_counts_for_itself():
    assert numbered("NMHS", "150400", 2026) == "NMHS-150400-2026-0001"
    assert numbered("NMHS", "150400", 2026) == "NMHS-150400-2026-0002"
    assert numbered("NMHS", "150400", 2027) == "NMHS-150400-2027-0001"
    assert numbered("NMHS", "150500", 2026) == "NMHS-150500-2026-0001"


@pytest.mark.django_db(transaction=True)
def test_number_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="transaction"):
        next_number(KEY)
    assert not NumberSequence.objects.exists()
