"""What the pages of the author's side share: fetching, refusing in words, links back."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.history.pages import SIGN
from core.workflow import MoveNotAllowed
from organizations.signed_in import SignedIn
from organizations.views import moves
from organizations.views.common import seen
from teams.filings.checks import Finding
from teams.filings.outline import url_of
from teams.models import Filing, FilingRound


def visible(request: SignedIn, pk: int) -> Filing:
    """The filing out of what may be seen, with what its pages name."""
    latest = FilingRound.objects.filter(filing=OuterRef("pk"), number=OuterRef("round_no")).values("payload")[:1]
    rows = Filing.objects.visible_to(request.user).annotate(handed_in=Subquery(latest)).select_related(
        "organization", "office", "team__organization", "current_step__office", "current_office", "assignee",
        "created_by__organization", "submitted_by__organization",
    )  # fmt: skip
    found: Filing = seen(rows, pk)
    return found


def not_editable(request: SignedIn, filing: Filing) -> HttpResponse | None:
    """A wrong state is told and leads to the page; a missing right is 403."""
    decision = filing.can_edit(request.user)
    if decision:
        return None
    if not decision.for_now:
        decision.require()
    messages.error(request, decision.reason)
    return redirect(filing)


def refused(request: SignedIn, filing: Filing, error: MoveNotAllowed, actions: Iterable[str] = ()) -> HttpResponse:
    """Say why a move was not made; the second press of a double click is told that it is done."""
    if not moves.second_press(request, filing, error, actions, {}):
        return moves.refused(request, filing, error)
    number = Filing.objects.values_list("number", flat=True).get(pk=filing.pk)
    messages.info(request, _("已经提交过了，受理号 %(number)s，不用再提交。") % {"number": number})
    return redirect(filing)


def led(filing: Filing, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings, each with the place where it can be mended."""
    return [{"finding": finding, "url": url_of(filing, finding.field)} for finding in findings]


def posted_version(request: SignedIn) -> int:
    """Version the page was opened with; 0, which no record has, where it says none: a draft is compared in any case."""
    return moves.version_seen(request) or 0


def opened(request: SignedIn) -> dict[str, Any]:
    """With which version the page was opened, and its sign: what ``drafting.keep`` compares by."""
    return {"version": posted_version(request), "sign": request.POST.get(SIGN, "")}
