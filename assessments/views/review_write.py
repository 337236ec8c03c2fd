"""The team's report: a first draft, confirming what has not changed, section by section, saved while one types."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assessments.annual.answers import TEAM, basis_of
from assessments.annual.remarks import RETURN, remarks_of
from assessments.annual.rights import reports
from assessments.annual.section_leads import lead
from assessments.annual.section_writing import Overtaken, begin, confirm, keep_section, mark_of, offered, source_of
from assessments.annual.sections import SCORES, SECTIONS, Section, around, section_named, text_of
from assessments.annual.side_by_side import rows_of, sheets_of
from assessments.forms.reviews import ReporterForm, SectionForm
from assessments.models import Review
from assessments.states import ReviewState
from assessments.views.review_common import review_page, writable
from core.forms import saved
from core.methods import form_page
from core.models import WorkflowEvent
from core.workflow import MoveNotAllowed, last_event
from organizations.signed_in import SignedIn
from organizations.views.moves import refused


@require_POST
@login_required
def review_begin(request: SignedIn, pk: int) -> HttpResponse:
    """Fill in what is empty from the records and from last year, then read it."""
    page = review_page(request, pk)
    answer = writable(page)
    if answer:
        return answer
    try:
        fresh = begin(page.review, by=request.user)
    except MoveNotAllowed as error:
        return refused(request, page.review, error)
    if not fresh.carried:
        messages.info(request, _("没有可以带出的内容，请逐节填写。"))
        return redirect(fresh)
    return redirect("assessments:review_confirm", fresh.pk)


@form_page
@login_required
def review_confirm(request: SignedIn, pk: int) -> HttpResponse:
    """与上年相同的，逐段确认: each one is read and left as it stands by one press; what changed is edited."""
    page = review_page(request, pk)
    answer = writable(page)
    if answer:
        return answer
    if request.method == "POST":
        try:
            fresh = confirm(page.review, request.POST.get("section", ""), by=request.user)
        except MoveNotAllowed as error:
            return refused(request, page.review, error)
        here = reverse("assessments:review_confirm", args=[fresh.pk])
        following = _first_unread(fresh)
        if not following:
            messages.success(request, _("都看过了。"))
            return redirect(fresh)
        return redirect(f"{here}#{following}")
    return render(request, "assessments/review_confirm.html", _confirming(page.review))


def _first_unread(review: Review) -> str:
    return next((key for key in (*(one.key for one in SECTIONS), SCORES) if key in review.carried), "")


def _confirming(review: Review) -> dict[str, Any]:
    first, basis = _first_unread(review), basis_of(review)
    source, cards = source_of(review, basis.values), []
    for one in SECTIONS:
        text, said = text_of(review, one.key), lead(one.key, source)
        if text:
            cards.append({
                "section": one, "text": text, "said": "" if said in text else said, "now": one.key == first,
                "unread": one.key in review.carried,
            })  # fmt: skip
    rows = []
    if SCORES in review.carried:
        asked = {one.pk for one in basis.by_hand()}
        every = rows_of(review, basis, sheets_of(review, basis, (TEAM,)))
        rows = [row for row in every if row.indicator.pk in asked]
    return {
        "title": _("逐段确认"), "review": review, "cards": cards, "rows": rows, "scores_now": first == SCORES,
        "left": len(review.carried),
    }  # fmt: skip


# -- one section ----------------------------------------------------------------------------------------------
def _part(key: str) -> Section:
    part = section_named(key)
    if part is None:
        raise Http404(_("没有这一节。"))
    return part


@form_page
@login_required
def review_edit(request: SignedIn, pk: int, section: str) -> HttpResponse:
    page, part = review_page(request, pk), _part(section)
    answer = writable(page)
    if answer:
        return answer
    review = page.review
    if request.method == "GET":
        words = "" if text_of(review, part.key) else offered(review)[part.key]
        return _show(request, review, part, SectionForm(review=review, section=part, words=words), offers=bool(words))
    form = SectionForm(request.POST, review=review, section=part)
    if not form.is_valid():
        return _show(request, review, part, form)
    try:
        fresh = keep_section(review, part, form.cleaned_data["text"], seen=form.cleaned_data["seen"], by=request.user)
        confirm(fresh, part.key, by=request.user)  # whoever saves it has read it
    except Overtaken as error:
        return _show(request, review, part, _against(request, form, error), theirs=error.text)
    except MoveNotAllowed as error:
        return refused(request, review, error)
    except ValidationError as error:
        form.add_error("text", error)
        return _show(request, review, part, form)
    messages.success(request, _("已保存。"))
    return redirect(_after(review, part, request.POST.get("action", "")))


def _against(request: SignedIn, form: SectionForm, error: Overtaken) -> SectionForm:
    """What was typed stays; sending again, with theirs before one's eyes, overwrites it."""
    again: Any = form.data
    form.data = again.copy()
    again = form.data
    again["seen"] = mark_of(error.text)
    return form


