"""Batch approval: first the list with what changes, then one POST."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.keys import keys, ticked
from core.methods import form_page
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding
from teams.choices import FilingKind
from teams.desk.batch import MOST, approve_together, together, why_not
from teams.desk.deciding import Seen
from teams.desk.queue import about
from teams.models import Filing


@form_page
@login_required
def desk_batch(request: SignedIn) -> HttpResponse:
    """``?all=annual``: every clean renewal; ``?pick=1&pick=2``: those ticked in the queue; else all that fit."""
    holding(Right.VIEW_TEAM)(request.user).require()  # what may be approved is what the list holds
    if request.method == "POST":
        return _approve(request)
    rows = together(request.user)
    picked = set(keys(request.GET.getlist("pick")))
    if picked:
        rows = rows.filter(pk__in=list(picked)[: MOST * 2])
    elif request.GET.get("all") == FilingKind.ANNUAL:
        rows = rows.filter(kind=FilingKind.ANNUAL)
    found = list(rows[: MOST + 1])
    lines = [{"filing": row, "about": about(row) or _("无变化")} for row in found[:MOST]]
    context = {
        "title": _("批量办结"),
        "lines": lines,
        "more": len(found) > MOST,
        "most": MOST,
        "left_out": _left_out(request, picked, found),
    }
    return render(request, "teams/desk_batch.html", context)


def _left_out(request: SignedIn, picked: set[int], found: list[Filing]) -> list[dict[str, Any]]:
    """What was ticked and cannot be approved together, with the reason."""
    missing = picked - {row.pk for row in found}
    if not missing:
        return []
    rows = Filing.objects.to_decide(request.user).filter(pk__in=list(missing)[:MOST])
    return [{"filing": row, "why": why_not(row)} for row in rows]


def _approve(request: SignedIn) -> HttpResponse:
    """Each ticked line carries what was shown: filing, round and step."""
    lines = ticked(request.POST.getlist("pick")[:MOST], 3)
    chosen = {key: Seen(round_no, step) for key, round_no, step in lines}
    if not chosen:
        messages.warning(request, _("没有选中任何一件。"))
        return redirect("teams:desk_batch")
    outcomes = approve_together(chosen, by=request.user)
    done = [outcome for outcome in outcomes if outcome.done]
    context = {
        "title": _("批量办结的结果"), "done": done, "failed": [outcome for outcome in outcomes if not outcome.done],
    }  # fmt: skip
    return render(request, "teams/desk_batch_done.html", context)
