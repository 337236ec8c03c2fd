"""No list, export, log line, error page or history shows a full number to one without the right.

Every page as every person is looked through in ``tests/portal/test_matrix.py``, which walks them anyway; here is what a
walk does not show: what is written down, exports, errors, what was typed.
"""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path, reverse
from django.utils import timezone

from core.attachments import attach
from core.audit.changes import changes
from core.history import changes_of
from core.jobs.pages import params_of, view_of
from core.masking import mask_text, mask_value
from core.models import Job, SavedView
from core.notices import notify
from organizations.models import Organization, User
from people.choices import IdType
from people.membership.enrolling import find, replace_document
from people.merging.merging import merge
from people.models import Application, Certificate, Invitation, Person
from people.privacy.revealing import reveal
from people.workflow import CERTIFICATE, MEMBERSHIP
from portal import errors
from portal.demo.cast import TEAM_CODE
from portal.logs import json_formatter
from tests.core.sample_files import image
from tests.people import builders
from tests.people.builders import citizen
from tests.people.leaks import HEALTH, as_text, leaked
from tests.people.matrix import ROWS

pytestmark = pytest.mark.django_db
NUMBER, PASSPORT, PHONE, LANDLINE = citizen(1), "E12345678", "13800000001", "0476-8812345"
SECRETS = (NUMBER, PASSPORT, PHONE, HEALTH)
# Where a phone is kept to be used; everywhere else it has no business to be.
PHONE_BOOKS = ("people_person", "people_personevent")


def broken(request: HttpRequest, number: str) -> HttpResponse:
    """What goes wrong somewhere below a view, with the number in the words of the error and in its frames."""
    whole = Person.objects.get(mobile=PHONE, merged_into=None).id_number
    raise ValueError(f"Key (id)=({whole}) already exists, 护照 {PASSPORT}, {PHONE}")


def refused(request: HttpRequest, number: str) -> HttpResponse:
    raise PermissionDenied


urlpatterns = [
    path("broken/<str:number>/", broken),
    path("refused/<str:number>/", refused),
    path("accounts/", include("organizations.signin.urls")),
]
handler403, handler404, handler500 = errors.permission_denied, errors.not_found, errors.server_error


@pytest.fixture
def team(cast: Any) -> Organization:
    return Organization.objects.get(code=TEAM_CODE)


@pytest.fixture
def known(team: Organization, chifeng: User) -> Person:
    """Somebody with whom everything was done that is written down somewhere."""
    membership = builders.ready(team, 1, person=builders.person(1, other_phone=LANDLINE, emergency_phone=LANDLINE))
    who = membership.person
    who.set_health({"allergy": HEALTH})
    who.save()
    replace_document(who, IdType.PASSPORT, PASSPORT, reason="换证")
    replace_document(who, IdType.CITIZEN, NUMBER, reason="换回来")
    attach(who, SimpleUploadedFile("照片.png", image("PNG")), kind="photo", by=chifeng)
    CERTIFICATE.perform(Certificate.objects.get(person=who), "refuse", by=chifeng, reason="看不清")
    MEMBERSHIP.perform(membership, "demote", by=chifeng, comment="见习")
    builders.consent(who, "health")
    for what in ("id_number", "health", "phone"):
        reveal(who, what, by=chifeng, reason="核对")
    invitation = Invitation.objects.create(organization=team, expires_on=timezone.localdate(), created_by=chifeng)
    application = Application(invitation=invitation, organization=team, name=who.name, id_index=who.id_index)
    application.set_payload({"id_number": NUMBER, "mobile": PHONE, "allergy": HEALTH})
    application.save()
    twin = builders.person(2, id_number="", health_cipher=who.health_cipher)
    builders.member(team, person=twin)
    merge(who, twin, taken=["health"], by=chifeng, reason="已核对")
    notify([chifeng], kind="x", title=str(who), url="/")
    return who


