"""The disk with the files is full, or has turned to reading alone: an outage, in which nothing accepted is lost."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.test import Client

from core.jobs.running import run
from core.models import Attachment, Job
from organizations.models import User
from tests.core import pieces
from tests.core import sample_files as files
from tests.core.test_attachments_views import SCRIPT, send

pytestmark = pytest.mark.django_db
PDF = files.pdf()


class BadDisk(FileSystemStorage):
    """A disk that writes nothing. ``number`` is what the system says of it."""

    number = errno.ENOSPC

    def _save(self, name: str, content: Any) -> str:
        raise OSError(self.number, os.strerror(self.number), name)


@pytest.fixture(params=["ENOSPC", "EDQUOT", "EROFS", "EIO", "EACCES"])
def bad_disk(request: pytest.FixtureRequest, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BadDisk, "number", getattr(errno, request.param))
    default = {"BACKEND": f"{__name__}.BadDisk", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": default}


def test_what_is_uploaded_is_asked_for_again(
    bad_disk: None, draft: Any, chifeng: User, as_user: Callable[[User], Client]
) -> None:
    client = as_user(chifeng)
    client.raise_request_exception = False
    answer = send(client, draft, **SCRIPT)
    assert (answer.status_code, answer.json()) == (503, {"code": "unavailable", "detail": "系统暂时不能用"})
    assert not Attachment.objects.exists()
    address = pieces.begin(client, draft, PDF)["Location"]
    assert pieces.send(client, address, 0, PDF).status_code == 503
    assert pieces.offset_of(client, address) == 0


def test_a_job_waits(bad_disk: None, region: User, settings: Any) -> None:
    settings.JOBS = {"steps": "tests.core.sample_jobs.steps"}
    job = Job.objects.create(kind="steps", title="年度汇总", created_by=region)
    run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.QUEUED, 0)  # and is tried again until the disk takes it
