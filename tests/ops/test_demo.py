"""The demo: a first look finds something in every queue and state."""

import pytest

from tests.ops.copies import Copy, command

pytestmark = [pytest.mark.ops, pytest.mark.xdist_group("ops")]


def test_demo_has_something_in_every_queue_and_state(copies: tuple[Copy, Copy]) -> None:
    done = command("manage", "shell", "-v0", "-c", "from tests.ops.demo import check; check()", data=copies[0].data)

    assert done.returncode == 0, done.stderr
