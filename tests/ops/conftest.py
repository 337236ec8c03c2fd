"""Copies of the portal that every test here shares: making the demo data costs more than all the rest of their day."""

from collections.abc import Iterator

import pytest

from tests.ops.copies import STARTED, Copy, command


@pytest.fixture(scope="session")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Copy, Copy]]:
    """Two side by side, the second brought back from a backup of the first; the last tests of ``test_run.py`` end
    them."""
    # The second lies too deep for a Unix socket's 107 bytes.
    deep = tmp_path_factory.mktemp("second") / ("很深的文件夹" * 6) / "var"
    backup = tmp_path_factory.mktemp("between") / "portal.tar"
    pair = [Copy(tmp_path_factory.mktemp("first") / "var")]
    try:
        pair[0].wait_for(STARTED)
        for name, data in (("backup", pair[0].data), ("restore", deep)):
            done = command(name, backup, data=data)
            assert done.returncode == 0, done.stderr
        pair.append(Copy(deep))
        pair[1].wait_for(STARTED)
        yield pair[0], pair[1]
    finally:
        for copy in pair:
            copy.end()
