"""One hand-in as it was frozen, for reading: what it says, what changed, what was said about it before."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.models import WorkflowEvent
from core.together import together
from organizations.models import User
from teams.choices import FilingKind, Severity
from teams.facts import ABOUT, same
from teams.filings.checks import CHECKS, Finding, findings_of
from teams.filings.commenting import labels_of
from teams.filings.proposal import Proposal
from teams.filings.reading_sheet import Row, SheetSection, sections_of
from teams.filings.references import Named
from teams.models import CheckSetting, FieldComment, Filing, FilingRound


@dataclass(frozen=True)
class DeskRow(Row):
    """A row with what reviewers said about it.

    :param draft: the comment being written for the next return.
    :param asked: what the last return said about it; ``mended`` whether it changed since.
    """

    draft: FieldComment | None = None
    asked: str = ""
    mended: bool = False


@dataclass
class Sheet:
    """The round that lies before the reviewer.

    :param drafts: whether the reader may see the comments being written.
    """

    filing: Filing
    drafts: bool = False
    returned: WorkflowEvent | None = None
    read: dict[str, list[Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, filing: Filing, *, drafts: bool, **more: QuerySet[Any]) -> "Sheet":
        """One query.

        :param more: what the page wants besides; it stands in ``read``.
        """
        returns = filing.events().filter(action="return_for_changes").order_by("-at", "-pk")
        comments = filing.comments.drafted().select_related("by")
        read = together(
            rounds=filing.rounds.select_related("submitted_by__organization").order_by("-number")[:2],
            returns=returns[:2],
            comments=comments if drafts else comments.none(),
            off=CheckSetting.objects.filter(severity=Severity.OFF).values_list("key", flat=True),
            accounted=filing.events().filter(action="exit_item"),
            **more,
        )
        sheet = cls(filing, drafts, None, read)
        if sheet.former is not None and sheet.round is not None:
            came_in = sheet.round.submitted_at
            sheet.returned = next((event for event in read["returns"] if event.at <= came_in), None)
        return sheet

    @property
    def _rounds(self) -> list[FilingRound]:
        return self.read.get("rounds", [])

    @property
    def round(self) -> FilingRound | None:
        """The latest hand-in; None while there has been none."""
        return self._rounds[0] if self._rounds else None

    @property
    def former(self) -> FilingRound | None:
        return self._rounds[1] if len(self._rounds) > 1 else None

    @cached_property
    def proposal(self) -> Proposal:
        """What was handed in, against what was on file then."""
        filing, this = self.filing, self.round
        payload, before = (this.payload, this.before) if this else (filing.payload, filing.before)
        proposal = Proposal(filing.kind, payload, filing.office, filing.team, before, filing)
        if self.former is not None:  # it is compared with the round before as well
            proposal.named = Named.read(before, payload, self.former.payload)
        return proposal

    @property
    def findings(self) -> list[Finding]:
        return findings_of(self.round.findings) if self.round else []

    def passed(self) -> list[str]:
        """What the checks found in order, in words; those the region has switched off are not counted."""
        found = {finding.key for finding in self.findings}
        off = set(self.read["off"])
        return [
            str(each.passed)
            for each in CHECKS
            if each.passed
            and self.filing.kind in each.kinds
            and each.key not in found
            and (each.fixed or each.key not in off)
        ]

    @property
    def changes_first(self) -> bool:
        """Whether only what changed is shown unless more is asked for."""
        return changes_first(self.filing)

    @cached_property
    def comments(self) -> dict[str, FieldComment]:
        """Field → comment being written."""
        return {row.field: row for row in self.read.get("comments", ())}

    @property
    def asked(self) -> dict[str, str]:
        """Field → what the last return said about it."""
        return dict(self.returned.facts.get("fields") or {}) if self.returned else {}

    def mended(self, name: str) -> bool:
        """Whether the author's side changed the field after the last return."""
        this, former = self.round, self.former
        if this is None or former is None:
            return False
        if name.startswith("papers"):
            kind = name.partition(".")[2]
            return _papers_of(this, kind) != _papers_of(former, kind)
        if name.startswith("exit.") and self.returned is not None:  # no part of the payload: it goes on after a hand-in
            task, at = name.partition(".")[2], self.returned.at
            return any(event.facts.get("task") == task and event.at > at for event in self.read["accounted"])
        key, _dot, role = name.partition(".")
        one, other = this.payload.get(key), former.payload.get(key)
        if role:
            one, other = ([row for row in rows or [] if row.get("role") == role] for rows in (one, other))
        return not same(one, other)

    # -- sections ---------------------------------------------------------------------------------------
    def everything(self) -> list[SheetSection]:
        return [self._dressed(section, section.rows) for section in sections_of(self.proposal)]

    def changes(self, *, since_round: bool) -> list[SheetSection]:
        """What changed against the file, or since the round before; what was asked for always, changed or not."""
        proposal = self.proposal
        if since_round and self.former is not None:
            named = proposal.named
            proposal = Proposal(
                proposal.kind, proposal.payload, proposal.office, proposal.team, self.former.payload, self.filing
            )
            proposal.named = named
        found = []
        for section in sections_of(proposal):
            told = section.key == ABOUT.key and not since_round
            rows = [
                row
                for row in section.rows
                if told or row.changed or row.name in self.asked or row.name in self.comments
            ]
            if rows:
                found.append(self._dressed(section, rows))
        return found

    def _dressed(self, section: SheetSection, rows: list[Row]) -> SheetSection:
        asked = self.asked
        dressed: list[Row] = [
            DeskRow(
                **{name: getattr(row, name) for name in Row.__dataclass_fields__},
                draft=self.comments.get(row.name), asked=asked.get(row.name, ""),
                mended=row.name in asked and self.mended(row.name),
            )
            for row in rows
        ]  # fmt: skip
        return SheetSection(section.key, section.title, dressed, section.changed)

    def other_comments(self) -> list[dict[str, Any]]:
        """What the last return said about papers and the exit checklist, which are no rows of the sheet."""
        said = {name: text for name, text in self.asked.items() if name.startswith(("papers", "exit."))}
        labels = labels_of(said)
        return [{"label": labels[name], "text": text, "mended": self.mended(name)} for name, text in said.items()]


def changes_first(filing: Filing) -> bool:
    """Whether only what changed is shown unless more is asked for."""
    return filing.kind in (FilingKind.CHANGE, FilingKind.ANNUAL, FilingKind.RESTORE) or filing.round_no > 1


def _papers_of(this: FilingRound, kind: str) -> set[str]:
    return {row["sha256"] for row in this.papers if not kind or row["kind"] == kind}


def handed_in_by(this: FilingRound) -> str:
    """“赤峰市红十字会（斯琴高娃）”, and for whom it was done."""
    person: User = this.submitted_by
    words = {"office": person.organization.name, "who": person}
    if this.acting_for:
        return _("%(office)s（%(who)s）代%(for)s") % {**words, "for": this.acting_for}
    return _("%(office)s（%(who)s）") % words
