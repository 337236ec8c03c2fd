"""Files in pieces, through the front door: any cutting gives the same file, nothing bad gets in, nothing is lost."""

import hashlib
import io
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.attachments import withdraw
from core.attachments.formats.kinds import VIDEOS
from core.attachments.panel import panel_context
from core.models import Attachment, Upload
from core.uploads import receiving
from core.uploads.sweeping import finish_abandoned, remove_expired, remove_lost_pieces
from organizations.models import AccountRequest, Appointment
from tests.core import pieces, sample_films
from tests.core import sample_files as files

pytestmark = pytest.mark.django_db
PDF = files.pdf()
PHOTO = files.jpeg_with_gps((640, 400))


@pytest.fixture
def clerk(chifeng, as_user) -> Client:
    return as_user(chifeng)


@pytest.fixture
def half(cabinet, draft, clerk) -> str:
    """The address of an upload of PHOTO of which the first 1,000 bytes have come."""
    address = pieces.begin(clerk, draft, PHOTO, "现场.jpg")["Location"]
    assert pieces.send(clerk, address, 0, PHOTO[:1000]).status_code == 204
    return address


def test_what_broke_off_is_listed_when_the_page_is_opened_again(half, draft, chifeng, leader):
    """The phone rang in the middle of forty photos: nothing said which had not arrived."""
    (listed,) = panel_context(draft, chifeng, "basis")["upload_broken"]
    assert listed["upload"].name == "现场.jpg"
    html = render_to_string("core/_attachments.html", panel_context(draft, chifeng, "basis"))
    assert "没有传完：已传 1 KB" in html
    assert f'data-broken="{half}"' in html
    assert panel_context(draft, chifeng, "letter")["upload_broken"] == []
    assert not panel_context(draft, leader, "basis").get("upload_broken"), "somebody else's"


# -- the whole way -----------------------------------------------------------------------------------


def test_pieces_become_the_file_with_its_hash(cabinet, draft, clerk, chifeng):
    begun = pieces.begin(clerk, draft, PHOTO, "现场.jpg")
    assert (begun.status_code, begun["Tus-Resumable"]) == (201, "1.0.0")
    address = begun["Location"]
    assert pieces.send(clerk, address, 0, PHOTO[:1500])["Upload-Offset"] == "1500"
    assert pieces.send(clerk, address, 1500, PHOTO[1500:])["Upload-Offset"] == str(len(PHOTO))
    done = pieces.finish(clerk, address)
    attachment = Attachment.objects.get()
    assert done.status_code == 201
    assert attachment.get_absolute_url() in done.json()["html"]
    assert (attachment.owner, attachment.name, attachment.uploaded_by) == (draft, "现场.jpg", chifeng)
    assert attachment.sha256 == hashlib.sha256(PHOTO).hexdigest()
    assert Upload.objects.get().attachment == attachment


