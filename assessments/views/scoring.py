"""现场评分 on a tablet: a shell that the browser keeps, the sheet as data, the door for scores, evidence, the end."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from assessments.models import Indicator, ScoreMark
from assessments.panel.evidence import evidence_of
from assessments.panel.given import read
from assessments.panel.marking import Result, take, why_not
from assessments.panel.members import finish
from assessments.panel.sheet import panel_sheet
from assessments.panel.tablet import tablet_sheet
from assessments.panel.words import told as in_words
from assessments.views.panel_common import back_with, own_seat
from core.attachments.panel import panel_context
from core.methods import form_page
from core.offline import REFUSED, Batch, answered, each_taken, sheet_told, worker
from organizations.models import User
from organizations.signed_in import SignedIn
from organizations.views.common import seen, told

KEPT = timedelta(days=30)  # how long after the day on site the browser keeps the page


@never_cache
@require_safe
@login_required
def score_page(request: SignedIn, pk: int) -> HttpResponse:
    """``pk``: the grading; there for whoever sits on its panel, or sat there: what was scored before one left is on the
    device, and is sent and answered for from this page."""
    member = own_seat(request, pk, also_left=True)
    grading = member.grading
    until = (grading.site_on or timezone.localdate()) + KEPT
    context = {"title": _("现场评分"), "grading": grading, "member": member, "until": until}
    return render(request, "assessments/score_page.html", context)


@never_cache
@require_safe
@login_required
def score_state(request: SignedIn, pk: int) -> JsonResponse:
    return sheet_told(request, lambda: tablet_sheet(own_seat(request, pk), request.user))


@never_cache
@require_POST
@login_required
def score_take(request: SignedIn) -> JsonResponse:
    """A batch of a device (``core.offline``); whose scores are taken is asked score by score."""
    return answered(
        request,
        lambda batch: [_told(result) for result in _taken(batch, request.user)],
        unreadable=_("这一批评分读不出来，没有收。"),
        foreign=_("现在登录的是另一个账号。这些评分是别人评的，留在本机，等他登录后再发。"),
    )


def _taken(batch: Batch, by: User) -> list[Result]:
    return each_taken(
        batch,
        read,
        lambda good: take(good, by=by, offset=batch.offset),
        lambda key, why: Result(key, REFUSED, message=why),
    )


def _told(result: Result) -> dict[str, Any]:
    key = str(result.id) if result.id is not None else None
    return {"id": key, "state": result.state, "message": result.message, "shift": result.shift}


@require_safe
def score_worker(request: HttpRequest) -> HttpResponse:
    """The service worker of the pages under /scoring/."""
    return worker(reverse("assessments:score_worker").rpartition("/worker")[0] + "/")


@never_cache
@form_page
@login_required
def score_finish(request: SignedIn, pk: int) -> HttpResponse:
    """GET shows what is missing, or asks; POST hands the scores in."""
    member = own_seat(request, pk)
    back = reverse("assessments:score_page", args=[pk])
    if member.finished_at is not None:
        return redirect("assessments:my_panels")
    if closed := why_not(member, request.user):
        return back_with(request, closed, "assessments:my_panels")
    if request.method == "POST":
        try:
            finish(member)
        except ValidationError as error:
            told(request, error)
        else:
            messages.success(request, _("评分已完成。要改，请组长或组织单位重新打开。"))
            return redirect("assessments:my_panels")
    sheet = panel_sheet(member.grading)
    lacking = sheet.lacks(member)
    lines = [
        {"row": row, "said": in_words(row.indicator, row.answers.get(member.pk)), "note": _note(row, member.pk)}
        for row in sheet.rows
    ]
    context = {"title": _("完成评分"), "member": member, "grading": member.grading, "lacking": lacking, "lines": lines}
    return render(request, "assessments/score_finish.html", {**context, "back": back})


def _note(row: Any, member: int) -> str:
    mark = row.marks.get(member)
    return mark.note if mark is not None else ""


@require_safe
@login_required
def score_evidence(request: SignedIn, pk: int, indicator: int) -> HttpResponse:
    """Photos to one's own score of an indicator, if one likes; they hang on the score that counts now."""
    member = own_seat(request, pk)
    row: Indicator = seen(Indicator.objects.filter(standard=member.grading.standard_id), indicator)
    marks = list(ScoreMark.objects.filter(member=member, indicator=row).select_related("member__grading"))
    context = {
        "title": _("现场证据"), "member": member, "grading": member.grading, "indicator": row,
        "panel": panel_context(marks[-1], request.user, "evidence") if marks else None,
        "earlier": evidence_of(marks[:-1]).get((member.pk, row.pk), []),
    }  # fmt: skip
    return render(request, "assessments/score_evidence.html", context)
