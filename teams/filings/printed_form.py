"""备案登记表 on paper: what a filing says, its papers, what each office said, with room for the stamps."""

from typing import Any

from django.utils.translation import gettext as _

from core import masking
from core.documents import render_pdf
from core.language import in_chinese
from core.models import Attachment, WorkflowEvent
from organizations.models import User
from organizations.permissions import can
from teams.choices import Duty
from teams.facts import MANAGEMENT_SECTION, Words, posts_in
from teams.filings.added_papers import offices_of, on_behalf
from teams.filings.proposal import Proposal
from teams.filings.reading_sheet import Row, SheetSection, sections_of
from teams.filings.route_in_words import with_story
from teams.models import Filing, FilingRound, FilingStep
from teams.on_file.roster_annex import roster_lines
from teams.states import FilingState
from teams.workflow import asks, right_at

_WIDE = 16  # characters that half a line of the form holds


def registration_form(filing: Filing, *, by: User, roster: bool = False) -> tuple[bytes, str]:
    """The form as PDF, and its name. What was handed in last; before that the draft, marked as one.

    Telephone numbers are whole for whoever has to do with the filing, masked for whoever only reads.

    :param roster: adds the members whom the person may see as an annex.
    """
    with in_chinese():
        context = form_context(filing, full=_has_to_do_with(filing, by))
        context["annex"] = roster_lines(filing.organization, by) if roster and filing.team_id is not None else []
        return render_pdf("pdf/filing_form.html", context), f"{context['title']} {filing.number or filing.name}"


def _has_to_do_with(filing: Filing, user: User) -> bool:
    """Who files here, or decides at one of the steps."""
    steps = [step for step in with_story(filing).steps.all() if step.duty != Duty.COPY]
    return bool(asks(filing, user)) or any(can(user, right_at(step), step.office) for step in steps)


def form_context(filing: Filing, *, full: bool) -> dict[str, Any]:
    handed_in = next(iter(reversed(with_story(filing).rounds.all())), None)
    draft = handed_in is None or filing.state == FilingState.DRAFT
    proposal = Proposal.of(filing) if draft else _as_handed_in(filing, handed_in)
    sheet = sections_of(proposal, full=full)
    return {
        "title": _("应急救援队登记备案表"),
        "filing": filing,
        "draft": draft,
        "round": None if draft else handed_in,
        "sections": [_laid_out(section) for section in sheet if section.key != MANAGEMENT_SECTION.key],
        "compare": bool(proposal.before) and proposal.asks_facts,
        "posts": _posts(proposal, full=full) if proposal.asks_facts else [],
        "papers": _papers(filing, None if draft else handed_in),
        "steps": _steps(filing),
    }


def _as_handed_in(filing: Filing, handed_in: FilingRound | None) -> Proposal:
    assert handed_in is not None, "a draft has none"
    return Proposal(filing.kind, handed_in.payload, filing.office, filing.team, handed_in.before, filing)


def _laid_out(section: SheetSection) -> dict[str, Any]:
    """Rows in lines of the form: two short facts beside each other, a long one alone."""
    lines: list[list[Row]] = []
    for row in section.rows:
        if _is_short(row) and lines and len(lines[-1]) == 1 and _is_short(lines[-1][0]):
            lines[-1].append(row)
        else:
            lines.append([row])
    return {"title": section.title, "key": section.key, "lines": lines}


def _is_short(row: Row) -> bool:
    return len(row.new) <= _WIDE and not row.changed and len(row.label) <= 9


def _posts(proposal: Proposal, *, full: bool) -> list[dict[str, str]]:
    """The management line by line."""
    words = Words(named=proposal.named)
    return [
        {
            "role": words.of_post("role", row),
            "name": row.get("name", ""),
            "origin": words.of_post("origin", row),
            "starts_on": row.get("starts_on", ""),
            "phone": row.get("phone", "") if full else masking.phone(row.get("phone", "")),
        }
        for row in posts_in(proposal.payload)
    ]


def _papers(filing: Filing, handed_in: FilingRound | None) -> list[str]:
    """What was handed in, and what an office has added on behalf since; a draft's as they are."""
    kinds = filing.attachment_kinds
    there = Attachment.objects.of(filing).current().order_by("kind", "uploaded_at").values_list("pk", "kind", "name")
    if handed_in is None:
        return [_("%(kind)s：%(name)s") % {"kind": kinds.get(kind, kind), "name": name} for _pk, kind, name in there]
    offices = offices_of(on_behalf(filing))
    rows = [(row["id"], row["kind"], row["name"]) for row in handed_in.papers]
    known = {key for key, _kind, _name in rows}
    rows += [(str(pk), kind, name) for pk, kind, name in there if str(pk) in offices and str(pk) not in known]
    lines = []
    for key, kind, name in rows:
        words = {"kind": kinds.get(kind, kind), "name": name, "office": offices.get(key)}
        said = _("%(kind)s：%(name)s（%(office)s代办）") if key in offices else _("%(kind)s：%(name)s")
        lines.append(said % words)
    return lines


def _steps(filing: Filing) -> list[dict[str, Any]]:
    """Each deciding office with what it said; a step still to come is room for it."""
    said = list(filing.events().filter(action__in=["accept", "approve", "confirm"]))
    lines = []
    for step in with_story(filing, rounds=False).steps.all():
        if step.duty == Duty.COPY or step.state == FilingStep.State.ENDED:
            continue
        event = next((event for event in said if _belongs(event, step)), None)
        if event is not None:
            said.remove(event)
        lines.append(
            {
                "step": step,
                "decided": step.decided_at is not None and step.state != FilingStep.State.PENDING,
                "opinion": _opinion(event, step),
                "reply": _reply(filing) if step.is_final else "",
            }
        )
    return lines


def _belongs(event: WorkflowEvent, step: FilingStep) -> bool:
    return step.decided_by_id is not None and event.by_id == step.decided_by_id


def _opinion(event: WorkflowEvent | None, step: FilingStep) -> str:
    if event is not None and event.comment:
        return event.comment
    if step.state == FilingStep.State.MERGED:
        return _("与登记合并办理。")
    if step.decided_at is None:
        return ""
    return _("已登记。") if step.duty == Duty.REGISTER else _("同意。")


def _reply(filing: Filing) -> str:
    if not filing.reply_no:
        return ""
    return _("批复文号：%(number)s（%(day)s）") % {"number": filing.reply_no, "day": filing.reply_on}
