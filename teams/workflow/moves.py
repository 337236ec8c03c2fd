"""The table of moves."""

from django.utils.translation import gettext_lazy, pgettext_lazy

from core.decisions import Decision, no
from core.workflow import Move, Workflow
from organizations.models import User
from teams.models import Filing
from teams.states import FILING_STEPS
from teams.workflow.deciding import accept, approve, confirm, issue, reject, return_for_changes, withdraw
from teams.workflow.handing_in import resubmit, submit
from teams.workflow.people import acting_for_whom, asks, decides, withdraws
from teams.workflow.words import NOTES


def _passes_on(filing: Filing, user: User) -> Decision:
    if filing.current_step is None or filing.current_step.is_final:
        return no(gettext_lazy("这一步由本单位作出决定。"))
    return decides(filing, user)


def _approves(filing: Filing, user: User) -> Decision:
    if filing.current_step is None or not filing.current_step.is_final or not filing.needs_reply:
        return no(gettext_lazy("这一步不用发文。"))
    return decides(filing, user)


def _confirms(filing: Filing, user: User) -> Decision:
    if filing.current_step is None or not filing.current_step.is_final or filing.needs_reply:
        return no(gettext_lazy("这一步不能直接办结。"))
    return decides(filing, user)


_S = FILING_STEPS


MOVES = (
    Move("submit", gettext_lazy("提交"), _S["submit"], asks, tone="main", apply=submit),
    Move("resubmit", gettext_lazy("重新提交"), _S["resubmit"], asks, tone="main", apply=resubmit),
    Move("accept", gettext_lazy("通过，报下一步"), _S["accept"], _passes_on, tone="main", apply=accept),
    Move("approve", gettext_lazy("同意"), _S["approve"], _approves, tone="main", apply=approve),
    Move("confirm", gettext_lazy("同意并办结"), _S["confirm"], _confirms, tone="main", apply=confirm),
    Move("issue", gettext_lazy("发文办结"), _S["issue"], _approves, tone="main", apply=issue),
    Move(
        "return_for_changes", pgettext_lazy("move", "退回修改"), _S["return_for_changes"], decides,
        needs_comment=True, apply=return_for_changes,
    ),
    Move(
        "reject", pgettext_lazy("move", "不予备案"), _S["reject"], decides, needs_comment=True, tone="danger",
        apply=reject,
    ),
    Move("withdraw", gettext_lazy("撤回"), _S["withdraw"], withdraws, tone="danger", apply=withdraw),
)  # fmt: skip


WORKFLOW = Workflow(MOVES, acting_for=acting_for_whom, notes=NOTES)


def available(filing: Filing, user: User) -> list[Move]:
    """``WORKFLOW.available_actions`` for a filing."""
    return WORKFLOW.available_actions(filing, user)
