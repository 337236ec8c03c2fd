"""Files and rows together: checked, hashed, versioned, ended but never removed, nothing left by a rollback."""

import hashlib
import os
import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from core.attachments import attach, withdraw
from core.attachments.safekeeping import keep_file
from core.attachments.sweeping import remove_orphans
from core.models import Attachment, Job
from tests.core import sample_files as files
from tests.core.sample_files import upload

pytestmark = pytest.mark.django_db
PDF = files.pdf()


def stored(attachment: Attachment) -> bytes:
    with default_storage.open(attachment.file.name) as file:
        return file.read()


def test_file_is_checked_hashed_and_stored(cabinet, draft, chifeng):
    attachment = attach(draft, upload(PDF), kind="basis", by=chifeng)
    attachment.refresh_from_db()
    assert (attachment.name, attachment.media_type, attachment.size) == ("任职通知.pdf", "application/pdf", len(PDF))
    assert attachment.sha256 == hashlib.sha256(PDF).hexdigest()
    assert (attachment.version, attachment.owner, attachment.uploaded_by) == (1, draft, chifeng)
    assert cabinet() == [f"attachments/{attachment.id.hex[:2]}/{attachment.id}"]
    assert stored(attachment) == PDF


def test_same_content_is_pointed_out_and_not_stored_again(cabinet, draft, chifeng):
    attach(draft, upload(PDF), kind="basis", by=chifeng)
    with pytest.raises(ValidationError) as caught:
        attach(draft, upload(PDF, "另一个名字.pdf"), kind="basis", by=chifeng)
    assert caught.value.code == "same"
    assert "“任职通知.pdf”完全相同" in caught.value.messages[0]
    assert len(cabinet()) == 1
    attach(draft, upload(PDF), kind="other", by=chifeng)
    assert len(cabinet()) == 2


def test_new_version_ends_the_old_and_keeps_it(cabinet, draft, chifeng):
    first = attach(draft, upload(PDF), kind="basis", by=chifeng)
    second = attach(draft, upload(files.pdf(pages=2)), kind="basis", by=chifeng, replaces=first)
    first.refresh_from_db()
    assert (second.version, second.replaces, first.is_current) == (2, first, False)
    assert (first.ended_by, first.end_reason) == (chifeng, "换成了新版本")
    assert list(Attachment.objects.of(draft).current()) == [second]
    assert len(cabinet()) == 2


def test_replacing_what_is_no_longer_in_use_is_refused(cabinet, draft, chifeng):
    first = attach(draft, upload(PDF), kind="basis", by=chifeng)
    attach(draft, upload(files.pdf(pages=2)), kind="basis", by=chifeng, replaces=first)
    with pytest.raises(ValidationError) as caught:
        attach(draft, upload(files.pdf(pages=3)), kind="basis", by=chifeng, replaces=first)
    assert caught.value.code == "stale"
    assert len(cabinet()) == 2


def test_refused_file_leaves_nothing(cabinet, draft, chifeng):
    with pytest.raises(ValidationError):
        attach(draft, upload(b"MZ program"), kind="basis", by=chifeng)
    assert cabinet() == []
    assert not Attachment.objects.exists()


def test_withdrawn_file_stays_readable(cabinet, draft, chifeng):
    attachment = attach(draft, upload(PDF), kind="basis", by=chifeng)
    with pytest.raises(ValidationError, match="原因"):
        withdraw(draft, attachment, by=chifeng, reason="  ")
    ended = withdraw(draft, attachment, by=chifeng, reason="传错了")
    assert (ended.ended_by, ended.end_reason) == (chifeng, "传错了")
    assert stored(ended) == PDF
    with pytest.raises(ValidationError, match="已经停用"):
        withdraw(draft, attachment, by=chifeng, reason="再来一次")
    attach(draft, upload(PDF), kind="basis", by=chifeng)


def test_rolled_back_transaction_leaves_no_file(cabinet, draft, chifeng):
    def change_of_mind() -> None:
        with transaction.atomic():
            attach(draft, upload(PDF), kind="basis", by=chifeng)
            assert len(cabinet()) == 1
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        change_of_mind()
    assert cabinet() == []
    assert not Attachment.objects.exists()


def test_row_the_database_refuses_leaves_no_file(cabinet, draft, chifeng):
    with pytest.raises(DatabaseError), transaction.atomic():
        attach(draft, upload(PDF), kind="种" * 41, by=chifeng)
    assert cabinet() == []


@pytest.mark.django_db(transaction=True)
def test_committed_file_stays(cabinet, draft, chifeng):
    attach(draft, upload(PDF), kind="basis", by=chifeng)
    assert len(cabinet()) == 1
    with pytest.raises(RuntimeError, match="transaction"):
        keep_file(default_storage, "attachments/x", ContentFile(b"x"))


@pytest.mark.django_db(transaction=True)
def test_of_two_uploads_of_one_file_at_once_one_is_kept(cabinet, draft, chifeng):
    outcomes = []
    start = threading.Barrier(2)

    def send() -> None:
        try:
            start.wait()
            attach(draft, upload(PDF), kind="basis", by=chifeng)
            outcomes.append("kept")
        except ValidationError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _person in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(outcomes) == ["kept", "same"]
    assert len(cabinet()) == 1


@pytest.mark.parametrize("change", [{"name": "x.pdf"}, {"sha256": "0" * 64}, {"version": 9}])
def test_database_refuses_to_change_what_was_handed_in(cabinet, draft, chifeng, change):
    attachment = attach(draft, upload(PDF), kind="basis", by=chifeng)
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Attachment.objects.filter(pk=attachment.pk).update(**change)
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        attachment.delete()


def test_history_holds_upload_and_withdrawal(cabinet, draft, chifeng):
    attachment = attach(draft, upload(PDF), kind="basis", by=chifeng)
    withdraw(draft, attachment, by=chifeng, reason="传错了")
    labels = attachment.tracked_events.order_by("pgh_id").values_list("pgh_label", flat=True)
    assert list(labels) == ["insert", "update"]


def test_sweep_removes_only_old_files_without_a_row(cabinet, draft, chifeng, tmp_path):
    attachment = attach(draft, upload(PDF), kind="basis", by=chifeng)
    default_storage.save(attachment.file.name + ".preview", ContentFile(b"x"))
    result = default_storage.save("jobs/1/kept", ContentFile(b"x"))
    Job.objects.create(kind="export", title="导出", created_by=chifeng, result=result)
    lost = ["attachments/aa/lost", "documents/2026/lost.pdf", "imports/lost", "jobs/1/lost"]
    for name in (*lost, "attachments/aa/young"):
        default_storage.save(name, ContentFile(b"x"))
    for name in cabinet():
        if not name.endswith("young"):
            os.utime(tmp_path / name, (0, 0))
    assert sorted(remove_orphans(timedelta(days=1))) == lost
    kept = attachment.file.name
    assert cabinet() == sorted([kept, f"{kept}.preview", "attachments/aa/young", result])


def test_nothing_depends_on_files_being_on_this_machine(settings, draft, chifeng, as_user):
    """A storage without paths, as S3 is: put, look, fetch, sweep."""
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    attachment = attach(draft, upload(PDF), kind="basis", by=chifeng)
    client = as_user(chifeng)
    address = reverse("core:attachment_preview", args=[attachment.pk])
    assert b"".join(client.get(address).streaming_content).startswith(b"\x89PNG")
    assert b"".join(client.get(attachment.get_absolute_url()).streaming_content) == PDF
    default_storage.save("attachments/aa/lost", ContentFile(b"x"))
    assert remove_orphans(timedelta(0)) == ["attachments/aa/lost"]
