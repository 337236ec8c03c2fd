"""Filings: the list, the page of one, its paper form."""

from typing import Any
from urllib.parse import quote

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from core.attachments.panel import panels, rows_of
from core.audit import record
from core.lists import ListView
from core.models import AccessLog
from core.together import together
from organizations.permissions import access
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding
from teams.choices import FilingKind
from teams.desk.urging import urging
from teams.filings.added_papers import mark, on_behalf
from teams.filings.checks import findings_of
from teams.filings.confirming import next_to_confirm
from teams.filings.drafting import can_begin_again
from teams.filings.exit_checklist import sent_away
from teams.filings.outline import last_return, remarks
from teams.filings.printed_form import registration_form
from teams.filings.proposal import Proposal
from teams.filings.reading_sheet import only_changed, sections_of
from teams.filings.route_in_words import Stop, onward, way, with_story
from teams.filings.story import story
from teams.filters.filings import FilingFilter
from teams.models import Filing, FilingRound
from teams.rules.history import changed_since
from teams.states import FILING_TONES, WITH_AUTHOR, WITH_OFFICE, FilingState
from teams.tables.filings import FilingTable
from teams.views.authoring import visible
from teams.views.exits import exit_context
from teams.workflow import WORKFLOW, asks, corrects, decides, withdraws


class FilingList(ListView):
    request: SignedIn
    model = Filing
    table_class = FilingTable
    filterset_class = FilingFilter
    list_name = "teams:filing_list"
    title = pgettext_lazy("many", "备案件")
    permission = holding(Right.VIEW_TEAM)
    template_name = "teams/filing_list.html"

    def get_context(self) -> dict[str, Any]:
        return {**super().get_context(), "may_begin": Right.SUBMIT_FILING in access(self.request.user)}


@require_safe
@login_required
def filing_detail(request: SignedIn, pk: int) -> HttpResponse:
    filing = visible(request, pk)
    reads_files = bool(filing.can_read_files(request.user))
    tab = _tab(request, filing, reads_files)
    rounds = list(with_story(filing).rounds.all()) if filing.round_no else []
    author = bool(asks(filing, request.user))
    hands_in = author and filing.state in WITH_AUTHOR
    decision = decides(filing, request.user) if filing.state in WITH_OFFICE else None
    tone, icon = FILING_TONES[FilingState(filing.state)]
    rerouted = _rerouted(request, filing)
    stops = rerouted or (way(filing, timezone.localdate()) if filing.round_no else [])
    context = {
        "title": filing.name,
        "filing": filing,
        "tone": tone,
        "icon": icon,
        "stops": stops,
        "rerouted": bool(rerouted),
        "rule_changed": changed_since(filing),
        "now": next((stop for stop in stops if stop.current), None),
        "hands_in": hands_in,
        "may_withdraw": bool(withdraws(filing, request.user)) and filing.state in WORKFLOW.move("withdraw").sources,
        "decides": decision,
        "corrects": bool(corrects(filing, request.user)),
        **urging(filing, request.user),
        "sent_away": sent_away(filing).count() if author and filing.kind == FilingKind.EXIT else 0,
        "begins_again": bool(can_begin_again(filing, request.user)),
        "to_confirm": next_to_confirm(filing, request.user),
        "rounds": rounds,
        "reads_files": reads_files,
        "tab": tab,
        "why_url": f"{reverse('organizations:organization_access', args=[filing.organization_id])}?right=view_team",
        **_panel(request, filing, tab, rounds, hands_in, reads_files),
    }
    return render(request, "teams/filing_detail.html", context)


def _rerouted(request: SignedIn, filing: Filing) -> list[Stop]:
    """The way of a returned filing that does not go on where it was returned; else nothing."""
    if filing.state != FilingState.RETURNED:
        return []
    stops, goes_back = onward(filing, filing.level, by=request.user)
    return [] if goes_back else stops


def _tab(request: SignedIn, filing: Filing, reads_files: bool) -> str:
    asked = request.GET.get("tab", "")
    if asked in ("changes", "all", "story") or (asked == "papers" and reads_files):
        return asked
    return "changes" if filing.before and filing.kind != FilingKind.EXIT and "round" not in request.GET else "all"