@pytest.mark.django_db(transaction=True)
def test_pieces_go_and_copies_for_display_are_there(cabinet, draft, clerk):
    assert pieces.bring(clerk, draft, PHOTO, "现场.jpg").status_code == 201
    kept = Attachment.objects.get().file.name
    assert cabinet() == [kept, f"{kept}.preview", f"{kept}.thumb"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_cutting_in_any_interrupted_order_gives_the_same_file(cabinet, draft, clerk, chifeng, data):
    """Each step is the next piece, a piece that came before, one that comes too early, a look, or beginning anew."""
    Upload.objects.open().delete()  # an example may be broken off half-way
    address = pieces.begin(clerk, draft, PHOTO, "现场.jpg")["Location"]
    there = 0
    while there < len(PHOTO):
        size = data.draw(st.integers(700, 6000), label="size")
        step = data.draw(st.sampled_from(["next", "next", "again", "early", "look", "anew"]), label="step")
        if step == "next":
            assert pieces.send(clerk, address, there, PHOTO[there : there + size]).status_code == 204
            there = min(there + size, len(PHOTO))
        elif step == "look":
            assert pieces.offset_of(clerk, address) == there
        elif step == "anew":
            assert pieces.begin(clerk, draft, PHOTO, "另一个名字.jpg")["Location"] == address
        else:
            wrong = there // 2 if step == "again" and there else there + 1
            refused = pieces.send(clerk, address, wrong, PHOTO[wrong : wrong + size])
            assert (refused.status_code, refused.json()["offset"]) == (409, there)
    assert pieces.finish(clerk, address).status_code == 201
    attachment = Attachment.objects.of(draft).current().get()
    assert attachment.sha256 == hashlib.sha256(PHOTO).hexdigest()
    withdraw(draft, attachment, by=chifeng, reason="下一例")


def test_end_asked_twice_is_the_same_end(draft, cabinet, clerk):
    first = pieces.bring(clerk, draft, PHOTO, "现场.jpg")
    address = f"/uploads/{Upload.objects.get().pk}/"
    again = pieces.finish(clerk, address)
    assert (first.status_code, again.status_code) == (201, 201)
    assert str(Attachment.objects.get().pk) in again.json()["html"]
    assert pieces.send(clerk, address, len(PHOTO), b"x").status_code == 409
    assert pieces.offset_of(clerk, address) == len(PHOTO)


def test_tile_for_a_gallery(draft, cabinet, clerk):
    address = pieces.begin(clerk, draft, PHOTO, "现场.jpg")["Location"]
    pieces.send(clerk, address, 0, PHOTO)
    assert pieces.finish(clerk, address, show="tile").json()["html"].startswith('<li class="tile"')


def test_film_comes_where_films_are_taken(draft, cabinet, clerk, monkeypatch):
    film = sample_films.mp4(9000)
    assert "音频和视频不能上传" in pieces.begin(clerk, draft, film, "演练.mp4").json()["error"]
    monkeypatch.setattr(type(draft), "attachment_takes", {"basis": VIDEOS}, raising=False)
    assert pieces.bring(clerk, draft, film, "演练.mp4").status_code == 201
    assert Attachment.objects.get().media_type == "video/mp4"


# -- bad input ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "name", "status", "says"),
    [
        (PHOTO[:-300], "半张.jpg", 400, "图片不完整"),
        (b"MZ program" + b"\0" * 500, "照片.jpg", 400, "这是程序文件"),
        (sample_films.mp4(3000), "其实是影片.jpg", 400, "音频和视频不能上传"),
    ],
)
def test_what_was_sent_whole_is_judged_and_told_again(cabinet, draft, clerk, data, name, status, says):
    refused = pieces.bring(clerk, draft, data, name, head="")
    again = pieces.finish(clerk, f"/uploads/{Upload.objects.get().pk}/")
    assert (refused.status_code, again.status_code) == (status, status)
    assert says in refused.json()["error"] == again.json()["error"]
    assert not Attachment.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_refused_file_leaves_nothing_in_storage(cabinet, draft, clerk):
    assert pieces.bring(clerk, draft, PHOTO[:-300], "半张.jpg").status_code == 400
    assert cabinet() == []


def test_same_photo_twice_is_said_to_be_there(cabinet, draft, clerk):
    pieces.bring(clerk, draft, PHOTO, "现场.jpg")
    again = pieces.bring(clerk, draft, PHOTO, "IMG_0001.jpg", fingerprint="another-device")
    assert (again.status_code, again.json()["code"]) == (409, "same")
    assert "“现场.jpg”完全相同" in again.json()["error"]
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "status", "says"),
    [
        ({"length": 0}, 400, "文件是空的"),
        ({"length": 21 * 1024 * 1024}, 413, "文件有 21 MB，超过了 20 MB 的限制"),
        ({"length": "x"}, 400, "不完整"),
        ({"length": "-5"}, 400, "不完整"),
        ({"length": "9" * 20}, 400, "不完整"),
        ({"kind": "无此种类"}, 400, "没有这种材料"),
        ({"kind": "../x"}, 400, "没有这种材料"),
        ({"fingerprint": ""}, 400, "不完整"),
        ({"fingerprint": "x" * 65}, 400, "不完整"),
        ({"head": (b"\0\0\0\x18ftypheic" + b"\0" * 40).hex()}, 400, "HEIC 照片"),
        ({"head": b"MZ program".hex()}, 400, "这是程序文件"),
        ({"head": "zz"}, 400, "不完整"),
        ({"head": "00" * 65}, 400, "不完整"),
        ({"HTTP_UPLOAD_METADATA": "filename %%%"}, 400, "不完整"),
        ({"HTTP_UPLOAD_METADATA": "filename " + "x" * 9000}, 400, "文件名太长"),
        ({"HTTP_TUS_RESUMABLE": "0.2.2"}, 412, "版本不一致"),
    ],
)
def test_upload_that_cannot_end_well_does_not_begin(cabinet, draft, clerk, given, status, says):
    answer = pieces.begin(clerk, draft, PHOTO, "现场.jpg", **given)
    assert answer.status_code == status
    assert says in answer.json()["error"]
    assert not Upload.objects.exists()


