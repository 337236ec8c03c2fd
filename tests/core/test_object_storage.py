"""Files in a storage that speaks S3, with the settings of a deployment: kept, shown, swept; and the storage away."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from moto.server import ThreadedMotoServer

from core.attachments import attach
from core.attachments.formats.kinds import VIDEOS
from core.attachments.sweeping import remove_orphans
from core.jobs.running import _remove_leftovers, run
from core.models import Attachment, Job, Upload
from core.uploads.sweeping import remove_lost_pieces
from portal.settings import _object_storage
from tests.core import pieces
from tests.core import sample_files as files
from tests.core import sample_films as films
from tests.core.sample_files import upload
from tests.core.test_attachments_views import SCRIPT, send

pytestmark = pytest.mark.django_db
PDF = files.pdf()
KEYS = {"S3_ACCESS_KEY": "test", "S3_SECRET_KEY": "test", "S3_BUCKET": "portal", "S3_REGION": "us-east-1"}


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadedMotoServer]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def bucket(server: ThreadedMotoServer, settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    host, port = server.get_host_and_port()
    for name, value in {**KEYS, "S3_ENDPOINT_URL": f"http://{host}:{port}"}.items():
        monkeypatch.setenv(name, value)
    settings.STORAGES = {**settings.STORAGES, "default": _object_storage()}
    store = boto3.resource(
        "s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1",
        aws_access_key_id="test", aws_secret_access_key="test",
    ).create_bucket(Bucket="portal")  # fmt: skip
    yield
    store.objects.all().delete()
    store.delete()


@pytest.fixture
def away(bucket: None, settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S3_ENDPOINT_URL", "http://127.0.0.1:9")
    settings.STORAGES = {**settings.STORAGES, "default": _object_storage()}


def names(folder: str = "") -> list[str]:
    folders, found = default_storage.listdir(folder)
    return found + [f"{inner}/{name}" for inner in folders for name in names(f"{folder}/{inner}".lstrip("/"))]


def test_file_is_kept_shown_and_swept(bucket, draft, chifeng, as_user):
    large = PDF + b"%" + b"x" * 9_000_000 + b"\n%%EOF\n"  # goes up in parts
    attachment = attach(draft, upload(large), kind="basis", by=chifeng)
    client, address = as_user(chifeng), reverse("core:attachment_preview", args=[attachment.pk])
    assert b"".join(client.get(attachment.get_absolute_url()).streaming_content) == large
    for _time in ("made", "found"):
        assert b"".join(client.get(address).streaming_content).startswith(b"\x89PNG")
    kept = attachment.file.name
    default_storage.save("documents/2026/lost.pdf", ContentFile(b"x"))
    assert remove_orphans(timedelta(0)) == ["documents/2026/lost.pdf"]
    assert sorted(names()) == [kept, f"{kept}.preview"]
    default_storage.delete(kept)
    assert client.get(attachment.get_absolute_url()).status_code == 404


def test_film_is_watched_in_parts(bucket, draft, chifeng, as_user, monkeypatch):
    monkeypatch.setattr(type(draft), "attachment_takes", {"basis": VIDEOS}, raising=False)
    film = films.mp4(6000)
    attachment = attach(draft, upload(film, "演练.mp4"), kind="basis", by=chifeng)
    client, address = as_user(chifeng), reverse("core:attachment_watch", args=[attachment.pk])
    assert client.get(address, HTTP_RANGE="bytes=100-4099").content == film[100:4100]
    default_storage.delete(attachment.file.name)
    assert client.get(address, HTTP_RANGE="bytes=0-").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_upload_in_pieces_is_put_together_and_its_pieces_go(bucket, draft, chifeng, as_user):
    photo = files.jpeg_with_gps((640, 400))
    client = as_user(chifeng)
    address = pieces.begin(client, draft, photo, "现场.jpg")["Location"]
    pieces.send(client, address, 0, photo[:2000])
    pieces.send(client, address, 2000, photo[2000:])
    there = Upload.objects.get().pieces
    assert sorted(f"uploads/{name}" for name in names("uploads")) == there
    default_storage.save(f"{there[0]}-lost", ContentFile(b"x"))
    assert remove_lost_pieces(timedelta(0)) == [f"{there[0]}-lost"]
    assert pieces.finish(client, address).status_code == 201
    kept = Attachment.objects.get()
    assert b"".join(client.get(kept.get_absolute_url()).streaming_content) == photo
    assert sorted(names()) == [kept.file.name, f"{kept.file.name}.preview", f"{kept.file.name}.thumb"]


def test_piece_for_a_storage_that_is_away_is_asked_for_again(away, draft, chifeng, as_user):
    client = as_user(chifeng)
    address = pieces.begin(client, draft, PDF)["Location"]
    answer = pieces.send(client, address, 0, PDF)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert pieces.offset_of(client, address) == 0


def test_finished_job_keeps_its_file_and_clears_what_killed_attempts_left(bucket, region, settings):
    settings.JOBS = {"steps": "tests.core.sample_jobs.steps"}
    job = Job.objects.create(kind="steps", title="年度汇总", created_by=region, attempts=1)
    default_storage.save(f"jobs/{job.pk}/left", BytesIO(b"half"))
    run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.READY
    assert names() == [job.result.name]
    _remove_leftovers(job, job.result.name)  # nothing more to do is no fault


def test_storage_away_is_told_as_an_outage(away, draft, chifeng, as_user):
    client = as_user(chifeng)
    answer = send(client, draft, **SCRIPT)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert not Attachment.objects.exists()


def test_job_waits_for_a_storage_that_is_away(away, region, settings):
    settings.JOBS = {"steps": "tests.core.sample_jobs.steps"}
    job = Job.objects.create(kind="steps", title="年度汇总", created_by=region)
    for _outage in range(5):
        run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.QUEUED, 0)
    assert "文件存储暂时连不上" in job.message
    Job.objects.update(created_at=timezone.now() - timedelta(days=1))
    run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
