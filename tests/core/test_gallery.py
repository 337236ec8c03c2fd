"""The gallery: thumbnails of our own making, a page at a time, always the same few queries."""

import io

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.template import engines
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from core.attachments import attach, gallery, withdraw
from core.attachments.formats.kinds import PICTURES, VIDEOS
from core.attachments.gallery import galleries
from core.attachments.previews import THUMBNAIL, make_previews, open_preview
from tests.core import sample_files as files
from tests.core import sample_films as films
from tests.core.sample_files import upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def album(cabinet, draft, chifeng, monkeypatch):
    """A record that takes pictures and films; called, it puts ``count`` more with it."""
    monkeypatch.setattr(type(draft), "attachment_takes", {"basis": PICTURES | VIDEOS}, raising=False)
    side = iter(range(20, 1000))

    def add(count: int):
        return [
            attach(draft, upload(files.image("JPEG", (next(side), 20)), f"{n}.jpg"), kind="basis", by=chifeng)
            for n in range(count)
        ]

    return add


def page_of(user, owner, page=1) -> tuple[str, int]:
    request = RequestFactory().get("/")
    request.user = user
    template = engines["django"].from_string("{% load attachments %}{% attachment_gallery gallery %}")
    with CaptureQueriesContext(connection) as queries:
        (gallery,), _papers = galleries(owner, {"basis": page}, decision=owner.can_attach(user))
        html = template.render({"gallery": gallery}, request)
    return html, len(queries)


def test_thumbnail_is_small_upright_and_knows_no_place(album, cabinet, draft, chifeng, as_user):
    photo = attach(draft, upload(files.jpeg_with_gps((4000, 2000)), "现场.jpg"), kind="basis", by=chifeng)
    address = reverse("core:attachment_thumbnail", args=[photo.pk])
    picture = Image.open(io.BytesIO(b"".join(as_user(chifeng).get(address).streaming_content)))
    assert picture.size == (160, 320)
    assert picture.getpixel((80, 20))[0] > 200
    assert dict(picture.getexif()) == {}
    make_previews(photo)
    make_previews(photo)
    assert cabinet() == sorted(photo.file.name + suffix for suffix in ("", ".preview", ".thumb"))
    picture = Image.open(io.BytesIO(b"".join(as_user(chifeng).get(address).streaming_content)))
    assert (picture.size, dict(picture.getexif())) == ((160, 320), {})


def test_thumbnail_from_the_larger_copy_is_upright_as_well(album, draft, chifeng):
    photo = attach(draft, upload(files.jpeg_with_gps((4000, 2000)), "现场.jpg"), kind="basis", by=chifeng)
    make_previews(photo)
    with photo.file.storage.open(f"{photo.file.name}.thumb") as file:
        picture = Image.open(file)
        assert picture.size == (160, 320)
        assert picture.getpixel((80, 20))[0] > 200
        assert picture.getpixel((80, 300))[2] > 200


def test_copy_that_a_full_disk_left_empty_is_made_anew(album, cabinet, draft, chifeng):
    (photo,) = album(1)
    for suffix in (".preview", ".thumb"):
        photo.file.storage.save(photo.file.name + suffix, ContentFile(b""))
    with open_preview(photo, THUMBNAIL) as copy:
        assert Image.open(copy).size == (20, 20)
    make_previews(photo)
    assert cabinet() == sorted(photo.file.name + suffix for suffix in ("", ".preview", ".thumb"))


def test_grid_shows_who_and_when_and_is_paged(album, draft, chifeng, leader, monkeypatch):
    monkeypatch.setattr(gallery, "TILES", 2)
    first, second, third = album(3)
    withdraw(draft, second, by=chifeng, reason="拍糊了")
    html, _count = page_of(chifeng, draft)
    assert html.count('loading="lazy"') == 3
    assert html.count('width="320" height="240"') == 3
    assert html.index(reverse("core:attachment_thumbnail", args=[third.pk])) < html.index(
        reverse("core:attachment_thumbnail", args=[first.pk])
    )
    assert str(chifeng) in html
    assert "停用：拍糊了" in html
    assert "data-upload" in html
    assert "data-upload" not in page_of(leader, draft)[0]
    album(1)
    html, _count = page_of(chifeng, draft)
    assert "?basis_page=2#basis-gallery" in html
    assert "1–2，共 3 个" in html
    for nonsense in ("2", "99", "x", ""):
        assert "共 3 个" in page_of(chifeng, draft, nonsense)[0]


def test_film_is_shown_as_a_player_with_its_download(album, draft, chifeng):
    film = attach(draft, upload(films.mp4(), "演练.mp4"), kind="basis", by=chifeng)
    html, _count = page_of(chifeng, draft)
    assert f'<video class="picture" src="{reverse("core:attachment_watch", args=[film.pk])}"' in html
    assert f'href="{film.get_absolute_url()}"' in html
    assert reverse("core:attachment_thumbnail", args=[film.pk]) not in html


def test_gallery_asks_the_database_the_same_for_one_and_for_many(album, draft, chifeng):
    album(1)
    page_of(chifeng, draft)
    few = page_of(chifeng, draft)[1]
    album(8)
    assert page_of(chifeng, draft)[1] == few <= 6
