from celery import shared_task


@shared_task(name="core.send_reminders")
def send_reminders() -> None:
    """Hourly: send what is due."""


@shared_task(name="core.resume_jobs")
def resume_jobs() -> None:
    """Every minute: put jobs whose worker died back into the queue."""
