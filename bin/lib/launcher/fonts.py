"""The Fandol fonts (仿宋, 黑体, 楷体) for documents in official layout.

They come in a Debian package of which only the .otf files are wanted: it is downloaded and unpacked, not
installed. Where that cannot be done, documents are set in Noto, and the reason is said once a day.
"""

import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from pathlib import Path

from launcher.console import say, warn

PACKAGE = "texlive-lang-chinese"
RETRY_SECONDS = 24 * 3600


def ensure(folder: Path, cache: Path) -> None:
    """``folder`` has the fonts, taken from ``cache`` (one for all copies from this checkout)."""
    if not any(cache.glob("*.otf")) and (any(folder.glob("Fandol*.otf")) or not _download(cache)):
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for font in cache.glob("*.otf"):
            _copy(font, folder / font.name)
    except OSError as error:
        warn(
            f"字体文件夹 {folder} 不可写（{error.strerror}），公文改用 Noto 字体。",
            f"{folder} is not writable; documents use Noto.",
        )


def _copy(font: Path, target: Path) -> None:
    """Whole or not at all, and again where a start cut off in the middle has left a part."""
    if target.exists() and target.stat().st_size == font.stat().st_size:
        return
    fresh = target.with_name(f".{target.name}.part")
    shutil.copyfile(font, fresh)
    fresh.replace(target)


def _download(cache: Path) -> bool:
    cache.mkdir(parents=True, exist_ok=True)
    failed = cache / "unavailable"
    if failed.exists() and time.time() - failed.stat().st_mtime < RETRY_SECONDS:
        return False
    reason = _unpack(cache)
    if reason:
        failed.write_text(reason)
        warn(
            f"未能取得 Fandol 字体（{reason}），公文改用 Noto 字体，版式不变。可将 .otf 字体放入 FONT_DIR。",
            f"Fandol fonts could not be had ({reason}); documents use Noto. Or put .otf files into FONT_DIR.",
        )
        return False
    failed.unlink(missing_ok=True)
    return True


def _unpack(cache: Path) -> str:
    """Why it could not be done, or nothing."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return "没有 apt-get"
    say("取回公文字体（约 50 MB，只取一次）…")
    with tempfile.TemporaryDirectory() as folder:
        options = ["-o", "APT::Sandbox::User=root", "-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=30"]
        command = ["apt-get", "download", "-qq", *options, PACKAGE]
        if subprocess.run(command, cwd=folder, capture_output=True).returncode:
            if os.geteuid() != 0:
                return f"apt-get download {PACKAGE} 未成功"
            subprocess.run(["apt-get", "update", "-qq"], capture_output=True)
            if subprocess.run(command, cwd=folder, capture_output=True).returncode:
                return f"apt-get download {PACKAGE} 未成功"
        # Made beside and renamed: a start cut off in the middle leaves all of them or none.
        fresh = cache.with_name(f".{cache.name}")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        _take_fonts(next(Path(folder).glob("*.deb")), fresh)
        if any(fresh.iterdir()):
            shutil.rmtree(cache)
            fresh.rename(cache)
    return "" if any(cache.glob("*.otf")) else "软件包中没有字体"


def _take_fonts(package: Path, folder: Path) -> None:
    command = ["dpkg-deb", "--fsys-tarfile", str(package)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE) as unpacker,
        tarfile.open(fileobj=unpacker.stdout, mode="r|") as archive,
    ):
        for member in archive:
            content = (
                archive.extractfile(member) if "/fandol/" in member.name and member.name.endswith(".otf") else None
            )
            if content:
                (folder / Path(member.name).name).write_bytes(content.read())
