"""Pieces of the launcher by themselves: what a start cut off in the middle leaves, a full disk, an archive."""

import hashlib
import importlib
import json
import subprocess
import tarfile
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.ops.copies import ROOT


@pytest.fixture
def piece(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Any module of the launcher by its name."""
    monkeypatch.syspath_prepend(str(ROOT / "bin" / "lib"))
    return lambda name: importlib.import_module(f"launcher.{name}")


def test_fonts_half_copied_are_copied_again(piece: Any, tmp_path: Path) -> None:
    cache, folder = tmp_path / "cache", tmp_path / "fonts"
    cache.mkdir()
    folder.mkdir()
    for name in ("FandolFang", "FandolKai"):
        (cache / f"{name}.otf").write_bytes(b"OTTO" * 100)
    (folder / "FandolFang.otf").write_bytes(b"OTTO" * 3)
    (folder / "仿宋_GB2312.ttf").write_bytes(b"the office's own")

    piece("fonts").ensure(folder, cache)

    assert {path.name: path.stat().st_size for path in folder.iterdir()} == {
        "FandolFang.otf": 400, "FandolKai.otf": 400, "仿宋_GB2312.ttf": 16,
    }  # fmt: skip


def test_a_full_disk_takes_the_log_and_not_what_writes_it(piece: Any, tmp_path: Path) -> None:
    (tmp_path / "web.log").symlink_to("/dev/full")
    with subprocess.Popen(["/bin/echo", "served"], stdout=subprocess.PIPE) as child:
        output = piece("output").Output("web", child.stdout, tmp_path, shown="(?!)")
        child.wait()
        output.drain()
        output.close()
    assert list(output.last) == ["served"]


def test_what_is_compiled_is_kept_where_the_shell_forbids_it_beside_the_source(
    piece: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = piece("config")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)

    environment = config.child_environment(config.load(tmp_path))

    assert "PYTHONDONTWRITEBYTECODE" not in environment
    assert Path(environment["PYTHONPYCACHEPREFIX"]).is_relative_to(config.VENV)


def test_a_backup_takes_what_is_there_when_its_turn_comes(piece: Any, tmp_path: Path) -> None:
    archive, members = piece("archive"), {}
    for name in ("database.dump", "files/imports/roster", "files/uploads/piece"):
        members[name] = tmp_path / Path(name).name
        members[name].write_bytes(b"content of " + name.encode())
    members["files/imports/roster"].unlink()  # taken in after the files were listed

    manifest = archive.write(tmp_path / "backup.tar", members, {"made": "today"}, part=tmp_path / "part")

    assert list(manifest["members"]) == ["database.dump", "files/uploads/piece"]
    assert archive.verify(tmp_path / "backup.tar") == manifest
    archive.extract(tmp_path / "backup.tar", tmp_path / "back")
    assert (tmp_path / "back" / "files" / "uploads" / "piece").read_bytes() == b"content of files/uploads/piece"


@pytest.mark.parametrize(("content", "told"), [(b"as it was", ""), (b"as it is!", "与清单不符"), (None, "缺少")])
def test_an_older_backup_has_its_manifest_in_front(
    piece: Any, tmp_path: Path, content: bytes | None, told: str
) -> None:
    stated = {"sha256": hashlib.sha256(b"as it was").hexdigest(), "bytes": 9}
    manifest = {"format": 1, "members": {"database.dump": stated}}
    members = {"manifest.json": json.dumps(manifest).encode()} | ({"database.dump": content} if content else {})
    with tarfile.open(tmp_path / "old.tar", "w") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, BytesIO(data))
    with nullcontext() if not told else pytest.raises(piece("console").Failure, match=told):
        assert piece("archive").verify(tmp_path / "old.tar") == manifest