def stored() -> Iterator[tuple[str, str]]:
    """Every row of every table, as a thief of the database or of a backup would read it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT string_agg(row_to_json(t)::text, chr(10)) FROM "{table}" t')  # noqa: S608
            yield table, cursor.fetchone()[0] or ""


# -- what is written down ---------------------------------------------------------------------------------------
def test_the_database_holds_nothing_in_the_clear(known: Person, chifeng: User, as_user: Any) -> None:
    client = as_user(chifeng)
    client.get(reverse("people:merge_list"), {"q": NUMBER})
    client.get("/organizations/", {"q": NUMBER, "export": "xlsx"})
    query = {"list_name": "x:y", "name": "查人", "query": f"q={NUMBER}&level=team"}
    client.post(reverse("core:saved_view_create"), query)
    assert SavedView.objects.get(name="查人").query == "level=team"
    secrets = (NUMBER, PASSPORT, HEALTH)
    found = [(table, secret) for table, text in stored() for secret in secrets if secret in text]
    assert found == []
    phones = [table for table, text in stored() if PHONE in text and table not in PHONE_BOOKS]
    assert phones == []


def test_a_job_keeps_what_was_searched_for_sealed(chifeng: User) -> None:
    from tests.core.sample_lists import OfficeList  # only this test needs a list

    request = HttpRequest()
    request.user, request.path = chifeng, "/x/"  # type: ignore[assignment]
    request.GET["q"] = NUMBER
    view = OfficeList()
    view.setup(request)
    job = Job.objects.create(kind="export", title="x", created_by=chifeng, params=params_of(view))
    assert NUMBER not in json.dumps(job.params)
    assert view_of(job).request.GET["q"] == NUMBER


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        (f"证件号码：{NUMBER}", NUMBER),
        ("通行证 H12345678 已过期", "H12345678"),
        ("外国人 CHN110000010101", "CHN110000010101"),
        ("91500019900307001X", "91500019900307001X"),
        ("护照号 E12345678 换成 E87654321", "E12345678"),
        ("护照：E12345678。", "E12345678"),
        ("台湾居民来往大陆通行证12345678", "12345678"),
    ],
)
def test_documents_of_every_kind_are_masked_in_texts(text: str, gone: str) -> None:
    assert gone not in mask_text(text)


@pytest.mark.parametrize(
    "text", ["T15040001", "证件有效期至 2026-11-25", "证件 2 份", "NMHS-150404-2026-0007", "91150404MA0N12345X"]
)
def test_what_is_no_document_stays_readable(text: str) -> None:
    assert mask_text(text) == text


def test_a_number_under_its_name_is_masked_whatever_it_looks_like() -> None:
    assert mask_value({"id_number": "AB-1234", "rows": [{"passport_no": "X1"}]}) == {
        "id_number": "*******", "rows": [{"passport_no": "**"}],
    }  # fmt: skip


# -- history ------------------------------------------------------------------------------------------------------
def test_the_history_tells_that_the_document_changed_and_shows_none_of_it(known: Person) -> None:
    told = [line for change in changes_of(known) for line in change.fields]
    assert ("证件号码", "*******78", "150404**********" + NUMBER[-2:]) in told
    text = str(told)
    events = str([changes(event) for event in known.tracked_events.all()])
    for secret in (NUMBER, PASSPORT, PHONE, LANDLINE, HEALTH):
        assert secret not in text
        assert secret not in events


# -- pages, exports, errors -----------------------------------------------------------------------------------------
def _lists() -> list[str]:
    return [name for name, row in ROWS.items() if "GET" in row.methods and not row.args and name.endswith("_list")]


@pytest.mark.parametrize("kind", ["xlsx", "pdf"])
def test_no_list_is_exported_with_a_number(known: Person, chifeng: User, as_user: Any, kind: str) -> None:
    client = as_user(chifeng)
    for name in _lists():
        response = client.get(reverse(name), {"export": kind, "q": NUMBER})
        body = b"".join(response.streaming_content) if response.streaming else response.content
        assert [secret for secret in leaked(name, as_text(body)) if secret != NUMBER] == [], name


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """Everything logged, by whomever, as the portal writes it."""
    written: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    handler = Keep()
    handler.setFormatter(json_formatter())
    loggers = [logging.getLogger(name) for name in ("portal", "core", "people", "django_structlog", "django")]
    for logger in loggers:
        logger.addHandler(handler)
    yield written
    for logger in loggers:
        logger.removeHandler(handler)


@pytest.mark.urls(__name__)
def test_when_something_breaks_neither_page_nor_log_tells(
    known: Person, chifeng: User, as_user: Callable[[User], Client], lines: list[str]
) -> None:
    client = as_user(chifeng)
    client.raise_request_exception = False
    for address in (f"/broken/{NUMBER}/", f"/refused/{NUMBER}/", f"/nothing/{NUMBER}/"):
        response = client.post(address, {"id_number": NUMBER, "passport": PASSPORT, "mobile": PHONE, "allergy": HEALTH})
        assert response.status_code in (403, 404, 500)
        assert not [secret for secret in SECRETS if secret in response.content.decode()]
    assert any("ValueError" in line for line in lines)
    told = [line[max(0, line.index(secret) - 80) :] for line in lines for secret in SECRETS if secret in line]
    assert told == []
    assert [table for table, text in stored() if NUMBER in text] == []  # the refusal is on record, the number is not


def test_what_was_typed_goes_into_no_log(
    known: Person, chifeng: User, as_user: Callable[[User], Client], lines: list[str]
) -> None:
    client = as_user(chifeng)
    client.get(reverse("people:merge_list"), {"q": NUMBER})
    client.get("/search/", {"q": NUMBER})
    url = reverse("people:merge_create", args=[known.pk, known.pk + 10_000])
    client.post(url, {"reason": NUMBER, "document_reason": f"护照 {PASSPORT}"})
    assert find(IdType.CITIZEN, NUMBER, name="") == known
    assert lines
    assert not [line for line in lines if NUMBER in line or PASSPORT in line]
