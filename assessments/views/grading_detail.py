"""One grading as a reading sheet, with what is still to do about it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.gradings.checks import BASICS, Finding, check
from assessments.gradings.claims import Filled, asked, filled
from assessments.gradings.conditions import team_gone
from assessments.gradings.remarks import RETURN, Remark, remarks_of
from assessments.gradings.renewing import apply_url
from assessments.gradings.starting import version_in_force
from assessments.models import Grading, TeamGrade
from assessments.states import GRADING_WITH_AUTHOR, GradingState
from assessments.views.grading_common import GradingPage, grading_page
from core.models import WorkflowEvent
from core.together import together
from core.workflow import last_event
from organizations.nearest import nearest_duties
from organizations.roles import Right
from organizations.signed_in import SignedIn

G = GradingState
_AT_OFFICE = {
    G.SUBMITTED: Right.SCORE_ASSESSMENT, G.PANEL: Right.SCORE_ASSESSMENT, G.DELIBERATION: Right.MANAGE_ASSESSMENT,
    G.PUBLICITY: Right.MANAGE_ASSESSMENT,
}  # fmt: skip


@require_safe
@login_required
def grading_detail(request: SignedIn, pk: int) -> HttpResponse:
    page = grading_page(request, pk)
    grading = page.grading
    found = together(**asked(grading), events=events_of(grading), grades=_grades(grading))
    one = filled(grading, found)
    context = page.context(
        filled=one,
        sheet=one.sheet,
        grade=next(iter(found["grades"]), None),
        **_author_side(page, one, found["events"]),
        **_standing(page, found["events"]),
        next_steps=_next_steps(page),
        gone="" if page.kept or grading.closed_at else team_gone(grading),
    )
    return render(request, "assessments/grading_detail.html", context)


def events_of(grading: Grading) -> QuerySet[WorkflowEvent]:
    rows: QuerySet[WorkflowEvent] = WorkflowEvent.objects.of(grading).select_related("by").order_by("at", "pk")
    return rows


def _grades(grading: Grading) -> QuerySet[TeamGrade]:
    return TeamGrade.objects.filter(grading=grading).select_related("category")


def _author_side(page: GradingPage, one: Filled, events: list[WorkflowEvent]) -> dict[str, Any]:
    """The sections with how far each is, what the return asked for, what keeps it from being handed in."""
    grading = page.grading
    returned = last_event(events, RETURN) if grading.state == GradingState.RETURNED else None
    remarks = remarks_of(one, returned)
    if not page.kept:
        return {"returned": returned, "remarks": linked(grading, remarks), "parts": [], "missing": []}
    findings = check(one)
    return {
        "returned": returned,
        "remarks": linked(grading, remarks),
        "parts": _parts(grading, one, findings, remarks),
        "missing": [{"finding": finding, "url": url_of(grading, finding)} for finding in findings],
        "ready": not any(finding.blocking for finding in findings),
        "newer": _newer(grading),
    }


def _newer(grading: Grading) -> dict[str, Any] | None:
    """Where to apply under the version in force, if this one's ended before the hand-in. Asks only then."""
    found = None if grading.standard.is_current or grading.number else version_in_force(grading)
    if found is None:
        return None
    return {"standard": found, "url": apply_url(grading.team_id, found.category_id, grading.applied_grade)}


def linked(grading: Grading, remarks: list[Remark]) -> list[dict[str, Any]]:
    """Each with the place where it is mended."""
    return [{"remark": one, "url": f"{section_url(grading, one.section)}#i{one.row.indicator.pk}"} for one in remarks]


def section_url(grading: Grading, key: str) -> str:
    return reverse("assessments:grading_edit", args=[grading.pk, key])


def url_of(grading: Grading, finding: Finding) -> str:
    if not finding.section:
        return ""
    anchor = f"#i{finding.anchor}" if finding.anchor else ""
    return f"{section_url(grading, finding.section)}{anchor}"


def _parts(grading: Grading, one: Filled, findings: list[Finding], remarks: list[Remark]) -> list[dict[str, Any]]:
    """The pages of the form: how much of each is filled in."""
    todo = {finding.section for finding in findings if finding.blocking}
    asked_of = {remark.section for remark in remarks if not remark.answered}
    parts = [_part(_("申请等级和说明"), section_url(grading, BASICS), wrong=BASICS in todo, asked=False, hint="")]
    for section in one.sections:
        done = sum(row.answer.not_applicable or _given(row) for row in section.scored)
        hint = _("%(all)d 项，已有 %(done)d 项") % {"all": len(section.scored), "done": done}
        url, key = section_url(grading, section.key), section.key
        parts.append(_part(section.title, url, wrong=key in todo, asked=key in asked_of, hint=hint))
    return parts


def _given(row: Any) -> bool:
    return row.answer.value is not None or row.answer.points is not None


def _part(title: str, url: str, *, wrong: bool, asked: bool, hint: str) -> dict[str, Any]:
    tone, icon, label = ("ok", "ok", _("已填好"))
    if wrong:
        tone, icon, label = ("todo", "draft", _("还没填完"))
    if asked:
        tone, icon, label = ("warn", "back", _("要修改"))
    return {"title": title, "url": url, "hint": hint, "tone": tone, "icon": icon, "label": label}


def _standing(page: GradingPage, events: list[WorkflowEvent]) -> dict[str, Any]:
    """Who has it now and since when; the words of the last decision."""
    grading = page.grading
    right = _AT_OFFICE.get(GradingState(grading.state))
    people = []
    if right is not None and grading.office is not None:
        people = nearest_duties(right, grading.office, without=grading.submitted_by_id)
    last = events[-1] if events else None
    handed_in = next((event for event in reversed(events) if event.action in ("submit", "resubmit")), None)
    show_told = handed_in is not None and grading.state not in GRADING_WITH_AUTHOR
    return {
        "waits": right is not None,
        "waiting_for": list(dict.fromkeys((duty.user, duty.organization) for duty in people)),
        "since": last.at if last else grading.created_at,
        "last": last,
        "told": list((handed_in.facts or {}).get("findings") or []) if show_told and handed_in else [],
    }


def _next_steps(page: GradingPage) -> list[dict[str, str]]:
    """Where the work of the present state is done."""
    grading = page.grading
    steps = {
        G.SUBMITTED: (_("逐项核对填报和材料"), "assessments:grading_claims"),
        G.PANEL: (_("组建专家组"), "assessments:panel_edit"),
        G.ON_SITE: (_("看评分和差异"), "assessments:differences"),
        G.DELIBERATION: (_("看专家组评分，评议"), "assessments:grading_result"),
        G.PUBLICITY: (_("看公示和异议"), "assessments:grading_objections"),
    }
    step = steps.get(GradingState(grading.state))
    if step is None or not page.handled:
        return []
    url = reverse(step[1], args=[grading.pk])
    return [{"label": step[0], "url": url}] if url else []
