"""Every error has a page in plain Chinese that needs no database, and scripts get the same as JSON."""

from typing import Any

import pytest
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST

from core.decisions import no
from core.models import AccessLog
from core.workflow import MoveNotAllowed
from organizations.models import User
from portal import errors


def raising(error: Exception) -> Any:
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


def refused(request: HttpRequest) -> HttpResponse:
    no("您现在的职责不能管理账号（赤峰市红十字会）。").require()
    return HttpResponse()


def posted(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.POST.get("note", ""))


urlpatterns = [
    path("accounts/", include("organizations.signin.urls")),
    path("refused/", refused),
    path("plain/", raising(PermissionDenied())),
    path("missing/", raising(Http404())),
    path("bad/", raising(BadRequest("x"))),
    path("suspicious/", raising(SuspiciousOperation("x"))),
    path("quicker/", raising(MoveNotAllowed("state", "安其尔已先一步办理，现在是“已开户”，不能再办“退回修改”。"))),
    path("not-yours/", raising(MoveNotAllowed("permission", "您现在的职责不能办理开户申请。"))),
    path("broken/", raising(ZeroDivisionError("secret detail"))),
    path("form/", ensure_csrf_cookie(posted)),
    path("only-sent/", require_POST(posted)),
]
handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.not_found
handler500 = errors.server_error

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def client(as_user: Any, chifeng: User) -> Client:
    signed_in = as_user(chifeng)
    signed_in.raise_request_exception = False
    return signed_in


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("refused/", 403, "您现在的职责不能管理账号（赤峰市红十字会）。"),
        ("plain/", 403, "没有改动任何内容"),
        ("missing/", 404, ""),
        ("no-such-page/", 404, ""),
        ("bad/", 400, ""),
        ("suspicious/", 400, ""),
        ("quicker/", 409, "安其尔已先一步办理"),
        ("not-yours/", 403, "您现在的职责不能办理开户申请。"),
        ("broken/", 500, "没有办一半"),
    ],
)
def test_each_error_has_its_page(client: Client, address: str, status: int, words: str) -> None:
    response = client.get(f"/{address}")
    text = response.content.decode()
    assert response.status_code == status
    assert words in text
    assert "保留了什么" in text
    assert "可以怎么做" in text
    assert "secret detail" not in text
    assert "Content-Security-Policy" in response


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [("refused/", 403, "permission"), ("missing/", 404, "not_found"), ("bad/", 400, "bad_request"),
     ("quicker/", 409, "state"), ("broken/", 500, "error")],
)  # fmt: skip
def test_scripts_get_json(client: Client, address: str, status: int, code: str) -> None:
    response = client.get(f"/{address}", headers={"Accept": "application/json"})
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json()["detail"]


def test_a_refusal_is_recorded_with_its_reason(client: Client, chifeng: User) -> None:
    client.post("/refused/", REMOTE_ADDR="10.5.5.5")
    row = AccessLog.objects.latest("id")
    assert (row.kind, row.user, row.subject, row.address) == ("refused", chifeng, "/refused/", "10.5.5.5")
    assert row.detail == {"reason": "您现在的职责不能管理账号（赤峰市红十字会）。", "method": "POST"}


def test_what_is_missing_is_not_recorded(client: Client) -> None:
    before = AccessLog.objects.count()
    client.get("/missing/")
    client.get("/no-such-page/")
    assert AccessLog.objects.count() == before


def test_who_is_signed_out_goes_to_sign_in_instead_of_being_refused(db: None) -> None:
    assert Client().get("/refused/")["Location"] == "/accounts/login/?next=/refused/"


def test_what_was_sent_in_vain_leads_back_to_its_form(client: Client) -> None:
    back = 'href="/form/?n=1">返回上一页</a>'
    response = client.post("/quicker/", {}, headers={"Referer": "http://testserver/form/?n=1"})
    assert back in response.content.decode()
    elsewhere = client.post("/quicker/", {}, headers={"Referer": "https://elsewhere.example/form/?n=1"})
    assert "返回上一页</a>" not in elsewhere.content.decode()
    assert "返回上一页</a>" not in client.get("/quicker/").content.decode()


def test_an_address_for_forms_opened_by_itself_is_no_blank_page(client: Client) -> None:
    response = client.get("/only-sent/")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "可以怎么做" in response.content.decode()


def test_the_page_names_the_request_that_is_in_the_log(client: Client) -> None:
    response = client.get("/broken/")
    assert "500 · " in response.content.decode()


def test_too_much_data_is_413(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.get("/form/")
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100):
        response = client.post("/form/", {"note": "长" * 200}, content_type="application/x-www-form-urlencoded")
        also = strict.post("/form/", "note=" + "x" * 200, content_type="application/x-www-form-urlencoded")
    assert response.status_code == also.status_code == 413
    assert "文件太大" in response.content.decode()


def test_too_many_fields_are_400(client: Client) -> None:
    with override_settings(DATA_UPLOAD_MAX_NUMBER_FIELDS=5):
        response = client.post("/form/", {f"field{number}": "x" for number in range(9)})
    assert response.status_code == 400


def csrf_client(user: User) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    client.get("/form/")
    return client


def test_a_form_from_before_signing_in_again_says_what_was_kept(chifeng: User) -> None:
    client = csrf_client(chifeng)
    response = client.post("/form/", {"note": "x", "csrfmiddlewaretoken": "0" * 64})
    text = response.content.decode()
    assert response.status_code == 403
    assert "页面已过期" in text
    assert "保留在这台电脑上" in text
    data = client.post("/form/", {"note": "x"}, headers={"Accept": "application/json"})
    assert (data.status_code, data.json()["code"]) == (403, "csrf")


def test_a_form_sent_when_signed_out_goes_to_sign_in_and_back(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/form/", {"note": "x"}, headers={"Referer": "http://testserver/form/?n=1"})
    assert response["Location"] == "/accounts/login/?next=/form/%3Fn%3D1&ended=ended&kept=1"


def test_signing_in_with_a_stale_form_token_says_so(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/accounts/login/", {"login": "x", "password": "y"})
    assert response.status_code == 403
    assert "页面已过期" in response.content.decode()


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 429, 500, 503])
def test_pages_need_neither_database_nor_request(status: int, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        response = errors.page(RequestFactory().get("/"), status, code="x")
    assert (response.status_code, str(status) in response.content.decode()) == (status, True)


def test_a_form_sent_to_a_name_that_is_not_ours_is_a_bad_request(client) -> None:
    assert client.post("/accounts/login/", HTTP_HOST="evil.example").status_code == 400
