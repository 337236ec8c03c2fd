"""Issued papers and the public page: the same paper for the same inputs, and an honest answer to anybody who asks."""

import hashlib
import io
import re
import threading
from datetime import date

import pypdf
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.documents import issue, revoke
from core.documents.issuing import qr_svg
from core.models import AccessLog, VerifiableDocument

pytestmark = pytest.mark.django_db
NUMBER = "SL-150400-2026-0001"


@pytest.fixture
def paper(cabinet, draft, chifeng):
    """Issues the account sheet of the draft; keyword arguments change what goes into it."""

    def make(**changes) -> VerifiableDocument:
        inputs = {
            "template": "pdf/account_sheet.html", "number": NUMBER, "title": "账号开通单", "issuer": "赤峰市红十字会",
            "subject": "赤峰市红十字会 领导（只读）", "by": chifeng,
            "context": {"record": draft, "decided_by": "安其尔（演示）", "decided_in": "安全管理员"},
        }  # fmt: skip
        return issue(draft, **{**inputs, **changes})

    return make


def stored(document: VerifiableDocument) -> bytes:
    with default_storage.open(document.file.name) as file:
        return file.read()


def page(document: VerifiableDocument, **fields):
    client = Client()
    return client.post(document.get_absolute_url(), fields) if fields else client.get(document.get_absolute_url())


# -- issuing ---------------------------------------------------------------------------------------


def test_paper_is_stored_hashed_and_carries_its_code(paper, draft, settings):
    document = paper()
    data = stored(document)
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    assert (document.owner, document.issued_on, document.state) == (draft, timezone.localdate(), "valid")
    text = "".join(pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text().split())
    for words in (NUMBER, "白音·额尔敦（演示）", "baiyin.demo", "安其尔（演示）", "（盖章）", document.printed_code):
        assert words in text


def test_code_in_the_square_leads_to_the_public_page(settings):
    settings.PORTAL_ORIGIN = "https://portal.invalid"
    address = settings.PORTAL_ORIGIN + reverse("verify", args=["K7MQ4CDFGHJKMNPQ"])
    svg = qr_svg(address)
    assert address == "https://portal.invalid/verify/K7MQ4CDFGHJKMNPQ/"
    assert svg.startswith("<svg")
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")


def test_same_inputs_give_the_same_paper(paper, cabinet):
    first = paper()
    assert paper() == first
    assert len(cabinet()) == 1


def test_changed_inputs_replace_the_paper(paper, draft, chifeng):
    first = paper()
    draft.name = "白音·额尔敦·改（演示）"
    second = paper()
    first.refresh_from_db()
    assert second.code != first.code
    assert (first.state, first.ended_by, first.end_reason) == ("replaced", chifeng, "出具了新版本")
    assert VerifiableDocument.objects.of(draft).valid().get() == second
    assert stored(first) != stored(second)


def test_revoked_paper_is_issued_anew_only_as_another(paper, chifeng):
    first = revoke(paper(), by=chifeng, reason="开错了")
    assert (first.state, first.end_reason) == ("revoked", "开错了")
    with pytest.raises(ValueError, match="ended already"):
        revoke(first, by=chifeng, reason="再来")
    with pytest.raises(ValueError, match="reason"):
        revoke(paper(), by=chifeng, reason=" ")
    assert paper().code != first.code


def test_rolled_back_issue_leaves_no_file(paper, cabinet):
    def undone() -> None:
        with transaction.atomic():
            paper()
            raise RuntimeError("undone")

    with pytest.raises(RuntimeError, match="undone"):
        undone()
    assert cabinet() == []


@pytest.mark.django_db(transaction=True)
def test_asked_twice_at_once_one_paper_is_issued(paper, cabinet):
    codes, start = [], threading.Barrier(2)

    def ask() -> None:
        try:
            start.wait()
            codes.append(paper().code)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _person in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(codes) == 2
    assert len(set(codes)) == 1
    assert len(cabinet()) == 1


@pytest.mark.parametrize(
    "change", [{"number": "X"}, {"sha256": "0" * 64}, {"code": "X"}, {"issued_on": date(2020, 1, 1)}, {"subject": "X"}]
)
def test_database_refuses_to_change_an_issued_paper(paper, change):
    document = paper()
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        VerifiableDocument.objects.filter(pk=document.pk).update(**change)


def test_database_refuses_deletion_and_return_to_valid(paper, chifeng):
    document = revoke(paper(), by=chifeng, reason="开错了")
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        document.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        VerifiableDocument.objects.filter(pk=document.pk).update(state="valid", ended_at=None)
    assert document.tracked_events.count() == 2


