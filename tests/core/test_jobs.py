"""Background jobs: the page, rights, failing, retention; and a real worker that is killed, frozen, cut off."""

import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis
from django.conf import settings as django_settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from django.utils import timezone

from core.jobs import start
from core.jobs.heartbeat import Heartbeat
from core.jobs.results import JobLost
from core.jobs.running import remove_expired, resume, run
from core.models import AccessLog, Job, Notice
from organizations.models import User
from portal.celery import app
from tests.workers import Worker

KINDS = ("steps", "nothing", "refused", "forbidden", "broken", "held")


@pytest.fixture(autouse=True)
def _kinds(settings) -> None:
    settings.JOBS = {kind: f"tests.core.sample_jobs.{kind}" for kind in KINDS}


def make(kind: str, by: User, **fields: Any) -> Job:
    return Job.objects.create(kind=kind, title="年度汇总", created_by=by, **fields)


def fresh(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


# -- one job -------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_job_runs_once_its_transaction_has_committed(region: User, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = start("steps", by=region, title="年度汇总", year=2026)
        assert fresh(job).state == Job.State.QUEUED
    job = fresh(job)
    assert (job.state, job.done, job.total, job.message, job.attempts) == ("ready", 3, 3, "第 3 步", 1)
    assert (job.params, job.result_name, job.result.read()) == ({"year": 2026}, "结果.txt", b"made")
    job.result.close()
    notice = Notice.objects.get(recipient=region)
    assert (notice.title, notice.url) == ("已完成：年度汇总", job.get_absolute_url())


@pytest.mark.django_db
def test_unknown_kind_is_a_programming_error(region: User):
    with pytest.raises(ValueError, match="no function"):
        start("unknown", by=region, title="x")


@pytest.mark.django_db
def test_running_twice_does_the_work_once(region: User):
    job = make("steps", region)
    run(job.pk)
    first = fresh(job)
    run(job.pk)
    assert (fresh(job).attempts, fresh(job).result.name) == (1, first.result.name)
    assert Notice.objects.filter(recipient=region).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("refused", "这个月的数据还没有报齐。"),
        ("forbidden", "您的任职已终止。"),
        ("broken", "处理时出了错，没有生成结果。"),
    ],
)
def test_a_job_that_fails_says_why_in_plain_words(region: User, kind: str, message: str):
    job = make(kind, region)
    run(job.pk)
    assert fresh(job).state == Job.State.FAILED
    assert fresh(job).message.startswith(message)
    assert "secret" not in fresh(job).message
    assert Notice.objects.get(recipient=region).title == "未完成：年度汇总"


@pytest.mark.django_db
def test_a_job_without_a_file_is_ready_all_the_same(region: User, as_user):
    job = make("nothing", region)
    run(job.pk)
    assert fresh(job).state == Job.State.READY
    assert as_user(region).get(f"/jobs/{job.pk}/result/").status_code == 404


