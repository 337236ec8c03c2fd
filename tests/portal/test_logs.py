"""Log lines are JSON, name request and person by number, and hold nothing personal."""

import json
import logging
from typing import Any

import pytest
import structlog
from django.db import IntegrityError, transaction
from django.test import Client

from core.masking import mask_text
from organizations.models import Organization, User
from portal.logs import json_formatter

KEYED = "/calendar/feed/kEy-that-opens-a-calendar.ics"
PERSONAL = ["150404199001011234", "15040419900101123X", "150404900101123", "13800001234"]


@pytest.fixture
def lines() -> Any:
    """What the portal's own formatter makes of everything logged in the test."""
    written: list[dict[str, Any]] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(json.loads(self.format(record)))

    handler = Keep()
    handler.setFormatter(json_formatter())
    loggers = [logging.getLogger(name) for name in ("portal", "core", "organizations", "django_structlog", "django")]
    for logger in loggers:
        logger.addHandler(handler)
    yield written
    for logger in loggers:
        logger.removeHandler(handler)


@pytest.mark.parametrize("number", PERSONAL)
def test_numbers_are_masked_wherever_they_stand(lines: Any, number: str) -> None:
    logging.getLogger("core.x").warning("person %s not found", number, extra={"row": {"id": [number]}})
    structlog.get_logger("portal.x").error("failed", note=f"电话{number}，请联系", error=ValueError(number))
    try:
        raise ValueError(f"Key (phone)=({number}) already exists.")
    except ValueError:
        logging.getLogger("core.x").exception("import_failed")
    assert len(lines) == 3
    assert number not in json.dumps(lines, ensure_ascii=False)
    assert "ValueError" in lines[2]["exception"]


def test_the_row_a_database_error_quotes_is_left_out(lines: Any, chifeng: User) -> None:
    taken = "150400"
    try:
        with transaction.atomic():
            Organization.objects.filter(code="150404").update(code=taken)
    except IntegrityError:
        logging.getLogger("core.x").exception("change_failed")
    assert f"({taken})" not in json.dumps(lines)
    assert ("IntegrityError" in lines[0]["exception"], "unique" in lines[0]["exception"]) == (True, True)


@pytest.mark.parametrize(
    "text", ["20261123000001", "NMHS-150400-2026-0007", "911501040000000000", "a13800001234b", "0471-1234567"]
)
def test_other_numbers_stay(text: str) -> None:
    assert mask_text(text) == text


def test_secrets_are_left_out(lines: Any) -> None:
    structlog.get_logger("portal.x").error("failed", password="Caoyuan-2027-x", csrf_token="abc", code=500)
    assert (lines[0]["password"], lines[0]["csrf_token"], lines[0]["code"]) == ("***", "***", 500)


def test_key_of_a_calendar_feed_is_left_out(lines: Any, rf: Any) -> None:
    logging.getLogger("django.x").error("Not Found: %s", KEYED, extra={"request": rf.get(KEYED)})
    structlog.get_logger("portal.x").error("request_finished", request=f"GET {KEYED}", path=KEYED)
    assert "kEy-that" not in json.dumps(lines)
    assert lines[1]["request"] == "GET /calendar/feed/***"


def test_objects_and_requests_do_not_break_a_line(lines: Any, rf: Any) -> None:
    request = rf.get("/users/?q=斯琴高娃")
    logging.getLogger("django.x").error("x", extra={"request": request, "thing": object()})
    assert lines[0]["request"] == "GET /users/"
    assert lines[0]["thing"].startswith("<object")


@pytest.mark.django_db
def test_a_request_is_one_line_with_who_and_without_what_was_searched(lines: Any, as_user: Any, chifeng: User) -> None:
    client: Client = as_user(chifeng)
    client.get("/accounts/sessions/?q=斯琴高娃", REMOTE_ADDR="10.6.6.6")
    finished = [line for line in lines if line["event"] == "request_finished"]
    assert len(finished) == 1
    line = finished[0]
    assert (line["user_id"], line["ip"], line["code"]) == (chifeng.pk, "10.6.6.6", 200)
    assert line["request"] == "GET /accounts/sessions/"
    assert line["request_id"]
    assert "斯琴" not in json.dumps(lines, ensure_ascii=False)


@pytest.mark.django_db
def test_the_history_of_a_change_names_the_request_of_the_log(lines: Any, as_user: Any, chifeng: User) -> None:
    as_user(chifeng).post(
        "/accounts/password/change/",
        {"oldpassword": "Yanshi-0000-test", "password1": "Caoyuan-2027-x", "password2": "Caoyuan-2027-x"},
    )
    event = chifeng.tracked_events.latest("pgh_id")
    assert event.pgh_context["request"] == lines[-1]["request_id"]
    assert "Caoyuan" not in json.dumps(lines)
    assert Organization.objects.exists()


def test_a_scanner_with_a_name_that_is_not_ours_writes_no_line(lines: Any, client: Client) -> None:
    assert client.get("/accounts/login/", HTTP_HOST="evil.example").status_code == 400
    assert lines == []
