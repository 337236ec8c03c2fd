"""Who scored how: indicators × assessors, differences marked and settled. For the office and the lead of the panel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.forms.panel import SettleForm
from assessments.models import Grading, Indicator, PanelMember, ScoreMark, SettledScore
from assessments.panel.evidence import evidence_of
from assessments.panel.members import may_arrange, may_see_marks
from assessments.panel.settling import can_be_settled, may_settle, settle
from assessments.panel.sheet import PanelSheet, Row, panel_sheet
from assessments.panel.words import told
from assessments.scoring import Answer
from assessments.states import GradingState
from assessments.views.grading_common import GradingPage, state_of
from assessments.views.panel_common import back_with, grading_seen, not_at
from core.forms import refuse
from core.methods import form_page
from core.models import Attachment
from organizations.models import User
from organizations.signed_in import SignedIn
from organizations.views.common import seen

Files = Mapping[tuple[int, int], Sequence[Attachment]]
MOST = 30
SETTLED_IN = (GradingState.ON_SITE, GradingState.DELIBERATION)


@dataclass
class Cell:
    """One assessor's answer to one indicator. ``taken``: the platform's number, left alone."""

    member: PanelMember
    said: str
    note: str = ""
    taken: bool = False
    files: Sequence[Attachment] = ()


@dataclass
class Line:
    row: Row
    cells: list[Cell]
    came_to: str
    may_settle: bool


def _opened(request: SignedIn, pk: int) -> Grading:
    grading = grading_seen(request, pk)
    may_see_marks(grading, request.user).require()
    return grading


def _scores_first(grading: Grading, user: User) -> bool:
    """Whoever scores himself, scores before he sees what the others did."""
    own = grading.panel.filter(user=user, left_on=None, finished_at=None)
    return grading.state == GradingState.ON_SITE and own.exists()


@require_safe
@login_required
def differences(request: SignedIn, pk: int) -> HttpResponse:
    """``?all=1``: every indicator; else those on which assessors differ or that were settled."""
    grading = _opened(request, pk)
    if _scores_first(grading, request.user):
        return back_with(request, _("您完成自己的评分后，才能看其他专家的评分。"), "assessments:my_panels")
    sheet = panel_sheet(grading)
    decision = may_settle(grading, request.user)
    files = evidence_of(ScoreMark.objects.filter(member__grading=grading))
    lines = [_line(sheet, row, bool(decision), files) for row in sheet.rows]
    looked_at = [line for line in lines if line.row.agreed.differs or line.row.settled is not None]
    everything = request.GET.get("all") == "1"
    here = reverse("assessments:differences", args=[grading.pk])
    context: dict[str, Any] = {
        "title": _("评分差异"),
        "grading": grading,
        "state": state_of(grading),
        "panel": sheet.panel,
        "lines": lines if everything else looked_at,
        "everything": everything,
        "open": sum(line.row.is_open for line in lines),
        "waiting": [one for one in sheet.panel if one.finished_at is None],
        "on_site": grading.state == GradingState.ON_SITE,
        "arranges": bool(may_arrange(grading, request.user)),
        **_ending(request, grading, looked_at, sheet),
        "tabs": [
            {"label": _("有差异的"), "url": here, "count": len(looked_at), "active": not everything},
            {"label": _("全部指标"), "url": f"{here}?all=1", "count": len(lines), "active": everything},
        ],
        "history": _history(grading),
    }
    return render(request, "assessments/differences.html", context)


def _ending(request: SignedIn, grading: Grading, looked_at: list[Line], sheet: PanelSheet) -> dict[str, Any]:
    """Once everything is scored and settled: to end it, where that was done."""
    if any(line.row.is_open for line in looked_at) or any(one.finished_at is None for one in sheet.panel):
        return {}
    page = GradingPage(request, grading, "assessments:differences")
    return {
        "moves": page.buttons("finish_on_site"), "version": grading.version,
        "move_url": reverse("assessments:grading_move", args=[grading.pk]),
    }  # fmt: skip


def _line(sheet: PanelSheet, row: Row, decides: bool, files: Files) -> Line:
    return Line(
        row,
        [_cell(row, member, files.get((member.pk, row.indicator.pk), [])) for member in sheet.panel],
        told(row.indicator, row.answer),
        decides and can_be_settled(sheet.grading, row),
    )


def _cell(row: Row, member: PanelMember, files: Sequence[Attachment]) -> Cell:
    mark: ScoreMark | None = row.marks.get(member.pk)
    answer = row.answers.get(member.pk)
    own = mark is not None and answer == mark.answer
    note = mark.note if mark is not None else ""
    return Cell(member, told(row.indicator, answer), note, answer is not None and not own, files)


def _history(grading: Grading) -> list[dict[str, Any]]:
    """What was settled, newest first, also what was changed since. One query."""
    events: Any = SettledScore._meta.get_field("tracked_events").related_model
    rows = events.objects.filter(grading=grading.pk).select_related("indicator", "settled_by")
    return [
        {
            "at": event.settled_at,
            "who": event.settled_by,
            "label": _("%(indicator)s：认定 %(said)s") % {"indicator": event.indicator, "said": _said(event)},
            "comment": event.reason,
        }
        for event in rows.order_by("-pgh_id")[:MOST]
    ]


def _said(event: Any) -> str:
    return told(event.indicator, Answer(event.value, event.points, event.not_applicable))


@form_page
@login_required
def difference_settle(request: SignedIn, pk: int, indicator: int) -> HttpResponse:
    grading = _opened(request, pk)
    back = reverse("assessments:differences", args=[grading.pk])
    one: Indicator = seen(Indicator.objects.filter(standard=grading.standard_id), indicator)
    if wrong := not_at(grading, *SETTLED_IN):
        return back_with(request, wrong, back)
    may_settle(grading, request.user).require()
    if _scores_first(grading, request.user):
        return back_with(request, _("您完成自己的评分后，才能看其他专家的评分。"), "assessments:my_panels")
    sheet = panel_sheet(grading)
    row = next((found for found in sheet.rows if found.indicator.pk == one.pk), None)
    if row is None or not can_be_settled(grading, row):
        return back_with(request, _("各位专家对这一项没有分歧，现场测评期间不用认定。"), back)
    posted = request.method == "POST"
    form = SettleForm(request.POST if posted else None, indicator=one, initial=_initial(row.settled))
    if posted and form.is_valid():
        facts = {"reason": form.cleaned_data["reason"], "opened": form.cleaned_data["opened"] or 0}
        try:
            settle(grading, one, form.answer, by=request.user, **facts)
        except ValidationError as error:
            refuse(form, error)
            form.data = {**request.POST.dict(), "opened": _version(grading, one)}
        else:
            messages.success(request, _("已认定：%(what)s。") % {"what": one})
            return redirect(f"{back}#i{one.pk}")
    files = evidence_of(ScoreMark.objects.filter(member__grading=grading, indicator=one))
    context = {
        "title": _("认定得分"), "form": form, "grading": grading, "line": _line(sheet, row, True, files),
        "cancel_url": back,
    }  # fmt: skip
    return render(request, "assessments/difference_settle.html", context)


def _initial(settled: SettledScore | None) -> dict[str, Any]:
    if settled is None:
        return {"opened": 0}
    has = "" if settled.value is None else str(int(settled.value >= 1))
    return {
        "points": settled.points, "value": settled.value, "has": has, "not_applicable": settled.not_applicable,
        "reason": settled.reason, "opened": settled.version,
    }  # fmt: skip


def _version(grading: Grading, indicator: Indicator) -> int:
    """Having been told, who sends again means it."""
    rows = SettledScore.objects.filter(grading=grading, indicator=indicator)
    return rows.values_list("version", flat=True).first() or 0
