"""The tab 点名: what the roll comes to, what is in the way, and putting it right."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.forms import refuse
from core.history import changes_of
from core.keys import keys
from core.methods import form_page
from organizations.signed_in import SignedIn
from organizations.views.common import seen, told
from training.forms.roll import CorrectForm
from training.models import Activity, Attendance, Mark
from training.roll.callers import caller_of, joined
from training.roll.overview import overview
from training.roll.presence import clashes, shown_to
from training.roll.settling import clear, correct, may_now, settle, settles
from training.roll.waiting import waiting
from training.views.activity_common import activity_page, calls_roll_of

ROUTE = "training:activity_roll"
MOST = 200


@require_safe
@login_required
def activity_roll(request: SignedIn, pk: int) -> HttpResponse:
    page = activity_page(request, pk, ROUTE)
    table = overview(page.activity, page_number(request))
    caller = caller_of(page.activity, request.user, table.teams)
    for line in table.lines:
        line.may = page.activity.is_open and caller.calls(line.row.organization_id)  # type: ignore[attr-defined]
    found = shown_to(request.user, clashes(page.activity))
    for clash in found:
        clash["may"] = page.activity.is_open and caller.calls(clash["own"].participation.organization_id)
    context = page.context(
        table=table, calls=bool(caller), at_host=caller.at_host, ahead=_lies_ahead(page.activity), clashes=found,
        clears=any(clash["may"] for clash in found), now=_now(table.slots),
    )  # fmt: skip
    return render(request, "training/activity_roll.html", context)


def _now(slots: list[Any]) -> int | None:
    """Key of the slot whose roll is called next: the one that is on or comes, when all are over the last."""
    left = [slot for slot in slots if slot.ends_at > timezone.now()] or slots[-1:]
    return left[0].pk if left else None


def _lies_ahead(activity: Activity) -> bool:
    return activity.is_open and activity.ends_at is not None and activity.ends_at > timezone.now()


def page_number(request: SignedIn) -> int:
    """Which page; anything that is none is the first."""
    text = request.GET.get("page", "1")
    return int(text) if re.fullmatch("[1-9][0-9]{0,3}", text) else 1


@require_POST
@login_required
def roll_clear(request: SignedIn, pk: int) -> HttpResponse:
    """``attendance`` (repeated): who was not here after all."""
    page = activity_page(request, pk, ROUTE)
    caller = caller_of(page.activity, request.user, joined(page.activity))
    caller.decision.require()
    ticked = keys(request.POST.getlist("attendance")[:MOST])
    rows = Attendance.objects.filter(slot__activity=page.activity, pk__in=ticked).select_related("participation")
    try:
        done = clear(
            page.activity, [row for row in rows if caller.calls(row.participation.organization_id)], by=request.user
        )
    except ValidationError as error:
        told(request, error)
    else:
        if done:
            messages.success(request, _("已撤销 %(n)d 人在这里的点到。") % {"n": done})
        else:
            messages.error(request, _("请先勾选人。"))
    return redirect(ROUTE, page.activity.pk)


# -- marks that do not count -------------------------------------------------------------------------------
@form_page
@login_required
def mark_list(request: SignedIn, pk: int) -> HttpResponse:
    """POST: ``mark`` (repeated), ``act`` (count or leave) and the ``reason``."""
    page = activity_page(request, pk, ROUTE)
    settles(page.activity, request.user).require()
    if request.method == "POST":
        return _settle(request, page.activity)
    rows = list(_marks(waiting(page.activity.pk)).order_by("at", "pk")[: MOST + 1])
    settled = _marks(Mark.objects.filter(slot__activity=page.activity, settlement__isnull=False))
    context = page.context(
        waiting=rows[:MOST], more=len(rows) > MOST, most=MOST,
        settled=list(settled.select_related("settlement__by").order_by("-settlement__at")[:MOST]),
        closed="" if page.activity.is_open else may_now(page.activity).reason, moves=[],
    )  # fmt: skip
    return render(request, "training/mark_list.html", context)


def _marks(rows: Any) -> Any:
    return rows.select_related("person", "slot", "by")


def _settle(request: SignedIn, activity: Activity) -> HttpResponse:
    marks = list(_ticked(request))
    try:
        done = settle(
            activity, marks, counts=request.POST.get("act") == "count", reason=request.POST.get("reason", ""),
            by=request.user,
        )  # fmt: skip
    except ValidationError as error:
        told(request, error)
    else:
        if done:
            messages.success(request, _("已处理 %(n)d 条。") % {"n": done})
        if done < len(marks):
            messages.warning(request, _("有 %(n)d 条别人已经处理过了，没有再改。") % {"n": len(marks) - done})
        elif not marks:
            messages.error(request, _("请先勾选点名。"))
    return redirect("training:mark_list", activity.pk)


def _ticked(request: SignedIn) -> Iterator[UUID]:
    for text in request.POST.getlist("mark")[:MOST]:
        with suppress(ValueError):
            yield UUID(text)


# -- minutes -------------------------------------------------------------------------------------------------
@form_page
@login_required
def attendance_correct(request: SignedIn, pk: int) -> HttpResponse:
    rows = Attendance.objects.filter(slot__activity__in=Activity.objects.visible_to(request.user))
    row: Attendance = seen(
        rows.select_related("slot__activity__host", "participation__person", "participation__organization"), pk
    )
    activity = row.slot.activity
    calls_roll_of(activity, row.participation.organization, request).require()
    back = reverse(ROUTE, args=[activity.pk])
    if not activity.is_open:
        messages.error(request, may_now(activity).reason)
        return redirect(back)
    form = CorrectForm(request.POST or None, attendance=row)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            correct(
                row, minutes=facts["minutes_set"], reason=facts["set_reason"], version=facts["version"], by=request.user
            )
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("时长已更正。"))
            return redirect(back)
    marks = Mark.objects.filter(slot=row.slot, person=row.participation.person).select_related("by")
    context = {
        "title": _("更正时长"), "form": form, "row": row, "activity": activity, "cancel_url": back,
        "marks": list(marks.order_by("at", "pk")[:MOST]), "history": [change.shown() for change in changes_of(row)],
    }  # fmt: skip
    return render(request, "training/attendance_correct.html", context)
