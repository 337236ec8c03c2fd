"""Writing standards: a new one, head facts and conclusions, the next version, publishing, ending, throwing away."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assessments.forms.standards import PublishForm, StandardForm, UntilForm, WithdrawForm
from assessments.models import Campaign, Grading, Standard
from assessments.standards import checks
from assessments.standards.drafting import draft_of, remove
from assessments.standards.editing import number_anew
from assessments.standards.tree import sums
from assessments.standards.workflow import WORKFLOW, earlier
from assessments.states import CampaignState, GradingState, StandardState
from assessments.views.standard_common import closed, kept
from core.forms import saved
from core.methods import form_page
from core.workflow import Move, MoveNotAllowed
from organizations.region import may_manage_assessments
from organizations.signed_in import SignedIn
from organizations.views.common import edit, told
from organizations.views.moves import make_move, refused

_ENDED = (GradingState.GRANTED, GradingState.DECLINED, GradingState.ABANDONED)


@form_page
@login_required
def standard_create(request: SignedIn) -> HttpResponse:
    may_manage_assessments(request.user).require()
    form = StandardForm(request.POST or None, instance=Standard(), initial={"publisher": "region"})
    back, said = reverse("assessments:standard_list"), _("草稿已登记，请写指标，或者从 Excel 导入。")
    return _written(request, form, _("登记标准"), back, said)


@form_page
@login_required
def standard_edit(request: SignedIn, pk: int) -> HttpResponse:
    standard = kept(request, pk)
    if (answer := closed(request, standard)) is not None:
        return answer
    form = StandardForm(request.POST or None, instance=standard)
    title = _("修改：%(standard)s") % {"standard": standard}
    return _written(request, form, title, standard.get_absolute_url(), _("已保存。"))


def _written(request: SignedIn, form: StandardForm, title: str, cancel: str, said: str) -> HttpResponse:
    try:
        if request.method == "POST" and form.is_valid() and (standard := saved(form)) is not None:
            messages.success(request, said)
            return redirect(standard)
    except MoveNotAllowed as error:
        return refused(request, form.instance, error)
    sections = [
        {"title": label, "fields": [form[name] for name in names if name in form.fields]}
        for label, names in form.SECTIONS
    ]
    context = {
        "title": title, "form": form, "sections": sections, "stale": form.clashes, "cancel_url": cancel,
        "keep_key": f"standard-{form.instance.pk}", "submit_label": _("保存草稿"),
    }  # fmt: skip
    return render(request, "assessments/standard_edit.html", context)


@require_POST
@login_required
def standard_draft(request: SignedIn, pk: int) -> HttpResponse:
    """Begin the next version as a copy of this one, or go on with the one begun."""
    standard = kept(request, pk)
    draft = draft_of(standard)
    words = {"old": standard.number, "new": draft.number}
    messages.success(request, _("第 %(new)s 版正在起草，内容从第 %(old)s 版带来；发布以前第 %(old)s 版照用。") % words)
    return redirect(draft)


@require_POST
@login_required
def standard_number(request: SignedIn, pk: int) -> HttpResponse:
    """Number the indicators after their places."""
    standard = kept(request, pk)
    try:
        changed = number_anew(standard)
    except MoveNotAllowed as error:
        return refused(request, standard, error)
    messages.success(request, _("已按次序重新编号，改了 %(n)d 个编号。") % {"n": changed})
    return redirect(standard)


@form_page
@login_required
def standard_publish(request: SignedIn, pk: int) -> HttpResponse:
    standard = kept(request, pk)
    if (answer := closed(request, standard)) is not None:
        return answer
    former = list(earlier(standard))

    def done(fresh: Standard, move: Move) -> HttpResponse:
        messages.success(request, _("已发布，从 %(day)s 起按它测评和考核。") % {"day": fresh.valid_from})
        return redirect(fresh)

    return make_move(
        request, standard, WORKFLOW, action="publish", done=done, template="assessments/standard_publish.html",
        form_of=lambda move, data: PublishForm(data, standard=standard, earlier=former),
        page=lambda move, form: _publishing(standard),
    )  # fmt: skip


def _publishing(standard: Standard) -> dict[str, Any]:
    lines = list(standard.indicators.all())
    findings = checks.check(standard, lines)
    full = sums(lines)
    words = {"lines": full.lines, "points": f"{full.total.normalize():f}"}
    return {
        "standard": standard, "findings": findings, "blocked": any(one.blocks for one in findings),
        "question": _("共 %(lines)s 项评分指标，合计 %(points)s 分。") % words,
        "consequences": [
            _("发布以后基本情况、结论档次和指标都不能再改，要改只能另起一版。"),
            _("已经开始的测评和考核仍按原来的版本办完。"),
        ],
    }  # fmt: skip


@form_page
@login_required
def standard_withdraw(request: SignedIn, pk: int) -> HttpResponse:
    standard = kept(request, pk)

    def done(fresh: Standard, move: Move) -> HttpResponse:
        messages.success(request, _("已停用，新的测评和考核不能再选它。"))
        return redirect(fresh)

    return make_move(
        request, standard, WORKFLOW, action="withdraw", done=done,
        form_of=lambda move, data: WithdrawForm(data),
        page=lambda move, form: {
            "question": _("停用以后，新的测评和考核不能再选这一版。"), "consequences": _under_way(standard),
        },
    )  # fmt: skip


def _under_way(standard: Standard) -> list[str]:
    """What goes on under a standard that is withdrawn."""
    drafted, begun = Q(number=None), ~Q(state__in=_ENDED)
    open_ones = Grading.objects.filter(begun, standard=standard).aggregate(
        handed_in=Count("pk", filter=~drafted), drafted=Count("pk", filter=drafted)
    )
    campaigns = Campaign.objects.filter(standard=standard).exclude(state=CampaignState.CLOSED)
    years = campaigns.values_list("year", flat=True)
    lines = [_("发过的证书、办结的考核不变。"), _("停用以后不能恢复，要再用请另起一版。")]
    others = Standard.objects.in_force(timezone.localdate()).filter(code=standard.code).exclude(pk=standard.pk)
    if not others.exists():
        lines.append(_("现在没有别的版本可选，下一版发布以前不能按它开始测评和考核。"))
    if open_ones["drafted"]:
        lines.insert(0, _("还没有报送的 %(n)d 件申请不能再按它报送。") % {"n": open_ones["drafted"]})
    if open_ones["handed_in"]:
        lines.insert(0, _("报送过的 %(n)d 件测评照常办完。") % {"n": open_ones["handed_in"]})
    if years:
        named = _("、").join(str(year) for year in years)
        lines.insert(0, _("按它进行的 %(years)s 年度考核照常办完。") % {"years": named})
    return lines


@form_page
@login_required
def standard_until(request: SignedIn, pk: int) -> HttpResponse:
    standard = kept(request, pk)
    if standard.state != StandardState.PUBLISHED:
        messages.error(request, _("只有已发布的版本才设失效日期。"))
        return redirect(standard)
    title = _("失效日期：%(standard)s") % {"standard": standard}
    form = UntilForm(request.POST or None, instance=standard)
    return edit(request, form, title=title, back=standard, saved=_("失效日期已保存。"))


@form_page
@login_required
def standard_remove(request: SignedIn, pk: int) -> HttpResponse:
    standard = kept(request, pk)
    if (answer := closed(request, standard)) is not None:
        return answer
    if request.method == "POST":
        try:
            remove(standard)
        except MoveNotAllowed as error:
            return refused(request, standard, error)
        except ValidationError as error:
            told(request, error)
            return redirect(standard)
        messages.success(request, _("草稿已删去，改动历史留在操作记录里。"))
        return redirect("assessments:standard_list")
    context: dict[str, Any] = {
        "title": _("删去草稿：%(standard)s") % {"standard": standard}, "form": forms.Form(), "tone": "danger",
        "question": _("这份草稿没有发布过，可以删去；它的全部指标和结论档次一起删去。"),
        "consequences": [_("以前发布的版本不变。"), _("谁写过什么，操作记录里仍查得到。")],
        "submit_label": _("删去草稿"), "cancel_url": standard.get_absolute_url(),
    }  # fmt: skip
    return render(request, "generic/confirm.html", context)
