"""What a filing proposes, read: values where the typing makes sense, and what is wrong or missing where it does not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from organizations.models import Organization
from teams.choices import FilingKind, Formation, PaperWhen, Registration
from teams.facts import (
    ABOUT_FIELDS,
    FACTS,
    POST_FIELDS,
    changed_names,
    is_empty,
    label_of,
    posts_in,
    read,
    read_post,
)
from teams.filings.around import Around
from teams.filings.references import Named
from teams.models import Filing, Team

_ALWAYS = (
    "name", "level", "formation", "registration", "founded_on", "main_category", "base_address", "duty_phone",
)  # fmt: skip
_BY_CHOICE: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("formation", Formation.NAMED): ("host_org_name", "naming_org"),
    ("registration", Registration.CIVIL): ("civil_type", "uscc", "civil_authority", "civil_on", "supervising_unit"),
    ("registration", Registration.DOCUMENT): ("filing_doc_no", "filing_doc_on"),
}
# Shown with a choice without being needed by it.
_ASKED_WITH = {"annual_check_year": ("registration", Registration.CIVIL)}
_ABOUT_NEEDED: Mapping[str, tuple[str, ...]] = {
    FilingKind.CHANGE: ("reason",),
    FilingKind.ANNUAL: ("year",),
    FilingKind.EXIT: ("exit_kind", "exit_on", "reason"),
    FilingKind.RESTORE: ("reason",),
}


@dataclass
class Proposal:
    """The payload of one filing with what stands around it. Reads each fact once; errors are by fact name.

    :ivar payload: what counts of what was typed (``counting``).
    """

    kind: str
    payload: Mapping[str, Any]
    office: Organization
    team: Team | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    filing: Filing | None = None

    def __post_init__(self) -> None:
        self.payload = counting(self.payload, self.before)

    @classmethod
    def of(cls, filing: Filing) -> "Proposal":
        return cls(filing.kind, filing.payload, filing.office, filing.team, filing.before, filing)

    @cached_property
    def named(self) -> Named:
        """The records the payloads name. One query; none when ``around`` was read before."""
        return self.around.named if "around" in self.__dict__ else Named.read(self.before, self.payload)

    @cached_property
    def around(self) -> Around:
        """What stands around it on file: whatever the checks ask. One query."""
        return Around.read(self.kind, self.payload, self.before, self.team, self.filing)

    @property
    def asks_facts(self) -> bool:
        """A team that leaves is not asked for its facts again."""
        return self.kind != FilingKind.EXIT

    @property
    def names(self) -> tuple[str, ...]:
        """Everything this kind of filing asks, without the posts."""
        return (*ABOUT_FIELDS[self.kind], *(FACTS if self.asks_facts else ()))

    @cached_property
    def _read(self) -> tuple[dict[str, Any], dict[str, str]]:
        values: dict[str, Any] = {}
        errors: dict[str, str] = {}
        for name in self.names:
            try:
                values[name] = read(name, self.payload.get(name), self.named)
            except ValidationError as error:
                if not is_aside(name, self.payload, self.before):
                    errors[name] = error.messages[0]
        return values, errors

    @property
    def values(self) -> dict[str, Any]:
        """Fact → value, for those that could be read."""
        return self._read[0]

    @cached_property
    def errors(self) -> dict[str, str]:
        """Fact → what is wrong with what was typed; a post's under ``posts-<row>-<field>``."""
        found = dict(self._read[1])
        for index, row in enumerate(self.payload.get("posts") or []):
            if self.asks_facts and any(not is_empty(row.get(name)) for name in POST_FIELDS):
                try:
                    read_post(row)
                except ValidationError as error:
                    found |= {f"posts-{index}-{name}": texts[0] for name, texts in error.message_dict.items()}
        return found

    @cached_property
    def posts(self) -> list[dict[str, Any]]:
        """The management as values; rows that cannot be read are left out (they are among the errors)."""
        rows = []
        for row in posts_in(self.payload):
            try:
                rows.append(read_post(row))
            except ValidationError:
                continue
        return rows

    @cached_property
    def needed(self) -> list[str]:
        """What has to be filled in before the filing is handed in with the choices made so far."""
        needed: list[str] = [*_ABOUT_NEEDED.get(self.kind, ())]
        if self.asks_facts:
            needed += _ALWAYS
            for (name, choice), names in _BY_CHOICE.items():
                if self.values.get(name) == choice:
                    needed += names
        return needed

    @cached_property
    def missing(self) -> dict[str, str]:
        """Fact → that it has to be filled in and is not."""
        return {
            name: _("请填写%(label)s。") % {"label": label_of(name)}
            for name in self.needed
            if name not in self.errors and is_empty(self.payload.get(name))
        }

    @cached_property
    def changed(self) -> list[str]:
        """Facts that differ from what is on file; for a new team everything that is said."""
        return changed_names(self.before, self.payload) if self.asks_facts else []

    @property
    def level(self) -> str:
        """Team level the filing's route depends on: as proposed, for a leaving team as on file."""
        if not self.asks_facts:
            return self.team.level if self.team else ""
        return self.values.get("level") or ""

    def wants(self, when: str) -> bool:
        """Whether a paper asked for under this condition is asked for here."""
        facts = self.values if self.asks_facts else {}
        tests: Mapping[str, bool] = {
            PaperWhen.ALWAYS: True,
            PaperWhen.CIVIL: facts.get("registration") == Registration.CIVIL,
            PaperWhen.DOCUMENT: facts.get("registration") == Registration.DOCUMENT,
            PaperWhen.NAMED: facts.get("formation") == Formation.NAMED,
            PaperWhen.POSTS: any(name.startswith("posts.") for name in self.changed),
        }
        return tests[when]


def depends_on(name: str) -> tuple[str, str] | None:
    """The choice with which a fact is asked, as (fact, value); None when it is always asked."""
    for choice, names in _BY_CHOICE.items():
        if name in names:
            return choice
    return _ASKED_WITH.get(name)


def is_aside(name: str, payload: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Whether the fact belongs to another choice than the one made: the form does not show it."""
    asked = depends_on(name)
    return asked is not None and payload.get(asked[0], before.get(asked[0])) not in ("", None, asked[1])


def counting(payload: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """What counts of what was typed. A fact of another choice stays as it is on file, unless it was emptied: what was
    typed there is kept for when that choice is made again, but nobody sees it and it stops nothing."""
    aside = [name for name, raw in payload.items() if not is_empty(raw) and is_aside(name, payload, before)]
    kept = {name: raw for name, raw in payload.items() if name not in aside}
    return kept | {name: before[name] for name in aside if name in before}


def said(names: Iterable[str]) -> str:
    """Names of facts as a list in words."""
    return _("、").join(label_of(name) for name in names)