def test_too_many_unfinished_ones_are_gone_on_with_but_no_more_begun(half, draft, clerk, monkeypatch):
    monkeypatch.setattr(receiving, "MOST_OPEN", 1)
    assert pieces.begin(clerk, draft, PHOTO, "现场.jpg")["Location"] == half
    answer = pieces.begin(clerk, draft, PDF)
    assert (answer.status_code, answer.json()["code"]) == (409, "open")


def test_film_over_the_limit_is_refused_before_a_byte(draft, clerk, monkeypatch):
    monkeypatch.setattr(type(draft), "attachment_takes", {"basis": VIDEOS}, raising=False)
    answer = pieces.begin(clerk, draft, b"", "演练.mp4", length=600 * 1024 * 1024)
    assert answer.status_code == 413
    assert "文件有 600 MB，超过了 500 MB 的限制" in answer.json()["error"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("照" * 251 + ".jpg", "照" * 65 + ".jpg"),
        ("C:\\相册\\..\\现场.jpg", "现场.jpg"),
        ("../../etc/现场.jpg", "现场.jpg"),
        ("现\u202e场\n一.jpg", "现场 一.jpg"),
        ("", "未命名.jpg"),
    ],
)
def test_name_is_data(cabinet, draft, clerk, name, shown):
    assert pieces.bring(clerk, draft, PHOTO, name).status_code == 201
    assert Attachment.objects.get().name == shown


@pytest.mark.parametrize(
    ("offset", "data", "more", "status"),
    [
        (999, b"x", {}, 409),
        (0, b"x", {}, 409),
        (1000, b"x" * len(PHOTO), {}, 413),
        (1000, b"x", {"content_type": "application/octet-stream"}, 415),
        (1000, b"x", {"HTTP_TUS_RESUMABLE": ""}, 412),
        (1000, b"x", {"CONTENT_LENGTH": str(6 * 1024 * 1024)}, 413),
        ("x", b"x", {}, 400),
    ],
)
def test_wrong_piece_changes_nothing(half, clerk, cabinet, offset, data, more, status):
    before = cabinet()
    answer = pieces.send(clerk, half, offset, data, **more)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert pieces.offset_of(clerk, half) == 1000
    assert cabinet() == before


