"""Account requests: list and queue, draft with autosave, page, and the one view for all moves."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core import masking
from core.forms import StaleForm
from core.lists import ListView
from core.methods import form_page
from core.models import VerifiableDocument, WorkflowEvent
from core.workflow import Move, MoveNotAllowed
from organizations.filters import RequestFilter
from organizations.forms import DecisionForm, NewRequestForm, RequestForm
from organizations.models import AccountRequest, Appointment
from organizations.nearest import nearest_duties
from organizations.permissions import access, can
from organizations.requests import FIELDS, changes_since, field_comments, label_of, last_return, problems
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.states import RequestState
from organizations.tables import REQUEST_TONES, RequestTable
from organizations.views.common import holding, seen, told
from organizations.views.moves import make_move, refused
from organizations.views.timeline import moves
from organizations.workflow import WORKFLOW


class RequestList(ListView):
    request: SignedIn
    model = AccountRequest
    table_class = RequestTable
    filterset_class = RequestFilter
    list_name = "organizations:request_list"
    title = pgettext_lazy("many", "开户申请")
    permission = holding(Right.VIEW_ACCOUNT)
    template_name = "organizations/request_list.html"

    def get_context(self) -> dict[str, Any]:
        may_request = Right.REQUEST_ACCOUNT in access(self.request.user)
        hint = _("给新来的人开账号，点上面的“申请开户”，由安全管理员办理。") if may_request else ""
        return {**super().get_context(), "may_request": may_request, "empty_hint": hint}


def visible(request: SignedIn, pk: int) -> AccountRequest:
    rows = AccountRequest.objects.visible_to(request.user)
    return seen(rows.select_related("organization", "applicant", "account"), pk)


# -- drafting -----------------------------------------------------------------------------------------
@form_page
@login_required
def request_create(request: SignedIn) -> HttpResponse:
    """Where and for whom; the draft exists from then on, so that it can be saved by itself and take files."""
    holding(Right.REQUEST_ACCOUNT)(request.user).require()
    place = request.GET.get("at") or request.user.organization_id
    form = NewRequestForm(request.POST or None, user=request.user, initial={"organization": place})
    if request.method == "POST" and form.is_valid():
        draft = AccountRequest.objects.create(applicant=request.user, **form.cleaned_data)
        return redirect("organizations:request_edit", draft.pk)
    context = {
        "title": _("新的开户申请"),
        "form": form,
        "submit_label": _("开始填写"),
        "cancel_url": reverse("organizations:request_list"),
    }
    return render(request, "generic/form.html", context)


@form_page
@login_required
def request_edit(request: SignedIn, pk: int) -> HttpResponse:
    record = visible(request, pk)
    refused = _not_editable(request, record)
    if refused:
        return refused
    form = RequestForm(request.POST or None, instance=record, own=request.user)
    left_open = ""
    if request.method == "POST" and form.is_valid():
        try:
            form.save()
        except StaleForm:
            pass  # the form says what the other person changed
        except MoveNotAllowed as error:  # handed in meanwhile
            messages.error(request, error.message)
            return redirect(record)
        else:
            done = _hand_in(request, record, form) if request.POST.get("action") == "submit" else _kept(request, record)
            if done:
                return done
            left_open = _("草稿已保存。下面几项改好才能提交")
    return render(request, "organizations/request_form.html", {**_form_context(record, form), "refused": left_open})


def _not_editable(request: SignedIn, record: AccountRequest) -> HttpResponse | None:
    """A wrong state is told and leads to the page; a missing right is 403."""
    can(request.user, Right.REQUEST_ACCOUNT, record.organization).require()
    decision = record.can_edit(request.user)
    if decision:
        return None
    messages.error(request, decision.reason)
    return redirect(record)


def _kept(request: SignedIn, record: AccountRequest) -> HttpResponse:
    left = len(problems(record))
    messages.success(
        request, _("草稿已保存，还有 %(left)d 项要补。") % {"left": left} if left else _("草稿已保存，可以提交。")
    )
    return redirect("organizations:request_edit", record.pk)


def _hand_in(request: SignedIn, record: AccountRequest, form: RequestForm) -> HttpResponse | None:
    action = "submit" if record.state == RequestState.DRAFT else "resubmit"
    if form.show_problems():
        return None
    try:
        WORKFLOW.perform(record, action, by=request.user)
    except MoveNotAllowed as error:
        return refused(request, record, error, actions=[action])
    except ValidationError as error:
        told(request, error)
        return redirect("organizations:request_edit", record.pk)
    return _done(request, record, action)


def _form_context(record: AccountRequest, form: RequestForm) -> dict[str, Any]:
    returned = last_return(record) if record.state == RequestState.RETURNED else None
    groups = [
        (_("这个人"), "", ("name", "username", "phone", "email")),
        (_("职责"), record.organization.name, ("role", "starts_on", "basis", "note")),
    ]
    return {
        "title": _("开户申请") if not record.number else _("修改开户申请 %(number)s") % {"number": record.number},
        "record": record,
        "form": form,
        "stale": form.clashes,
        "sections": [
            {"title": title, "hint": hint, "fields": [form[name] for name in names]} for title, hint, names in groups
        ],
        "returned": returned,
        "comments": field_comments(returned),
        "keep_key": f"accountrequest-{record.pk}",
        "draft_url": reverse("organizations:request_draft", args=[record.pk]),
        "submit_label": _("提交") if record.state == RequestState.DRAFT else _("重新提交"),
        "cancel_url": record.get_absolute_url(),
    }


@require_POST
@login_required
def request_draft(request: SignedIn, pk: int) -> HttpResponse:
    """The form saves itself while one types. Answers with a line for the page and the new version for the form."""
    record = visible(request, pk)
    can(request.user, Right.REQUEST_ACCOUNT, record.organization).require()
    if not record.can_edit(request.user):
        return render(request, "organizations/_draft_saved.html", {"refused": True}, status=409)
    form = RequestForm(request.POST, instance=record, own=request.user)
    saved = form.is_valid()
    if saved:
        try:
            form.save()
        except StaleForm:
            saved = False
        except MoveNotAllowed:  # handed in meanwhile
            return render(request, "organizations/_draft_saved.html", {"refused": True}, status=409)
    context = {
        "saved_at": timezone.now() if saved else None,
        "form": form,
        "stale": bool(form.clashes or form.changed_by),
    }
    return render(request, "organizations/_draft_saved.html", context)


# -- reading and deciding -------------------------------------------------------------------------------
@require_safe
@login_required
def request_detail(request: SignedIn, pk: int) -> HttpResponse:
    record = visible(request, pk)
    available = WORKFLOW.available_actions(record, request.user)
    events = list(WorkflowEvent.objects.of(record).select_related("by"))
    returned = next((event for event in reversed(events) if event.action == "return_for_changes"), None)
    decides_now = any(move.action == "approve" for move in available)
    waiting = record.state == RequestState.SUBMITTED and not decides_now
    tone, icon = REQUEST_TONES[RequestState(record.state)]
    context = {
        "title": _("%(name)s的开户申请") % {"name": record.name or _("（未填姓名）")},
        "record": record,
        "tone": tone,
        "icon": icon,
        "facts": _facts(record),
        "facts_title": _("申请内容"),
        "moves": [move for move in available if move.action not in {"submit", "resubmit"}],
        "hands_in": any(move.action in {"submit", "resubmit"} for move in available),
        "move_url": reverse("organizations:request_move", args=[record.pk]),
        "version": record.version,
        "returned": returned,
        "comments": field_comments(returned),
        "changed": changes_since(record, returned) if record.state == RequestState.SUBMITTED else [],
        "waiting": waiting,
        "waiting_for": _waiting_for(record) if waiting else [],
        "papers": VerifiableDocument.objects.of(record) if record.account_id else VerifiableDocument.objects.none(),
        "history": moves(events),
        "why_url": f"{reverse('organizations:organization_access', args=[record.organization_id])}?right=view_account",
    }
    return render(request, "organizations/request_detail.html", context)


def _waiting_for(record: AccountRequest) -> list[Appointment]:
    return nearest_duties(Right.DECIDE_REQUEST, record.organization, without=record.applicant_id)


def _facts(record: AccountRequest) -> list[dict[str, Any]]:
    shown = {name: getattr(record, name) for name in FIELDS}
    shown |= {"role": record.get_role_display() if record.role else "", "phone": masking.phone(record.phone)}
    shown["email"] = masking.email(record.email)
    facts = [{"label": label_of(name), "value": value} for name, value in shown.items()]
    facts.append({"label": _("申请人"), "value": record.applicant})
    if record.account is not None:
        facts.append({"label": _("账号"), "value": record.account, "url": record.account.get_absolute_url()})
    return facts


@form_page
@login_required
def request_move(request: SignedIn, pk: int) -> HttpResponse:
    record = visible(request, pk)

    def lacking(move: Move, error: ValidationError) -> HttpResponse:
        told(request, error)
        mends = move.tone == "main" and record.can_edit(request.user)
        return redirect("organizations:request_edit", record.pk) if mends else redirect(record)

    return make_move(
        request, record, WORKFLOW, template="generic/move.html", lacking=lacking,
        form_of=lambda move, data: DecisionForm(data, record=record, move=move),
        page=lambda move, form: {"title": _("：").join([str(move.label), record.name])},
        done=lambda fresh, move: _done(request, fresh, move.action),
    )  # fmt: skip


DONE = {
    "submit": gettext_lazy("已提交，编号 %(number)s。办结后会通知您。"),
    "resubmit": gettext_lazy("已重新提交，回到上次退回的办理人那里。"),
    "approve": gettext_lazy("已开户。下一步：给%(name)s设一次性密码，当面或打电话告诉本人。"),
    "return_for_changes": gettext_lazy("已退回修改，并通知了申请人。"),
    "reject": gettext_lazy("已办结：不予开户，并通知了申请人。"),
    "withdraw": gettext_lazy("申请已撤回。"),
}


def _done(request: SignedIn, record: AccountRequest, action: str) -> HttpResponse:
    fresh = AccountRequest.objects.select_related("account").get(pk=record.pk)
    messages.success(request, DONE[action] % {"number": fresh.number, "name": fresh.name})
    return redirect(fresh.account if action == "approve" and fresh.account else fresh)
