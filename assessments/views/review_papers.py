"""述职报告, 得分, 材料 and 历史 of a review."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.annual_answers import LEAGUE, REGION, TEAM, basis_of
from assessments.annual_rights import adjusts
from assessments.annual_workflow import REVIEW
from assessments.models import Adjustment, Indicator, Review
from assessments.review_remarks import FILES, FILES_LABEL
from assessments.sections import SECTIONS, text_of
from assessments.sheet_rows import rows_of, sheets_of
from assessments.states import ReviewState
from assessments.views.review_common import ReviewPage, review_page
from core.attachments.panel import panels
from core.history import changes_of
from core.keys import keys
from core.models import WorkflowEvent
from organizations.signed_in import SignedIn

S = ReviewState
_BOTH = ["GET", "POST"]
# A side's points are shown to the others once it has handed them on.
_SEEN_FROM = {
    TEAM: tuple(S),
    LEAGUE: (S.SCORED, S.DECIDED, S.PUBLICITY, S.FINAL),
    REGION: (S.DECIDED, S.PUBLICITY, S.FINAL),
}


@require_safe
@login_required
def review_report(request: SignedIn, pk: int) -> HttpResponse:
    page = review_page(request, pk, "assessments:review_report")
    cards = [{"section": one, "text": text_of(page.review, one.key)} for one in SECTIONS]
    context = page.context(cards=[one for one in cards if one["text"] or page.kept], heading=_("述职报告"), moves=[])
    return render(request, "assessments/review_report.html", context)


@require_safe
@login_required
def review_sheet(request: SignedIn, pk: int) -> HttpResponse:
    """All columns there are by now, read only, with the adjustments."""
    page = review_page(request, pk, "assessments:review_sheet")
    review = page.review
    basis = basis_of(review)
    sides = [side for side, states in _SEEN_FROM.items() if review.state in states]
    sheets = sheets_of(review, basis, sides)
    context = page.context(
        rows=rows_of(review, basis, sheets), sheets=[sheets[side] for side in sides], sides=sides,
        adjustments=_adjustments(page), heading=_("得分"), moves=[], snapshot=basis.snapshot,
        has_league=LEAGUE in sides, has_region=REGION in sides,
    )  # fmt: skip
    return render(request, "assessments/review_sheet.html", context)


def _adjustments(page: ReviewPage) -> list[dict[str, Any]]:
    """Also those that were ended."""
    rows = list(Adjustment.objects.filter(review=page.review).select_related("made_by"))
    may_end = bool(adjusts(page.review, page.request.user))
    found = []
    for row in rows:
        row.review = page.review
        panel = panels(row, page.request.user, ("grounds",))["grounds"]
        found.append({"row": row, "panel": panel, "may_end": may_end and row.ended_at is None})
    return found


@require_safe
@login_required
def review_files(request: SignedIn, pk: int) -> HttpResponse:
    page = review_page(request, pk, "assessments:review_files")
    shown = panels(page.review, request.user, Review.attachment_kinds)
    return render(request, "assessments/review_files.html", page.context(panels=shown, heading=_("材料"), moves=[]))


# -- history --------------------------------------------------------------------------------------------------
# Facts that a move sets, and its own line tells.
_SET_BY_MOVES = ("state", "submitted_by", "scored_by", "decided_by", "state_reason", "office")


@require_safe
@login_required
def review_history(request: SignedIn, pk: int) -> HttpResponse:
    page = review_page(request, pk, "assessments:review_history")
    review = page.review
    labels = {str(Review._meta.get_field(name).verbose_name) for name in _SET_BY_MOVES}  # type: ignore[union-attr]
    told_ = []
    for change in changes_of(review, masked={"report": _sections_changed}):
        entry = change.shown()
        kept = [line for line in entry["changes"] if str(line["label"]) not in labels]
        if kept:
            told_.append({**entry, "changes": kept})
    events = WorkflowEvent.objects.of(review).select_related("by")
    names = _names(list(events))
    moves = [_move(event, names) for event in events]
    entries = sorted([*moves, *told_], key=lambda entry: entry["at"], reverse=True)
    context = page.context(entries=entries, heading=_("历史"), moves=[])
    return render(request, "assessments/review_history.html", context)


def _names(events: list[WorkflowEvent]) -> dict[str, str]:
    """What comments of a return stand at, in words."""
    said = {name for event in events for name in (event.facts or {}).get("fields") or {}}
    wanted = keys(name.removeprefix("i") for name in said if name.startswith("i"))
    lines = {f"i{one.pk}": str(one) for one in Indicator.objects.filter(pk__in=wanted)} if wanted else {}
    return {**lines, **{one.key: str(one.title) for one in SECTIONS}, FILES: str(FILES_LABEL)}


def _sections_changed(_text: str) -> str:
    """The report is long: that it changed is said, its words stand on its own page."""
    return _("（正文）")


def _move(event: WorkflowEvent, names: dict[str, str]) -> dict[str, Any]:
    facts = event.facts or {}
    lines = [{"label": names.get(name, name), "new": text} for name, text in (facts.get("fields") or {}).items()]
    former = facts.get("former") or {}
    if former:
        words = {"n": former.get("revision"), "total": former.get("total"), "result": former.get("result")}
        lines.append({"label": _("原结果"), "new": _("第 %(n)s 版：%(total)s 分，%(result)s") % words})
    if event.action in ("score", "decide") and facts.get("total"):
        lines.append({"label": _("得分"), "new": facts["total"]})
    if facts.get("result"):
        lines.append({"label": _("考核结果"), "new": facts["result"]})
    return {
        "at": event.at,
        "who": event.by or _("系统"),
        "for_whom": event.acting_for,
        "label": REVIEW.move(event.action).label,
        "comment": event.comment or facts.get("reason", ""),
        "changes": lines,
    }
