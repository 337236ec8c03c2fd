"""Two devices, two tabs, a double answer: of the same piece at the same time one is taken, and nothing doubles."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from core.models import Attachment, Upload
from tests.core import pieces
from tests.core import sample_files as files

pytestmark = pytest.mark.django_db(transaction=True)
PHOTO = files.jpeg_with_gps((640, 400))


def at_once(times: int, act: Callable[[], int]) -> list[int]:
    outcomes: list[int] = []
    start = threading.Barrier(times)

    def run() -> None:
        try:
            start.wait()
            outcomes.append(act())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _person in range(times)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return sorted(outcomes)


@pytest.fixture
def twin(chifeng, as_user) -> Callable[[], Client]:
    """The same person in another browser."""
    cookies = as_user(chifeng).cookies

    def client() -> Client:
        other = Client()
        other.cookies = cookies.copy()
        return other

    return client


def test_of_two_pieces_for_one_place_one_is_taken(cabinet, draft, twin):
    address = pieces.begin(twin(), draft, PHOTO, "现场.jpg")["Location"]
    assert at_once(2, lambda: pieces.send(twin(), address, 0, PHOTO[:1000]).status_code) == [204, 409]
    upload = Upload.objects.get()
    assert (upload.received, len(upload.pieces)) == (1000, 1)
    assert cabinet() == upload.pieces


def test_begun_twice_at_once_is_one_upload(cabinet, draft, twin):
    assert at_once(4, lambda: pieces.begin(twin(), draft, PHOTO, "现场.jpg").status_code) == [201] * 4
    assert Upload.objects.count() == 1


def test_ended_twice_at_once_is_stored_once(cabinet, draft, twin):
    address = pieces.begin(twin(), draft, PHOTO, "现场.jpg")["Location"]
    pieces.send(twin(), address, 0, PHOTO)
    outcomes = at_once(3, lambda: pieces.finish(twin(), address).status_code)
    assert set(outcomes) <= {201, 202}
    assert 201 in outcomes
    assert pieces.finish(twin(), address).status_code == 201
    assert Attachment.objects.count() == 1


def test_same_photo_from_two_devices_at_once_is_stored_once(cabinet, draft, twin):
    addresses = []
    for device in ("phone", "tablet"):
        address = pieces.begin(twin(), draft, PHOTO, "现场.jpg", fingerprint=device)["Location"]
        pieces.send(twin(), address, 0, PHOTO)
        addresses.append(address)
    left = iter(addresses)
    assert at_once(2, lambda: pieces.finish(twin(), next(left)).status_code) == [201, 409]
    assert Attachment.objects.count() == 1
