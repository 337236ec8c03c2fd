"""One hand-in as it was frozen, for reading: what it says, what changed, what was said about it before."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from core.models import WorkflowEvent
from organizations.models import User
from teams.checks import CHECKS, Finding, findings_of
from teams.choices import FilingKind, Severity
from teams.commenting import drafts_of, labels_of
from teams.facts import ABOUT, same
from teams.models import CheckSetting, FieldComment, Filing, FilingRound
from teams.proposal import Proposal
from teams.reading import Row, SheetSection, sections_of


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
    _rounds: list[FilingRound] = field(default_factory=list)

    @classmethod
    def of(cls, filing: Filing, *, drafts: bool) -> "Sheet":
        rounds = list(filing.rounds.select_related("submitted_by__organization").order_by("-number")[:2])
        returned = None
        if len(rounds) > 1:
            rows = filing.events().filter(action="return_for_changes", at__lte=rounds[0].submitted_at)
            returned = rows.last()
        return cls(filing, drafts, returned, rounds)

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
        return Proposal(filing.kind, payload, filing.office, filing.team, before, filing)

    @property
    def findings(self) -> list[Finding]:
        return findings_of(self.round.findings) if self.round else []

    def passed(self) -> list[str]:
        """What the checks found in order, in words; those the region has switched off are not counted. One query."""
        found = {finding.key for finding in self.findings}
        off = set(CheckSetting.objects.filter(severity=Severity.OFF).values_list("key", flat=True))
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
        kinds = (FilingKind.CHANGE, FilingKind.ANNUAL, FilingKind.RESTORE)
        return self.filing.kind in kinds or self.former is not None

    @cached_property
    def comments(self) -> dict[str, FieldComment]:
        """Field → comment being written."""
        return drafts_of(self.filing) if self.drafts else {}

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
            proposal = Proposal(
                proposal.kind, proposal.payload, proposal.office, proposal.team, self.former.payload, self.filing
            )
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


def _papers_of(this: FilingRound, kind: str) -> set[str]:
    return {row["sha256"] for row in this.papers if not kind or row["kind"] == kind}


def handed_in_by(this: FilingRound) -> str:
    """“赤峰市红十字会（斯琴高娃）”, and for whom it was done."""
    person: User = this.submitted_by
    words = {"office": person.organization.name, "who": person}
    if this.acting_for:
        return _("%(office)s（%(who)s）代%(for)s") % {**words, "for": this.acting_for}
    return _("%(office)s（%(who)s）") % words
