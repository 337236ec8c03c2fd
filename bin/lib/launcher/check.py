"""``bin/test``: everything that has to hold before a change lands, on a database and broker of its own.

The quick looks at the code come first and are all made, so that one run names every fault; the tests run only
when they find nothing, and last, so that pytest's summary closes the output. Meanwhile the database every test starts
from is made once; each worker copies it. The tests are read and compiled once, too, instead of by each worker.
"""

import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from launcher import packages, services
from launcher.config import ROOT, VENV, Config, child_environment, make_folders
from launcher.config import load as load_config
from launcher.console import Failure, say
from launcher.postgres import DATABASE
from launcher.services import Borrowed
from launcher.supervisor import Service, Supervisor

CHROMIUM = "/usr/bin/chromium-headless-shell"
PYTEST = [sys.executable, "-m", "pytest"]
# As an operator would set it; the checks of a deployment are made on these, not on the test settings.
PRODUCTION = {
    "DJANGO_ENV": "production",
    "DJANGO_SECRET_KEY": "Check-only/0b3d5f7a9c1e24680fdb97531eca8642-of-no-server",
    "DATA_KEYS": "Check-only/7e2c4a6f8b0d13579eca86420fdb9753-of-no-server",
    "DJANGO_SETTINGS_MODULE": "portal.settings",
    "PORTAL_ORIGIN": "https://portal.example.org",
    "ALLOWED_HOSTS": "portal.example.org",
    "TRUST_PROXY_TLS": "1",
}
# What a developer's shell may hold and a test run must not see.
NOT_OURS = (
    "DATABASE_URL",
    "REDIS_URL",
    "DJANGO_ENV",
    "DJANGO_SECRET_KEY",
    "DATA_KEYS",
    "PORTAL_ORIGIN",
    "ALLOWED_HOSTS",
    "S3_BUCKET",
    "EMAIL_URL",
    "HOST",
    "PORT",
)


def main(arguments: list[str]) -> int:
    for name in NOT_OURS:
        os.environ.pop(name, None)
    packages.ensure(load_config(), tests=True)
    if not Path(CHROMIUM).exists():
        raise Failure(f"没有 {CHROMIUM}，页面故事无法运行。", f"No {CHROMIUM}: the browser stories cannot run.")
    with tempfile.TemporaryDirectory(prefix="portal-test-") as folder:
        config = load_config(Path(folder))
        make_folders(config)
        supervisor = Supervisor(logs=config.logs_folder, quiet=True)
        supervisor.stop_on_signals()
        try:
            lent = Borrowed(services.start(config, supervisor, durable=False), supervisor)
            environment = test_environment(config, lent)
            filling = Service("filling", [sys.executable, "-m", "tests.filling"], environment, tier=1)
            supervisor.start(filling)
            if not arguments:
                reading = Service("reading", [*PYTEST, "--collect-only", "-q"], environment, tier=1)
                supervisor.start(reading)
                look(lent, environment)
                supervisor.wait_for_end(reading.name)
            supervisor.wait_for_end(filling.name)
            return run_tests(lent, {**environment, "TEST_TEMPLATE": DATABASE}, arguments)
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            services.stop(config, supervisor)


def test_environment(config: Config, lent: Borrowed) -> dict[str, str]:
    more = {
        "DJANGO_SETTINGS_MODULE": "portal.settings_test",
        "CHROMIUM": CHROMIUM,
        "FONT_DIR": str(VENV / "share" / "fandol"),
    }
    environment = child_environment(config, **lent.addresses.environment(), **more)
    for name in ("HOST", "PORT"):
        environment.pop(name)
    return environment


def looks() -> list[tuple[str, list[str], dict[str, str]]]:
    python = sys.executable
    manage = [python, "manage.py"]
    return [
        ("ruff check", [tool("ruff"), "check", "."], {}),
        ("ruff format", [tool("ruff"), "format", "--check", "."], {}),
        ("djlint", [tool("djlint"), "templates", "--lint", "--quiet"], {}),
        ("lint-imports", [tool("lint-imports")], {}),
        ("mypy", [tool("mypy"), *packages_of_the_portal(), "bin/lib/launcher"], {}),
        ("makemigrations --check", [*manage, "makemigrations", "--check", "--dry-run"], {}),
        ("check", [*manage, "check", "--fail-level", "WARNING"], {"DJANGO_SETTINGS_MODULE": "portal.settings"}),
        ("check --deploy", [*manage, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
    ]


def tool(name: str) -> str:
    path = shutil.which(name, path=str(VENV / "bin")) or shutil.which(name)
    if path is None:
        raise Failure(f"缺少检查工具 {name}。", f"The tool {name} is missing.")
    return path


def packages_of_the_portal() -> list[str]:
    return sorted(
        path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name not in ("tests", "node_modules")
    )


def look(lent: Borrowed, environment: dict[str, str]) -> None:
    failed = []
    for name, command, more in looks():
        began = time.monotonic()
        code = lent.run(command, {**environment, **more})
        say(f"{'通过' if code == 0 else '未通过'}  {name}（{time.monotonic() - began:.1f} 秒）")
        if code > 128:  # ended by a signal: the operator wants no more
            raise KeyboardInterrupt
        if code:
            failed.append(name)
    if failed:
        raise Failure(
            f"未通过：{'、'.join(failed)}；测试没有运行。", f"Failed: {', '.join(failed)}; the tests were not run."
        )


def run_tests(lent: Borrowed, environment: dict[str, str], arguments: list[str]) -> int:
    # One group for what starts whole portals, one for browsers: two of those at once would only wait for each other's
    # processors. A third worker has something to do while they wait; a fourth was no faster.
    spread = ["-n", "3", "--dist", "loadgroup"] if not arguments else []
    return lent.run([*PYTEST, *spread, *arguments], environment)
