"""材料 and 历史 of a grading."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.grading_workflow import WORKFLOW
from assessments.models import Grading
from assessments.views.grading_common import GradingPage, grading_page
from core.attachments.panel import panels
from core.history import changes_of
from core.models import WorkflowEvent
from organizations.signed_in import SignedIn

# Facts that a move sets, and its own line tells.
_SET_BY_MOVES = (
    "state", "office", "submitted_by", "submitted_at", "number", "total", "closed_at", "site_on", "site_place",
    "result", "public_from", "public_until", "deliberation",
)  # fmt: skip


@require_safe
@login_required
def grading_files(request: SignedIn, pk: int) -> HttpResponse:
    page = grading_page(request, pk, "assessments:grading_files")
    kinds = list(Grading.attachment_kinds)
    found = panels(page.grading, request.user, kinds)
    context = page.context(papers=[found[kind] for kind in kinds], heading=_("材料"), moves=[])
    return render(request, "assessments/grading_files.html", context)


@require_safe
@login_required
def grading_history(request: SignedIn, pk: int) -> HttpResponse:
    page = grading_page(request, pk, "assessments:grading_history")
    context = page.context(entries=_story(page), heading=_("历史"), moves=[])
    return render(request, "assessments/grading_history.html", context)


def _story(page: GradingPage) -> list[dict[str, Any]]:
    """Moves and changes of facts, newest first."""
    grading = page.grading
    hidden = {str(Grading._meta.get_field(name).verbose_name) for name in _SET_BY_MOVES}  # type: ignore[union-attr]
    told = [change.shown() for change in changes_of(grading)]
    for entry in told:
        entry["changes"] = [line for line in entry["changes"] if str(line["label"]) not in hidden]
    moves = [_move(event) for event in WorkflowEvent.objects.of(grading).select_related("by")]
    return sorted([*moves, *(entry for entry in told if entry["changes"])], key=lambda one: one["at"], reverse=True)


def _move(event: WorkflowEvent) -> dict[str, Any]:
    """One line per move, with what it set: comments at indicators, date and place, the result."""
    facts = event.facts or {}
    said = facts.get("fields") or {}
    lines = [{"label": code, "new": one.get("text", "")} for code, one in said.items() if isinstance(one, dict)]
    labels = {
        "site_on": _("现场测评日期"), "site_place": _("现场测评地点"), "result": _("评议结果"), "total": _("得分"),
        "public_from": _("公示起"), "public_until": _("公示止"), "deliberation": _("评议意见"),
        "document_number": _("文号"), "until": _("有效至"),
    }  # fmt: skip
    lines += [{"label": label, "new": facts[name]} for name, label in labels.items() if facts.get(name)]
    return {
        "at": event.at,
        "who": event.by or _("系统"),
        "for_whom": event.acting_for,
        "label": WORKFLOW.move(event.action).label,
        "comment": event.comment,
        "changes": lines,
    }