def _after(review: Review, part: Section, action: str) -> str:
    _before, after, _number, _all = around(part)
    if action == "save" or after is None:
        part_url = reverse("assessments:review_edit", args=[review.pk, part.key])
        return part_url if action == "save" else review.get_absolute_url()
    return reverse("assessments:review_edit", args=[review.pk, after.key])


def _show(
    request: SignedIn, review: Review, part: Section, form: SectionForm, *, theirs: str = "", offers: bool = False
) -> HttpResponse:
    before, after, number, many = around(part)
    returned, remarks, basis = None, [], basis_of(review)
    if review.state == ReviewState.RETURNED:
        returned = last_event(WorkflowEvent.objects.of(review).select_related("by"), RETURN)
        remarks = [one for one in remarks_of(review, returned, basis) if one.name == part.key]
    said = lead(part.key, source_of(review, basis.values))
    context = {
        "review": review, "section": part, "form": form, "before": before, "after": after,
        "place_text": _("第 %(n)d 节，共 %(all)d 节") % {"n": number, "all": many},
        "returned": returned, "remark": remarks[0] if remarks else None, "theirs": theirs, "offers": offers,
        "said": "" if said and said in (form["text"].value() or "") else said,
        "is_carried": part.key in review.carried, "keep_key": f"review-{review.pk}-{part.key}",
    }  # fmt: skip
    return render(request, "assessments/review_section.html", context, status=409 if theirs else 200)


@require_POST
@login_required
def review_autosave(request: SignedIn, pk: int, section: str) -> HttpResponse:
    """The page saves itself: a line for the page, and the new sign for its form."""
    page, part = review_page(request, pk), _part(section)
    reports(page.review, request.user).require()
    form = SectionForm(request.POST, review=page.review, section=part)
    answer: dict[str, Any] = {}
    status = 200
    try:
        if form.is_valid():
            given = form.cleaned_data
            fresh = keep_section(page.review, part, given["text"], seen=given["seen"], by=request.user)
            answer = {"saved_at": timezone.now(), "seen": mark_of(text_of(fresh, part.key))}
        else:
            answer = {"refused": "；".join(str(one) for one in form.errors.get("text", []))}
    except Overtaken:
        answer = {"stale": True}
    except MoveNotAllowed as error:
        answer, status = {"refused": error.message}, 409
    return render(request, "assessments/_section_saved.html", answer, status=status)


@require_POST
@login_required
def review_reporter(request: SignedIn, pk: int) -> HttpResponse:
    page = review_page(request, pk)
    answer = writable(page)
    if answer:
        return answer
    form = ReporterForm(request.POST, instance=page.review, own=request.user)
    if form.is_valid() and saved(form) is not None:
        messages.success(request, _("已保存。"))
    else:
        for errors in form.errors.values():
            for error in errors:
                messages.error(request, str(error))
    return redirect(f"{page.review.get_absolute_url()}#reporter")
