"""Sends documents to the queue, a handful at a time.

Thousands of messages at once would keep everything else of the portal waiting behind them (an export, a certificate),
and a pause would come too late for what lies in the queue. So a few wait there, and each that ends sends the next.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import ReportDocument, ReportRun
from assessments.states import DocumentState, RunState
from core.history import acting_as
from core.language import in_chinese
from core.notices import notify
from core.queue import send

WINDOW = 16  # in the queue at once, per run; more than there are worker processes


def refill(run_id: int) -> int:
    """Bring the queue up to ``WINDOW`` documents of the run; returns how many were sent. Sending twice does no harm: a
    worker claims the row first."""
    keys = _taken(run_id)
    for place, key in enumerate(keys):
        if not send("assessments.run_document", document_id=key):
            # the broker is away: beat sends them once it is back
            ReportDocument.objects.filter(pk__in=keys[place:], state=DocumentState.QUEUED).update(alive_at=None)
            return place
    return len(keys)


@transaction.atomic
def _taken(run_id: int) -> list[int]:
    """The next ones, marked as sent: of two workers that ask at once, each gets others."""
    own = ReportDocument.objects.filter(run=run_id)
    room = WINDOW - own.filter(state=DocumentState.QUEUED, alive_at__isnull=False).count()
    if room <= 0:
        return []
    waiting = own.startable().filter(alive_at=None).order_by("position")
    keys = list(waiting.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:room])
    ReportDocument.objects.filter(pk__in=keys).update(alive_at=timezone.now())
    return keys


@in_chinese()
def go_on(run_id: int) -> None:
    """After a document has ended, and by beat: send the next, or end the run."""
    if not refill(run_id):
        _end(run_id)


def _end(run_id: int) -> None:
    """Note the end once no document is queued or under way, and tell whoever began it. Only one of many does so."""
    with transaction.atomic():
        open_runs = ReportRun.objects.filter(pk=run_id, ended_at=None)
        busy = ReportDocument.objects.filter(run=run_id).unfinished()
        if busy.exists() or not open_runs.update(ended_at=timezone.now()):
            return
        run = ReportRun.objects.select_related("campaign", "started_by__organization").get(pk=run_id)
        failed = run.documents.filter(state=DocumentState.FAILED).count()
        if run.state == RunState.CANCELLED:
            return
        words = {"run": run, "total": run.total, "failed": failed}
        title = _("%(run)s：有 %(failed)d 份没有生成") if failed else _("%(run)s：%(total)d 份文件已全部生成")
        with acting_as(run.started_by, source=run.get_absolute_url()):
            notify(
                [run.started_by], kind="report_run", title=title % words, url=run.get_absolute_url(),
                once=f"report-run-{run.pk}-{run.ended_at:%Y%m%d%H%M%S%f}",
            )  # fmt: skip
