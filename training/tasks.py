"""What beat does for trainings and drills."""

from celery import shared_task


@shared_task(name="training.tell_moved")
def tell_moved() -> None:
    """Every few minutes: who is to come hears of another time or place. Safe to run twice."""
    from training.moved import tell_moved as tell  # models are not ready when Celery imports this module

    tell()
