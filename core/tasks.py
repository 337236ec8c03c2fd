"""Tasks of the shared part: each loads, calls one function, and may run twice."""

from typing import Any
from uuid import UUID

from celery import shared_task


@shared_task(name="core.send_reminders")
def send_reminders() -> None:
    """Hourly: send what is due."""
    from core.reminders import send_due  # models are not ready when Celery imports this module

    send_due()


@shared_task(name="core.mail_notices")
def mail_notices() -> None:
    """After a notice was written, and every few minutes: mail what has not been mailed."""
    from core.notices.mail import mail_waiting  # models are not ready when Celery imports this module

    mail_waiting()


@shared_task(name="core.sweep_files")
def sweep_files() -> None:
    """Nightly: remove stored files that a killed process left without a row, and uploads nobody went on with."""
    from core.attachments.sweeping import remove_orphans  # models are not ready when Celery imports this module
    from core.uploads.sweeping import remove_expired, remove_lost_pieces  # as above

    remove_orphans()
    remove_expired()
    remove_lost_pieces()


@shared_task(name="core.finish_uploads")
def finish_uploads() -> None:
    """Every few minutes: end uploads that have all come, but whose page was closed before it asked for the end."""
    from core.uploads.sweeping import finish_abandoned  # models are not ready when Celery imports this module

    finish_abandoned()


@shared_task(name="core.make_previews")
def make_previews(*, attachment_id: str) -> None:
    """After a picture was handed in: make the copies that pages show."""
    from core.attachments.preparing import make  # models are not ready when Celery imports this module

    make(UUID(attachment_id))


@shared_task(name="core.run_job")
def run_job(*, job_id: str) -> None:
    """Run one job; a job somebody else runs or ran is left alone."""
    from core.jobs.running import run  # models are not ready when Celery imports this module

    run(UUID(job_id))


@shared_task(name="core.resume_jobs")
def resume_jobs() -> None:
    """Every minute: put back jobs whose worker died, remove results and uploads kept long enough."""
    from core.imports.checking import remove_abandoned  # models are not ready when Celery imports this module
    from core.jobs.running import remove_expired, resume  # as above

    resume()
    remove_expired()
    remove_abandoned()


@shared_task(name="core.recount")
def recount(*, name: str, given: dict[str, Any], asked: str = "") -> None:
    """Make a count, or find the rows of a list, that takes too long for a page."""
    from core.counts import recount as count  # models are not ready when Celery imports this module

    count(name, given, asked)