def test_download_is_for_those_who_see_the_record(paper, leader, baotou, as_user):
    document = paper()
    address = reverse("core:document_download", args=[document.pk])
    response = as_user(leader).get(address)
    assert hashlib.sha256(b"".join(response.streaming_content)).hexdigest() == document.sha256
    assert "filename*=utf-8''" in response["Content-Disposition"]
    assert AccessLog.objects.get(kind=AccessLog.Kind.DOWNLOADED).user == leader
    assert as_user(baotou).get(address).status_code == 404
    assert Client().get(address).status_code == 302


# -- the public page -------------------------------------------------------------------------------


def test_public_page_confirms_the_paper_and_nothing_personal(paper, draft, chifeng):
    document = paper()
    response = page(document)
    html = response.content.decode()
    for words in (NUMBER, "账号开通单", "赤峰市红十字会", "现在有效", document.sha256, document.printed_code):
        assert words in html
    for words in (draft.name, draft.username, str(chifeng), "安其尔", "/files/"):
        assert words not in html
    assert "no-store" in response["Cache-Control"]


def test_public_page_tells_of_replacement_and_revocation(paper, draft, chifeng):
    first = paper()
    draft.name = "改名（演示）"
    second = paper()
    html = page(first).content.decode()
    assert "请以新版本为准" in html
    assert second.code not in html
    assert second.printed_code not in html
    revoke(second, by=chifeng, reason="内部原因（演示）")
    html = page(second).content.decode()
    assert "已经撤销" in html
    assert "内部原因" not in html
    third = paper()
    html = page(second).content.decode()
    assert "后来重新出具过" in html, "what it is about may stand again, by the new paper"
    assert third.code not in html


def test_code_may_be_typed_any_way(paper):
    document = paper()
    response = Client().get(f"/verify/{document.printed_code.lower()}/")
    assert (response.status_code, response.url) == (302, document.get_absolute_url())


@pytest.mark.parametrize("code", ["XXXXXXXXXXXXXXXX", "1", "<script>alert(1)<", "赤峰", "%00", "a" * 300])
def test_wrong_code_is_a_plain_404(code, db):
    response = Client().get(f"/verify/{code}/")
    assert response.status_code == 404
    assert "没有这份文件" in response.content.decode()
    assert "<script>alert" not in response.content.decode()


def test_file_in_hand_is_compared_and_not_kept(paper, cabinet):
    document = paper()
    data = stored(document)
    same = page(document, file=SimpleUploadedFile("开通单.pdf", data)).content.decode()
    other = page(document, file=SimpleUploadedFile("开通单.pdf", data + b" ")).content.decode()
    result = re.compile(r"data-compare-result>(.*?)</p>", re.DOTALL)
    assert "state long ok" in result.search(same)[1]
    assert "state long bad" in result.search(other)[1]
    assert "state" not in result.search(page(document).content.decode())[1]
    assert len(cabinet()) == 1


def test_lookup_by_code_or_by_number_with_its_day(paper):
    document = paper()
    find = reverse("verify_lookup")
    assert Client().get(find).status_code == 200
    today = timezone.localdate().isoformat()
    for typed in ({"code": document.printed_code}, {"number": NUMBER, "issued_on": today}):
        assert Client().post(find, typed).url == document.get_absolute_url()
    for typed, status in (
        ({"number": NUMBER, "issued_on": "2020-01-01"}, 404), ({"code": "X" * 16}, 404), ({"code": "短"}, 400),
        ({"number": NUMBER}, 400), ({}, 400), ({"number": NUMBER, "issued_on": "昨天"}, 400),
    ):  # fmt: skip
        response = Client().post(find, typed)
        assert response.status_code == status, typed
        assert document.code not in response.content.decode()


def test_asking_too_often_is_429_per_address(db):
    find = reverse("verify_lookup")
    answers = [Client().post(find, {"code": "X" * 16}).status_code for _ask in range(11)]
    assert answers == [404] * 10 + [429]
    assert Client().get(find).status_code == 200
    assert Client().post(find, {"code": "X" * 16}, REMOTE_ADDR="192.0.2.7").status_code == 404
    looks = [Client().get("/verify/XXXXXXXXXXXXXXXX/") for _ask in range(61)]
    assert (looks[0].status_code, looks[-1].status_code) == (404, 429)
    assert int(looks[-1]["Retry-After"]) > 0
