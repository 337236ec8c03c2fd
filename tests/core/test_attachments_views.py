"""Upload, download, preview and withdrawal through the front door, as clerk, reader and stranger."""

import io
import json
from urllib.parse import quote

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.template import engines
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from core.attachments import attach, withdraw
from core.attachments.limits import UploadLimitMiddleware
from core.models import AccessLog, Attachment
from tests.core import sample_files as files
from tests.core.sample_files import upload

pytestmark = pytest.mark.django_db
PDF = files.pdf()
SCRIPT = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}


def send(client, owner, data=PDF, name="任职通知.pdf", **fields):
    body = {
        "content_type": ContentType.objects.get_for_model(owner).pk, "object_id": str(owner.pk), "kind": "basis",
        "file": upload(data, name), **fields.pop("fields", {}),
    }  # fmt: skip
    return client.post(reverse("core:attachment_upload"), body, **fields)


def body_of(response) -> bytes:
    return b"".join(response.streaming_content)  # read to its end, the test client closes the file


def as_browser(user) -> tuple[Client, dict[str, str]]:
    """A client whose form token is checked, as a browser's is: that check is what reads the upload."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    client.cookies["csrftoken"] = "a" * 32
    return client, {"HTTP_X_CSRFTOKEN": "a" * 32}


@pytest.fixture
def there(cabinet, draft, chifeng):
    return attach(draft, upload(PDF), kind="basis", by=chifeng)


# -- upload ----------------------------------------------------------------------------------------


def test_script_gets_the_new_row(cabinet, draft, chifeng, as_user):
    response = send(as_user(chifeng), draft, **SCRIPT)
    attachment = Attachment.objects.get()
    assert response.status_code == 201
    html = response.json()["html"]
    assert html.startswith("<li>")
    assert html.endswith("</li>")
    assert reverse("core:attachment_download", args=[attachment.pk]) in html
    assert (attachment.owner, attachment.uploaded_by) == (draft, chifeng)


def test_plain_form_goes_back_to_the_record(cabinet, draft, chifeng, as_user):
    response = send(as_user(chifeng), draft)
    assert (response.status_code, response.url) == (302, draft.get_absolute_url())
    assert Attachment.objects.count() == 1


def test_disguised_file_is_refused_with_words(cabinet, draft, chifeng, as_user):
    response = send(as_user(chifeng), draft, b"MZ\x90\0 program", **SCRIPT)
    assert response.status_code == 400
    assert "这是程序文件" in response.json()["error"]
    assert not Attachment.objects.exists()
    assert cabinet() == []


def test_same_file_again_is_a_conflict(there, draft, chifeng, as_user):
    response = send(as_user(chifeng), draft, **SCRIPT)
    assert response.status_code == 409
    assert "完全相同" in response.json()["error"]


def test_new_version_through_the_form(there, draft, chifeng, as_user):
    send(as_user(chifeng), draft, files.pdf(pages=2), fields={"replaces": str(there.pk)})
    assert Attachment.objects.of(draft).current().get().version == 2
    stale = send(as_user(chifeng), draft, files.pdf(pages=3), fields={"replaces": str(there.pk)}, **SCRIPT)
    tampered = send(as_user(chifeng), draft, files.pdf(pages=3), fields={"replaces": "not-a-uuid"}, **SCRIPT)
    assert (stale.status_code, tampered.status_code) == (409, 409)


def test_insider_without_the_right_is_refused(cabinet, draft, leader, as_user):
    response = send(as_user(leader), draft, **SCRIPT)
    assert response.status_code == 403
    assert response.json()["error"]
    assert send(as_user(leader), draft).status_code == 403
    assert cabinet() == []


def test_stranger_gets_404_and_anonymous_the_sign_in(cabinet, draft, baotou, as_user):
    assert send(as_user(baotou), draft, **SCRIPT).status_code == 404
    assert send(Client(), draft).status_code == 302
    assert as_user(baotou).get(reverse("core:attachment_upload")).status_code == 405
    assert cabinet() == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"kind": "无此种类"}, 400), ({"kind": "../x"}, 400), ({"kind": ""}, 400), ({"file": ""}, 400),
        ({"object_id": "999999999"}, 404), ({"object_id": "x"}, 404), ({"content_type": "x"}, 404),
        ({"content_type": "999999"}, 404), ({"object_id": "99999999999999999999999"}, 404),
    ],
)  # fmt: skip
def test_tampered_field_is_refused(cabinet, draft, chifeng, as_user, fields, status):
    assert send(as_user(chifeng), draft, fields=fields, **SCRIPT).status_code == status
    assert cabinet() == []


def test_record_of_a_kind_nobody_sees_is_404(cabinet, chifeng, as_user):
    content_type = ContentType.objects.get_for_model(ContentType)
    assert send(as_user(chifeng), content_type, **SCRIPT).status_code == 404


# -- too large --------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1_200_000, 5_000])
def test_upload_over_the_limit_names_limit_and_size(cabinet, draft, chifeng, settings, size):
    """The longer is refused by its announced length, the shorter cut off while it arrives."""
    settings.UPLOAD_MAX_BYTES = 2048
    client, token = as_browser(chifeng)
    script = send(client, draft, b"x" * size, "大.txt", **SCRIPT, **token)
    assert script.status_code == 413
    assert "2 KB" in script.json()["error"]
    page = send(client, draft, b"x" * size, "大.txt", **token)
    assert page.status_code == 413
    assert "2 KB" in page.content.decode()
    assert cabinet() == []


def test_forty_megabytes_are_read_piece_by_piece():
    class Body(io.RawIOBase):
        left, largest = 40 * 1024 * 1024, 0

        def read(self, size=-1):
            assert size >= 0, "the whole body was asked for"
            self.largest = max(self.largest, size)
            taken = min(size, self.left)
            self.left -= taken
            return b"x" * taken

    body = Body()
    request = RequestFactory().generic(
        "POST", "/files/", b"x", content_type="multipart/form-data; boundary=x", **SCRIPT
    )
    request.META["CONTENT_LENGTH"] = str(body.left)
    request._stream = body
    response = UploadLimitMiddleware(lambda _request: pytest.fail("went on"))(request)
    assert response.status_code == 413
    assert "40 MB" in json.loads(response.content)["error"]
    assert body.left == 0
    assert body.largest <= 64 * 1024


def test_broken_off_upload_leaves_nothing(cabinet, draft, chifeng, as_user):
    class Cut(io.RawIOBase):
        sent = False

        def read(self, size=-1):
            if self.sent:
                raise OSError("connection reset")
            self.sent = True
            return b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7'

    client = as_user(chifeng)
    client.raise_request_exception = False
    response = client.request(
        REQUEST_METHOD="POST", PATH_INFO=reverse("core:attachment_upload"), CONTENT_LENGTH="100000",
        CONTENT_TYPE="multipart/form-data; boundary=x", **{"wsgi.input": Cut()},
    )  # fmt: skip
    assert response.status_code >= 400
    assert cabinet() == []
    assert not Attachment.objects.exists()


# -- download and preview ----------------------------------------------------------------------------


def test_download_is_the_original_under_its_name_and_noted(there, leader, as_user):
    response = as_user(leader).get(there.get_absolute_url())
    assert body_of(response) == PDF
    assert response["Content-Disposition"] == f"attachment; filename*=utf-8''{quote('任职通知.pdf')}"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Content-Type"] == "application/pdf"
    noted = AccessLog.objects.get(kind=AccessLog.Kind.DOWNLOADED)
    assert (noted.user, noted.subject, noted.detail["sha256"]) == (leader, "任职通知.pdf", there.sha256)


def test_stranger_gets_404_for_every_address_of_a_file(there, baotou, as_user):
    for name in ("attachment_download", "attachment_preview"):
        assert as_user(baotou).get(reverse(f"core:{name}", args=[there.pk])).status_code == 404
    ending = reverse("core:attachment_withdraw", args=[there.pk])
    assert as_user(baotou).post(ending, {"reason": "x"}).status_code == 404
    assert not AccessLog.objects.filter(kind=AccessLog.Kind.DOWNLOADED).exists()


def test_preview_of_a_photo_is_upright_and_knows_no_place(cabinet, draft, chifeng, as_user):
    original = files.jpeg_with_gps((4000, 2000))
    attachment = attach(draft, upload(original, "现场.jpg"), kind="basis", by=chifeng)
    response = as_user(chifeng).get(reverse("core:attachment_preview", args=[attachment.pk]))
    picture = Image.open(io.BytesIO(body_of(response)))
    assert response["Content-Type"] == "image/jpeg"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "attachment" not in response.get("Content-Disposition", "")
    assert picture.size == (700, 1400)
    assert picture.getpixel((350, 100))[0] > 200  # red, the left half of the turned picture, is on top
    assert picture.getpixel((350, 1300))[2] > 200
    assert dict(picture.getexif()) == {}
    assert not set(picture.info) & {"exif", "xmp", "comment", "icc_profile"}
    kept = body_of(as_user(chifeng).get(attachment.get_absolute_url()))
    assert kept == original
    assert Image.open(io.BytesIO(kept)).getexif().get_ifd(0x8825)[1] == "N"


def test_preview_of_a_pdf_is_made_once(there, cabinet, chifeng, as_user):
    address = reverse("core:attachment_preview", args=[there.pk])
    first = body_of(as_user(chifeng).get(address))
    stored = cabinet()
    assert Image.open(io.BytesIO(first)).size == (990, 1400)
    assert len(stored) == 2
    assert body_of(as_user(chifeng).get(address)) == first
    assert cabinet() == stored


def test_what_has_no_picture_has_no_preview(cabinet, draft, chifeng, as_user):
    attachment = attach(draft, upload(files.docx(), "说明.docx"), kind="basis", by=chifeng)
    assert as_user(chifeng).get(reverse("core:attachment_preview", args=[attachment.pk])).status_code == 404


def test_file_lost_from_storage_is_404(there, cabinet, chifeng, as_user):
    there.file.storage.delete(there.file.name)
    assert as_user(chifeng).get(there.get_absolute_url()).status_code == 404
    assert as_user(chifeng).get(reverse("core:attachment_preview", args=[there.pk])).status_code == 404


# -- withdrawal and the list ---------------------------------------------------------------------------


def test_withdrawal_needs_right_and_reason(there, draft, chifeng, leader, as_user):
    address = reverse("core:attachment_withdraw", args=[there.pk])
    assert as_user(leader).post(address, {"reason": "x"}).status_code == 403
    assert as_user(chifeng).post(address, {"reason": ""}, **SCRIPT).status_code == 400
    for strange in ("传\0错", "长" * 201):
        assert as_user(chifeng).post(address, {"reason": strange}, **SCRIPT).status_code == 400
    assert as_user(chifeng).get(address).status_code == 405
    assert as_user(chifeng).post(address, {"reason": "传错了"}).url == draft.get_absolute_url()
    there.refresh_from_db()
    assert (there.ended_by, there.end_reason) == (chifeng, "传错了")
    assert body_of(as_user(chifeng).get(there.get_absolute_url())) == PDF


def panel(user, owner) -> tuple[str, int]:
    request = RequestFactory().get("/")
    request.user = user
    template = engines["django"].from_string('{% load attachments %}{% attachments owner "basis" %}')
    with CaptureQueriesContext(
        connection,
    ) as queries:
        return template.render({"owner": owner}, request), len(queries)


def test_list_shows_current_ended_and_the_drop_zone_to_who_may_add(there, draft, chifeng, leader):
    second = attach(draft, upload(files.pdf(pages=2), "第二份.pdf"), kind="basis", by=chifeng)
    withdraw(draft, second, by=chifeng, reason="传错了")
    html, _count = panel(chifeng, draft)
    assert "任职文件" in html
    assert html.index("任职通知.pdf") < html.index("第二份.pdf")
    assert "停用：传错了" in html
    assert "data-upload-begin" in html
    assert "20 MB" in html
    assert "data-upload-begin" not in panel(leader, draft)[0]


def test_list_asks_the_database_the_same_for_one_file_and_three(there, draft, chifeng):
    panel(chifeng, draft)
    one = panel(chifeng, draft)[1]
    for pages in (2, 3):
        attach(draft, upload(files.pdf(pages=pages)), kind="basis", by=chifeng)
    assert panel(chifeng, draft)[1] == one
