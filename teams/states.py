"""States of teams and filings and the steps between them; ``workflow`` and ``on_file.standing`` say what they mean."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.steps import step, transitions


class FilingState(TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("审核中")
    RETURNED = "returned", _("退回修改")
    APPROVED = "approved", _("已同意，待发文")
    FILED = "filed", pgettext_lazy("filing", "已办结")
    REJECTED = "rejected", _("不予备案")
    WITHDRAWN = "withdrawn", _("已撤回")


F = FilingState
FILING_STEPS = {
    "submit": step(F.DRAFT, to=F.SUBMITTED),
    "resubmit": step(F.RETURNED, to=F.SUBMITTED),
    "accept": step(F.SUBMITTED, to=F.SUBMITTED),
    "approve": step(F.SUBMITTED, to=F.APPROVED),
    "confirm": step(F.SUBMITTED, to=F.FILED),
    "issue": step(F.APPROVED, to=F.FILED),
    "return_for_changes": step(F.SUBMITTED, F.APPROVED, to=F.RETURNED),
    "reject": step(F.SUBMITTED, to=F.REJECTED),
    "withdraw": step(F.DRAFT, F.SUBMITTED, F.RETURNED, to=F.WITHDRAWN),
}
FILING_TRANSITIONS = transitions(FILING_STEPS)

# Tone and icon of each state (generic/_state.html), on every page that names it.
FILING_TONES: dict[str, tuple[str, str]] = {
    F.DRAFT: ("off", "draft"),
    F.SUBMITTED: ("wait", ""),
    F.RETURNED: ("warn", "back"),
    F.APPROVED: ("wait", ""),
    F.FILED: ("ok", ""),
    F.REJECTED: ("bad", ""),
    F.WITHDRAWN: ("off", ""),
}

# Groups of states that queries, constraints and pages name.
WITH_AUTHOR = (F.DRAFT, F.RETURNED)
WITH_OFFICE = (F.SUBMITTED, F.APPROVED)
OPEN = (*WITH_AUTHOR, *WITH_OFFICE)
CLOSED = (F.FILED, F.REJECTED, F.WITHDRAWN)


class TeamStatus(TextChoices):
    PREPARING = "preparing", _("筹建")
    FILED = "filed", pgettext_lazy("team", "已备案")
    RECTIFYING = "rectifying", _("整改中")
    SUSPENDED = "suspended", _("暂停")
    EXITED = "exited", _("已退出")


T = TeamStatus
TEAM_STEPS = {
    "file": step(T.PREPARING, to=T.FILED),
    "order_rectification": step(T.FILED, to=T.RECTIFYING),
    "end_rectification": step(T.RECTIFYING, to=T.FILED),
    "suspend": step(T.FILED, T.RECTIFYING, to=T.SUSPENDED),
    "exit": step(T.FILED, T.RECTIFYING, T.SUSPENDED, to=T.EXITED),
    "restore": step(T.SUSPENDED, T.EXITED, to=T.FILED),
}
TEAM_TRANSITIONS = transitions(TEAM_STEPS)
ON_FILE = (T.FILED, T.RECTIFYING, T.SUSPENDED)
