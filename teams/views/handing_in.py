"""Checking a draft, handing it in, taking it back."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.methods import form_page
from core.workflow import MoveNotAllowed
from organizations.signed_in import SignedIn
from organizations.views.common import told
from teams.filings.checks import check
from teams.filings.drafting import check_opened
from teams.filings.outline import remarks, returned_by
from teams.filings.proposal import Proposal
from teams.filings.route_in_words import onward
from teams.filings.usual_times import in_words, usual
from teams.models import Filing
from teams.rules.history import changed_since
from teams.states import FilingState
from teams.views.authoring import led, not_editable, posted_version, refused, visible
from teams.workflow import WORKFLOW, asks, nobody_decides


@form_page
@login_required
def filing_hand_in(request: SignedIn, pk: int) -> HttpResponse:
    """What the checks say, with the way to mend each; then 提交."""
    filing = visible(request, pk)
    if request.method == "POST":
        return _hand_in(request, filing)
    answer = not_editable(request, filing)
    if answer:
        return answer
    return render(request, "teams/filing_hand_in.html", _context(request, filing))


def _context(request: SignedIn, filing: Filing) -> dict[str, Any]:
    proposal = Proposal.of(filing)
    report = check(proposal)
    returned = returned_by(filing)
    stops, goes_back = onward(filing, proposal.level, by=request.user)
    return {
        "filing": filing,
        "blocking": led(filing, report.blocking),
        "warnings": led(filing, report.warnings),
        "passed": report.passed,
        "stops": stops,
        "returned": returned,
        "not_mended": [remark for remark in remarks(filing, returned) if not remark.answered],
        "returned_to": next((stop for stop in stops if stop.at and stop.tone == "off"), None) if goes_back else None,
        "rerouted": returned and stops and not goes_back,
        "rule_changed": changed_since(filing),
    }


def _hand_in(request: SignedIn, filing: Filing) -> HttpResponse:
    action = "resubmit" if filing.state == FilingState.RETURNED else "submit"
    try:
        asks(filing, request.user).require()
        if filing.is_open and filing.state in (FilingState.DRAFT, FilingState.RETURNED):
            check_opened(filing, posted_version(request))
        WORKFLOW.perform(filing, action, by=request.user)
    except MoveNotAllowed as error:
        return refused(request, filing, error, ("submit", "resubmit"))
    except ValidationError as error:
        if len(error.messages) == 1:  # a rule is lacking, or somebody else changed it meanwhile
            told(request, error)
        else:  # the page the person is led to lists them, each with its way
            messages.error(request, _("还不能提交，先改好下面这些地方。"))
        return redirect("teams:filing_hand_in", filing.pk)
    fresh = Filing.objects.select_related("current_step__office", "assignee").get(pk=filing.pk)
    messages.success(request, _handed_in(fresh, again=action == "resubmit"))
    if nobody_decides(fresh):
        words = _(
            "%(office)s现在没有别人能办这一步：提交、办理过的人不能再办。请联系安全管理员，给另一位同志设这项职责。"
        )
        messages.warning(request, words % {"office": fresh.current_office})
    return redirect(filing)


def _handed_in(filing: Filing, *, again: bool) -> str:
    """Number, who has it now, how long it usually takes there."""
    step = filing.current_step
    assert step is not None, "what was handed in lies at a step"
    found = usual([(step.office_id, step.duty)]).get((step.office_id, step.duty))
    words = {
        "number": filing.number, "office": step.office, "duty": step.get_duty_display(), "usual": in_words(found),
        "due": filing.due_on,
    }  # fmt: skip
    if again:
        return _("已重新提交，受理号 %(number)s。回到%(office)s（%(duty)s），%(usual)s，时限 %(due)s。") % words
    return (
        _("已提交，受理号 %(number)s。现在在%(office)s（%(duty)s），%(usual)s，时限 %(due)s。办结后会通知您。") % words
    )


@require_POST
@login_required
def filing_withdraw(request: SignedIn, pk: int) -> HttpResponse:
    filing = visible(request, pk)
    reason = request.POST.get("comment", "").strip()[:500].replace("\x00", "")
    try:
        WORKFLOW.perform(filing, "withdraw", by=request.user, comment=reason)
    except MoveNotAllowed as error:
        return refused(request, filing, error)
    messages.success(request, _("已撤回。填过的内容还在这里，需要时重新办理。"))
    return redirect(filing)
