"""What beat does for people."""

from celery import shared_task


@shared_task(name="people.retention")
def retention() -> None:
    """Nightly: people kept long enough lose their names, where the region has switched it on. Safe to run twice."""
    from core.history import acting_as  # models are not ready when Celery imports this module
    from people.privacy.anonymising import anonymise_due  # as above

    with acting_as(None, source="people.retention"):
        anonymise_due()


@shared_task(name="people.clear_applications")
def clear_applications() -> None:
    """Daily: what was filled in with applications decided 90 days ago goes. Safe to run twice."""
    from core.history import acting_as  # models are not ready when Celery imports this module
    from people.joining.accepting import clear_decided  # as above

    with acting_as(None, source="people.clear_applications"):
        clear_decided()
