"""材料 and 历史 of an activity."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.attachments.gallery import galleries
from core.attachments.panel import broken_off, panels
from core.history import changes_of
from core.models import WorkflowEvent
from organizations.signed_in import SignedIn
from training.choices import Department
from training.models import Activity, Subject
from training.records.remarks import commentable
from training.views.activity_common import ActivityPage, activity_page
from training.workflow import WORKFLOW

PAPERS = ("plan", "sign_in", "other")
GALLERIES = ("photo", "video")


@require_safe
@login_required
def activity_files(request: SignedIn, pk: int) -> HttpResponse:
    page = activity_page(request, pk, "training:activity_files")
    activity = page.activity
    pages = {kind: request.GET.get(f"{kind}_page", 1) for kind in GALLERIES}
    broken = broken_off([activity], request.user) if page.kept else []
    shown, rows = galleries(activity, pages, decision=page.kept, papers=PAPERS, broken=broken)
    papers = panels(activity, request.user, PAPERS, rows=rows, broken=broken).values()
    context = page.context(
        galleries=[one for one in shown if page.kept or one["count"] or one["ended"]],  # a reader sees what there is
        papers=[one for one in papers if page.kept or one["current"] or one["ended"]],
        heading=_("材料"), moves=[],
    )  # fmt: skip
    return render(request, "training/activity_files.html", context)


@require_safe
@login_required
def activity_history(request: SignedIn, pk: int) -> HttpResponse:
    page = activity_page(request, pk, "training:activity_history")
    context = page.context(entries=_story(page), heading=_("历史"), moves=[])
    return render(request, "training/activity_history.html", context)


def _story(page: ActivityPage) -> list[dict[str, Any]]:
    """Moves and changes of facts, newest first."""
    activity = page.activity
    names = dict(Subject.objects.values_list("pk", "name"))
    departments = {str(key): str(label) for key, label in Department.choices}
    masked = {"subjects": lambda text: _each(text, names), "departments": lambda text: _each(text, departments)}
    told = [change.shown() for change in changes_of(activity, masked=masked)]
    moves = [_move(event, page) for event in WorkflowEvent.objects.of(activity).select_related("by")]
    kept = [entry for entry in map(_without_moves, told) if entry["changes"]]
    return sorted([*moves, *kept], key=lambda entry: entry["at"], reverse=True)


def _each(text: str, names: dict[str, str]) -> str:
    mark = _("、")
    return mark.join(names.get(key, key) for key in text.split(mark))


# Facts that a move sets, and its own line tells.
_SET_BY_MOVES = ("state", "office", "submitted_by", "confirmed_by", "state_reason")


def _without_moves(entry: dict[str, Any]) -> dict[str, Any]:
    labels = {str(Activity._meta.get_field(name).verbose_name) for name in _SET_BY_MOVES}  # type: ignore[union-attr]
    return {**entry, "changes": [line for line in entry["changes"] if str(line["label"]) not in labels]}


def _move(event: WorkflowEvent, page: ActivityPage) -> dict[str, Any]:
    labels = {name: label for name, label, _value in commentable(page.activity)}
    facts = event.facts or {}
    said = facts.get("fields") or {}
    lines = [{"label": labels.get(name, name), "new": text} for name, text in said.items()]
    return {
        "at": event.at,
        "who": event.by or _("系统"),
        "for_whom": event.acting_for,
        "label": WORKFLOW.label(event.action),
        "comment": event.comment or facts.get("reason", ""),
        "changes": lines,
    }
