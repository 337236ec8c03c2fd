"""Where things lie, read once from the environment. The table of variables is in docs/operations.md."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from launcher.console import Failure

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / ".venv"
# sun_path holds 107 bytes; PostgreSQL appends "/.s.PGSQL.5432.lock" to its socket folder.
SOCKET_FOLDER_MAX = 107 - len("/.s.PGSQL.5432.lock")


@dataclass(frozen=True)
class Config:
    data: Path
    host: str
    port: int
    production: bool
    database_url: str
    redis_url: str

    @property
    def run(self) -> Path:
        """Locks and addresses of what is running now; nothing here outlives a stop but the lock files."""
        return self.data / "run"

    @property
    def logs_folder(self) -> Path:
        return self.data / "logs"

    @property
    def sockets(self) -> Path:
        """Folder of the database socket. Under the data folder when that is short enough for a Unix socket,
        otherwise in the system's temporary folder under a name made from the data folder and the user."""
        near = self.data / "run" / "sock"
        if len(os.fsencode(near)) <= SOCKET_FOLDER_MAX:
            return near
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"portal-{os.getuid()}-{digest}"


def load(data: Path | None = None) -> Config:
    data = data or Path(os.environ.get("PORTAL_DATA") or ROOT / "var")
    return Config(
        data=data.expanduser().resolve(),
        host=os.environ.get("HOST") or "127.0.0.1",
        port=_port(os.environ.get("PORT") or "8000"),
        production=os.environ.get("DJANGO_ENV") == "production",
        database_url=os.environ.get("DATABASE_URL", ""),
        redis_url=os.environ.get("REDIS_URL", ""),
    )


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise Failure(f"PORT 应为 1–65535 之间的整数，现为“{text}”。", f"PORT must be 1-65535, not {text!r}.")


def make_folders(config: Config) -> None:
    """The data folder and its private rooms. Uploads, locks and logs are the portal's alone."""
    config.data.mkdir(parents=True, exist_ok=True)
    for name in ("run", "files", "logs"):
        folder = config.data / name
        folder.mkdir(mode=0o700, exist_ok=True)


def child_environment(config: Config, **more: str) -> dict[str, str]:
    """Environment of everything started here: the same variables, resolved."""
    environment = dict(os.environ)
    environment.update(
        PORTAL_DATA=str(config.data),
        PATH=f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        PYTHONUNBUFFERED="1",
        HOST=config.host,
        PORT=str(config.port),
    )
    if environment.pop("PYTHONDONTWRITEBYTECODE", ""):
        # Compiling everything anew takes each process as long as the rest of its start. Kept apart from the sources,
        # which is what somebody who sets this wants.
        environment.setdefault("PYTHONPYCACHEPREFIX", str(VENV / "compiled"))
    environment.update(more)
    return environment
