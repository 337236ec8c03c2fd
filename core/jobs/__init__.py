"""Work done by a worker while a page shows how far it is.

    job = start("export_xlsx", by=request.user, title="机构列表", view="…", query="…")
    return redirect(job)

The setting ``JOBS`` names the function of each kind: ``function(job, progress) -> JobResult | None``. It reads its
parameters from ``job.params`` and its rights from ``job.created_by`` as they are when it runs. A worker may die at any
line and the job is then run again from the start, so the function must be safe to run twice: what it writes to the
database belongs into one transaction that a second run can recognise. ``progress(done, total, message)`` may be called
as often as one likes, inside transactions too. To refuse, raise ``ValidationError`` with a plain sentence.
"""

from core.jobs.results import JobLost, JobResult, Progress
from core.jobs.starting import start

__all__ = ["JobLost", "JobResult", "Progress", "start"]
