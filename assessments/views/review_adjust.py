"""Adjustments beside the standard, and reading the records of one team anew."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.annual.adjusting import add, end
from assessments.annual.rights import adjusts, may_take, takes
from assessments.annual.snapshot_occasions import take_again
from assessments.forms.reviews import AdjustmentForm, ReasonForm
from assessments.models import Adjustment, Review
from assessments.views.review_common import review_page
from core.forms import refuse
from core.methods import form_page
from core.workflow import MoveNotAllowed
from organizations.signed_in import SignedIn
from organizations.views.common import seen, told
from organizations.views.moves import refused


def _now(request: SignedIn, review: Review) -> HttpResponse | None:
    """The office and the region; a wrong time is told and leads to the page. None: go on."""
    may_take(review, request.user).require()
    decision = adjusts(review, request.user)
    if decision:
        return None
    messages.error(request, str(decision.reason))
    return redirect(review)


@form_page
@login_required
def adjustment_create(request: SignedIn, pk: int) -> HttpResponse:
    page = review_page(request, pk)
    review = page.review
    answer = _now(request, review)
    if answer:
        return answer
    form = AdjustmentForm(request.POST or None, instance=Adjustment(review=review, made_by=request.user))
    if request.method == "POST" and form.is_valid():
        try:
            add(form.save(commit=False), by=request.user)
        except MoveNotAllowed as error:
            return refused(request, review, error)
        messages.success(request, _("已登记，依据材料可以接着传。"))
        return redirect(f"{reverse('assessments:review_sheet', args=[review.pk])}#adjustments")
    context = {"title": _("加分、扣分、否决"), "form": form, "cancel_url": review.get_absolute_url(),
               "submit_label": _("登记"), "keep_key": f"adjust-{review.pk}"}  # fmt: skip
    return render(request, "generic/form.html", context)


@form_page
@login_required
def adjustment_end(request: SignedIn, pk: int) -> HttpResponse:
    row: Adjustment = seen(Adjustment.objects.visible_to(request.user), pk)
    review = review_page(request, row.review_id).review
    row.review = review
    answer = _now(request, review)
    if answer:
        return answer
    back = f"{reverse('assessments:review_sheet', args=[review.pk])}#adjustments"
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            end(row, form.cleaned_data["reason"], by=request.user)
        except MoveNotAllowed as error:
            return refused(request, review, error)
        except ValidationError as error:
            told(request, error)
        else:
            messages.success(request, _("已撤销，仍留在记录里。"))
        return redirect(back)
    words = {"kind": row.get_kind_display(), "what": row.what}
    context = {"title": _("撤销"), "question": _("撤销“%(kind)s：%(what)s”？") % words, "form": form, "tone": "danger",
               "submit_label": _("撤销"), "cancel_url": back}  # fmt: skip
    return render(request, "generic/confirm.html", context)


@form_page
@login_required
def review_take(request: SignedIn, pk: int) -> HttpResponse:
    """重新取数, with a reason, before the decision."""
    page = review_page(request, pk)
    review = page.review
    decision = takes(review, request.user)
    if not decision:
        may_take(review, request.user).require()
        messages.error(request, str(decision.reason))
        return redirect(review)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            n = take_again(review, by=request.user, reason=form.cleaned_data["reason"])
        except MoveNotAllowed as error:
            return refused(request, review, error)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已重新取数，以新取的为准。") if n else _("没有取到数据，原来的不变。"))
            return redirect(review)
    words = {"day": review.campaign.data_until}
    context = {
        "title": _("重新取数"), "form": form, "submit_label": _("重新取数"), "cancel_url": review.get_absolute_url(),
        "question": _("按 %(day)s 的记录重新读一遍自动统计的数。原来取的留在记录里。") % words,
    }  # fmt: skip
    return render(request, "generic/confirm.html", context)
