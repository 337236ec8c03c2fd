"""Whether the code is the one this data folder was last prepared for, so that a second start need not ask again.

Only for the embedded database of a development copy: nothing else can have changed it meanwhile. ``bin/manage``
and ``bin/restore`` may, so they take the mark away.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from launcher.config import ROOT, Config

# Neither code nor data of a start; ``.git`` and the like begin with a dot and are passed over anyway.
NOT_CODE = {"node_modules", "var", "tests", "bench", "docs", "__pycache__"}


def is_prepared(config: Config) -> bool:
    try:
        return _mark(config).read_text() == _fingerprint(config) and (config.data / "static").is_dir()
    except OSError:
        return False


def note_prepared(config: Config) -> None:
    _mark(config).write_text(_fingerprint(config))


def forget(config: Config) -> None:
    _mark(config).unlink(missing_ok=True)


def _mark(config: Config) -> Path:
    return config.run / "prepared"


def _fingerprint(config: Config) -> str:
    digest = hashlib.sha256()
    for path, size, changed in sorted(_files(ROOT, config.data)):
        digest.update(f"{path} {size} {changed}\n".encode())
    return digest.hexdigest()


def _files(folder: Path, data: Path) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name in NOT_CODE or Path(entry.path) == data:
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path), data)
            elif entry.is_file():
                found = entry.stat()
                yield entry.path, found.st_size, found.st_mtime_ns
