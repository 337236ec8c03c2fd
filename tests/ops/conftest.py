"""Copies of the portal that every test here shares: making the demo data costs more than all the rest of their day."""

from collections.abc import Iterator

import pytest

from tests.ops.copies import STARTED, Copy


@pytest.fixture(scope="session")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Copy, Copy]]:
    """Two, started side by side; the last tests of ``test_run.py`` end them."""
    # The second lies too deep for a Unix socket's 107 bytes.
    deep = tmp_path_factory.mktemp("second") / ("很深的文件夹" * 6) / "var"
    pair = Copy(tmp_path_factory.mktemp("first") / "var"), Copy(deep)
    try:
        for copy in pair:
            copy.wait_for(STARTED)
        yield pair
    finally:
        for copy in pair:
            copy.end()
