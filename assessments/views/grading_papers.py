"""材料 and 历史 of a grading."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.choices import Grade
from assessments.gradings.workflow import WORKFLOW
from assessments.models import Grading, GradingClaim
from assessments.views.grading_common import GradingPage, grading_page
from core.attachments.panel import panels
from core.history.as_at import events_of
from core.history.changes import changes_of_several, events_for
from core.models import WorkflowEvent
from core.together import together
from organizations.signed_in import SignedIn

_OF_SITE = ("site", "minutes")
MOST = 500  # changes of claims that are told
# Facts that a move sets, and its own line tells.
_SET_BY_MOVES = (
    "state", "office", "submitted_by", "submitted_at", "number", "total", "closed_at", "site_on", "site_place",
    "result", "public_from", "public_until", "deliberation",
)  # fmt: skip


@require_safe
@login_required
def grading_files(request: SignedIn, pk: int) -> HttpResponse:
    page = grading_page(request, pk, "assessments:grading_files")
    found = panels(page.grading, request.user, Grading.attachment_kinds)
    held = [panel for kind, panel in found.items() if _is_due(page.grading, kind) or panel["current"] or panel["ended"]]
    context = page.context(papers=held, heading=_("材料"), moves=[])
    return render(request, "assessments/grading_files.html", context)


@require_safe
@login_required
def grading_history(request: SignedIn, pk: int) -> HttpResponse:
    page = grading_page(request, pk, "assessments:grading_history")
    context = page.context(entries=_story(page), heading=_("历史"), moves=[])
    return render(request, "assessments/grading_history.html", context)


def _is_due(grading: Grading, kind: str) -> bool:
    """A captain who applies is not asked for what comes of the assessment on site."""
    return kind not in _OF_SITE or grading.site_on is not None


def _story(page: GradingPage) -> list[dict[str, Any]]:
    """Moves and changes of facts and claims, newest first."""
    grading = page.grading
    read = together(
        claims=grading.claims.select_related("indicator"),
        events=events_of(GradingClaim).objects.filter(grading=grading.pk).order_by("-pgh_id")[:MOST],
        own=events_for(grading),
        moves=WorkflowEvent.objects.of(grading).select_related("by"),
    )
    claims: list[GradingClaim] = read["claims"]
    found: dict[int, list[Any]] = {claim.pk: [] for claim in claims}
    for event in read["events"]:
        found[event.pgh_obj_id].append(event)
    rows: list[Any] = [(claim, found[claim.pk], {}) for claim in claims]
    known = [grading, grading.team, grading.standard, *(claim.indicator for claim in claims)]
    own, *told = changes_of_several((grading, read["own"], {}), *rows, known=known)
    entries = [_without(change.shown(), Grading, _SET_BY_MOVES) for change in own]
    for claim, changes in zip(claims, told, strict=True):
        entries += [_of_claim(claim, change.shown()) for change in changes if change.label == "update"]
    moves = [_move(event) for event in read["moves"]]
    return sorted([*moves, *(entry for entry in entries if entry["changes"])], key=lambda one: one["at"], reverse=True)


def _of_claim(claim: GradingClaim, entry: dict[str, Any]) -> dict[str, Any]:
    """Without the comments: those of a return stand with the return, those nobody was told of are the office's own."""
    label = _("修改填报：%(indicator)s") % {"indicator": claim.indicator}
    return {**_without(entry, GradingClaim, ("comment",)), "label": label}


def _without(entry: dict[str, Any], model: type[Model], names: Iterable[str]) -> dict[str, Any]:
    hidden = {str(model._meta.get_field(name).verbose_name) for name in names}  # type: ignore[union-attr]
    return {**entry, "changes": [line for line in entry["changes"] if str(line["label"]) not in hidden]}


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
    if event.action != "publicise":
        del labels["total"]  # not before the result is public
    words = {**facts, "result": dict(Grade.choices).get(facts.get("result", ""), "")}
    lines += [{"label": label, "new": words[name]} for name, label in labels.items() if words.get(name)]
    return {
        "at": event.at,
        "who": event.by or _("系统"),
        "for_whom": event.acting_for,
        "label": WORKFLOW.label(event.action),
        "comment": event.comment,
        "changes": lines,
    }
