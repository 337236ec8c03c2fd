"""The backup archive: one tar file with the database's dump, the uploaded files and a manifest.

    manifest.json     first member: what it is, and SHA-256 and size of every other member
    database.dump     pg_dump, custom format
    files/…           private uploads, as they lie in the data folder
    demo-password     when the data are demo data

The dump is taken before the files are read. Files are never changed or removed, only added, so every file the
dump speaks of is in the archive.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from launcher.console import Failure

FORMAT = 1
MANIFEST, DUMP = "manifest.json", "database.dump"
CHUNK = 1 << 20


def write(target: Path, members: dict[str, Path], about: dict[str, Any], *, part: Path) -> dict[str, Any]:
    """Writes the archive as ``part``, on the disk of ``target``, reads it back, and only then gives it its name."""
    entries = {name: _measure(path) for name, path in members.items()}
    manifest = {"format": FORMAT, **about, "members": entries}
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
            _add_bytes(archive, MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
            for name, path in members.items():
                archive.add(path, name, recursive=False)
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
    members = iter(archive)
    first = next(members, None)
    if first is None or first.name != MANIFEST:
        raise Failure(f"{path} 不是本平台的备份。", f"{path} is not a backup of this portal.")
    manifest: dict[str, Any] = json.loads(_content(archive, first).read())
    if manifest.get("format") != FORMAT:
        raise Failure(
            f"备份格式 {manifest.get('format')} 不受支持。", f"Unknown backup format {manifest.get('format')}."
        )
    expected = dict(manifest["members"])
    for member in members:
        _check_name(member)
        digest, size = _hash(_content(archive, member))
        if expected.pop(member.name, None) != {"sha256": digest, "bytes": size}:
            raise Failure(
                f"备份已损坏：{member.name} 与清单不符。", f"Damaged backup: {member.name} differs from the manifest."
            )
    if expected:
        raise Failure(
            f"备份不完整，缺少：{'、'.join(sorted(expected)[:5])}", f"Incomplete backup: {sorted(expected)[:5]}"
        )
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


def _measure(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest, size = _hash(file)
    return {"sha256": digest, "bytes": size}


def _hash(file: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for chunk in _chunks(file):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk
