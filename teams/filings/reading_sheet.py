"""The content of a filing as a reading sheet: every fact in words, what is on file beside what is proposed.

One piece for both sides: the author's page and the review desk draw it with ``teams/_sheet.html``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from core.diff import Piece, marked
from teams.choices import MANAGEMENT
from teams.facts import (
    ABOUT,
    ABOUT_FIELDS,
    MANAGEMENT_SECTION,
    SECTIONS,
    Section,
    Words,
    as_filed,
    label_of,
    same,
    section_names,
)
from teams.filings.proposal import Proposal, depends_on


@dataclass(frozen=True)
class Row:
    """One fact.

    :param changed: differs from what it is compared with; never where there is nothing to compare with.
    :param old_pieces: ``old`` with what differs marked; empty unless ``changed``. ``new_pieces`` alike.
    :param note: what the words do not show, as a telephone number that differs where it is masked.
    """

    name: str
    label: str
    old: str
    new: str
    old_pieces: list[Piece] = field(default_factory=list)
    new_pieces: list[Piece] = field(default_factory=list)
    changed: bool = False
    note: str = ""


@dataclass(frozen=True)
class SheetSection:
    """A section of the form with its rows.

    :param changed: how many of the rows changed.
    """

    key: str
    title: StrOrPromise
    rows: list[Row]
    changed: int


def sections_of(proposal: Proposal, *, full: bool = False) -> list[SheetSection]:
    """Everything the filing says, in the order of the form; one query.

    Compared with ``proposal.before``: what is on file, or any earlier payload (a former round) put there instead.
    Facts that the choices made do not ask for are left out while they are empty on both sides.

    :param full: with whole telephone numbers; otherwise they are masked.
    """
    words = Words(named=proposal.named)
    found = []
    for section in (ABOUT, *SECTIONS):
        rows = [_row(name, proposal, words, full) for name in _names(section, proposal)]
        if rows:
            found.append(SheetSection(section.key, section.title, rows, sum(row.changed for row in rows)))
    return found


def _names(section: Section, proposal: Proposal) -> Iterator[str]:
    if section == ABOUT:
        yield from ABOUT_FIELDS[proposal.kind]
    elif proposal.asks_facts and section == MANAGEMENT_SECTION:
        yield from (f"posts.{role.value}" for role in MANAGEMENT)
    elif proposal.asks_facts:
        yield from (name for name in section_names(section) if _is_told(name, proposal))


def _is_told(name: str, proposal: Proposal) -> bool:
    asked = depends_on(name)
    if asked is None or proposal.payload.get(asked[0]) == asked[1]:
        return True
    return bool(proposal.payload.get(name) or proposal.before.get(name))


def _row(name: str, proposal: Proposal, words: Words, full: bool) -> Row:
    old, new = (words.of(name, facts, full=full) for facts in (as_filed(proposal.before), proposal.payload))
    if not _differs(name, proposal):
        return Row(name, label_of(name), old, new)
    old_pieces, new_pieces = marked(old, new)
    note = _("号码有变化") if old == new else ""
    return Row(name, label_of(name), old, new, old_pieces, new_pieces, changed=True, note=note)


def _differs(name: str, proposal: Proposal) -> bool:
    if not proposal.before:
        return False
    if name in ABOUT_FIELDS[proposal.kind]:  # not on file; an earlier round has said it
        return name in proposal.before and not same(proposal.before[name], proposal.payload.get(name))
    return name in proposal.changed


def only_changed(sections: list[SheetSection]) -> list[SheetSection]:
    """The same sheet with the rows that changed, and what the filing is about."""
    found = []
    for section in sections:
        rows = section.rows if section.key == ABOUT.key else [row for row in section.rows if row.changed]
        if rows:
            found.append(SheetSection(section.key, section.title, rows, section.changed))
    return found


def values_on_file(proposal: Proposal, *names: str) -> dict[str, str]:
    """What is on file about some facts, in words, for the hints beside the fields of the form."""
    words = Words(named=proposal.named)
    return {name: words.of(name, as_filed(proposal.before), full=True) for name in names}