# -- pages ---------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_page_asks_again_until_the_job_is_finished(region: User, as_user):
    client = as_user(region)
    job = make("steps", region, alive_at=timezone.now())
    waiting = client.get(job.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" in waiting
    assert "<html" not in waiting
    run(job.pk)
    finished = client.get(job.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" not in finished
    assert f"/jobs/{job.pk}/result/" in finished
    assert "<html" in client.get(job.get_absolute_url()).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("facts", "silent", "said"),
    [
        ({"state": "queued"}, None, "排队中，马上开始"),
        ({"state": "running", "attempts": 1}, 5, "已完成 1 / 3"),
        ({"state": "running", "attempts": 1}, 40, "自动重新开始，不用重新发起"),
        ({"state": "queued", "attempts": 1}, None, "自动重新开始，不用重新发起"),
    ],
)
def test_page_says_when_nobody_is_at_a_job(region: User, as_user, facts, silent: float | None, said: str):
    job = make("steps", region, **facts, alive_at=timezone.now(), total=3 if silent else 0, done=1 if silent else 0)
    if silent:
        age(job, seconds=silent)
    elif job.attempts:
        Job.objects.update(alive_at=None)  # put back a moment ago
    page = as_user(region).get(job.get_absolute_url()).content.decode()
    assert said in page
    assert "连不上" not in page


@pytest.mark.django_db
def test_result_goes_to_its_owner_alone_and_is_recorded(region: User, chifeng: User, as_user):
    job = make("steps", region)
    run(job.pk)
    response = as_user(region).get(f"/jobs/{job.pk}/result/")
    assert b"".join(response.streaming_content) == b"made"
    assert response["Content-Disposition"] == "attachment; filename*=UTF-8''%E7%BB%93%E6%9E%9C.txt"
    assert AccessLog.objects.filter(kind="downloaded", user=region).count() == 1
    for path in ("", "result/"):
        assert as_user(chifeng).get(f"/jobs/{job.pk}/{path}").status_code == 404
        assert Client().get(f"/jobs/{job.pk}/{path}").status_code == 302
        assert as_user(region).post(f"/jobs/{job.pk}/{path}").status_code == 405
    assert as_user(region).get(f"/jobs/{uuid4()}/").status_code == 404


@pytest.mark.django_db
def test_list_shows_own_jobs(region: User, chifeng: User, as_user):
    make("steps", region)
    make("steps", chifeng)
    rows = as_user(region).get("/jobs/").context["table"].rows
    assert [row.record.created_by_id for row in rows] == [region.pk]


@pytest.mark.django_db
def test_result_is_removed_after_its_time_and_the_page_says_so(region: User, as_user):
    job = make("steps", region)
    run(job.pk)
    stored = fresh(job).result.name
    assert remove_expired() == 0
    Job.objects.filter(pk=job.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert remove_expired() == 1
    assert not default_storage.exists(stored)
    assert "结果已过保留期" in as_user(region).get(job.get_absolute_url()).content.decode()
    assert remove_expired() == 0


# -- lost workers ----------------------------------------------------------------------------------------
def age(job: Job, **by: float) -> None:
    """Time passes."""
    Job.objects.filter(pk=job.pk).update(alive_at=timezone.now() - timedelta(**by))


@pytest.mark.django_db
def test_after_three_lost_workers_the_job_has_failed(region: User, django_capture_on_commit_callbacks):
    job = make("steps", region, state="running", run=uuid4(), attempts=3)
    age(job, seconds=61)
    resume()
    assert (fresh(job).state, fresh(job).run) == ("failed", None)
    assert fresh(job).message.startswith("处理中断了 3 次")


@pytest.mark.django_db
def test_a_worker_that_lives_keeps_its_job(region: User):
    job = make("steps", region, state="running", run=uuid4(), attempts=1)
    age(job, seconds=59)
    assert resume() == 0
    assert fresh(job).state == Job.State.RUNNING


@pytest.mark.django_db
def test_a_queue_that_lost_its_memory_is_told_again(region: User):
    job = make("steps", region)
    age(job, minutes=9)
    assert resume() == 0
    age(job, minutes=11)
    assert resume() == 1
    assert fresh(job).state == Job.State.READY  # this process runs tasks itself


@pytest.mark.django_db(transaction=True)
def test_heartbeat_shows_progress_from_inside_a_transaction_and_notices_the_loss(cast):
    job = make("steps", cast["region"], state="running", run=uuid4())
    before = timezone.now()
    with transaction.atomic(), Heartbeat(job.pk, job.run) as progress:
        progress(1, 2, "一半")
        progress._write(progress.values)  # what the thread does each second
        assert (fresh(job).done, fresh(job).message) == (1, "一半")
        assert fresh(job).alive_at >= before
    Job.objects.filter(pk=job.pk).update(run=uuid4())
    with Heartbeat(job.pk, job.run) as progress:
        progress._write({})
        with pytest.raises(JobLost):
            progress(2, 2)


# -- a real worker ---------------------------------------------------------------------------------------
@pytest.fixture
def broker(transactional_db: None) -> Iterator[redis.Redis]:
    """The real queue instead of running tasks in this process."""
    client = redis.Redis.from_url(django_settings.REDIS_URL, socket_timeout=None)  # it waits for slow workers
    client.flushdb()
    app.conf.task_always_eager = False
    yield client
    app.conf.task_always_eager = True
    client.flushdb()
    client.close()


@pytest.fixture
def worker(broker: redis.Redis) -> Iterator[Callable[..., Worker]]:
    """Begins one."""
    started: list[Worker] = []

    def begin(redis_url: str = "", **others: Any) -> Worker:
        started.append(Worker(redis_url, **others))
        return started[-1]

    yield begin
    for one in started:
        if not one.ended:
            one.kill()


def begun(broker: redis.Redis, job: Job) -> int:
    """Waits until a worker is in the middle of the job; which attempt that is."""
    found = broker.blpop([f"begun-{job.pk}"], timeout=60)
    assert found is not None, "no worker took the job"
    return int(found[1])


def let_go(broker: redis.Redis, job: Job, attempt: int) -> None:
    broker.rpush(f"go-{attempt}-{job.pk}", 1)


def stored(job: Job) -> list[str]:
    return default_storage.listdir(f"jobs/{job.pk}")[1]


def assert_done_once(job: Job, by: User, attempt: int) -> None:
    job = fresh(job)
    assert (job.state, job.attempts, job.run) == ("ready", attempt, None)
    with job.result.open("rb") as content:
        assert content.read() == f"attempt {attempt}".encode()
    assert stored(job) == [Path(job.result.name).name]
    assert Notice.objects.filter(recipient=by, kind="job").count() == 1


def test_job_of_a_killed_worker_is_finished_by_another_exactly_once(broker, worker, cast):
    region = cast["region"]
    first = worker()
    job = start("held", by=region, title="年度汇总")
    assert begun(broker, job) == 1
    first.kill()
    assert fresh(job).state == Job.State.RUNNING
    assert resume() == 0  # its lease still runs
    age(job, seconds=61)
    assert resume() == 1
    second = worker()
    assert begun(broker, job) == 2
    let_go(broker, job, 2)
    second.finish()
    assert_done_once(job, region, attempt=2)


def test_a_worker_that_was_only_frozen_cannot_finish_what_another_has_finished(broker, worker, cast):
    region = cast["region"]
    first = worker()
    job = start("held", by=region, title="年度汇总")
    assert begun(broker, job) == 1
    first.signal_all(signal.SIGSTOP)
    age(job, seconds=61)
    resume()
    second = worker()
    assert begun(broker, job) == 2
    let_go(broker, job, 2)
    second.finish()
    let_go(broker, job, 1)
    first.signal_all(signal.SIGCONT)
    first.finish()
    assert_done_once(job, region, attempt=2)


def test_broker_away_at_the_start_costs_time_but_not_the_job(broker, worker, cast, as_user, settings):
    region = cast["region"]
    with _no_broker():
        job = start("held", by=region, title="年度汇总")
        assert (fresh(job).state, fresh(job).alive_at) == ("queued", None)
        page = as_user(region).get(job.get_absolute_url()).content.decode()
        assert "任务已经记下，恢复后自动开始" in page
        assert resume() == 0
    assert resume() == 1
    one = worker()
    assert begun(broker, job) == 1
    let_go(broker, job, 1)
    one.finish()
    assert_done_once(job, region, attempt=1)


class _no_broker:  # noqa: N801 - reads as a context
    """Messages go to an address where nobody listens."""

    def __enter__(self) -> None:
        self._url = app.conf.broker_url
        send_to("redis://127.0.0.1:1/0")

    def __exit__(self, *error: object) -> None:
        send_to(self._url)


def send_to(url: str) -> None:
    """Where this process sends tasks from now on."""
    app.conf.broker_url = app.conf.broker_write_url = url
    app._pool = app.amqp._producer_pool = None  # the pool remembers the address
