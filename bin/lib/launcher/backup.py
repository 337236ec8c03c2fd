"""``bin/backup FILE``: database and files into one archive. The portal may go on running."""

import argparse
import hashlib
import os
import shutil
import tempfile
import time
from datetime import datetime
from pathlib import Path

from launcher import archive, database, packages, services, unfinished
from launcher.config import Config, load
from launcher.console import Failure, say, warn

PARTS = ".backup-"
DAY = 24 * 3600


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bin/backup", description="备份数据库与附件 / Back up database and files")
    parser.add_argument("file", type=Path, metavar="FILE")
    target: Path = parser.parse_args(arguments).file.expanduser().resolve()
    if not target.parent.is_dir():
        raise Failure(f"没有文件夹 {target.parent}。", f"No folder {target.parent}.")
    config = load()
    unfinished.refuse(config)
    packages.ensure(config)
    remove_parts(target.parent)
    with services.borrowed(config) as lent, tempfile.TemporaryDirectory(dir=target.parent, prefix=PARTS) as folder:
        url = lent.addresses.database_url
        if not database.table_count(url):
            raise Failure("数据库是空的，没有可备份的内容。", "The database is empty; nothing to back up.")
        dump = Path(folder) / archive.DUMP
        database.dump(url, dump)
        members = {archive.DUMP: dump, **files(config)}
        manifest = archive.write(target, members, about(config, url), part=Path(folder) / "archive.tar")
    say(f"已备份：{target}（{target.stat().st_size / 1e6:.1f} MB，附件 {len(manifest['members']) - 1} 个，已校验）")
    if manifest["files_elsewhere"]:
        warn("附件在对象存储中，不在此备份内，请另行备份。", "Files are in object storage and not in this backup.")
    if os.environ.get("DATA_KEYS"):
        say("密钥（DATA_KEYS）不在备份中：请另行保管，不要与备份放在一处；这份备份存多久，当时的密钥就要存多久。")
    if not os.environ.get("DJANGO_SECRET_KEY"):
        say("加密字段要用密钥才能读出，请把 secret-key 文件另行保管，不要与备份放在一处。")
    return 0


def remove_parts(folder: Path) -> None:
    """What backups that were killed have left in this folder; another may be at work there now."""
    for part in folder.glob(f"{PARTS}*"):
        if time.time() - part.stat().st_mtime > DAY:
            shutil.rmtree(part, ignore_errors=True)


def files(config: Config) -> dict[str, Path]:
    if os.environ.get("S3_BUCKET"):
        return {}
    found = {
        str(path.relative_to(config.data)): path
        for path in sorted((config.data / "files").rglob("*"))
        if path.is_file()
    }
    password = config.data / "demo-password"
    return found | ({"demo-password": password} if password.exists() else {})


def about(config: Config, url: str) -> dict[str, object]:
    return {
        "made": datetime.now().astimezone().isoformat(timespec="seconds"),
        "server": database.query(url, "SHOW server_version"),
        "tables": database.table_count(url),
        "files_elsewhere": os.environ.get("S3_BUCKET", ""),
        "key": key_fingerprint(config),
        "data_keys": data_key_fingerprints(),
    }


def key_fingerprint(config: Config) -> str:
    """Tells one secret key from another without giving it away; empty when there is none yet."""
    key = os.environ.get("DJANGO_SECRET_KEY", "")
    path = config.data / "secret-key"
    if not key and path.exists():
        key = path.read_text().strip()
    return _fingerprint(key) if key else ""


def data_key_fingerprints() -> list[str]:
    """The same of every data key in use: a backup made while keys are being changed needs them all."""
    return [_fingerprint(key.strip()) for key in os.environ.get("DATA_KEYS", "").split(",") if key.strip()]


def _fingerprint(key: str) -> str:
    return hashlib.sha256(f"portal backup key {key}".encode()).hexdigest()[:16]
