"""What a record takes: films judged by their boxes, refused where they are not wanted; hint, accept and limit agree."""

from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError

from core.attachments import attach
from core.attachments.checks import HEAD, check, judge_head
from core.attachments.formats.kinds import PAPERS, PICTURES, USUAL, VIDEOS, Refusal
from core.attachments.takes import accept_of, hint_of, limit_of, takes_of
from tests.core import sample_files as files
from tests.core import sample_films as films
from tests.core.sample_files import upload

HEIC = b"\0\0\0\x18ftypheic" + b"\0" * 40


def judged(data: bytes, name: str, takes=VIDEOS) -> tuple[str, str]:
    found = check(upload(data, name).file, name, len(data), takes=takes)
    return found.name, found.media_type


@pytest.mark.parametrize(
    ("data", "name", "shown", "media_type"),
    [
        (films.mp4(), "演练.mp4", "演练.mp4", "video/mp4"),
        (films.mp4(brand=b"qt  "), "IMG_0001.MOV", "IMG_0001.mov", "video/quicktime"),
        (films.mov_of_an_older_camera(), "旧相机", "旧相机.mov", "video/quicktime"),
        (films.mp4() + films.box(b"uuid", b"maker"), "演练.mp4", "演练.mp4", "video/mp4"),
        (films.mp4()[:-2008] + films.box(b"moof") + films.box(b"mdat", b"x"), "分段.mp4", "分段.mp4", "video/mp4"),
        (films.mp4(), "其实是影片.jpg", "其实是影片.mp4", "video/mp4"),
        (films.webm(), "录屏.webm", "录屏.webm", "video/webm"),
        (films.webm(open_ended=True), "录屏.webm", "录屏.webm", "video/webm"),
    ],
)
def test_film_is_known_by_its_bytes(data, name, shown, media_type):
    assert judged(data, name) == (shown, media_type)


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (films.mp4()[:-700], "damaged", "视频不完整"),
        (films.mp4()[:40], "damaged", "视频不完整"),
        (films.box(b"ftyp", b"isom") + films.box(b"mdat", b"x" * 50), "damaged", "视频不完整"),
        (films.box(b"ftyp", b"isom") + films.moov(b"vide"), "damaged", "视频不完整"),
        (films.mp4() + b"rubbish behind it", "damaged", "视频不完整"),
        (b"\0\0\0\x04ftypisom" + b"\0" * 60, "damaged", "视频不完整"),
        (films.mp4(2000, b"isom", b"soun"), "unsupported", "没有视频画面"),
        (films.mp4(brand=b"crx "), "unsupported", "没有视频画面"),
        (films.mp4(brand=b"M4A "), "unsupported", "音频不能上传"),
        (films.webm()[:-100], "damaged", "视频不完整"),
        (films.webm()[:60], "damaged", "视频不完整"),
        (b"\x1a\x45\xdf\xa3" + b"\0" * 60, "damaged", "视频不完整"),
        (films.webm(doc_type=b"matroska"), "unsupported", "另存为 MP4"),
        (films.webm(track_type=b"\x02"), "unsupported", "没有视频画面"),
        (films.mp4() + files.zipped({"a.txt": "x"}), "damaged", "视频不完整"),
        (films.mp4() + films.box(b"uuid", files.zipped({"a.txt": "x"})), "polyglot", "藏着一个压缩包"),
        (HEIC, "unsupported", "HEIC"),
        (files.image("JPEG"), "unsupported", "这里不收这种文件"),
        (b"MZ program", "script", "这是程序文件"),
        (b"", "empty", "空的"),
    ],
)
def test_broken_and_disguised_films_are_refused_with_words(data, code, says):
    with pytest.raises(ValidationError, match=says) as caught:
        judged(data, "演练.mp4")
    assert caught.value.code == code
    assert "视频（MP4、MOV、WebM）" in caught.value.messages[0]


@pytest.mark.parametrize("head", [b"RIFF\0\0\0\0AVI LIST", b"0&\xb2u\x8ef\xcf\x11", b"FLV\x01\x05", b"\0\0\x01\xba"])
def test_film_that_is_not_taken_is_refused_by_its_first_bytes(head):
    """400 MB of it had been sent before it was said that nobody knows what it is."""
    with pytest.raises(Refusal, match="转成 MP4"):
        judge_head(head + b"\x07" * (HEAD - len(head)), PICTURES | VIDEOS)
    with pytest.raises(Refusal, match="音频和视频不能上传"):
        judge_head(head, PICTURES)


def test_only_a_film_may_be_as_long_as_a_film(settings):
    settings.UPLOAD_MAX_BYTES, settings.UPLOAD_VIDEO_MAX_BYTES = 1500, 3000
    both = PICTURES | VIDEOS
    assert judged(films.mp4(), "演练.mp4", both)[1] == "video/mp4"
    for data in (films.mp4(4000), files.image("PNG", (2000, 2000), "RGB") + b"\0" * 1500):
        with pytest.raises(ValidationError) as caught:
            judged(data, "大", both)
        assert caught.value.code == "too_large"


def test_what_is_no_film_is_not_called_too_large_where_films_are_taken(settings):
    """A film whose head a phone had lost, 300 MB long, was said to be above 20 MB where 500 MB are allowed."""
    settings.UPLOAD_MAX_BYTES, settings.UPLOAD_VIDEO_MAX_BYTES = 1500, 3000
    with pytest.raises(ValidationError, match="不是视频") as caught:
        judged(b"\0" * 2000, "演练.mp4", VIDEOS)
    assert caught.value.code == "damaged"


def test_hint_accept_and_limit_follow_from_what_is_taken(settings):
    settings.UPLOAD_VIDEO_MAX_BYTES = 500 * 1024 * 1024
    assert hint_of(PICTURES) == "可以上传：图片（JPG、PNG、WebP）。每个不超过 20 MB。"
    assert hint_of(VIDEOS) == "可以上传：视频（MP4、MOV、WebM）。每个不超过 500 MB。"
    assert "视频每个不超过 500 MB，其他每个不超过 20 MB" in hint_of(PICTURES | VIDEOS)
    assert accept_of(PICTURES) == ".jpeg,.jpg,.png,.webp,image/jpeg,image/png,image/webp"
    assert ".docx" in accept_of(USUAL)
    assert "video" not in accept_of(USUAL)
    assert (limit_of(USUAL), limit_of(VIDEOS)) == (20 * 1024 * 1024, 500 * 1024 * 1024)


def test_record_says_per_kind_what_it_takes():
    owner = SimpleNamespace(attachment_takes={"photo": PICTURES, "plan": PAPERS | PICTURES})
    assert takes_of(owner, "photo") == PICTURES
    assert takes_of(owner, "other") == takes_of(object(), "photo") == USUAL


@pytest.mark.django_db
def test_record_refuses_what_it_does_not_take(cabinet, draft, chifeng, monkeypatch):
    monkeypatch.setattr(type(draft), "attachment_takes", {"basis": PICTURES}, raising=False)
    with pytest.raises(ValidationError, match="这里不收这种文件。可以上传：图片"):
        attach(draft, upload(files.pdf()), kind="basis", by=chifeng)
    assert cabinet() == []
    assert attach(draft, upload(files.image("PNG"), "现场.png"), kind="basis", by=chifeng).media_type == "image/png"
