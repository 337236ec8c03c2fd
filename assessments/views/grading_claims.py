"""填报: what the team says of each indicator, with evidence and records; for the office the desk of the 材料初核."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from assessments.gradings.claims import Filled, asked, filled
from assessments.gradings.commenting import MOST, comment
from assessments.gradings.evidence import evidence_panels
from assessments.gradings.remarks import asked_before
from assessments.models import Grading
from assessments.states import GRADING_WITH_AUTHOR, GradingState
from assessments.views.grading_common import GradingPage, grading_page
from assessments.views.grading_detail import events_of
from core.models import WorkflowEvent
from core.together import together
from core.workflow import MoveNotAllowed, last_event
from organizations.signed_in import SignedIn
from organizations.views.common import seen
from teams.models import Phrase


@require_safe
@login_required
def grading_claims(request: SignedIn, pk: int) -> HttpResponse:
    page = grading_page(request, pk, "assessments:grading_claims")
    grading = page.grading
    checks = grading.state == GradingState.SUBMITTED and bool(page.handled)
    found = together(**asked(grading), events=events_of(grading), phrases=_phrases(grading, offered=checks))
    one = filled(grading, found)
    changed = _changed(grading, found["events"])
    only = changed is not None and request.GET.get("only") == "changed"
    context = page.context(
        heading=_("填报"),
        filled=one,
        sheet=one.sheet,
        checks=checks,
        sections=_sections(page, one, found["events"], changed, only=only),
        changed=changed,
        only=only,
        comments=sum(bool(row.claim and row.claim.comment) for row in one.scored) if checks else 0,
        phrases=found["phrases"],
        comment_most=MOST,
        live=grading.state in GRADING_WITH_AUTHOR,
        moves=page.buttons("accept", "return_for_changes", "decline") if checks else [],
    )
    return render(request, "assessments/grading_claims.html", context)


def _phrases(grading: Grading, *, offered: bool) -> Any:
    if not offered or grading.office is None:
        return Phrase.objects.none()
    return Phrase.objects.offered_at(grading.office)


def _changed(grading: Grading, events: list[WorkflowEvent]) -> list[str] | None:
    """Codes of what the team changed after the return; None where it was not returned before."""
    handed_in = last_event(events, "resubmit") if grading.state == GradingState.SUBMITTED else None
    found: list[str] | None = (handed_in.facts or {}).get("changed") if handed_in else None
    return found


def _sections(
    page: GradingPage, one: Filled, events: list[WorkflowEvent], changed: list[str] | None, *, only: bool
) -> list[dict[str, Any]]:
    grading, user = page.grading, page.request.user
    panels = {each["row"].indicator.pk: each["panel"] for each in evidence_panels(one.scored, user)}
    before = asked_before(events) if grading.state == GradingState.SUBMITTED else {}
    returned = grading.state == GradingState.RETURNED
    checks = grading.state == GradingState.SUBMITTED and bool(page.handled)
    found = []
    for section in one.sections:
        lines = []
        for row in section.rows:
            differs = bool(changed and row.indicator.code in changed)
            asked_for = before.get(row.indicator.code, "")
            if only and not differs and not asked_for:
                continue
            panel = _only_read(panels.get(row.indicator.pk))
            said = row.claim.comment if row.claim and (returned or checks) else ""
            lines.append({"row": row, "panel": panel, "comment": said,
                          "asked": asked_for, "changed": differs})  # fmt: skip
        if not lines:
            continue
        found.append({"section": section, "lines": lines})
    return found


def _only_read(panel: dict[str, Any] | None) -> dict[str, Any] | None:
    """Evidence is brought on the pages of the form; here it is read."""
    return None if panel is None else {**panel, "decision": False}


@require_POST
@login_required
def grading_comment(request: SignedIn, pk: int, indicator: int) -> HttpResponse:
    """What the office writes at one indicator; kept as it is typed, told to the team with the return."""
    page = grading_page(request, pk, "assessments:grading_claims")
    claim = seen(page.grading.claims.all(), _claim_key(page.grading, indicator))
    page.handled.require()
    text = request.POST.get("comment", "").strip()
    try:
        comment(claim, text, by=request.user)
    except MoveNotAllowed as error:
        return _answered(request, page, problem=str(error.message))
    return _answered(request, page, text=text)


def _claim_key(grading: Grading, indicator: int) -> int | None:
    found: int | None = grading.claims.filter(indicator=indicator).values_list("pk", flat=True).first()
    return found


def _answered(request: SignedIn, page: GradingPage, *, text: str = "", problem: str = "") -> HttpResponse:
    if "HX-Request" in request.headers:
        written = page.grading.claims.exclude(comment="").count()
        answer = {"problem": problem, "at": timezone.now(), "text": text, "comments": written}
        return render(request, "assessments/_grading_commented.html", answer, status=409 if problem else 200)
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, _("意见已保存。") if text else _("意见已清空。"))
    return redirect("assessments:grading_claims", page.grading.pk)
