"""Tasks of assessments: each loads, calls one function, and may run twice."""

from typing import Any

from celery import shared_task


@shared_task(name="assessments.fan_out")
def fan_out(*, run_id: int) -> None:
    """After a run was begun or steered: send its first documents."""
    from assessments.running.nudging import go_on  # models are not ready when Celery imports this module

    go_on(run_id)


@shared_task(name="assessments.run_document", bind=True)
def run_document(self: Any, *, document_id: int) -> None:
    """Make one document; one that somebody else makes or made is left alone."""
    from assessments.running.attempts import run_document as run  # models are not ready when Celery imports this module
    from core.documents.warming import between_papers  # as above

    if not self.request.is_eager:
        between_papers()
    run(document_id)


@shared_task(name="assessments.resume_runs")
def resume_runs() -> None:
    """Twice a minute: put back documents whose worker died, send what waits."""
    from assessments.running.watching import resume  # models are not ready when Celery imports this module

    resume()


@shared_task(name="assessments.sweep_reports")
def sweep_reports() -> None:
    """Nightly: remove stored archives that a killed process left without a row."""
    from assessments.running.watching import sweep  # models are not ready when Celery imports this module

    sweep()
