"""One drill or training as a reading sheet, with what is still to do about it."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.attachments.panel import row_context, rows_of
from core.models import WorkflowEvent
from core.together import together
from organizations.nearest import nearest_duties
from organizations.roles import Right
from organizations.signed_in import SignedIn
from training.activities.beginning import can_save_as_template, may_begin
from training.activities.sections import parts_of, url_of
from training.models import Activity
from training.records.checks import Finding, check
from training.records.hours import hours_of
from training.records.queue import told_at_hand_in, waiting_for
from training.records.reading_sheet import around, cards_of
from training.records.remarks import also_changed, as_returned, last_return, remarks_of
from training.states import ON_RECORD, ActivityState
from training.views.activity_common import ActivityPage, activity_page

PHOTOS = 6  # shown on the sheet; all of them under 材料


@require_safe
@login_required
def activity_detail(request: SignedIn, pk: int) -> HttpResponse:
    page = activity_page(request, pk, "training:activity_detail")
    activity = page.activity
    found = together(**around(activity), events=_events(activity), photos=_photos(activity))
    more = {**_sheet(page, found), **_standing(page, found["events"]), **_confirming(page)}
    context = page.context(**more)
    return render(request, "training/activity_detail.html", context)


def _events(activity: Activity) -> QuerySet[WorkflowEvent]:
    return WorkflowEvent.objects.of(activity).select_related("by").order_by("at", "pk")


def _photos(activity: Activity) -> QuerySet[Any]:
    return rows_of(activity).filter(kind="photo", ended_at=None).order_by("-uploaded_at", "-pk")[:PHOTOS]


def _sheet(page: ActivityPage, found: dict[str, list[Any]]) -> dict[str, Any]:
    """The facts, and for the author what is still missing."""
    activity = page.activity
    kept = bool(page.kept)
    again = activity.state == ActivityState.SUBMITTED
    returned = last_return(found["events"]) if again or activity.state == ActivityState.RETURNED else None
    before = as_returned(activity, returned) if returned else None
    remarks = remarks_of(activity, returned, before)
    if not kept:
        remarks = [replace(remark, url="") for remark in remarks]
    findings = check(activity) if kept else []
    evaluated = sum(bool(row.rating) for row in found["evaluations"])
    parts = (
        parts_of(
            activity, findings, slots=len(found["slots"]), evaluated=evaluated,
            remarks=[remark.name for remark in remarks if not remark.answered],
        )
        if kept
        else []
    )  # fmt: skip
    return {
        "cards": cards_of(activity, found, {remark.name: remark for remark in remarks}),
        "teams": [row.organization for row in found["teams"]],
        "photos": [row_context(row, page.kept) for row in found["photos"]],
        "returned": returned,
        "remarks": remarks,
        "again": again,
        "also_changed": also_changed(activity, remarks, before) if again and returned else [],
        "parts": parts,
        "missing": [led(activity, finding) for finding in findings],
        "ready": kept and not any(finding.blocking for finding in findings),
        "may_copy": bool(may_begin(page.request.user, activity.host)),
        "may_template": bool(can_save_as_template(activity, page.request.user)),
        "elsewhere": elsewhere(activity, {remark.name for remark in remarks}) if kept else [],
    }


def led(activity: Activity, finding: Finding) -> dict[str, Any]:
    """A finding with the place where it can be mended."""
    url = url_of(activity, finding.field) if finding.field else ""
    return {"finding": finding, "url": f"{url}?{finding.query}" if url and finding.query else url}


def elsewhere(activity: Activity, remarks: set[str]) -> list[dict[str, Any]]:
    """What is filled in on other pages than the form's, and whether a return asked to change it."""
    routes = (
        ("people", _("名单"), _("参加队伍和人员"), "training:activity_people"),
        ("roll", _("点名"), _("到场和时长"), "training:activity_roll"),
        ("results", _("授课和成绩"), _("谁讲的、谁合格、发证"), "training:activity_results"),
        ("files", _("材料"), _("照片、视频、方案、签到表"), "training:activity_files"),
    )
    return [
        {"label": label, "hint": hint, "url": reverse(route, args=[activity.pk]), "asked": name in remarks}
        for name, label, hint, route in routes
        if name != "results" or not activity.is_drill
    ]


def _standing(page: ActivityPage, events: list[WorkflowEvent]) -> dict[str, Any]:
    """Who has it now and since when; the figures as they were frozen."""
    activity = page.activity
    waits = activity.state == ActivityState.SUBMITTED
    people = []
    if waits and activity.office is not None:
        people = nearest_duties(Right.CONFIRM_TRAINING, activity.office, without=activity.submitted_by_id)
    return {
        "waits": waits,
        "waiting_for": list(dict.fromkeys((duty.user, duty.organization) for duty in people)),
        "since": events[-1].at if events else activity.created_at,
        "frozen": activity.state in (ActivityState.SUBMITTED, *ON_RECORD),
        "hours": hours_of(activity.minutes),
        "told": told_at_hand_in(events) if activity.state in (ActivityState.SUBMITTED, *ON_RECORD) else [],
    }


def _confirming(page: ActivityPage) -> dict[str, Any]:
    """For whoever confirms it: the one after this, so that a queue is worked through without going back to the list."""
    if not any(move.action == "confirm" for move in page.moves):
        return {"confirms": False}
    others = list(waiting_for(page.request.user).exclude(pk=page.activity.pk)[:1])
    # withdrawing is the author's; whoever confirms sends it back
    mine = page.activity.submitted_by_id == page.request.user.pk
    moves = [move for move in page.moves if mine or move.action != "withdraw"]
    return {"moves": moves, "confirms": True, "next_one": others[0].get_absolute_url() if others else ""}
