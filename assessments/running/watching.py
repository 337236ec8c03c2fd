"""What beat does for runs: nothing accepted is lost, whoever dies."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import ReportDocument, ReportRun
from assessments.running.attempts import ATTEMPTS
from assessments.running.nudging import go_on
from assessments.states import DocumentState, RunState
from core.attachments.sweeping import remove_orphans
from core.language import in_chinese

NUDGE_AGAIN = timedelta(minutes=2)  # in the queue for so long: the broker has forgotten it, or everybody is busy
IDLE = timedelta(seconds=20)  # nobody works on the run, and nothing was sent for so long: it has forgotten all


@in_chinese()
def resume() -> None:
    """Put back documents whose worker died, send again what a broker forgot, go on with every run. Safe at any time."""
    now = timezone.now()
    for document in ReportDocument.objects.silent(now - timedelta(seconds=settings.JOB_LEASE_SECONDS)).select_related(
        "run"
    ):
        _put_back(document)
    for run_id in ReportRun.objects.filter(ended_at=None).values_list("pk", flat=True):
        _forget_nudges(run_id)
        go_on(run_id)


def _put_back(document: ReportDocument) -> None:
    held = ReportDocument.objects.filter(
        pk=document.pk, claim=document.claim, state=DocumentState.RUNNING, alive_at=document.alive_at
    )
    if document.run.state == RunState.CANCELLED:
        held.update(state=DocumentState.CANCELLED, claim=None)
    elif document.attempts >= ATTEMPTS:
        message = _("生成中断了 %(times)d 次，已停止。请重新生成；仍不行，请联系系统管理员。") % {"times": ATTEMPTS}
        held.update(state=DocumentState.FAILED, claim=None, error=message)
    else:
        held.update(state=DocumentState.QUEUED, claim=None, alive_at=None)


def _forget_nudges(run_id: int) -> None:
    rows, now = ReportDocument.objects.filter(run=run_id), timezone.now()
    sent = rows.filter(state=DocumentState.QUEUED)
    sent.filter(alive_at__lt=now - NUDGE_AGAIN).update(alive_at=None)
    at_work = rows.filter(state=DocumentState.RUNNING).exists()
    if not at_work and not sent.filter(alive_at__gte=now - IDLE).exists():
        sent.update(alive_at=None)


def sweep(older_than: timedelta = timedelta(days=1)) -> list[str]:
    """Archives and indexes that a killed worker left without a row. Reports lie among the issued papers and go with
    those (``core.sweep_files``)."""
    return remove_orphans(older_than, where=[("reports", ReportDocument, "file")])
