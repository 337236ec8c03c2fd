"""Grades teams hold: list, page, those of other authorities recorded by the team's side, cancellation."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from assessments.choices import Scheme
from assessments.filters.grades import GradeFilter
from assessments.forms.grades import CancelForm, ExternalGradeForm
from assessments.gradings.granting import cancel, certificate_of, what_of
from assessments.gradings.renewing import renewal
from assessments.models import TeamGrade
from assessments.tables.grades import GradeTable, tone_of
from assessments.views.grading_begin import pick_team, team_of
from core.attachments.panel import panels
from core.decisions import Decision, no
from core.forms import refuse, saved
from core.history import changes_of
from core.history.as_at import events_of
from core.lists import ListView
from core.methods import form_page
from core.workflow import MoveNotAllowed
from organizations.permissions import access, can
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import edit, holding, seen
from organizations.views.moves import refused
from teams.choices import Registration


class GradeList(ListView):
    request: SignedIn
    model = TeamGrade
    table_class = GradeTable
    filterset_class = GradeFilter
    list_name = "assessments:grade_list"
    title: Any = gettext_lazy("队伍等级")
    permission = holding(Right.VIEW_ASSESSMENT)
    as_at_model = events_of(TeamGrade)
    template_name = "assessments/grade_list.html"

    def get_context(self) -> dict[str, Any]:
        return {**super().get_context(), "may_record": Right.REPORT_ASSESSMENT in access(self.request.user)}


def _grade(request: SignedIn, pk: int) -> TeamGrade:
    rows = TeamGrade.objects.visible_to(request.user).select_related(
        "team__organization", "team__main_category", "category", "grading__office", "grading__standard", "created_by"
    )
    found: TeamGrade = seen(rows, pk)
    return found


def _may_change(grade: TeamGrade, request: SignedIn) -> Decision:
    """Ours says what the grading found; only what was recorded by hand is corrected by hand."""
    decision = grade.can_edit(request.user)
    if not decision:
        return decision
    if not grade.is_external:
        return no(_("本平台定的等级以测评结果为准，不能改。"))
    return no(_("已经注销的等级不能再改。")) if grade.ended_on else decision


@require_safe
@login_required
def grade_detail(request: SignedIn, pk: int) -> HttpResponse:
    grade = _grade(request, pk)
    tone, icon = tone_of(grade)
    reports = can(request.user, Right.REPORT_ASSESSMENT, grade.team.organization)
    papers = panels(grade, request.user, list(TeamGrade.attachment_kinds)) if grade.is_external else {}
    context = {
        "title": f"{grade.team.organization.short_name} {grade}",
        "grade": grade,
        "what": what_of(grade),
        "state": {"tone": tone, "icon": icon, "label": grade.standing()},
        "certificate": None if grade.is_external else certificate_of(grade),
        "papers": [papers[kind] for kind in papers],
        "may_change": bool(_may_change(grade, request)),
        "may_cancel": grade.ended_on is None and bool(grade.can_edit(request.user)),
        "renewal": renewal(grade, timezone.localdate()) if reports and not grade.is_external else None,
        "history": [change.shown() for change in changes_of(grade)],
    }
    return render(request, "assessments/grade_detail.html", context)


@form_page
@login_required
def grade_create(request: SignedIn) -> HttpResponse:
    """``?team=``: a grade another authority gave it, with its papers."""
    holding(Right.REPORT_ASSESSMENT)(request.user).require()
    team = team_of(request)
    if team is None:
        return redirect("assessments:grade_team")
    can(request.user, Right.REPORT_ASSESSMENT, team.organization).require()
    grade = TeamGrade(team=team, created_by=request.user)
    form = ExternalGradeForm(request.POST if request.method == "POST" else None, instance=grade, team=team)
    if request.method == "POST" and form.is_valid() and saved(form) is not None:
        messages.success(request, _("已登记，请上传证书或者文件。"))
        if grade.scheme == Scheme.EMERGENCY and team.registration != Registration.CIVIL:
            said = _("应急管理部门的测评只面向在民政部门登记的社会组织，本队不是民政登记，请核对证书是不是发给本队的。")
            messages.warning(request, said)
        return redirect(grade)
    context = {
        "title": _("登记外部等级"), "form": form, "team": team, "submit_label": _("登记"),
        "cancel_url": reverse("assessments:grade_list"),
    }  # fmt: skip
    return render(request, "assessments/grade_form.html", context)


@require_safe
@login_required
def grade_team(request: SignedIn) -> HttpResponse:
    """Which of the teams one records for."""
    holding(Right.REPORT_ASSESSMENT)(request.user).require()
    return pick_team(request, title=_("为哪支队伍登记等级"), route="assessments:grade_create")


@form_page
@login_required
def grade_edit(request: SignedIn, pk: int) -> HttpResponse:
    grade = _grade(request, pk)
    grade.can_edit(request.user).require()
    decision = _may_change(grade, request)
    if not decision:
        messages.error(request, str(decision.reason))
        return redirect(grade)
    form = ExternalGradeForm(request.POST if request.method == "POST" else None, instance=grade, team=grade.team)
    return edit(
        request, form, title=_("修改登记的等级"), back=grade, saved=_("已保存。"), team=grade.team,
        template="assessments/grade_form.html",
    )  # fmt: skip


@form_page
@login_required
def grade_cancel(request: SignedIn, pk: int) -> HttpResponse:
    """注销, with the day and the reason."""
    grade = _grade(request, pk)
    grade.can_edit(request.user).require()
    if grade.ended_on is not None:
        return refused(request, grade, MoveNotAllowed("state", _("这个等级已经注销了。")))
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            cancel(grade, by=request.user, **form.cleaned_data)
        except MoveNotAllowed as error:
            return refused(request, grade, error)
        except ValidationError as error:
            refuse(form, error)
        else:
            told = _("已注销。") if grade.is_external else _("已注销，证书同时撤销，核验页会这样显示。")
            messages.success(request, told)
            return redirect(grade)
    lines = [_("注销后不能恢复，要再定级须重新测评或者重新登记。")]
    lines += [] if grade.is_external else [_("证书同时撤销，扫码核验的人会看到“已撤销”。")]
    context = {
        "title": _("注销等级"), "form": form, "tone": "danger", "submit_label": _("注销"), "consequences": lines,
        "question": _("注销%(team)s的%(grade)s？") % {"team": grade.team, "grade": grade},
        "cancel_url": grade.get_absolute_url(),
    }  # fmt: skip
    return render(request, "generic/confirm.html", context)
