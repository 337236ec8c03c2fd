"""The backup archive: one tar file with the database's dump, the uploaded files and a manifest.

    database.dump     pg_dump, custom format
    files/…           private uploads, as they lie in the data folder
    demo-password     when the data are demo data
    manifest.json     what it is, and SHA-256 and size of every other member; the first member in older archives

The dump is taken before the files are read, and what people brought stays as it was brought, so every file of theirs
that the dump speaks of is in the archive. What is in passing (a roster being taken in, an export past its day) may be
gone by the time it is its turn, and is left out.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from launcher.console import Failure

FORMAT = 1
MANIFEST, DUMP = "manifest.json", "database.dump"
CHUNK = 1 << 20


def write(target: Path, members: dict[str, Path], about: dict[str, Any], *, part: Path) -> dict[str, Any]:
    """Writes the archive as ``part``, on the disk of ``target``, reads it back, and only then gives it its name."""
    entries: dict[str, dict[str, Any]] = {}
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for name, path in members.items():
                with suppress(FileNotFoundError):  # removed since it was listed
                    entries[name] = _add(archive, name, path)
            manifest = {"format": FORMAT, **about, "members": entries}
            _add_bytes(archive, MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
        file.flush()
        os.fsync(file.fileno())
    verify(part)
    part.replace(target)
    return manifest


def verify(path: Path) -> dict[str, Any]:
    """Reads the whole archive and compares every member with the manifest. Failure names what is wrong."""
    try:
        with tarfile.open(path, mode="r:") as archive:
            return _verify(path, archive)
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise Failure(f"{path} 不是完好的备份：{error}", f"{path} is no intact backup: {error}") from None


def _verify(path: Path, archive: tarfile.TarFile) -> dict[str, Any]:
    manifest: dict[str, Any] = {}
    found: dict[str, dict[str, Any]] = {}
    for member in archive:
        _check_name(member)
        if member.name == MANIFEST:
            manifest = json.loads(_content(archive, member).read())
        else:
            found[member.name] = _hash(_content(archive, member))
    if not manifest:
        raise Failure(f"{path} 不是本平台的备份。", f"{path} is not a backup of this portal.")
    if manifest.get("format") != FORMAT:
        raise Failure(
            f"备份格式 {manifest.get('format')} 不受支持。", f"Unknown backup format {manifest.get('format')}."
        )
    expected = manifest["members"]
    if damaged := [name for name in found if found[name] != expected.get(name)]:
        raise Failure(
            f"备份已损坏：{damaged[0]} 与清单不符。", f"Damaged backup: {damaged[0]} differs from the manifest."
        )
    if missing := sorted({DUMP, *expected} - found.keys()):
        raise Failure(f"备份不完整，缺少：{'、'.join(missing[:5])}", f"Incomplete backup: {missing[:5]}")
    return manifest


def extract(path: Path, folder: Path) -> None:
    """Into an empty folder; only after ``verify``."""
    with tarfile.open(path, mode="r:") as archive:
        for member in archive:
            _check_name(member)
            target = folder / member.name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                for chunk in _chunks(_content(archive, member)):
                    file.write(chunk)


def _check_name(member: tarfile.TarInfo) -> None:
    parts = Path(member.name).parts
    if not member.isfile() or member.name.startswith("/") or ".." in parts:
        raise Failure(f"备份中有不应出现的内容：{member.name}", f"Unexpected entry in the backup: {member.name}")


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(member)
    if content is None:
        raise ValueError(member.name)
    return content


def _add_bytes(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), 0o600
    archive.addfile(entry, io.BytesIO(data))


def _add(archive: tarfile.TarFile, name: str, path: Path) -> dict[str, Any]:
    """The member as it is stored, also of a file that goes on growing: no more than its size at first."""
    with path.open("rb") as file:
        entry, content = tarfile.TarInfo(name), _Hashed(file)
        entry.size, entry.mode = os.fstat(file.fileno()).st_size, 0o600
        archive.addfile(entry, content)
        return content.measured()


class _Hashed:
    """A file that is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._digest, self._size = file, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._digest.update(data)
        self._size += len(data)
        return data

    def measured(self) -> dict[str, Any]:
        return {"sha256": self._digest.hexdigest(), "bytes": self._size}


def _hash(file: IO[bytes]) -> dict[str, Any]:
    content = _Hashed(file)
    while content.read(CHUNK):
        pass
    return content.measured()


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk
