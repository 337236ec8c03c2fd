"""开户申请: how an office or a team gets an account and a duty for somebody.

- 草稿 draft: whoever may ask for the organization fills it in; anything may be missing. Nobody else is bothered.
- 待办理 submitted: complete and numbered (ZH-<区划代码>-<年>-<4 位>, drawn at the first hand-in and kept). Its content
  is read-only. It lies in the queue of the security administrators whose duty reaches the organization: whoever holds
  that duty today decides, also on what came in before.
- 退回修改 returned: the decider said what to change, by field where possible. The asking side edits it again and
  resubmits; it goes back to whoever returned it.
- 已开户 approved: the account and its first appointment exist since that same transaction; the 账号开通单 follows
  by job. The decider then sets a one-time password on the account's page and hands it over in person or by telephone.
- 不予开户 rejected, 已撤回 withdrawn: closed; a new request can be made.

Nobody decides on what he asked for himself. A proxy asks for the office it stands in for, and the record says so.
Time limits remind (``reminders.py``); they never decide.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.decisions import Decision, no
from core.jobs import start
from core.language import in_chinese
from core.notices import notify
from core.numbers import numbered
from core.workflow import Move, Workflow
from organizations import accounts
from organizations.models import AccountRequest, User
from organizations.nearest import nearest_holders
from organizations.permissions import acting_for, can
from organizations.requests import last_return, problems
from organizations.roles import Right
from organizations.states import STEPS, RequestState

_DECIDED = (RequestState.APPROVED, RequestState.REJECTED, RequestState.RETURNED)


# -- who ----------------------------------------------------------------------------------------------
def asks(request: AccountRequest, user: User) -> Decision:
    """The asking side: whoever may ask for this organization today, not only the person who began."""
    return can(user, Right.REQUEST_ACCOUNT, request.organization)


def decides(request: AccountRequest, user: User) -> Decision:
    if request.applicant_id == user.pk:
        return no(gettext_lazy("自己提出的申请要由别人办理。"))
    return can(user, Right.DECIDE_REQUEST, request.organization)


def deciders(request: AccountRequest) -> list[User]:
    """Who is told: the nearest holders of the duty, so that the region is not told of every banner's request."""
    return nearest_holders(Right.DECIDE_REQUEST, request.organization, without=request.applicant_id)


def _acting_for(request: AccountRequest, user: User | None) -> str:
    right = Right.DECIDE_REQUEST if request.state in _DECIDED else Right.REQUEST_ACCOUNT
    return acting_for(user, right, request.organization)


# -- what follows ---------------------------------------------------------------------------------------
def _submit(request: AccountRequest, by: User) -> None:
    found = problems(request)
    if found:
        raise ValidationError(found)
    now = timezone.now()
    request.submitted_at = now
    if not request.number:
        code = request.organization.division_id or request.organization.code
        request.number = numbered("ZH", code, timezone.localdate(now).year)
    with in_chinese():
        title = _("%(place)s报来开户申请：%(name)s，%(role)s") % _words(request)
    notify(deciders(request), kind="request_submitted", title=title, url=request.get_absolute_url())


def _resubmit(request: AccountRequest, by: User) -> None:
    found = problems(request)
    if found:
        raise ValidationError(found)
    request.submitted_at = timezone.now()
    with in_chinese():
        title = _("%(place)s已修改并重新报来开户申请：%(name)s，%(role)s") % _words(request)
    notify(_returned_by(request), kind="request_resubmitted", title=title, url=request.get_absolute_url())


def _returned_by(request: AccountRequest) -> list[User]:
    """Whoever returned it, while he still may decide; otherwise whoever holds the duty now."""
    event = last_return(request)
    if event and event.by and event.by.is_active and can(event.by, Right.DECIDE_REQUEST, request.organization):
        return [event.by]
    return deciders(request)


def _return(request: AccountRequest, by: User, fields: dict[str, str] | None = None) -> None:
    request.decided_at = None
    with in_chinese():
        title = _("%(number)s 被退回修改：%(name)s的开户申请") % _words(request)
        body = _("需要修改 %(count)d 处。") % {"count": len(fields)} if fields else ""
    url = reverse("organizations:request_edit", args=[request.pk])
    notify([request.applicant], kind="request_returned", title=title, body=body, url=url)


def _approve(request: AccountRequest, by: User) -> None:
    """The account, its appointment and the decision stand together or not at all."""
    found = problems(request)
    if found:
        raise ValidationError(found)
    request.account = accounts.create_account(
        by=by,
        organization=request.organization,
        username=request.username,
        name=request.name,
        phone=request.phone,
        email=request.email,
    )
    accounts.give_first_duty(
        request.account, by=by, role=request.role, basis=request.basis, starts_on=request.starts_on
    )
    request.decided_at = timezone.now()
    with in_chinese():
        slip = _("账号开通单 %(number)s") % _words(request)
        title = _("%(number)s 已开户：%(name)s，登录名 %(username)s") % _words(request)
        body = _("一次性密码由安全管理员当面或打电话告知本人。")
    start("account_slip", by=by, title=slip, request_id=request.pk)
    notify([request.applicant], kind="request_approved", title=title, body=body, url=request.get_absolute_url())


def _reject(request: AccountRequest, by: User) -> None:
    request.decided_at = timezone.now()
    with in_chinese():
        title = _("%(number)s 不予开户：%(name)s") % _words(request)
    notify([request.applicant], kind="request_rejected", title=title, url=request.get_absolute_url())


def _withdraw(request: AccountRequest, by: User) -> None:
    request.decided_at = timezone.now()


def _words(request: AccountRequest) -> dict[str, Any]:
    return {
        "place": request.organization,
        "name": request.name,
        "role": request.get_role_display(),
        "number": request.number,
        "username": request.username,
    }


# -- the table --------------------------------------------------------------------------------------------
MOVES = (
    Move("submit", gettext_lazy("提交"), STEPS["submit"], asks, tone="main", apply=_submit),
    Move("resubmit", gettext_lazy("重新提交"), STEPS["resubmit"], asks, tone="main", apply=_resubmit),
    Move("approve", gettext_lazy("同意开户"), STEPS["approve"], decides, tone="main", apply=_approve),
    Move(
        "return_for_changes",
        pgettext_lazy("move", "退回修改"),
        STEPS["return_for_changes"],
        decides,
        needs_comment=True,
        apply=_return,
    ),
    Move(
        "reject",
        pgettext_lazy("move", "不予开户"),
        STEPS["reject"],
        decides,
        needs_comment=True,
        tone="danger",
        apply=_reject,
    ),
    Move("withdraw", gettext_lazy("撤回"), STEPS["withdraw"], asks, tone="danger", apply=_withdraw),
)
WORKFLOW = Workflow(MOVES, acting_for=_acting_for)
