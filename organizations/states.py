"""States of an account request and the steps between them; ``workflow.py`` says what they mean and who moves them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from core.steps import step, transitions


class RequestState(TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待办理")
    RETURNED = "returned", _("退回修改")
    APPROVED = "approved", _("已开户")
    REJECTED = "rejected", _("不予开户")
    WITHDRAWN = "withdrawn", _("已撤回")


S = RequestState
STEPS = {
    "submit": step(S.DRAFT, to=S.SUBMITTED),
    "resubmit": step(S.RETURNED, to=S.SUBMITTED),
    "return_for_changes": step(S.SUBMITTED, to=S.RETURNED),
    "approve": step(S.SUBMITTED, to=S.APPROVED),
    "reject": step(S.SUBMITTED, to=S.REJECTED),
    "withdraw": step(S.DRAFT, S.SUBMITTED, S.RETURNED, to=S.WITHDRAWN),
}
TRANSITIONS = transitions(STEPS)
