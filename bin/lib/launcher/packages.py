"""Installs what is missing: Python packages from the hashed lock file, system packages, fonts, page assets, languages.

Each part leaves a stamp with the hash of what it installed from, so that a second start only compares hashes.
``PORTAL_SETUP=skip`` leaves everything as it is (container images bring it along).
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from launcher import fonts
from launcher.config import ROOT, VENV, Config
from launcher.console import Failure, say

STAMPS = VENV / ".stamps"
PDF_LIBRARIES = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fontconfig"]
FONT_PACKAGES = ["fonts-noto-cjk", "fonts-noto-core"]
LANGUAGE_PACKAGES = ["gettext"]
# The headless shell draws the same pages for two thirds of chromium's work; libatomic1 is for Playwright's Node.js.
TEST_PACKAGES = ["chromium-headless-shell", "poppler-utils", "libatomic1"]


def ensure(config: Config, *, tests: bool = False) -> None:
    if os.environ.get("PORTAL_SETUP") == "skip":
        return
    VENV.mkdir(exist_ok=True)
    STAMPS.mkdir(exist_ok=True)
    descriptor = os.open(VENV, os.O_RDONLY)  # two starts from one checkout: one installs, the other waits
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        system_packages(tests=tests)
        python_packages("requirements-dev.txt" if tests else "requirements.txt")
        page_assets()
        languages()
        fonts.ensure(Path(os.environ.get("FONT_DIR") or config.data / "fonts"), VENV / "share" / "fandol")
    finally:
        os.close(descriptor)


# -- system -------------------------------------------------------------------------------------------
def system_packages(*, tests: bool) -> None:
    wanted = [*PDF_LIBRARIES, *FONT_PACKAGES, *LANGUAGE_PACKAGES, *(TEST_PACKAGES if tests else [])]
    tools = [name for name in ("node", "npm") if not shutil.which(name)]
    if shutil.which("dpkg-query") and shutil.which("apt-get"):
        missing = [name for name in wanted if name not in _installed(wanted)]
        missing += [{"node": "nodejs"}.get(name, name) for name in tools]
        if missing:
            apt_install(missing)
        return
    absent = tools + [name for name in ("chromium-headless-shell", "pdftoppm") if tests and not shutil.which(name)]
    absent += [] if shutil.which("msgfmt") else ["gettext"]
    absent += _absent_libraries()
    if absent:
        raise Failure(
            f"本机不是 Debian/Ubuntu，请自行安装：{'、'.join(absent)}。Fedora：dnf install gettext pango harfbuzz "
            "fontconfig google-noto-sans-cjk-fonts google-noto-serif-cjk-fonts google-noto-sans-mongolian-fonts nodejs "
            "npm；macOS：brew install gettext pango node font-noto-sans-cjk-sc font-noto-serif-cjk-sc。",
            f"Not Debian/Ubuntu; please install: {', '.join(absent)} (package names above).",
        )


def _installed(names: Sequence[str]) -> set[str]:
    command = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *names]
    lines = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
    return {line.split()[0] for line in lines if line.endswith(" installed")}


def _absent_libraries() -> list[str]:
    from ctypes.util import find_library

    absent = [
        f"lib{name}"
        for name in ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset", "fontconfig")
        if not find_library(name)
    ]
    faces = ""
    if shutil.which("fc-list"):
        faces = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True).stdout
    return absent + [face for face in ("Noto Sans CJK SC", "Noto Serif CJK SC") if face not in faces]


def apt_install(names: list[str]) -> None:
    say(f"安装系统软件包：{' '.join(names)} …")
    prefix = _root_prefix(names)
    options = ["-y", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    update = subprocess.run([*prefix, "apt-get", "update", "-qq"], stdin=None, stdout=subprocess.DEVNULL)
    if update.returncode:
        say("apt-get update 未成功，仍用现有的软件包清单尝试。")
    command = [*prefix, *environment, "apt-get", "install", *options, "--no-install-recommends", *names]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        say(done.stdout[-3000:])
        raise Failure(
            f"系统软件包未能安装：{' '.join(names)}（原因见上）。", f"apt-get could not install: {' '.join(names)}."
        )


def _root_prefix(names: list[str]) -> list[str]:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        # Without a terminal sudo cannot ask for a password; -n makes it say so at once.
        return ["sudo"] if sys.stdin.isatty() else ["sudo", "-n"]
    raise Failure(
        f"缺少系统软件包，且无 root 权限。请由管理员执行：apt-get install --no-install-recommends {' '.join(names)}",
        f"System packages are missing. As root: apt-get install --no-install-recommends {' '.join(names)}",
    )


# -- Python -------------------------------------------------------------------------------------------
def python_packages(lock: str) -> None:
    digest = _digest(ROOT / lock) + f" {sys.version_info.major}.{sys.version_info.minor}"
    if _stamp(lock) == digest:
        return
    say(f"安装 Python 软件包（{lock}）…")
    if not (
        _uv() and _run([str(VENV / "bin" / "uv"), "pip", "install", "-q", "--python", sys.executable, *_hashed(lock)])
    ):
        say("改用 pip 安装…")
        if not _run([sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", *_hashed(lock)]):
            raise Failure(
                "Python 软件包未能安装（原因见上），请检查网络或软件源。", "Python packages could not be installed."
            )
    (STAMPS / lock).write_text(digest)


def _hashed(lock: str) -> list[str]:
    return ["--require-hashes", "-r", str(ROOT / lock)]


def _uv() -> bool:
    """uv installs several times faster than pip; where it cannot be had, pip does the same work."""
    lock = Path(__file__).with_name("uv.txt")
    digest = _digest(lock)
    if _stamp("uv") == digest and (VENV / "bin" / "uv").exists():
        return True
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
        str(lock),
    ]
    if not _run(pip):
        return False
    (STAMPS / "uv").write_text(digest)
    return True


def _run(command: list[str]) -> bool:
    environment = dict(os.environ)
    if Path(command[0]).name == "uv":
        # An office's mirror and its gateway's certificate are usually set for pip and for the system; uv reads neither.
        environment.setdefault("UV_SYSTEM_CERTS", "1")
        for name, setting in (("UV_DEFAULT_INDEX", "index-url"), ("SSL_CERT_FILE", "cert")):
            if name not in environment and (value := _pip_setting(setting)):
                environment[name] = value
    return subprocess.run(command, env=environment).returncode == 0


def _pip_setting(name: str) -> str:
    from_environment = os.environ.get(f"PIP_{name.upper().replace('-', '_')}")
    command = [sys.executable, "-m", "pip", "config", "get", f"global.{name}"]
    return from_environment or subprocess.run(command, capture_output=True, text=True).stdout.strip()


# -- page assets ----------------------------------------------------------------------------------------
def page_assets() -> None:
    digest = _digest(ROOT / "package-lock.json")
    stamp = ROOT / "node_modules" / ".portal"
    with suppress(OSError):
        if stamp.read_text() == digest:
            return
    say("取回页面样式与脚本（npm ci）…")
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    if done.returncode:
        raise Failure("npm ci 未成功（原因见上），请检查网络或 npm 源。", "npm ci failed (see above).")
    stamp.write_text(digest)


# -- languages ------------------------------------------------------------------------------------------
def languages() -> None:
    """Compiles the catalogues of texts; the repository keeps only their sources."""
    for source in (ROOT / "locale").glob("*/LC_MESSAGES/django.po"):
        language, compiled, digest = source.parts[-3], source.with_suffix(".mo"), _digest(source)
        if compiled.exists() and _stamp(f"language-{language}") == digest:
            continue
        say(f"编译译文（{language}）…")
        fresh = source.with_suffix(".new")  # a running portal must never read half a catalogue
        if subprocess.run(["msgfmt", "--check-format", "--check-domain", "-o", str(fresh), str(source)]).returncode:
            raise Failure(f"{source} 有误（见上）。", f"{source} has faults (see above).")
        fresh.replace(compiled)
        (STAMPS / f"language-{language}").write_text(digest)


# -- stamps ---------------------------------------------------------------------------------------------
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _stamp(name: str) -> str:
    try:
        return (STAMPS / name).read_text()
    except OSError:
        return ""
