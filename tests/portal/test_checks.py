"""A deployment with a default secret, without TLS, with demo accounts or with too short a log does not start."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live
from django.core.checks import run_checks

from organizations.models import User
from portal import checks
from portal import settings as settings_file
from tests.databases import database_url

ROOT = Path(live.BASE_DIR)


@pytest.fixture
def production(settings: Any) -> Any:
    settings.PRODUCTION = True
    settings.SECRET_KEY_IS_DEFAULT = False
    settings.SECRET_KEY = "k" * 50
    settings.DATA_KEYS = ["d" * 50]
    settings.PORTAL_ORIGIN = "https://portal.example.cn"
    settings.ALLOWED_HOSTS = ["portal.example.cn"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.OWN_SERVICES = True
    return settings


def found() -> list[str]:
    return [message.id for message in [*checks.production_settings(), *checks.retention()]]


def test_a_right_deployment_passes(production: Any) -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("SECRET_KEY_IS_DEFAULT", True, "portal.E001"),
        ("SECRET_KEY", "short", "portal.E001"),
        ("PORTAL_ORIGIN", "http://portal.example.cn", "portal.E002"),
        ("ALLOWED_HOSTS", [], "portal.E003"),
        ("ALLOWED_HOSTS", ["*"], "portal.E003"),
        ("AUDIT_RETENTION_DAYS", 182, "portal.E004"),
        ("DATA_KEYS", [], "portal.E006"),
        ("DATA_KEYS", ["d" * 50, "short"], "portal.E006"),
        ("DATA_KEYS", ["k" * 50], "portal.E007"),
        ("DATA_KEYS", ["d" * 50, "d" * 50], "portal.E007"),
        ("SECURE_PROXY_SSL_HEADER", None, "portal.W001"),
        ("OWN_SERVICES", False, "portal.W002"),
    ],
)
def test_each_mistake_is_named(production: Any, name: str, value: Any, code: str) -> None:
    setattr(production, name, value)
    assert found() == [code]
    problem = [*checks.production_settings(), *checks.retention()][0]
    assert problem.is_serious() == code.startswith("portal.E")
    assert problem.hint


def test_development_asks_for_none_of_it(settings: Any) -> None:
    settings.PRODUCTION = False
    settings.SECRET_KEY_IS_DEFAULT = True
    assert found() == []


def test_a_short_log_is_refused_in_development_too(settings: Any) -> None:
    settings.AUDIT_RETENTION_DAYS = 30
    assert found() == ["portal.E004"]


@pytest.mark.django_db
def test_demo_accounts_are_refused_in_production(production: Any, cast: dict[str, User]) -> None:
    assert [message.id for message in run_checks(tags=["portal"], databases=["default"])] == ["portal.E005"]
    User.objects.update(is_demo=False)
    assert run_checks(tags=["portal"], databases=["default"]) == []


@pytest.mark.django_db
def test_the_refusal_says_why_in_plain_words(production: Any, cast: dict[str, User], capsys: Any) -> None:
    with pytest.raises(SystemExit) as refused:
        checks.refuse_unsafe_start()
    assert refused.value.code == 3
    assert "数据库里有演示账号" in capsys.readouterr().err


def test_of_several_first_starts_at_once_all_have_one_key(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(settings_file, "DATA_DIR", tmp_path / "var")
    together = threading.Barrier(8)

    def begin(_: int) -> str:
        together.wait()
        return settings_file._development_secret()

    with ThreadPoolExecutor(8) as starts:
        keys = set(starts.map(begin, range(8)))
    assert keys == {(tmp_path / "var" / "secret-key").read_text()}
    assert [(path.name, path.stat().st_mode & 0o777) for path in (tmp_path / "var").iterdir()] == [
        ("secret-key", 0o600)
    ]


def start(code: list[str], **env: str) -> subprocess.CompletedProcess[str]:
    """A process of its own, as an operator starts it, against the test's own server."""
    own = {
        "DJANGO_ENV": "production",
        "DATABASE_URL": database_url("no_such_database"),
        "PORTAL_DATA": str(live.DATA_DIR),
    }
    base = {key: os.environ[key] for key in ("PATH", "HOME", "REDIS_URL", "LANG") if key in os.environ}
    return subprocess.run(
        code, cwd=ROOT, env=base | own | env, capture_output=True, text=True, timeout=180, check=False
    )


GOOD = {
    "DJANGO_SECRET_KEY": "k" * 50,
    "DATA_KEYS": "d" * 50,
    "PORTAL_ORIGIN": "https://portal.example.cn",
    "ALLOWED_HOSTS": "portal.example.cn",
    "TRUST_PROXY_TLS": "1",
}


@pytest.mark.ops
def test_the_web_process_itself_refuses() -> None:
    refused = start([sys.executable, "-c", "import portal.wsgi"], PORTAL_ORIGIN="http://portal.example.cn")
    assert refused.returncode == 3
    for code in ("portal.E001", "portal.E002", "portal.E003", "portal.E006"):
        assert code in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.ops
def test_the_web_process_starts_when_all_is_set_even_while_the_database_is_away() -> None:
    """It alone does not wait for as long as somebody else is at a record; a worker does."""
    options = "from django.conf import settings; print(settings.DATABASES['default']['OPTIONS']['options'])"
    started = start([sys.executable, "-c", f"import portal.wsgi; {options}"], **GOOD)
    assert (started.returncode, "lock_timeout=10s" in started.stdout) == (0, True)


@pytest.mark.ops
def test_the_command_refuses_with_the_same_words() -> None:
    refused = start([sys.executable, "manage.py", "check", "--deploy"], **GOOD | {"AUDIT_RETENTION_DAYS": "30"})
    assert refused.returncode != 0
    assert "操作记录保存的天数太短" in refused.stderr
