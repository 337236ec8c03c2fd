"""评议和公示: the panel's sheet, the opinion, the result; 异议和申诉 of a grading."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.gradings.conditions import best_result, grant_problems
from assessments.models import Grading, Indicator
from assessments.panel.sheet import panel_answers
from assessments.publicity import objections
from assessments.scoring import score
from assessments.scoring.rules import made
from assessments.states import GradingState
from assessments.views.grading_common import GradingPage, grading_page
from core.together import together
from organizations.signed_in import SignedIn

G = GradingState
_HERE = ("publicise", "score_again", "decline", "grant", "deliberate_again")


@require_safe
@login_required
def grading_result(request: SignedIn, pk: int) -> HttpResponse:
    """The sheet is the office's and the panel's; the team reads it once the result is public."""
    page = grading_page(request, pk, "assessments:grading_result")
    grading = page.grading
    opens = _opens(page)
    context = page.context(
        heading=_("评议和公示"),
        opens=opens,
        moves=page.buttons(*_HERE),
        problems=grant_problems(grading) if grading.state == G.PUBLICITY and page.handled else [],
        today=timezone.localdate(),
        **(_scores(grading) if opens else {}),
    )
    return render(request, "assessments/grading_result.html", context)


def _opens(page: GradingPage) -> bool:
    if page.grading.state in (G.PUBLICITY, G.GRANTED):
        return True
    if page.grading.state == G.DECLINED:  # from the papers alone there are no scores
        return page.grading.site_on is not None
    return page.grading.state == G.DELIBERATION and bool(page.handled)


def _scores(grading: Grading) -> dict[str, Any]:
    """The sheet for the result, or, before there is one, for the grade applied for; lines in the order of the tree."""
    found = together(
        indicators=grading.standard.indicators.order_by("position", "pk"),
        conclusions=grading.standard.conclusions.order_by("position", "pk"),
    )
    rules = made(found["indicators"], found["conclusions"])
    sheet = score(rules, panel_answers(grading), aim=grading.result or grading.applied_grade or None)
    lines = {line.rule.code: line for line in sheet.lines}
    best = best_result(grading, sheet)
    names = {one.key: one.name for one in found["conclusions"]}
    return {
        "sheet": sheet,
        "rows": [_row(one, lines) for one in found["indicators"]],
        "best": names.get(best, ""),
    }


def _row(indicator: Indicator, lines: dict[str, Any]) -> dict[str, Any]:
    return {"indicator": indicator, "line": lines.get(indicator.code)}


@require_safe
@login_required
def grading_objections(request: SignedIn, pk: int) -> HttpResponse:
    page = grading_page(request, pk, "assessments:grading_objections")
    grading = page.grading
    context = page.context(
        heading=_("异议和申诉"),
        objections=objections.shown(grading, request.user),
        can_object=objections.may_object(grading, request.user),
        object_url=objections.object_url(grading),
        object_kind=objections.kind_now(grading),
        moves=[],
        today=timezone.localdate(),
    )
    return render(request, "assessments/grading_objections.html", context)
