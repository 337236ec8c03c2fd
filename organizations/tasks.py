from celery import shared_task


@shared_task(name="organizations.housekeeping")
def housekeeping() -> None:
    """Hourly: accounts unused for 90 days are closed."""
