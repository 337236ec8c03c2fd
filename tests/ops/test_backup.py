"""A backup of a running portal brings back what was there elsewhere; a damaged or unwanted one changes nothing."""

import os
import time
from pathlib import Path

import pytest

from tests.ops.copies import Copy, command
from tests.ports import free_port

pytestmark = [pytest.mark.ops, pytest.mark.xdist_group("ops")]
COUNT = "from organizations.models import Organization, User; print(Organization.objects.count(), User.objects.count())"
PRODUCTION = {
    "DJANGO_ENV": "production",
    "DJANGO_SECRET_KEY": "Test-only/3c9a1be07f5d42868ae4d0b7f15c96e2-of-no-server",
    "DATA_KEYS": "Test-only/94d06f1b7c2e48a5b3d7e0916f8a2c54-of-no-server",
    "PORTAL_ORIGIN": "https://portal.example.org",
    "ALLOWED_HOSTS": "portal.example.org",
    "TRUST_PROXY_TLS": "1",
}
DAY = 24 * 3600
PAPER = Path("files") / "备案" / "申请书.pdf"


@pytest.fixture(scope="module")
def portal(copies: tuple[Copy, Copy]) -> Path:
    """The data folder of a running portal, with the demo data and one uploaded file."""
    data = copies[0].data
    (data / PAPER).parent.mkdir()
    (data / PAPER).write_bytes(b"%PDF-1.7 demo")
    return data


@pytest.fixture(scope="module")
def backup(portal: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("backup") / "portal.tar"
    for name, age in ((".backup-killed", 2 * DAY), (".backup-at-work", 0)):
        file.with_name(name).mkdir()
        os.utime(file.with_name(name), (time.time() - age, time.time() - age))
    done = command("backup", file, data=portal)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in file.parent.iterdir()} == {"portal.tar", ".backup-at-work"}
    return file


@pytest.fixture(scope="module")
def restored(backup: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("restored") / "var"
    done = command("restore", backup, data=data)
    assert done.returncode == 0, done.stderr
    return data


@pytest.fixture(scope="module")
def there(portal: Path) -> str:
    """How many offices and accounts the portal has: asking takes a start of Django, and nobody adds any."""
    return count(portal)


def test_restore_brings_back_database_and_files(portal: Path, there: str, restored: Path) -> None:
    assert count(restored) == there
    assert (restored / PAPER).read_bytes() == b"%PDF-1.7 demo"
    assert (restored / "demo-password").read_text() == (portal / "demo-password").read_text()
    refused = command("run", data=restored, PORT=str(free_port()), **PRODUCTION)
    assert refused.returncode == 1
    assert "portal.E005" in refused.stderr  # demo accounts came along


def test_restore_replaces_only_when_told(there: str, restored: Path, backup: Path) -> None:
    (restored / "files" / "later.txt").write_text("newer than the backup")

    done = command("restore", backup, data=restored)
    assert done.returncode == 1
    assert "--replace" in done.stderr
    assert (restored / "files" / "later.txt").exists()

    done = command("restore", backup, "--replace", data=restored)
    assert done.returncode == 0, done.stderr
    assert count(restored) == there
    assert not (restored / "files" / "later.txt").exists()
    assert [path.name for path in restored.glob("files.*/later.txt")] == ["later.txt"]  # kept aside, not deleted


def test_a_restore_that_was_killed_has_to_be_made_again(restored: Path, backup: Path, tmp_path: Path) -> None:
    (restored / "restoring").write_text(str(backup))  # as the kill leaves it, with what was unpacked
    (restored / ".restore-x").mkdir()
    for name, more in (("run", []), ("manage", ["version"]), ("backup", [tmp_path / "half.tar"])):
        refused = command(name, *more, data=restored, PORT=str(free_port()))
        assert refused.returncode == 1
        assert f"bin/restore {backup} --replace" in refused.stderr

    done = command("restore", backup, "--replace", data=restored)
    assert done.returncode == 0, done.stderr
    assert not [*restored.glob("restoring"), *restored.glob(".restore-*")]
    assert command("manage", "version", data=restored).returncode == 0


@pytest.mark.parametrize("where", [600, 40_000])
def test_damaged_backup_is_refused(backup: Path, tmp_path: Path, where: int) -> None:
    damaged = tmp_path / "damaged.tar"
    content = bytearray(backup.read_bytes())
    content[where] ^= 1
    damaged.write_bytes(content)

    done = command("restore", damaged, data=tmp_path / "var")

    assert done.returncode == 1
    assert not (tmp_path / "var" / "postgres").exists()


def test_backup_is_private(backup: Path) -> None:
    assert backup.stat().st_mode & 0o077 == 0


def count(data: Path) -> str:
    done = command("manage", "shell", "-v0", "-c", COUNT, data=data)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
