"""What a draft consists of and how far each part of it is: the task list, its states, and where a finding leads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from core.models import Attachment, WorkflowEvent
from core.together import together
from core.workflow import last_event
from people.team_pages import roster_url
from teams.choices import FilingKind
from teams.facts import (
    ABOUT,
    ABOUT_FIELDS,
    MANAGEMENT_SECTION,
    SECTIONS,
    Section,
    is_empty,
    label_of,
    posts_in,
    same,
    section_names,
    section_of,
)
from teams.filings.checks import papers_asked
from teams.filings.member_checks import ROSTER
from teams.filings.proposal import Proposal
from teams.models import ExitItem, Filing, FilingRound, RulePaper
from teams.states import FilingState

PAPERS = Section("papers", gettext_lazy("材料"))
EXIT = Section("exit", gettext_lazy("退出清单"), gettext_lazy("办结前都要完成，提交时可以还没有完成。"))


@dataclass(frozen=True)
class Remark:
    """What was said about one field when the filing was returned.

    :param answered: the field has been changed since.
    """

    name: str
    label: str
    text: str
    by: str
    url: str
    answered: bool


@dataclass(frozen=True)
class Part:
    """One line of the task list."""

    section: Section
    url: str
    tone: str
    icon: str
    state: str
    done: bool


def parts_of(kind: str) -> list[Section]:
    """The pages of a draft, in order, without handing in."""
    about = [ABOUT] if ABOUT_FIELDS[kind] else []
    rest = [PAPERS, EXIT] if kind == FilingKind.EXIT else [*SECTIONS, PAPERS]
    return [*about, *rest]


def names_in(section: Section, kind: str) -> list[str]:
    """Facts asked on a page, the posts as ``posts``."""
    if section == ABOUT:
        return list(ABOUT_FIELDS[kind])
    return ["posts"] if section == MANAGEMENT_SECTION else section_names(section)


def url_of(filing: Filing, field: str) -> str:
    """The place in the draft where a finding or comment about ``field`` can be mended."""
    if field == ROSTER and filing.team_id is not None:
        return roster_url(filing.organization)
    key = section_of(field)
    if key not in {section.key for section in parts_of(filing.kind)}:
        return reverse("teams:filing_edit", args=[filing.pk])
    return reverse("teams:filing_section", args=[filing.pk, key]) + f"#{anchor_of(field)}"


def anchor_of(field: str) -> str:
    """The id at which a field stands on its page."""
    head, _dot, tail = field.partition(".")
    if head in ("papers", "exit"):
        return f"{head}-{tail}" if tail else head
    return "posts" if head == "posts" else f"id_{field}"


# -- what was said when it was returned -----------------------------------------------------------------
def last_return(events: Iterable[WorkflowEvent]) -> WorkflowEvent | None:
    return last_event(events, "return_for_changes")


def remarks(filing: Filing, returned: WorkflowEvent | None, rounds: Iterable[FilingRound] = ()) -> list[Remark]:
    """Comments on fields of the latest return, in the order of the form. No query where the rounds are given or the
    filing was read with what was ``handed_in``, and none of them is about papers or the exit checklist.
    """
    if filing.state != FilingState.RETURNED or returned is None:
        return []
    by = str(returned.by or "")
    said = dict(returned.facts.get("fields") or {})
    handed_in, done = _handed_in(filing, rounds), _done_since(filing, returned, said)
    return [
        Remark(
            name, label_of(name), text, by, url_of(filing, name),
            name in done or _is_answered(name, handed_in, filing.payload),
        )
        for name, text in sorted(said.items(), key=lambda item: _place(item[0], filing.kind))
    ]  # fmt: skip


def _done_since(filing: Filing, returned: WorkflowEvent, said: Iterable[str]) -> set[str]:
    """Papers that came in and lines of the exit checklist recorded after the return: neither is in the payload."""
    if not any(name.startswith(("papers.", "exit.")) for name in said):
        return set()
    found = together(
        papers=Attachment.objects.of(filing).current().filter(uploaded_at__gt=returned.at).values_list("kind"),
        exit=filing.events().filter(action="exit_item", at__gt=returned.at).values_list("facts__task"),
    )
    return {f"{head}.{key}" for head, rows in found.items() for (key,) in rows}


def _handed_in(filing: Filing, rounds: Iterable[FilingRound]) -> Mapping[str, Any]:
    latest = next((row for row in rounds if row.number == filing.round_no), None)
    if latest is None and hasattr(filing, "handed_in"):
        return filing.handed_in or {}
    latest = latest or filing.rounds.last()
    return latest.payload if latest else {}


def _place(name: str, kind: str) -> int:
    order = [fact for section in parts_of(kind) for fact in (*names_in(section, kind), section.key)]
    head = name.partition(".")[0].partition("-")[0]
    return order.index(head) if head in order else len(order)


def _is_answered(name: str, handed_in: Mapping[str, Any], payload: Mapping[str, Any]) -> bool:
    head, _dot, role = name.partition(".")
    if head == "posts":
        return not same(posts_in(handed_in, role), posts_in(payload, role))
    return not same(handed_in.get(name), payload.get(name))


# -- states ---------------------------------------------------------------------------------------------
@dataclass
class Outline:
    """How far a draft is. Made by ``outline_of``."""

    filing: Filing
    proposal: Proposal
    asked: list[RulePaper]
    papers: list[str]  # kinds, one for each that is there
    remarks: list[Remark]
    exit_items: list[ExitItem]
    returned: WorkflowEvent | None = None

    @property
    def parts(self) -> list[Part]:
        return [self._part(section) for section in parts_of(self.filing.kind)]

    @property
    def lacking(self) -> list[RulePaper]:
        """Papers that must be there and are not."""
        return [asked for asked in self.asked if asked.required and asked.paper_id not in self.papers]

    def _part(self, section: Section) -> Part:
        url = reverse("teams:filing_section", args=[self.filing.pk, section.key])
        tone, icon, state, done = self._state(section)
        return Part(section, url, tone, icon, state, done)

    def _state(self, section: Section) -> tuple[str, str, str, bool]:
        back = [one for one in self.remarks if section_of(one.name) == section.key and not one.answered]
        if back:
            return "warn", "back", _("退回 %(n)d 处") % {"n": len(back)}, False
        if section == PAPERS:
            return self._papers_state()
        if section == EXIT:
            left = sum(item.done_on is None for item in self.exit_items)
            words = _("还有 %(n)d 项没有完成") % {"n": left}
            return ("wait", "", words, True) if left else ("ok", "", _("都已完成"), True)
        wrong = [name for name in self.proposal.errors if section_of(name) == section.key]
        if wrong:
            return "bad", "", _("有 %(n)d 处要改") % {"n": len(wrong)}, False
        return self._filled_state(section)

    def _filled_state(self, section: Section) -> tuple[str, str, str, bool]:
        missing = [name for name in self.proposal.missing if section_of(name) == section.key]
        payload = self.proposal.payload
        filled = any(
            not is_empty(payload.get(name)) for name in names_in(section, self.filing.kind) if name != "office"
        )
        if missing:
            words = _("还缺 %(n)d 项") % {"n": len(missing)}
            return (
                ("warn", "", words, False)
                if filled
                else ("off", "draft", _("未填，%(n)d 项必填") % {"n": len(missing)}, False)
            )
        if self.proposal.before and section != ABOUT:
            changed = sum(section_of(name) == section.key for name in self.proposal.changed)
            return (
                ("ok", "", _("改了 %(n)d 处") % {"n": changed}, True) if changed else ("off", "", _("没有变化"), True)
            )
        return ("ok", "", _("已填"), True) if filled else ("off", "draft", _("选填，没有填"), True)

    def _papers_state(self) -> tuple[str, str, str, bool]:
        if self.lacking:
            return "warn", "", _("还缺 %(n)d 件") % {"n": len(self.lacking)}, False
        if not self.papers:
            return "off", "", _("不用附"), True
        return "ok", "", _("已附 %(n)d 件") % {"n": len(self.papers)}, True


def outline_of(filing: Filing, proposal: Proposal | None = None) -> Outline:
    """Reads what the task list and its pages need: what stands around the proposal, and how it was returned."""
    proposal = proposal or Proposal.of(filing)
    around = proposal.around
    returned = returned_by(filing)
    said = remarks(filing, returned)
    return Outline(filing, proposal, papers_asked(proposal), around.papers, said, around.exit_items, returned)


def returned_by(filing: Filing) -> WorkflowEvent | None:
    """The return that brought it back to the author's side; no query unless it lies there."""
    return last_return(filing.events()) if filing.state == FilingState.RETURNED else None


def next_of(kind: str, key: str) -> tuple[StrOrPromise, str, StrOrPromise, str]:
    """Titles and keys of the pages before and after; "" at the ends."""
    sections = parts_of(kind)
    at = [section.key for section in sections].index(key)
    before = sections[at - 1] if at else None
    after = sections[at + 1] if at + 1 < len(sections) else None
    return (
        before.title if before else "", before.key if before else "", after.title if after else "",
        after.key if after else "",
    )  # fmt: skip
