"""What beat does for people."""

from celery import shared_task


@shared_task(name="people.retention")
def retention() -> None:
    """Nightly: people kept long enough lose their names, where the region has switched it on. Safe to run twice."""
    from core.history import acting_as  # models are not ready when Celery imports this module
    from people.anonymising import anonymise_due  # as above

    with acting_as(None, source="people.retention"):
        anonymise_due()
