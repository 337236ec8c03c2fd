"""The draft of a filing: task list, its pages, and saving while one types."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.attachments.panel import panels
from core.methods import form_page
from core.workflow import MoveNotAllowed
from organizations.signed_in import SignedIn
from people.readiness import numbers
from people.team_pages import roster_url
from teams.choices import FilingKind
from teams.facts import MANAGEMENT_SECTION, Section, as_filed, posts_in, same, section_of
from teams.filings.added_papers import mark, on_behalf
from teams.filings.checks import check
from teams.filings.drafting import Edit, StaleDraft, keep, last_edit
from teams.filings.outline import EXIT, PAPERS, Outline, names_in, next_of, outline_of, parts_of, returned_by
from teams.filings.outline import remarks as remarks_of
from teams.filings.proposal import Proposal, depends_on
from teams.filings.reading_sheet import sections_of, values_on_file
from teams.forms.filings import SectionForm, empty_row, marked_needed, post_forms, typed_in
from teams.members import members_of
from teams.models import Filing
from teams.on_file.posting import choosable, filled_in
from teams.rules.history import changed_since
from teams.views.authoring import led, not_editable, opened, posted_version, refused, visible
from teams.views.exits import exit_context

OTHER = "other"  # kind of the papers no rule asks for


@require_safe
@login_required
def filing_edit(request: SignedIn, pk: int) -> HttpResponse:
    """The task list; an annual confirmation is one page to read and hand in."""
    filing = visible(request, pk)
    answer = not_editable(request, filing)
    if answer:
        return answer
    outline = outline_of(filing)
    parts = outline.parts
    done = sum(part.done for part in parts)
    context = {
        "filing": filing,
        "outline": outline,
        "parts": parts,
        "ready": done == len(parts),
        "progress_text": _("%(all)d 节中有 %(done)d 节可以了") % {"all": len(parts), "done": done},
        "remarks": outline.remarks,
        "returned": outline.returned,
        "edited": _other_editor(request, last_edit(filing)),
        "rule_changed": changed_since(filing),
    }
    if filing.kind == FilingKind.ANNUAL and not outline.remarks:
        context |= _roster(filing)
        return render(request, "teams/filing_annual.html", {**context, **_to_confirm(outline)})
    if filing.kind == FilingKind.REGISTER and filing.team is not None:
        context |= _roster(filing)
    return render(request, "teams/filing_edit.html", context)


def _roster(filing: Filing) -> dict[str, Any]:
    """The three numbers of the team and where its members are listed. One query."""
    place = filing.organization
    return {"numbers": numbers(members_of(place)), "roster_url": roster_url(place)}


def _to_confirm(outline: Outline) -> dict[str, Any]:
    report = check(outline.proposal)
    return {
        "sheet": sections_of(outline.proposal, full=True),
        "compare": bool(outline.proposal.changed),
        "blocking": led(outline.filing, report.blocking),
        "warnings": led(outline.filing, report.warnings),
    }


def _other_editor(request: SignedIn, edit: Edit | None) -> Edit | None:
    return edit if edit and edit.by not in (None, request.user.pk) else None


# -- one page of the draft --------------------------------------------------------------------------------
@form_page
@login_required
def filing_section(request: SignedIn, pk: int, section: str) -> HttpResponse:
    filing = visible(request, pk)
    answer = not_editable(request, filing)
    if answer:
        return answer
    part = _part(filing, section)
    if part == PAPERS:
        return render(request, "teams/filing_papers.html", _papers_context(request, filing))
    if part == EXIT:
        context = {"filing": filing, "section": part, "editing": True, **_around(filing, part)}
        context |= exit_context(request, filing)
        return render(request, "teams/filing_exit.html", context)
    if request.method == "POST":
        return _save(request, filing, part)
    return _show(request, filing, part, filing.payload, more=1 if "more" in request.GET else 0)


def _part(filing: Filing, key: str) -> Section:
    for part in parts_of(filing.kind):
        if part.key == key:
            return part
    raise Http404(_("这件备案没有这一节。"))


def _save(request: SignedIn, filing: Filing, part: Section) -> HttpResponse:
    typed = typed_in(names_in(part, filing.kind), request.POST)
    if "posts" in typed:
        typed["posts"] = filled_in(typed["posts"], filing.organization, request.user)
    try:
        fresh = keep(filing, typed, by=request.user, **opened(request))
    except StaleDraft as stale:
        filing.version = stale.version
        return _show(request, filing, part, stale.merged, stale=stale)
    except MoveNotAllowed as error:
        return refused(request, filing, error)
    wrong = [name for name in Proposal.of(fresh).errors if section_of(name) == part.key]
    if wrong:
        messages.warning(request, _("已保存。有 %(n)d 处填得不对，可以先放着，提交前要改好。") % {"n": len(wrong)})
    else:
        messages.success(request, _("已保存。"))
    return redirect(_after(filing, part, request.POST.get("action", ""), stay=bool(wrong)))


def _after(filing: Filing, part: Section, action: str, *, stay: bool) -> str:
    """Where saving leads: what is wrong is shown at once, an added row is there, else the next page or the list."""
    here = reverse("teams:filing_section", args=[filing.pk, part.key])
    if action == "more":
        return f"{here}?more=1#posts"
    after = next_of(filing.kind, part.key)[3]
    if stay or (action == "save"):
        return here
    return (
        reverse("teams:filing_section", args=[filing.pk, after])
        if after
        else reverse("teams:filing_edit", args=[filing.pk])
    )


def _show(
    request: SignedIn, filing: Filing, part: Section, payload: Mapping[str, Any], *, more: int = 0,
    stale: StaleDraft | None = None,
) -> HttpResponse:  # fmt: skip
    proposal = Proposal(filing.kind, payload, filing.office, filing.team, filing.before, filing)
    returned = returned_by(filing)
    names = names_in(part, filing.kind)
    facts = [name for name in names if name != "posts"]
    form = SectionForm(facts, payload, proposal.errors, proposal.named)
    members = choosable(filing.organization, request.user) if part == MANAGEMENT_SECTION and filing.team else []
    rows = post_forms(payload, proposal.errors, members, more=more) if part == MANAGEMENT_SECTION else []
    remarks = [remark for remark in remarks_of(filing, returned) if section_of(remark.name) == part.key]
    context = {
        "filing": filing,
        "section": part,
        "form": form,
        "forms": [form, *rows],
        "fields": _fields(form, proposal, remarks),
        "rows": rows,
        "row_template": empty_row(members) if rows else None,
        "posts_on_file": _posts_on_file(proposal) if rows else "",
        "remarks": remarks,
        "posts_remarks": [remark for remark in remarks if remark.name.startswith("posts")],
        "returned": returned,
        "stale": stale.clashes if stale else [],
        "edited": _other_editor(request, last_edit(filing)),
        "keep_key": f"filing-{filing.pk}-{part.key}",
        **_around(filing, part),
    }
    return render(request, "teams/filing_section.html", context, status=409 if stale else 200)


def _around(filing: Filing, part: Section) -> dict[str, Any]:
    before, before_key, after, after_key = next_of(filing.kind, part.key)
    keys = [each.key for each in parts_of(filing.kind)]
    return {
        "before_title": before,
        "before_key": before_key,
        "after_title": after,
        "after_key": after_key,
        "place_text": _("第 %(n)d 节，共 %(all)d 节") % {"n": keys.index(part.key) + 1, "all": len(keys)},
    }


def _fields(form: SectionForm, proposal: Proposal, remarks: list[Any]) -> list[dict[str, Any]]:
    """Each field with what stands beside it: whether it must be filled in, what is on file, what was said of it."""
    needed = proposal.needed
    changed = [name for name in form.fields if name in proposal.changed and proposal.before]
    on_file = values_on_file(proposal, *changed) if changed else {}
    said = {remark.name: remark for remark in remarks}
    return [
        {
            "field": form[name],
            "label": marked_needed(form.fields[name].label) if name in needed else form.fields[name].label,
            "when": depends_on(name),
            "changed": name in changed,
            "on_file": on_file.get(name, ""),
            "remark": said.get(name),
        }
        for name in form.fields
    ]


def _posts_on_file(proposal: Proposal) -> str:
    before = posts_in(as_filed(proposal.before))
    if not before or same(before, posts_in(proposal.payload)):
        return ""
    return "；".join(f"{label}" for label in values_on_file(proposal, "posts.captain", "posts.deputy").values())


def _papers_context(request: SignedIn, filing: Filing) -> dict[str, Any]:
    outline = outline_of(filing)
    asked = {row.paper_id: row for row in outline.asked}
    extra = set(outline.papers) - set(asked) - {OTHER}
    kinds = [*asked, *sorted(extra), OTHER]
    drawn = panels(filing, request.user, kinds)
    if filing.round_no:
        mark(drawn.values(), on_behalf(filing))
    lacking = {row.paper_id for row in outline.lacking}
    said = {
        remark.name.partition(".")[2]: remark for remark in outline.remarks if section_of(remark.name) == PAPERS.key
    }
    return {
        "filing": filing,
        "section": PAPERS,
        "papers": [
            {
                "kind": kind,
                "row": asked.get(kind),
                "panel": drawn[kind],
                "lacking": kind in lacking,
                "remark": said.get(kind),
            }
            for kind in kinds
        ],
        "general_remark": said.get(""),
        "lacking": outline.lacking,
        "knows_level": bool(outline.proposal.level),
        "returned": outline.returned,
        **_around(filing, PAPERS),
    }


# -- saving while one types -------------------------------------------------------------------------------
@require_POST
@login_required
def filing_autosave(request: SignedIn, pk: int, section: str) -> HttpResponse:
    """The page saves itself. Answers with a line for the page and the new version for its form."""
    filing = visible(request, pk)
    part = _part(filing, section)
    if part in (PAPERS, EXIT):
        raise Http404
    typed = typed_in(names_in(part, filing.kind), request.POST)
    answer: dict[str, Any] = {"filing": filing}
    status = 200
    try:
        fresh = keep(filing, typed, by=request.user, **opened(request))
        wrong = sum(section_of(name) == part.key for name in Proposal.of(fresh).errors)
        # what others wrote is not on this page: its next save must be compared with what it was opened with
        shows_all = all(same(fresh.payload.get(name), value) for name, value in typed.items())
        version = fresh.version if shows_all else posted_version(request)
        answer |= {"saved_at": timezone.now(), "version": version, "wrong": wrong}
    except StaleDraft as stale:
        answer["stale"] = stale
    except MoveNotAllowed as error:
        answer["refused"] = error.message
        status = 403 if error.code == "permission" else 409
    return render(request, "teams/_filing_saved.html", answer, status=status)
