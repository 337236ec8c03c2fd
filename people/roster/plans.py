"""What one row of a roster would do, and what the rows of a file are judged against together."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.imports.bulk import Line
from organizations.models import Organization
from people.models import Certificate, Cover, Membership, Person, Policy
from people.roster.reading import Facts, Paper

PolicyKey = tuple[int, str, str]
Span = tuple[date, date]


@dataclass(slots=True)
class Plan:
    """What ``people.roster.writing`` does for one row.

    :ivar person: the one there is; None: a new one of ``facts``. :ivar twin: key of the first row of the same one.
    """

    facts: Facts
    team: Organization
    person: Person | None = None
    twin: str = ""
    only_papers: bool = False
    identify: bool = False
    person_changes: dict[str, Any] = field(default_factory=dict)
    membership: Membership | None = None
    membership_changes: dict[str, Any] = field(default_factory=dict)
    is_main: bool = True
    papers: list[Paper] = field(default_factory=list)
    paper_changes: list[tuple[Certificate, dict[str, Any]]] = field(default_factory=list)
    policy: PolicyKey | None = None
    span: Span | None = None
    cover: Cover | None = None
    cover_changes: dict[str, Any] = field(default_factory=dict)


@dataclass
class Known:
    """What the rows of a file are judged against, beside what is found of their people.

    :ivar twins: key of a row → the row before it with the same document, for another team.
    :ivar again: key of a row → the row before it of the same person in the same team; only its certificates count.
    :ivar doubles: key of a row → field and what is said of a row that is there twice. :ivar said: what else is told.
    :ivar whose: key of the first row of somebody → who that is, None for somebody new; the rows after it mean the same.
    :ivar meant: memberships that a row has been found to mean.
    :ivar spans: of policies the file brings. :ivar papers: kind and number of certificates → row that has it first.
    :ivar entered: first row of somebody and kind → numbers and days of issue of the certificates the file gives them.
    """

    twins: dict[str, str] = field(default_factory=dict)
    again: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    doubles: dict[str, tuple[str, str]] = field(default_factory=dict)
    spans: dict[PolicyKey, Span] = field(default_factory=dict)
    policies: dict[PolicyKey, Policy] = field(default_factory=dict)
    whose: dict[str, Person | None] = field(default_factory=dict)
    meant: set[int] = field(default_factory=set)
    papers: dict[tuple[str, str], Line] = field(default_factory=dict)
    entered: dict[tuple[str, str], set[str | date]] = field(default_factory=lambda: defaultdict(set))

    def root(self, key: str) -> str:
        """Key of the first row of the same person; the row's own where there is none before it."""
        while before := self.again.get(key) or self.twins.get(key):
            key = before
        return key
