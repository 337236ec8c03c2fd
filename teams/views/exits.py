"""The exit checklist of a leaving team, on the draft and on the filing's page."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.forms import refuse
from core.together import together
from core.workflow import MoveNotAllowed
from organizations.signed_in import SignedIn
from organizations.views.common import told
from people.models import Membership
from people.team_pages import roster_url
from teams.choices import ExitTask, FilingKind
from teams.filings.exit_checklist import account, can_account, done_since, end_memberships, take_back
from teams.filings.outline import EXIT
from teams.forms.filings import ExitItemForm
from teams.members import members_of
from teams.models import EmblemItem, Filing
from teams.states import WITH_AUTHOR
from teams.views.authoring import posted_version, visible

HELP = {
    ExitTask.EMBLEM: gettext_lazy("队旗、服装、臂章、车辆标识、队牌等都已收回或按规定处理。"),
    ExitTask.EQUIPMENT: gettext_lazy("红十字会配发、借用的装备已清点、移交或退还。写明清单和接收单位。"),
    ExitTask.MEMBERS: gettext_lazy("队员已告知并作了安排。写明转入的队伍或其他去向。"),
    ExitTask.ANNOUNCEMENT: gettext_lazy("已对外公告这支队伍不再使用红十字名称和标志。写明公告的地方和日期。"),
}


def exit_context(request: SignedIn, filing: Filing, typed: ExitItemForm | None = None) -> dict[str, Any]:
    """The checklist with its forms. One query.

    :param typed: a line that was not taken, as it was typed.
    """
    may = bool(can_account(filing, request.user))
    team = filing.team if filing.is_open else None  # what the team has since is no matter of a filing that has ended
    found = together(
        out=EmblemItem.objects.filter(team=team).outstanding() if team else EmblemItem.objects.none(),
        items=filing.exit_items.select_related("done_by"),
        members=(members_of(team.organization) if team else Membership.objects.none()).values_list("pk", flat=True),
    )
    out, members = found["out"], len(found["members"])
    lines: list[dict[str, Any]] = []
    for item in found["items"]:
        form = typed if typed and typed.prefix == item.task else ExitItemForm(instance=item, prefix=item.task)
        waits = {ExitTask.EMBLEM: bool(out), ExitTask.MEMBERS: bool(members)}
        held = waits.get(ExitTask(item.task), False) and item.done_on is None
        lines.append({"item": item, "form": form, "help": HELP[ExitTask(item.task)], "held": held})
    return {
        "exit_lines": lines,
        "may_account": may,
        "outstanding": out,
        "members_left": members,
        "roster_url": roster_url(team.organization) if team and members else "",
        "today": timezone.localdate(),
        "left": sum(not line["item"].done_on for line in lines),
        "settled": done_since(found["items"]),
    }


@require_POST
@login_required
def filing_exit_item(request: SignedIn, pk: int, task: str) -> HttpResponse:
    """One line of the checklist: done on a day, with how; or open again."""
    filing = visible(request, pk)
    if filing.kind != FilingKind.EXIT or task not in ExitTask.values:
        raise Http404
    item = filing.exit_items.get(task=task)
    form = ExitItemForm(request.POST, instance=item, prefix=task)
    if "reopen" in request.POST:
        form = ExitItemForm(
            {f"{task}-done_on": "", f"{task}-note": request.POST.get(f"{task}-note", "")}, instance=item, prefix=task
        )
    if not form.is_valid():
        decision = can_account(filing, request.user)
        return _again(request, filing, form) if decision else _refuse(request, filing, decision.reason)
    try:
        typed = form.cleaned_data
        account(
            filing, task, by=request.user, done_on=typed["done_on"], note_text=typed["note"],
            version=posted_version(request),
        )  # fmt: skip
    except MoveNotAllowed as error:
        return _refuse(request, filing, error.message, forbidden=error.code == "permission")
    except ValidationError as error:
        refuse(form, error)
        return _again(request, filing, form)
    messages.success(request, _("退出清单“%(task)s”已保存。") % {"task": ExitTask(task).label})
    return redirect(_back(filing, task))


def _again(request: SignedIn, filing: Filing, form: ExitItemForm) -> HttpResponse:
    """The checklist with what was typed, and what is wrong with it."""
    context = {"filing": filing, "section": EXIT, "form": form, "editing": filing.state in WITH_AUTHOR}
    return render(request, "teams/filing_exit.html", {**context, **exit_context(request, filing, form)})


@require_POST
@login_required
def filing_end_members(request: SignedIn, pk: int) -> HttpResponse:
    """Everybody who is still on the roster of the leaving team leaves it, on one day."""
    filing = visible(request, pk)
    if filing.kind != FilingKind.EXIT:
        raise Http404
    decision = can_account(filing, request.user)
    if not decision:
        return _refuse(request, filing, decision.reason)
    day = _day(request.POST.get("left_on", ""))
    if day is None:
        messages.error(request, _("请填写退队日期。"))
        return redirect(_back(filing, ExitTask.MEMBERS))
    try:
        ended = end_memberships(filing, by=request.user, left_on=day)
    except MoveNotAllowed as error:
        return _refuse(request, filing, error.message, forbidden=error.code == "permission")
    except ValidationError as error:
        told(request, error)
    else:
        messages.success(request, _("已为 %(count)d 名队员办理退队。") % {"count": ended})
    return redirect(_back(filing, ExitTask.MEMBERS))


@require_POST
@login_required
def filing_take_back(request: SignedIn, pk: int) -> HttpResponse:
    """The exit came to nothing: whom it took off the roster is on it again."""
    filing = visible(request, pk)
    back, not_back = take_back(filing, by=request.user)
    if back:
        messages.success(request, _("已恢复 %(count)d 名队员的队籍。") % {"count": back})
    for line in not_back:
        messages.warning(request, line)
    return redirect(filing)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _refuse(request: SignedIn, filing: Filing, reason: Any, *, forbidden: bool | None = None) -> HttpResponse:
    if forbidden or (forbidden is None and filing.is_open):
        raise PermissionDenied(reason)
    messages.error(request, reason)
    return redirect(filing)


def _back(filing: Filing, task: str) -> str:
    if filing.state in WITH_AUTHOR:
        return reverse("teams:filing_section", args=[filing.pk, "exit"]) + f"#exit-{task}"
    return f"{filing.get_absolute_url()}#exit-{task}"
