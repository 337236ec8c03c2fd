"""What processes killed outright leave behind keeps nobody from starting again, and harms nobody else."""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.ops.copies import ROOT, command, environment

pytestmark = [pytest.mark.ops, pytest.mark.xdist_group("ops")]
# Row by row, at work all the time: as a table the series would be written to the disk until that is full, and asleep a
# connection notices that its server has gone.
QUERY = "SELECT count(*) FROM (SELECT generate_series(1, 1000000000000000)) AS numbers"
BUSY = f"from django.db import connection; connection.cursor().execute('{QUERY}')"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose database was started and stopped in good order."""
    folder = tmp_path_factory.mktemp("left") / "var"
    starts(folder)
    return folder


def starts(data: Path) -> None:
    done = command("manage", "version", data=data)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Another copy's server, as far as a number and a name tell."""
    program = tmp_path / "postgres"
    shutil.copy(shutil.which("sleep") or "/bin/sleep", program)
    with subprocess.Popen([program, "600"]) as process:
        yield process
        process.kill()


def test_a_number_that_is_somebody_elses_by_now(data: Path, stranger: "subprocess.Popen[bytes]") -> None:
    note = f"{stranger.pid}\n{data / 'postgres'}\n1\n5432\n{data / 'run' / 'sock'}\n\n  1  1\nready   \n"
    (data / "postgres" / "postmaster.pid").write_text(note)
    (data / "run" / "sock" / ".s.PGSQL.5432.lock").write_text(note)
    (data / "run" / "sock" / ".s.PGSQL.5432").touch()

    starts(data)

    assert stranger.poll() is None


def test_a_connection_that_outlives_its_server(data: Path) -> None:
    run = [ROOT / "bin" / "manage", "shell", "-v0", "-c", BUSY]
    with subprocess.Popen(run, env=environment(data), stderr=subprocess.DEVNULL) as manage:
        busy = working(data, manage)
        watchdog, server = psutil.Process(manage.pid).children(), busy.parent()
        assert server is not None
        for process in (*watchdog, psutil.Process(manage.pid), server):
            if process.is_running():
                process.send_signal(signal.SIGKILL)

    assert busy.is_running()
    starts(data)
    assert not busy.is_running()


def working(data: Path, manage: "subprocess.Popen[bytes]") -> psutil.Process:
    """The connection that is at the long query, once it is."""
    while manage.poll() is None:
        for process in psutil.process_iter():
            try:
                at_it = "[local] SELECT" in " ".join(process.cmdline()) and process.cwd() == str(data / "postgres")
                if at_it and process.cpu_times().user > 0.2:  # not one that asks something short beside it
                    return process
            except psutil.Error:
                continue
    raise AssertionError("the query ended of itself")
