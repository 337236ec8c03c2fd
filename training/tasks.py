"""What beat does for trainings and drills."""

from celery import shared_task


@shared_task(name="training.tell_moved")
def tell_moved() -> None:
    """Every few minutes: who is to come hears of another time or place. Safe to run twice."""
    from training.activities import rescheduled  # models are not ready when Celery imports this module

    rescheduled.tell_moved()


@shared_task(name="training.fill_up")
def fill_up() -> None:
    """Every few minutes: who waits is given the places that have become free while a page saved itself."""
    from training.participants.places import fill_up as fill  # models are not ready when Celery imports this module

    fill()