@pytest.mark.parametrize("gone", [OSError("connection reset"), b""])
def test_piece_that_broke_off_on_its_way_is_not_taken(half, clerk, cabinet, gone):
    class Cut(io.RawIOBase):
        answers = [b"x" * 100, gone]

        def read(self, size=-1):
            answer = self.answers.pop(0)
            if isinstance(answer, OSError):
                raise answer
            return answer

    before = cabinet()
    answer = clerk.request(
        REQUEST_METHOD="PATCH", PATH_INFO=half, CONTENT_LENGTH="500", CONTENT_TYPE="application/offset+octet-stream",
        HTTP_UPLOAD_OFFSET="1000", **pieces.TUS, **{"wsgi.input": Cut()},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (400, "broken_off")
    assert pieces.offset_of(clerk, half) == 1000
    assert cabinet() == before


def test_file_cut_too_finely_is_refused(half, clerk):
    for place in range(1000, 1052):
        answer = pieces.send(clerk, half, place, PHOTO[place : place + 1])
    assert (answer.status_code, answer.json()["code"]) == (400, "pieces")


def test_end_before_the_last_byte_says_where_to_go_on(half, clerk):
    answer = pieces.finish(clerk, half)
    assert (answer.status_code, answer.json()["offset"]) == (409, 1000)


# -- who may -----------------------------------------------------------------------------------------


def test_stranger_insider_and_anonymous(cabinet, draft, baotou, leader, as_user):
    assert pieces.begin(as_user(baotou), draft, PHOTO).status_code == 404
    refused = pieces.begin(as_user(leader), draft, PHOTO)
    assert (refused.status_code, bool(refused.json()["error"])) == (403, True)
    assert pieces.begin(Client(), draft, PHOTO).status_code == 401
    assert pieces.begin(as_user(leader), draft, PHOTO, object_id="x").status_code == 404
    assert not Upload.objects.exists()


def test_only_who_began_it_goes_on(half, draft, region, as_user):
    other = as_user(region)
    assert other.head(half).status_code == 404
    assert pieces.send(other, half, 1000, PHOTO[1000:]).status_code == 404
    assert pieces.finish(other, half).status_code == 404
    assert other.delete(half).status_code == 404
    assert Upload.objects.get().received == 1000


def test_session_that_ended_is_told_and_goes_on_after_signing_in(half, clerk, chifeng):
    clerk.logout()
    assert pieces.send(clerk, half, 1000, PHOTO[1000:]).status_code == 401
    assert pieces.finish(clerk, half).status_code == 401
    assert clerk.head(half, **pieces.TUS).status_code == 401
    clerk.force_login(chifeng)
    assert pieces.send(clerk, half, pieces.offset_of(clerk, half), PHOTO[1000:]).status_code == 204
    assert pieces.finish(clerk, half).status_code == 201


def test_form_token_is_asked_for_with_every_piece(half, chifeng):
    client = Client(enforce_csrf_checks=True)
    client.force_login(chifeng)
    answer = pieces.send(client, half, 1000, PHOTO[1000:])
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    client.cookies["csrftoken"] = "a" * 32
    assert pieces.send(client, half, 1000, PHOTO[1000:], HTTP_X_CSRFTOKEN="a" * 32).status_code == 204


def test_record_closed_half_way_keeps_what_came_until_it_is_open_again(half, draft, clerk):
    pieces.send(clerk, half, 1000, PHOTO[1000:])
    moved = AccountRequest.objects.filter(pk=draft.pk)
    moved.update(state="submitted", number="ZH-150400-2026-0001")
    answer = pieces.finish(clerk, half)
    assert (answer.status_code, answer.json()["kept"]) == (403, True)
    assert "已经传到，但没有存入：已经提交的申请不能再改" in answer.json()["error"]
    assert "保留到" in answer.json()["error"]
    assert not Attachment.objects.exists()
    moved.update(state="returned")
    assert pieces.finish(clerk, half).status_code == 201


def test_right_that_ended_half_way_keeps_what_came(half, draft, clerk, chifeng):
    pieces.send(clerk, half, 1000, PHOTO[1000:])
    Appointment.objects.filter(user=chifeng).update(ends_at=timezone.now())
    answer = pieces.finish(clerk, half)
    assert (answer.status_code, answer.json()["kept"]) == (403, True)
    assert Upload.objects.get().pieces


# -- giving up, closing the page, sweeping -------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_given_up_leaves_nothing(half, clerk, cabinet):
    assert cabinet() != []
    assert clerk.delete(half, **pieces.TUS).status_code == 204
    assert cabinet() == []
    assert clerk.delete(half, **pieces.TUS).status_code == 404


def test_page_closed_before_the_end(half, clerk, chifeng):
    pieces.send(clerk, half, 1000, PHOTO[1000:])
    assert finish_abandoned() == 0  # the page may just be about to ask
    Upload.objects.update(touched_at=timezone.now() - timedelta(minutes=11))
    assert finish_abandoned() == 1
    assert Attachment.objects.get().uploaded_by == chifeng
    assert finish_abandoned() == 0


def test_abandoned_one_of_a_closed_record_waits(half, draft, clerk):
    pieces.send(clerk, half, 1000, PHOTO[1000:])
    AccountRequest.objects.filter(pk=draft.pk).update(state="submitted", number="ZH-150400-2026-0001")
    Upload.objects.update(touched_at=timezone.now() - timedelta(minutes=11))
    assert finish_abandoned() == 0
    assert Upload.objects.open().count() == 1


@pytest.mark.django_db(transaction=True)
def test_uploads_whose_days_are_over_go_with_their_pieces(half, clerk, cabinet):
    assert remove_expired() == 0
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert remove_expired() == 1
    assert cabinet() == []
    assert clerk.head(half, **pieces.TUS).status_code == 404


def test_pieces_a_killed_process_left_are_swept_and_others_stay(half, cabinet):
    folder = f"uploads/{Upload.objects.get().pk}"
    kept = cabinet()
    for name in (f"{folder}/000000000001000", "uploads/00000000-0000-0000-0000-000000000000/0", "uploads/x/0"):
        default_storage.save(name, ContentFile(b"x"))
    assert remove_lost_pieces() == []
    assert len(remove_lost_pieces(timedelta(0))) == 3
    assert cabinet() == kept


def test_piece_lost_from_storage_is_told_and_begun_anew(half, draft, clerk):
    pieces.send(clerk, half, 1000, PHOTO[1000:])
    default_storage.delete(Upload.objects.get().pieces[0])
    answer = pieces.finish(clerk, half)
    assert (answer.status_code, answer.json()["code"]) == (410, "lost")
    assert pieces.bring(clerk, draft, PHOTO, "现场.jpg").status_code == 201
