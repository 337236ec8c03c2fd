"""``bin/restore FILE [--replace]``: brings an archive back, whole or not at all."""

import argparse
import os
import shutil
import tempfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from launcher import archive, database, packages, services, unfinished
from launcher.backup import data_key_fingerprints, key_fingerprint
from launcher.config import Config, load, make_folders
from launcher.console import Failure, say, warn


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bin/restore", description="恢复备份 / Restore a backup")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--replace", action="store_true", help="覆盖现有数据 / replace what is there")
    options = parser.parse_args(arguments)
    source: Path = options.file.expanduser().resolve()
    config = load()
    packages.ensure(config)
    make_folders(config)
    manifest = archive.verify(source)
    say(f"备份完好：{manifest['made']}，{manifest['tables']} 张表，附件等 {len(manifest['members']) - 1} 个文件")
    with services.borrowed(config) as lent:
        url = lent.addresses.database_url
        if lent.addresses.embedded_database and not lent.own:
            raise Failure("平台正在运行，请先停止（Ctrl-C）再恢复。", "The portal is running; stop it (Ctrl-C) first.")
        if (database.table_count(url) or any((config.data / "files").iterdir())) and not options.replace:
            raise Failure(
                "数据库或附件文件夹不是空的。确要用备份替换现有数据，请加 --replace（建议先 bin/backup）。",
                "The database or the files folder is not empty. To replace what is there, add --replace.",
            )
        warn_about_key(config, manifest["key"], manifest.get("data_keys", []))
        put_back(config, url, source)
    say("已恢复。下次 bin/run 会自动补上此后的数据库变更。")
    return 0


def put_back(config: Config, url: str, source: Path) -> None:
    unfinished.remove_parts(config)
    with tempfile.TemporaryDirectory(dir=config.data, prefix=unfinished.PARTS) as name:
        folder = Path(name)
        archive.extract(source, folder)
        (folder / "files").mkdir(mode=0o700, exist_ok=True)
        with unfinished.marked(config, source):
            database.replace(url, folder / archive.DUMP, script=folder / "database.sql")
            # The database stands as in the backup. The files follow by renaming; the old ones are kept aside.
            if not os.environ.get("S3_BUCKET"):
                keep_aside(config.data / "files")
                (folder / "files").rename(config.data / "files")
            with suppress(FileNotFoundError):
                shutil.move(folder / "demo-password", config.data / "demo-password")


def keep_aside(files: Path) -> None:
    if not any(files.iterdir()):
        files.rmdir()
        return
    aside = files.with_name(f"files.{datetime.now():%Y%m%d-%H%M%S}")
    files.rename(aside)
    say(f"原有附件移到 {aside}，确认无误后可自行删除。")


def warn_about_key(config: Config, key: str, data_keys: list[str]) -> None:
    other = bool(key) and key != key_fingerprint(config)
    if other or set(data_keys) - set(data_key_fingerprints()):
        warn(
            "密钥与备份时不同：加密字段将读不出。请放回原来的 secret-key（DJANGO_SECRET_KEY）和 DATA_KEYS。",
            "The backup was made with another secret key: encrypted fields will be unreadable until it is put back.",
        )
