"""Applications to join: the list, one of them, and the two answers to it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core.forms import refuse
from core.lists import ListView
from core.methods import form_page
from core.models import WorkflowEvent
from core.workflow import Move, MoveNotAllowed
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding, seen
from organizations.views.moves import make_move, refused
from people.filters.applications import ApplicationFilter
from people.forms.joining import AcceptForm, DeclineForm
from people.joining.accepting import APPLICATION, accept, filled_in, known, likely
from people.joining.applying import IS_REPEAT
from people.membership.moving import own_team
from people.models import Application, ConsentText, Membership
from people.tables.applications import APPLICATION_TONES, ApplicationTable


class ApplicationList(ListView):
    request: SignedIn
    model = Application
    table_class = ApplicationTable
    filterset_class = ApplicationFilter
    list_name = "people:application_list"
    title = pgettext_lazy("many", "入队申请")
    permission = holding(Right.VIEW_MEMBER)
    template_name = "people/application_list.html"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().exclude(IS_REPEAT)

    def get_context(self) -> dict[str, Any]:
        hint = _("队伍发出入队邀请以后，有人报名就在这里列出。")
        team = own_team(self.request.user)
        return {**super().get_context(), "search_hint": _("姓名"), "empty_hint": hint, "team": team}


def visible(request: SignedIn, pk: int) -> Application:
    rows = Application.objects.visible_to(request.user).exclude(IS_REPEAT)
    rows = rows.select_related("organization", "invitation", "membership__person")
    found: Application = seen(rows, pk)
    return found


@require_safe
@login_required
def application_detail(request: SignedIn, pk: int) -> HttpResponse:
    record = visible(request, pk)
    return _page(request, record, _accept_form(request, record))


def _accept_form(request: SignedIn, record: Application, data: Any = None) -> AcceptForm:
    rows = Membership.objects.current().filter(organization=record.organization).exclude(group="")
    groups = list(rows.order_by("group").values_list("group", flat=True).distinct()[:12])
    return AcceptForm(data, groups=groups, applied=record.name, likely=likely(record, request.user))


def _page(request: SignedIn, record: Application, form: AcceptForm, status: int = 200) -> HttpResponse:
    waits = record.state == Application.State.APPLIED
    decides = waits and bool(record.can_decide(request.user))
    events = WorkflowEvent.objects.of(record).select_related("by")
    context = {
        "title": _("%(name)s的入队申请") % {"name": record.name},
        "record": record,
        "tone": APPLICATION_TONES[record.state],
        "facts": filled_in(record),
        "facts_title": _("申请人填写的内容"),
        "facts_rule": _("证件号码和电话遮盖显示"),
        "consents": _consents(record),
        "known": known(record, request.user) if waits else None,
        "waits": waits,
        "form": form if decides else None,
        "history": [
            {
                "at": event.at,
                "who": event.by or _("申请人"),
                "for_whom": event.acting_for,
                "label": APPLICATION.label(event.action),
                "comment": event.facts.get("reason", "")
                or (_("姓名照证件更正") if event.facts.get("corrected") else ""),
            }
            for event in reversed(events)
        ],
    }
    return render(request, "people/application_detail.html", context, status=status)


def _consents(record: Application) -> list[dict[str, Any]]:
    """Every consent that was asked for by kind, with what was answered; nothing once the application is cleared."""
    given = {row["text"]: row for row in record.payload.get("consents", [])}
    return [{"text": text, "at": given[text.pk]["at"]} for text in ConsentText.objects.filter(pk__in=given)]


@require_POST
@login_required
def application_accept(request: SignedIn, pk: int) -> HttpResponse:
    record = visible(request, pk)
    record.can_decide(request.user).require()
    form = _accept_form(request, record, request.POST)
    if not form.is_valid():
        return _page(request, record, form, status=400)
    try:
        done = accept(record, by=request.user, **form.facts)
    except MoveNotAllowed as error:
        return refused(request, record, error, actions=["accept"])
    except ValidationError as error:
        refuse(form, error)
        return _page(request, record, form, status=400)
    words = {"name": done.name, "state": done.membership.get_state_display() if done.membership else ""}
    if "state" in form.fields and not form.cleaned_data.get("same_as"):
        messages.success(request, _("%(name)s已接收为%(state)s队员。") % words)
    else:
        messages.success(request, _("%(name)s的申请已并到档案，队籍不变。") % words)
    return redirect(record)


@form_page
@login_required
def application_decline(request: SignedIn, pk: int) -> HttpResponse:
    record = visible(request, pk)

    def done(fresh: Application, move: Move) -> HttpResponse:
        messages.success(request, _("已办结：不接收。申请人在进度页上会看到原因。"))
        return redirect(fresh)

    return make_move(
        request, record, APPLICATION, action="decline", done=done,
        form_of=lambda move, data: DeclineForm(data),
        page=lambda move, form: {
            "title": _("不接收%(name)s") % {"name": record.name},
            "question": _("这件申请办结后不能恢复，申请人可以再次报名。"),
        },
    )  # fmt: skip
