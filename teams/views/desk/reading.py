"""The sheet: one hand-in to be read, with what may be done about it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.models import VerifiableDocument
from organizations.permissions import acting_for, can
from organizations.signed_in import SignedIn
from teams.choices import FilingKind
from teams.desk.deciding import Seen
from teams.desk.opinions import lost
from teams.desk.papers import asked as papers_asked
from teams.desk.papers import exchanged, papers_of, upload_context
from teams.desk.passing import held_elsewhere
from teams.desk.queue import Part, counted, remaining, summed
from teams.desk.sheet import Sheet, changes_first, handed_in_by
from teams.desk.urging import urging
from teams.filings.commenting import LONGEST, labelled
from teams.filings.exit_checklist import done_since
from teams.filings.story import story
from teams.models import Filing, Opinion, Phrase
from teams.states import FILING_TONES, WITH_OFFICE, FilingState
from teams.views.desk.common import address, visible
from teams.views.desk.moves import buttons
from teams.views.desk.queue import queue_context
from teams.workflow import corrects, decides, right_at

TABS = ("changes", "all", "papers", "story")


@require_safe
@login_required
def desk_filing(request: SignedIn, pk: int) -> HttpResponse:
    filing = visible(request, pk)
    filing.can_read_files(request.user).require()
    part = Part.of(request.GET)
    decision = decides(filing, request.user)
    tab = _tab(request, filing)
    sheet = Sheet.of(filing, drafts=bool(decision), counts=counted(request.user, part), **_wanted(filing, tab))
    context = {
        **queue_context(request, part, filing, summed(sheet.read["counts"])),
        **_head(filing, sheet),
        "asks_me": _asks(request, filing, sheet),
        **(_deciding(request, filing, sheet, part) if decision else _watching(request, filing, decision.reason)),
        **_panel(request, sheet, tab),
        "tab": tab,
        "tabs": _tabs(sheet, part, tab),
        "row_more": "teams/_desk_row.html",
    }
    return render(request, "teams/desk_filing.html", context)


def _wanted(filing: Filing, tab: str) -> dict[str, QuerySet[Any]]:
    """What this page reads along with the sheet."""
    step = filing.current_step
    wanted: dict[str, QuerySet[Any]] = {
        "opinions": filing.opinions.select_related("asked", "asked_by"),
        "phrases": Phrase.objects.offered_at(step.office) if step else Phrase.objects.none(),
    }
    if tab in ("papers", "changes"):
        wanted |= papers_asked(filing)
    if tab == "story":
        documents = VerifiableDocument.objects
        wanted["documents"] = documents.of(filing.team) if filing.team else documents.none()
    if filing.kind == FilingKind.EXIT:
        wanted["exit_items"] = filing.exit_items.select_related("done_by")
    return wanted


def _head(filing: Filing, sheet: Sheet) -> dict[str, Any]:
    tone, icon = FILING_TONES[FilingState(filing.state)]
    today, settled = timezone.localdate(), done_since(sheet.read.get("exit_items", ()))
    return {
        "title": filing.name,
        "filing": filing,
        "round": sheet.round,
        "handed_in_by": handed_in_by(sheet.round) if sheet.round else "",
        "state": {"tone": tone, "icon": icon, "label": _where(filing)},
        "when": remaining(filing.due_on, today),
        "late": filing.due_on is not None and filing.due_on < today,
        "returned": sheet.returned,
        "other_comments": sheet.other_comments(),
        "findings": sheet.findings,
        "settled": settled,
        "lost_opinions": lost((one, filing.organization) for one in sheet.read["opinions"]),
        "unsettled": [finding for finding in sheet.findings if finding.field not in settled],
        "passed": sheet.passed() if sheet.round else [],
    }


def _asks(request: SignedIn, filing: Filing, sheet: Sheet) -> list[Opinion]:
    """Questions the reader has not answered: he came here from one to read, and goes back to it."""
    asked = [opinion for opinion in sheet.read["opinions"] if opinion.asked_id == request.user.pk]
    return [opinion for opinion in asked if opinion.answered_at is None and filing.state in WITH_OFFICE]


def _where(filing: Filing) -> str:
    """“待自治区审定备案”; once it is decided, the state."""
    step, office = filing.current_step, filing.current_office
    if filing.state != FilingState.SUBMITTED or step is None or office is None:
        return str(filing.get_state_display())
    return _("待%(office)s%(duty)s") % {"office": office.short_name, "duty": step.get_duty_display()}


def _deciding(request: SignedIn, filing: Filing, sheet: Sheet, part: Part) -> dict[str, Any]:
    """What only the one who decides is given."""
    step = filing.current_step
    assert step is not None, "whoever decides, decides at a step"
    return {
        "decides": True,
        "seen": Seen.of(filing),
        "moves": buttons(filing, request.user, part),
        "drafts": labelled(sheet.comments.values()),
        "phrases": [str(phrase) for phrase in sheet.read["phrases"]],
        "comment_most": LONGEST,
        "open_opinions": [opinion for opinion in sheet.read["opinions"] if opinion.answered_at is None],
        "acting_for": acting_for(request.user, right_at(step), step.office),
        "given_to": held_elsewhere([filing], request.user).get(filing.pk),
        "query": part.query,
    }


def _watching(request: SignedIn, filing: Filing, reason: Any) -> dict[str, Any]:
    under_way = filing.state in WITH_OFFICE
    step = filing.current_step
    elsewhere = step is not None and not can(request.user, right_at(step), step.office)
    return {
        "decides": False,
        "with_office": filing.current_office if under_way else None,
        "corrects": bool(corrects(filing, request.user)),
        "why_not": "" if not under_way or elsewhere else reason,
        **urging(filing, request.user),
    }


# -- tabs -----------------------------------------------------------------------------------------------
def _tab(request: SignedIn, filing: Filing) -> str:
    asked = request.GET.get("tab", "")
    if asked in TABS:
        return asked
    return "changes" if changes_first(filing) else "all"


def _tabs(sheet: Sheet, part: Part, tab: str) -> list[dict[str, Any]]:
    filing, this = sheet.filing, sheet.round
    found: list[tuple[str, str, Any]] = [
        ("all", _("全部内容"), None),
        ("papers", _("材料"), len(this.papers) if this else None),
        ("story", _("往来"), _("%(count)d 轮") % {"count": filing.round_no} if filing.round_no else None),
    ]
    if sheet.changes_first:
        found.insert(0, ("changes", _("只看变化"), filing.changed if sheet.former is None else None))
    return [
        {"label": label, "count": count, "url": address(filing, part, tab=key), "active": key == tab}
        for key, label, count in found
    ]


def _panel(request: SignedIn, sheet: Sheet, tab: str) -> dict[str, Any]:
    filing = sheet.filing
    if tab == "story":
        read = sheet.read
        return {"history": story(filing), "opinions": read["opinions"], "documents": read["documents"]}
    if tab == "papers":
        return {"papers": papers_of(sheet, request.user, filing.can_attach(request.user)), **upload_context(filing)}
    if tab == "all":
        return {"sheet": sheet.everything(), "compare": bool(sheet.proposal.before), "exit_items": _exit_items(sheet)}
    return _changes(request, sheet)


def _changes(request: SignedIn, sheet: Sheet) -> dict[str, Any]:
    """Against the file; of a later round against the one before, unless the reader asks for the file."""
    filing, on_file = sheet.filing, bool(sheet.proposal.before)
    since_round = sheet.former is not None and (request.GET.get("against") != "file" or not on_file)
    other = "file" if since_round else "round"
    return {
        "sheet": sheet.changes(since_round=since_round),
        "compare": True,
        "since_round": since_round,
        "old_label": _("上一轮") if since_round else _("已备案"),
        "new_label": _("这一轮") if since_round else _("拟变更"),
        "both_ways": sheet.former is not None and on_file,
        "exchanged": exchanged(sheet) if since_round else [],
        "against_url": address(filing, Part.of(request.GET), tab="changes", against=other),
        "exit_items": _exit_items(sheet),
    }


def _exit_items(sheet: Sheet) -> list[dict[str, Any]]:
    if sheet.filing.kind != FilingKind.EXIT:
        return []
    rows = sheet.read["exit_items"]
    return [{"item": row, "name": f"exit.{row.task}", "draft": sheet.comments.get(f"exit.{row.task}")} for row in rows]
