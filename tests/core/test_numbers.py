"""Numbers without gap or double, drawn by many real processes at once from the real database."""

import multiprocessing

import pytest
from django.db import connection, transaction

from core.models import NumberSequence
from core.numbers import next_number, numbered
from tests.core.drawing import DRAWS, KEY, ChangedMind, draw

PROCESSES = 20


@pytest.mark.django_db(transaction=True)
def test_twenty_processes_draw_without_gap_or_double():
    clean = multiprocessing.get_context("forkserver")
    clean.set_forkserver_preload(["tests.core.drawing"])
    results, start = clean.SimpleQueue(), clean.Barrier(PROCESSES, timeout=60)
    database = connection.settings_dict["NAME"]
    children = [clean.Process(target=draw, args=(database, results, start)) for _child in range(PROCESSES)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0] * PROCESSES
    numbers = [results.get() for _number in range(PROCESSES * DRAWS)]
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
