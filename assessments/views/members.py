"""One member's assessment: the sheet with points and reasons, its facts, finishing, taking back; a person's own."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.forms.members import MemberAssessmentForm, MemberTakeBackForm
from assessments.members.finishing import finish, lacks, take_back
from assessments.members.history import history
from assessments.members.sheets import Group, Line, group_of, save
from assessments.models import MemberAssessment
from assessments.standards.tree import depths
from assessments.tables.members import conclusion_of, state_of
from assessments.views.member_sheet import tell_finished
from core.attachments.panel import panels
from core.decisions import Decision
from core.methods import form_page
from core.workflow import MoveNotAllowed
from organizations.signed_in import SignedIn
from organizations.views.common import edit, seen, told
from organizations.views.moves import refused
from people.models import Person
from people.views.own_common import own, tabs
from people.views.person_page import person_page

_RELATED = ("person", "organization", "standard", "conclusion", "capability")


def _one(request: SignedIn, pk: int) -> MemberAssessment:
    row: MemberAssessment = seen(MemberAssessment.objects.visible_to(request.user).select_related(*_RELATED), pk)
    return row


def _open(request: SignedIn, row: MemberAssessment) -> Decision:
    """403 to who may not; what stands in the way of the state is told by the caller."""
    row.can_keep(request.user).require()
    return row.can_edit(request.user)


@form_page
@login_required
def member_detail(request: SignedIn, pk: int) -> HttpResponse:
    """The sheet of one; POST saves it, ``finish=1`` finishes it after that."""
    row = _one(request, pk)
    group = None
    if request.method == "POST":
        decision = _open(request, row)
        if not decision:
            messages.error(request, str(decision.reason))
            return redirect(row)
        group = _save(request, row)
        if group is None:
            return redirect(row)
    group = group or group_of(row.standard, [row], request.user)
    line = group.lines[0]
    may = row.can_edit(request.user)
    context = {
        "title": row.person.name, "row": row, "line": line, "lines": laid_out(group, line), "state": state_of(row),
        "conclusion": conclusion_of(row), "may_edit": bool(may), "own": line.own, "lacks": lacks(line),
        "may_take_back": row.finished_at is not None and state_of(row)["tone"] == "ok" and row.can_keep(request.user),
        "panels": panels(row, request.user, MemberAssessment.attachment_kinds), "history": history(row, group),
    }  # fmt: skip
    return render(request, "assessments/member_detail.html", context)


def _save(request: SignedIn, row: MemberAssessment) -> Group | None:
    """None when there is nothing more to show than the record itself."""
    rows = MemberAssessment.objects.kept_by(request.user).filter(pk=row.pk)
    group, changed = save(rows, row.standard, request.POST, by=request.user)
    if not group.lines:
        messages.error(request, _("测评已经完成，不能再改。"))
        return None
    if group.lines[0].error:
        messages.error(request, _("没有保存，请看标红的项。"))
        group.lines[0].row = row
        return group
    if changed:
        messages.success(request, _("已保存。"))
    if request.POST.get("finish") == "1":
        tell_finished(request, finish(rows, by=request.user))
    elif not changed:
        messages.info(request, _("没有改动。"))
    return None


def laid_out(group: Group, line: Line) -> list[dict[str, Any]]:
    """Indicators in tree order, headings among them, each with its cell and what came of it."""
    cells = {cell.indicator.pk: cell for cell in line.cells}
    results = {result.rule.code: result for result in line.sheet.lines}
    depth, found = depths(group.indicators), []
    for one in group.indicators:
        shown = {"indicator": one, "depth": min(depth[one.pk], 3)}
        found.append({**shown, "cell": cells.get(one.pk), "result": results.get(one.code)})
    return found


@form_page
@login_required
def member_edit(request: SignedIn, pk: int) -> HttpResponse:
    """Day and assessors."""
    row = _one(request, pk)
    decision = _open(request, row)
    if not decision:
        messages.error(request, str(decision.reason))
        return redirect(row)
    form = MemberAssessmentForm(request.POST or None, instance=row)
    title = _("%(name)s：测评日期和测评人") % {"name": row.person.name}
    try:
        return edit(request, form, title=title, back=row, saved=_("已保存。"))
    except MoveNotAllowed as refusal:
        return refused(request, row, refusal)


@form_page
@login_required
def member_take_back(request: SignedIn, pk: int) -> HttpResponse:
    row = _one(request, pk)
    row.can_keep(request.user).require()
    form = MemberTakeBackForm(request.POST or None)
    if state_of(row)["tone"] != "ok":
        messages.error(request, _("只有已完成的测评可以作废。"))
        return redirect(row)
    if request.method == "POST" and form.is_valid():
        try:
            again = take_back(row, reason=form.cleaned_data["reason"], by=request.user)
        except ValidationError as error:
            told(request, error)
            return redirect(row)
        messages.success(request, _("已作废，原评分表和原因都保留。这是重新评的一份。"))
        return redirect(again)
    context = {
        "title": _("作废重评"), "question": _("要作废%(name)s的这次能力测评吗？") % {"name": row.person.name},
        "consequences": [_("档案里的这条能力记录同时作废。"), _("原评分表原样保留，另起一份重新评，分数先照搬。")],
        "form": form, "submit_label": _("作废重评"), "tone": "danger", "cancel_url": row.get_absolute_url(),
    }  # fmt: skip
    return render(request, "generic/confirm.html", context)


# -- of a person -------------------------------------------------------------------------------------------------
@require_safe
@login_required
def person_assessments(request: SignedIn, pk: int) -> HttpResponse:
    """能力测评 of one person: those held where the reader sees members."""
    page = person_page(request, pk, "assessments:person_assessments")
    rows = MemberAssessment.objects.visible_to(request.user).filter(person=page.person).select_related(*_RELATED)
    return render(request, "assessments/person_assessments.html", page.context(rows=_shown(rows)))


@require_safe
@own
def my_assessments(request: SignedIn, person: Person) -> HttpResponse:
    """One's own that are finished, each with its sheet."""
    rows = person.assessments.filter(finished_at__isnull=False).select_related(*_RELATED)
    context = {
        "title": _("能力测评"),
        "tabs": tabs("assessments:my_assessments"),
        "person": person,
        "rows": _shown(rows),
    }
    return render(request, "assessments/my_assessments.html", context)


@require_safe
@own
def my_assessment(request: SignedIn, person: Person, pk: int) -> HttpResponse:
    rows = person.assessments.filter(finished_at__isnull=False).select_related(*_RELATED)
    row: MemberAssessment = seen(rows, pk)
    group = group_of(row.standard, [row], request.user)
    context = {
        "title": _("能力测评"), "tabs": tabs("assessments:my_assessments"), "person": person, "row": row,
        "line": group.lines[0], "lines": laid_out(group, group.lines[0]), "state": state_of(row),
        "conclusion": conclusion_of(row),
    }  # fmt: skip
    return render(request, "assessments/my_assessment.html", context)


def _shown(rows: Any) -> list[dict[str, Any]]:
    return [{"row": row, "state": state_of(row), "conclusion": conclusion_of(row)} for row in rows[:100]]
