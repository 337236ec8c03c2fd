"""A film is watched in the page: part by part, by whoever may see its record, no more of it in memory than that."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.attachments import attach
from core.attachments.films import PART
from core.attachments.formats.kinds import PICTURES, VIDEOS
from core.models import AccessLog, Attachment
from organizations.models import AccountRequest, User
from tests.core import sample_films as films
from tests.core.sample_files import image, upload

pytestmark = pytest.mark.django_db
FILM = films.mp4(PART + 5000)


@pytest.fixture
def film(cabinet: Any, draft: AccountRequest, chifeng: User, monkeypatch: pytest.MonkeyPatch) -> Attachment:
    monkeypatch.setattr(type(draft), "attachment_takes", {"basis": PICTURES | VIDEOS}, raising=False)
    return attach(draft, upload(FILM, "演练.mp4"), kind="basis", by=chifeng)


def watch(client: Client, film: Attachment, said: str = "") -> Any:
    more = {"HTTP_RANGE": said} if said else {}
    return client.get(reverse("core:attachment_watch", args=[film.pk]), **more)


def test_the_parts_make_the_film(film: Attachment, chifeng: User, as_user: Callable[[User], Client]) -> None:
    client, found = as_user(chifeng), b""
    while len(found) < len(FILM):
        part = watch(client, film, f"bytes={len(found)}-")
        assert (part.status_code, part["Content-Type"]) == (206, "video/mp4")
        assert part["Content-Range"] == f"bytes {len(found)}-{len(found) + len(part.content) - 1}/{len(FILM)}"
        assert len(part.content) <= PART
        assert part["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in part["Cache-Control"]
        found += part.content
    assert found == FILM
    assert watch(client, film, "bytes=10-19").content == FILM[10:20]
    seen = AccessLog.objects.get(kind=AccessLog.Kind.DOWNLOADED)
    assert (seen.user, seen.detail["watched"]) == (chifeng, True)


@pytest.mark.parametrize("said", ["", "bytes=-500", "bytes=9-2", "items=0-", "bytes=0-1,5-6", "bytes=٣-"])
def test_what_is_no_player_is_led_to_the_download(
    film: Attachment, chifeng: User, as_user: Callable[[User], Client], said: str
) -> None:
    assert watch(as_user(chifeng), film, said).url == film.get_absolute_url()


def test_beyond_the_end_there_is_nothing(film: Attachment, chifeng: User, as_user: Callable[[User], Client]) -> None:
    answer = watch(as_user(chifeng), film, f"bytes={len(FILM)}-")
    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(FILM)}")


def test_nobody_else_watches_it(film: Attachment, baotou: User, as_user: Callable[[User], Client]) -> None:
    assert watch(as_user(baotou), film, "bytes=0-").status_code == 404
    assert watch(Client(), film, "bytes=0-").status_code == 302
    assert not AccessLog.objects.filter(kind=AccessLog.Kind.DOWNLOADED).exists()


def test_lost_from_storage_is_404(film: Attachment, chifeng: User, as_user: Callable[[User], Client]) -> None:
    film.file.storage.delete(str(film.file.name))
    assert watch(as_user(chifeng), film, "bytes=0-").status_code == 404


def test_a_picture_is_no_film(
    film: Attachment, draft: AccountRequest, chifeng: User, as_user: Callable[[User], Client]
) -> None:
    photo = attach(draft, upload(image("JPEG"), "现场.jpg"), kind="basis", by=chifeng)
    assert watch(as_user(chifeng), photo, "bytes=0-").url == photo.get_absolute_url()