def _panel(
    request: SignedIn, filing: Filing, tab: str, rounds: list[FilingRound], hands_in: bool, reads_files: bool
) -> dict[str, Any]:
    """What the chosen tab shows; the others are not read."""
    if tab == "papers":
        return {"panels": _papers(request, filing), **_tabs(filing, tab, None, reads_files)}
    events = list(filing.events()) if tab == "story" or filing.state in ("returned", "rejected") else []
    ended = next((event for event in reversed(events) if event.action == "reject"), None)
    returned = last_return(events) if filing.state == FilingState.RETURNED else None
    told = {"returned": returned, "rejected": ended, "remarks": remarks(filing, returned, rounds) if returned else []}
    if tab == "story":
        return {"history": story(filing, events), **told, **_tabs(filing, tab, None, reads_files)}
    proposal, shown = _content(request, filing, rounds, hands_in)
    sheet = sections_of(proposal)
    read = shown or (rounds[-1] if rounds else None)
    findings = findings_of(read.findings) if read and reads_files and not hands_in else []
    leaving = exit_context(request, filing) if filing.kind == FilingKind.EXIT else {}
    return {
        "sheet": only_changed(sheet) if tab == "changes" else sheet,
        "compare": bool(proposal.before) and proposal.asks_facts,
        "shown_round": shown,
        "findings": findings,
        **told,
        **leaving,
        **_tabs(filing, tab, sum(section.changed for section in sheet), reads_files),
    }


def _papers(request: SignedIn, filing: Filing) -> list[dict[str, Any]]:
    """In the order in which the rule asks for them; what an office added says so."""
    read = together(rows=rows_of(filing), on_behalf=on_behalf(filing))
    there = {row.kind for row in read["rows"]}
    kinds = sorted(there, key=[*filing.attachment_kinds, *there].index)
    found = list(panels(filing, request.user, kinds, rows=read["rows"]).values())
    mark(found, read["on_behalf"])
    return found


def _content(
    request: SignedIn, filing: Filing, rounds: list[FilingRound], hands_in: bool
) -> tuple[Proposal, FilingRound | None]:
    """The content asked for: an earlier round, the draft for those who write it, for others what was handed in."""
    asked = request.GET.get("round", "")
    if asked:
        chosen = next((row for row in rounds if str(row.number) == asked), None)
        if chosen is None:
            raise Http404
        return _of_round(filing, chosen), chosen
    if filing.state == FilingState.RETURNED and not hands_in and rounds:
        return _of_round(filing, rounds[-1]), None
    return Proposal.of(filing), None


def _of_round(filing: Filing, chosen: FilingRound) -> Proposal:
    return Proposal(filing.kind, chosen.payload, filing.office, filing.team, chosen.before, filing)


def _tabs(filing: Filing, tab: str, changed: int | None, reads_files: bool) -> dict[str, Any]:
    here = filing.get_absolute_url()
    lines: list[tuple[str, str, int | None]] = [("all", _("全部内容"), None), ("story", _("办理经过"), None)]
    if reads_files:
        lines.insert(1, ("papers", _("材料"), None))
    if filing.before and filing.kind != FilingKind.EXIT:
        lines.insert(0, ("changes", _("只看变化"), changed))
    return {
        "tabs": [
            {"label": label, "url": f"{here}?tab={key}", "count": count, "active": key == tab}
            for key, label, count in lines
        ]
    }


@require_safe
@login_required
def filing_form(request: SignedIn, pk: int) -> HttpResponse:
    """备案登记表 as PDF: what was handed in last, or the draft with a watermark. ``?roster=1``: with the members."""
    filing = visible(request, pk)
    content, name = registration_form(filing, by=request.user, roster="roster" in request.GET)
    record(AccessLog.Kind.DOWNLOADED, request=request, subject=name, of=filing)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}.pdf"
    response["Cache-Control"] = "private, no-store"
    return response
