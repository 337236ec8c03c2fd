"""Moves of a run.

进行中 works off its documents. 已暂停: what is under way ends, nothing new is begun. 已取消 is final: what is under
way ends, the rest is never made; a new run takes over what is ready. 重新生成 puts what failed back into the queue. A
run in which everything has ended one way or the other has an end (``ended_at``); making again opens it once more.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import ReportDocument, ReportRun
from assessments.states import RUN_STEPS, DocumentState
from core.decisions import Decision, not_now
from core.queue import send_after_commit
from core.workflow import Move, Workflow
from organizations.models import User


def _under_way(run: ReportRun, user: User) -> Decision:
    decision = run.can_steer(user)
    return not_now(gettext_lazy("这次生成已经结束。")) if decision and run.ended_at else decision


def _may_retry(run: ReportRun, user: User) -> Decision:
    decision = run.can_steer(user)
    if decision and not run.documents.filter(state=DocumentState.FAILED).exists():
        return not_now(gettext_lazy("没有未完成的文件。"))
    return decision


def _resume(run: ReportRun, by: User) -> None:
    send_after_commit("assessments.fan_out", run_id=run.pk)


def _cancel(run: ReportRun, by: User) -> dict[str, Any]:
    dropped = run.documents.filter(state=DocumentState.QUEUED).update(state=DocumentState.CANCELLED)
    send_after_commit("assessments.fan_out", run_id=run.pk)  # notes the end
    return {"dropped": dropped}


def _retry(run: ReportRun, by: User) -> dict[str, Any]:
    if ReportRun.objects.filter(campaign=run.campaign_id, number__gt=run.number).exists():
        raise ValidationError(_("后来又生成过一次，请在最近一次里重新生成。"))
    failed = ReportDocument.objects.filter(run=run, state=DocumentState.FAILED)
    again = failed.update(state=DocumentState.QUEUED, attempts=0, alive_at=None, error="")
    run.ended_at = None
    send_after_commit("assessments.fan_out", run_id=run.pk)
    return {"again": again}


MOVES = (
    Move("retry", gettext_lazy("重新生成未完成的"), RUN_STEPS["retry"], _may_retry, tone="main", apply=_retry),
    Move("resume", gettext_lazy("继续"), RUN_STEPS["resume"], _under_way, tone="main", apply=_resume),
    Move("pause", gettext_lazy("暂停"), RUN_STEPS["pause"], _under_way),
    Move("cancel", gettext_lazy("取消这次生成"), RUN_STEPS["cancel"], _under_way, tone="danger", apply=_cancel),
)
WORKFLOW = Workflow(MOVES)
