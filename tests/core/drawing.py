"""What each of many processes does in ``test_numbers``. They are forked from a process that has nothing of the tests'
own in it: a fork of a worker that drove a browser before inherits half of that, and waits for ever."""

import django

django.setup()

from django.db import connection, transaction  # noqa: E402 - not before Django is set up

from core.numbers import next_number  # noqa: E402

KEY = "ZH-150400-2026"
DRAWS = 4


class ChangedMind(Exception):  # noqa: N818 - an outcome, not a fault
    """Stands for anything that undoes the transaction after the number was drawn."""


def draw(database: str, results, start) -> None:
    """One process: every second transaction is rolled back after drawing."""
    connection.settings_dict["NAME"] = database
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
