"""``bin/run``: the whole portal in the foreground."""

import http.client
import os
import socket
import sys
import time
from pathlib import Path

from launcher import packages, services, unchanged, unfinished
from launcher.config import Config, child_environment, load, make_folders
from launcher.console import Failure, say, warn
from launcher.supervisor import Service, Supervisor

WORKER_SECONDS = 20  # /health/ is asked after this long even if the worker has not said that it is ready
HEALTHY_SECONDS = 60  # after this long the address is shown with what is still wrong


def main(arguments: list[str]) -> int:
    if arguments:
        raise Failure(
            "bin/run 不带参数；设置见 docs/operations.md。", "bin/run takes no arguments; see docs/operations.md."
        )
    began = time.monotonic()
    config = load()
    check_port(config)
    packages.ensure(config)
    unfinished.refuse(config)
    make_folders(config)
    services.hold(config)
    supervisor = Supervisor(logs=config.logs_folder)
    supervisor.stop_on_signals()
    try:
        environment = child_environment(config, **services.start(config, supervisor).environment())
        embedded = bool(environment.get("PORTAL_EMBEDDED")) and not config.production
        if not (embedded and unchanged.is_prepared(config)):
            unchanged.forget(config)
            prepare(supervisor, environment)
            unchanged.note_prepared(config)
        web, worker, beat = processes(config, environment)
        supervisor.start(web)
        supervisor.start(worker)
        supervisor.watch(Opening(config, supervisor, beat, began))
    finally:
        say("\n正在停止（再按一次 Ctrl-C 立即停止）…")
        services.stop(config, supervisor)
        say("已全部停止。")
    return 0


def check_port(config: Config) -> None:
    """Before anything is installed or started: the commonest reason why a second copy cannot run."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.host, config.port))
        except OSError as error:
            raise Failure(
                f"无法使用 {config.host}:{config.port}（{error.strerror}）。如已被占用，请另设：PORT=8001 bin/run。",
                f"Cannot use {config.host}:{config.port} ({error.strerror}). Choose another: PORT=8001 bin/run.",
            ) from None


def prepare(supervisor: Supervisor, environment: dict[str, str]) -> None:
    """Migrations, reference data, demo data, static files and checks, in one process."""
    script = str(Path(__file__).with_name("prepare.py"))
    task = Service("prepare", [sys.executable, script], environment, tier=2)
    if supervisor.run_once(task):
        raise Failure("准备未完成，没有启动（原因见上）。", "Preparation failed; nothing was started (see above).")


def processes(config: Config, environment: dict[str, str]) -> list[Service]:
    python, data = sys.executable, config.data
    workers = os.environ.get("WEB_WORKERS") or "2"
    web = [python, "-m", "granian", "--interface", "wsgi", "--host", config.host, "--port", str(config.port)]
    web += ["--workers", workers, "--blocking-threads", os.environ.get("WEB_THREADS") or "4", "--no-ws", "--http", "1"]
    web += [
        "--respawn-failed-workers",
        "--workers-kill-timeout",
        "8",
        "--log-level",
        "warning",
        "portal.wsgi:application",
    ]
    quietly = "ignore:You're running the worker with superuser"  # tasks are JSON; the warning is about pickle
    # Django's checks were made by prepare.py; once more they hold up the start by a second for each of the two.
    celery = [python, "-W", quietly, "-m", "celery", "--quiet", "--skip-checks", "-A", "portal"]
    worker = [*celery, "worker", "--loglevel", "INFO", "--concurrency", os.environ.get("JOB_WORKERS") or "2"]
    worker += ["--hostname", f"portal-{config.port}@%h", "--without-gossip", "--without-mingle"]
    beat = [*celery, "beat", "--loglevel", "WARNING", "--pidfile=", "--schedule", str(data / "run" / "beat")]
    return [
        Service("web", web, environment, tier=2, stop_seconds=12, shown='^(?!.*"level": "info")'),
        # Warm: a task being worked on is finished; one cut off is taken up again at the next start.
        Service("worker", worker, environment, tier=2, stop_seconds=20, shown="^(?!.*: INFO/)"),
        Service("beat", beat, environment, tier=2),
    ]


class Opening:
    """From the start of web and worker to the first 200 of /health/; then says where to go and as whom.

    Beat is started and /health/ asked only when the worker is ready: before that the one would take the processor
    from it, and the other keep the answer that there is none for some seconds."""

    def __init__(self, config: Config, supervisor: Supervisor, beat: Service, began: float) -> None:
        self.config, self.supervisor, self.beat, self.began = config, supervisor, beat, began
        self.beat_started, self.opened = False, time.monotonic()

    def __call__(self) -> None:
        if self.supervisor.steady:
            return
        waited = time.monotonic() - self.began
        if not self.beat_started:
            if not self.worker_ready() and time.monotonic() - self.opened < WORKER_SECONDS:
                return
            self.supervisor.start(self.beat)
            self.beat_started = True
        status, body = health(self.config)
        if status == 200 or (status and waited > HEALTHY_SECONDS):
            self.supervisor.steady = True
            if status != 200:
                warn(f"/health/ 仍为 {status}：{body}", f"/health/ still answers {status}.")
            self.announce(waited)

    def worker_ready(self) -> bool:
        worker = self.supervisor.children.get("worker")
        return worker is not None and any(" ready." in line for line in worker.output.last)

    def announce(self, seconds: float) -> None:
        config = self.config
        host = "127.0.0.1" if config.host in ("0.0.0.0", "::") else config.host  # noqa: S104
        address = os.environ.get("PORTAL_ORIGIN") or f"http://{f'[{host}]' if ':' in host else host}:{config.port}/"
        lines = ["─" * 72, f"  内蒙古红十字应急救援队管理平台已启动（{seconds:.1f} 秒）", f"  地址 Address：{address}"]
        password = config.data / "demo-password"
        if not config.production and password.exists():
            lines += [
                f"  演示密码 Demo password：{password.read_text().strip()}",
                "  演示账号 Demo accounts：region（自治区）、chifeng（赤峰市）、songshan（松山区）、baotou（包头市）、",
                "    captain（队长）、member（队员）、assessor（测评专家）、leader（领导，只读）、",
                "    region-security（安全管理员）、region-audit（审计管理员）、region-system（系统管理员）",
            ]
        say("\n".join([*lines, f"  数据 Data：{config.data}    停止 Stop：Ctrl-C", "─" * 72]))


def health(config: Config) -> tuple[int, str]:
    """Status and body of /health/, asked as the proxy in front would ask. Status 0 when nobody answers."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)  # noqa: S104
    origin = os.environ.get("PORTAL_ORIGIN", "")
    headers = {"Host": origin.split("://")[-1].rstrip("/") or f"{host}:{config.port}", "Accept": "application/json"}
    headers["X-Forwarded-Proto"] = "https" if origin.startswith("https") else "http"
    connection = http.client.HTTPConnection(host, config.port, timeout=5)
    try:
        connection.request("GET", "/health/", headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read(2000).decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()
