"""A restore that was killed between the database and the files: nobody is to work with halves of two days.

The mark lies in the data folder while a restore may be between them; the restore made again takes it away.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launcher.config import Config
from launcher.console import Failure

PARTS = ".restore-"  # folders a restore unpacks into


@contextmanager
def marked(config: Config, source: Path) -> Iterator[None]:
    """While open, a kill leaves the mark. A failure does not: the database is then as it was."""
    mark = _mark(config)
    mark.write_text(str(source))
    try:
        yield
    finally:
        mark.unlink(missing_ok=True)


def refuse(config: Config) -> None:
    """Failure when the last restore was cut off."""
    if _mark(config).exists():
        source = _mark(config).read_text()
        raise Failure(
            f"上次恢复没有做完就中断了，数据库和附件可能对不上。请再执行一次：bin/restore {source} --replace",
            f"The last restore was cut off. Run it again: bin/restore {source} --replace",
        )


def remove_parts(config: Config) -> None:
    """What a restore that was killed has unpacked: the whole database, readable, among it."""
    for folder in config.data.glob(f"{PARTS}*"):
        shutil.rmtree(folder, ignore_errors=True)


def _mark(config: Config) -> Path:
    return config.data / "restoring"
