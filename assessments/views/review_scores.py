"""自评: the team's answers, what is read from the records shown beside them; evidence of a line."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from assessments.annual.answers import TEAM, Basis, basis_of
from assessments.annual.checks import evidence_of
from assessments.annual.remarks import RETURN, remarks_of
from assessments.annual.rights import reports
from assessments.annual.scores import OPINION, Kept, Opinion, keep, line_for_evidence, sign_of
from assessments.annual.section_writing import confirm, mark_of
from assessments.annual.sections import SCORES
from assessments.annual.side_by_side import Row, rows_of, sheets_of
from assessments.forms.answers import AnswersForm
from assessments.models import Indicator, Review
from assessments.states import ReviewState
from assessments.views.review_common import review_page, writable
from core.attachments.panel import panels
from core.methods import form_page
from core.models import WorkflowEvent
from core.workflow import MoveNotAllowed, last_event
from organizations.signed_in import SignedIn
from organizations.views.moves import refused, version_seen


@form_page
@login_required
def review_self(request: SignedIn, pk: int) -> HttpResponse:
    page = review_page(request, pk)
    answer = writable(page)
    if answer:
        return answer
    review = page.review
    basis = basis_of(review)
    if request.method == "GET":
        return _show(request, review, basis, AnswersForm(basis=basis, side=TEAM))
    form = AnswersForm(request.POST, basis=basis, side=TEAM)
    form.is_valid()
    try:
        kept = keep(review, TEAM, form.given(), by=request.user)
        confirm(kept.review, SCORES, by=request.user)  # whoever saves the page has read it
    except MoveNotAllowed as error:
        return refused(request, review, error)
    tell(request, form, kept.overtaken)
    if form.errors:
        return _show(request, review, basis_of(review), form)
    if kept.overtaken:
        return redirect("assessments:review_self", review.pk)
    return redirect(review)


def tell(request: SignedIn, form: AnswersForm, overtaken: list[Indicator], *, opinion: str = "") -> None:
    """What was kept and what was not, in sentences. :param opinion: what another has written meanwhile."""
    if opinion:
        words = _("意见在您打开之后由别人改过，没有保存您写的。别人写的是：“%(opinion)s”。请核对下面的意见再保存。")
        messages.warning(request, words % {"opinion": opinion})
    if overtaken:
        names = _("、").join(str(one) for one in overtaken)
        messages.warning(request, _("%(lines)s别人刚改过，保留的是别人填的，请核对。") % {"lines": names})
    if form.errors:
        lines = link_lines([one for one in form.basis.scored if form.wrong(one)])
        words = _("%(lines)s没有保存，请改正；其余的已保存。") % {"lines": "{} "}
        messages.warning(request, format_html(words, lines))
    elif not overtaken and not opinion:
        messages.success(request, _("已保存。"))


def link_lines(lines: list[Indicator], part: str = "value") -> SafeString:
    """Codes of lines, each leading to its field on the page (``js/errors.js``)."""
    place = {"value": "i{}", "note": "id_i{}_note"}[part]
    return format_html_join(_("、"), '<a href="#{}">{}</a>', ((place.format(one.pk), one.code) for one in lines))


def _show(request: SignedIn, review: Review, basis: Basis, form: AnswersForm) -> HttpResponse:
    sheets = sheets_of(review, basis, (TEAM,))
    rows = rows_of(review, basis, sheets)
    form.catch_up(basis)
    returned, remarks = None, []
    if review.state == ReviewState.RETURNED:
        returned = last_event(WorkflowEvent.objects.of(review).select_related("by"), RETURN)
        remarks = remarks_of(review, returned, basis)
    fill(rows, form, files=evidence_of(basis), remarks={one.name: one for one in remarks})
    context = {
        "title": _("自评"), "review": review, "rows": rows, "form": form, "sheet": sheets[TEAM],
        "snapshot": basis.snapshot, "returned": returned, "is_carried": SCORES in review.carried,
        "keep_key": f"review-{review.pk}-self",
    }  # fmt: skip
    return render(request, "assessments/review_self.html", context)


def fill(rows: list[Row], form: AnswersForm, *, files: Any = None, remarks: Any = None) -> None:
    """Put the fields of the form, the files and the remarks of each line with its row."""
    for row in rows:
        if not row.is_heading:
            name = f"i{row.indicator.pk}"
            row.extra = {
                "fields": form.parts(row.indicator), "wrong": form.wrong(row.indicator),
                "files": (files or {}).get(row.indicator.pk, 0), "remark": (remarks or {}).get(name), "name": name,
            }  # fmt: skip


@require_POST
@login_required
def review_self_autosave(request: SignedIn, pk: int) -> HttpResponse:
    page = review_page(request, pk)
    reports(page.review, request.user).require()
    return autosaved(request, page.review, TEAM)


def autosaved(request: SignedIn, review: Review, side: str, opinion: Opinion | None = None) -> HttpResponse:
    """A line for the page; for its form the new signs of the lines and the version; the points as they are now. What
    somebody else has changed is told, and the page does not pass for having seen it."""
    basis = basis_of(review)
    form = AnswersForm(request.POST, basis=basis, side=side)
    form.is_valid()
    given = form.given()
    try:
        kept = keep(review, side, given, by=request.user, opinion=opinion)
    except MoveNotAllowed as error:
        return render(request, "assessments/_answers_saved.html", {"refused": error.message}, status=409)
    basis = basis_of(kept.review)
    sheets = sheets_of(kept.review, basis, (side,))
    same = {key for key, line in given.items() if sign_of(line) == sign_of(basis.rows.get(side, {}).get(key))}
    again = AnswersForm(basis=basis, side=side)
    context = {
        "saved_at": timezone.now(), "wrong": len([one for one in basis.scored if form.wrong(one)]),
        "overtaken": [one for one in basis.scored if one.pk in given and one.pk not in same],
        "seen": [again.parts(one)["seen"] for one in basis.scored if one.pk in same],
        "opinion_overtaken": kept.opinion_overtaken, "opinion_seen": _opinion_seen(kept, side, opinion),
        "version": kept.seen(version_seen(request)), "sheet": sheets[side],
        "rows": [row for row in rows_of(kept.review, basis, sheets) if not row.is_heading], "side": side,
    }  # fmt: skip
    return render(request, "assessments/_answers_saved.html", context)


def _opinion_seen(kept: Kept, side: str, opinion: Opinion | None) -> str:
    """New sign for the page, where what stands there now is what it shows."""
    now = getattr(kept.review, OPINION[side]) if side in OPINION else ""
    return mark_of(now) if opinion is not None and opinion.text == now else ""


def _line(basis: Basis, indicator: int) -> Indicator:
    line = next((one for one in basis.scored if one.pk == indicator), None)
    if line is None:
        raise Http404(_("这项标准没有这个指标。"))
    return line


@require_POST
@login_required
def review_evidence_begin(request: SignedIn, pk: int, indicator: int) -> HttpResponse:
    """Make the row that files of a line hang on, where there is none yet, and lead to them."""
    page = review_page(request, pk)
    answer = writable(page)
    if answer:
        return answer
    line = _line(basis_of(page.review), indicator)
    try:
        line_for_evidence(page.review, line, by=request.user)
    except MoveNotAllowed as error:
        return refused(request, page.review, error)
    return redirect("assessments:review_evidence", page.review.pk, line.pk)


@require_safe
@login_required
def review_evidence(request: SignedIn, pk: int, indicator: int) -> HttpResponse:
    """Files of one line of the team."""
    page = review_page(request, pk)
    basis = basis_of(page.review)
    line = _line(basis, indicator)
    row = basis.row(TEAM, line)
    if row is not None:
        row.review = page.review
    context = {
        "title": _("证明材料"), "review": page.review, "indicator": line, "row": row, "kept": bool(page.kept),
        "panels": panels(row, request.user, ("evidence",)) if row is not None else {},
    }  # fmt: skip
    return render(request, "assessments/review_evidence.html", context)
