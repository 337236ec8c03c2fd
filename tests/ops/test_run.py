"""Two copies from one checkout: side by side, hurt, and ended the polite and the rude way.

The tests share both copies (with ``test_backup.py``) and stand in the order of a day: the last ones end them.
"""

import json
import signal
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
import urllib3

from tests.ops.copies import PATIENCE, Copy, command, sockets, still_alive
from tests.ports import free_port

pytestmark = [pytest.mark.ops, pytest.mark.xdist_group("ops")]


def test_two_copies_run_side_by_side(copies: tuple[Copy, Copy]) -> None:
    first, second = copies

    assert (first.health(), second.health()) == (200, 200)
    assert first.has(str(first.port))
    assert first.has((first.data / "demo-password").read_text().strip())


def test_only_loopback_is_listened_on(copies: tuple[Copy, Copy]) -> None:
    first, _ = copies

    listening = {
        connection.laddr.ip
        for process in first.parts()
        for connection in listening_of(process)
        if connection.status == psutil.CONN_LISTEN
    }

    assert listening == {"127.0.0.1"}


def listening_of(process: psutil.Process) -> list[Any]:
    try:
        return process.net_connections("inet")
    except psutil.NoSuchProcess:  # a short-lived one that has ended since it was found
        return []


def test_busy_port_is_said_before_anything_starts(copies: tuple[Copy, Copy], tmp_path: Path) -> None:
    first, _ = copies

    done = command("run", data=tmp_path / "var", PORT=str(first.port))

    assert done.returncode == 1
    assert f"无法使用 127.0.0.1:{first.port}" in done.stderr
    assert f"Cannot use 127.0.0.1:{first.port}" in done.stderr
    assert not (tmp_path / "var").exists()


def test_data_folder_in_use_is_refused(copies: tuple[Copy, Copy]) -> None:
    first, _ = copies

    done = command("run", data=first.data, PORT=str(free_port()))

    assert done.returncode == 1
    assert "正在被使用" in done.stderr
    assert first.health() == 200


def test_manage_finds_the_running_database(copies: tuple[Copy, Copy]) -> None:
    first, _ = copies

    script = "from organizations.models import User; print(User.objects.filter(username='region').count())"
    done = command("manage", "shell", "-v0", "-c", script, data=first.data)

    assert done.stdout.strip() == "1"


def test_log_of_the_database_names_nobody(copies: tuple[Copy, Copy]) -> None:
    first, _ = copies
    address = json.loads((first.data / "run" / "services.json").read_text())["database_url"]

    with psycopg.connect(address) as connection:
        connection.execute("CREATE TEMPORARY TABLE told (name text CONSTRAINT told_once PRIMARY KEY)")
        connection.execute("INSERT INTO told VALUES ('苏日娜')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO told VALUES ('苏日娜')")

    log = (first.data / "logs" / "postgres.log").read_text()
    assert "told_once" in log
    assert "苏日娜" not in log


@pytest.mark.parametrize(
    ("name", "pattern"),
    [("postgres", "bin/postgres"), ("valkey", "valkey-server"), ("web", "granian"), ("worker", r"celery .*\bworker\b")],
)
def test_killed_part_comes_back(copies: tuple[Copy, Copy], name: str, pattern: str) -> None:
    first, _ = copies

    first.part(pattern).kill()
    first.wait_for(f"{name} 已恢复")

    again = urllib3.Retry(total=2 * PATIENCE, backoff_factor=0.1, backoff_max=0.5)
    with urllib3.PoolManager() as pool:
        pool.request("GET", f"http://127.0.0.1:{first.port}/health/", retries=again, timeout=10)
    assert first.health() == 200


def test_interrupt_ends_everything(copies: tuple[Copy, Copy]) -> None:
    first, second = copies
    parts = first.parts()

    first.process.send_signal(signal.SIGINT)

    assert first.process.wait(PATIENCE) == 0
    assert still_alive(parts, seconds=20) == []
    assert still_alive(first.parts(), seconds=20) == []
    assert sockets(first) == []
    assert second.health() == 200


def test_killed_supervisor_takes_everything_along(copies: tuple[Copy, Copy]) -> None:
    _, second = copies
    parts = second.parts()
    folders = {
        Path(word.partition("=")[2]) for word in second.part("bin/postgres").cmdline() if "unix_socket_dir" in word
    }

    second.process.kill()
    second.process.wait()

    assert still_alive(parts, seconds=20) == []
    assert still_alive(second.parts(), seconds=20) == []
    assert [folder for folder in folders if folder.exists() and any(folder.iterdir())] == []


def test_unsafe_production_is_refused(tmp_path: Path) -> None:
    done = command("run", data=tmp_path / "var", DJANGO_ENV="production", PORT=str(free_port()))

    assert done.returncode == 1
    assert "portal.E001" in done.stderr
    assert "portal.E002" in done.stderr
    assert not (tmp_path / "var" / "demo-password").exists()
