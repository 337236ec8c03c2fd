"""Who the rows of a roster are: found by document, or by name and mobile within the team; a thousand at a time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import CharField, Func, Q, Value

from organizations.models import Organization
from people import identity
from people.choices import ConsentKind, EndKind
from people.models import Certificate, Consent, Cover, FormerDocument, Membership, Person
from people.names import bare_name
from people.person_cards import HEALTH_DAYS
from people.roster.reading import Facts
from people.states import CertificateState

_SEALED = ("id_cipher", "health_cipher", "search_key")


@dataclass
class Found:
    """What the database holds about the people of some rows."""

    by_index: dict[str, Person] = field(default_factory=dict)
    by_name: dict[tuple[int, str], list[Membership]] = field(default_factory=lambda: defaultdict(list))
    current: dict[int, list[Membership]] = field(default_factory=lambda: defaultdict(list))
    left: dict[tuple[int, int], Membership] = field(default_factory=dict)  # of (person, team): the last that ended
    dead: set[int] = field(default_factory=set)
    visible: set[int] = field(default_factory=set)
    no_health: set[int] = field(default_factory=set)  # who took the consent to health data back
    papers: dict[int, list[Certificate]] = field(default_factory=lambda: defaultdict(list))
    taken: dict[tuple[str, str], int] = field(default_factory=dict)  # kind and number of a certificate → person
    covers: dict[tuple[int, int], Cover] = field(default_factory=dict)  # policy and person

    def membership(self, person: Person, team: Organization) -> Membership | None:
        return next((row for row in self.current[person.pk] if row.organization_id == team.pk), None)

    def has_main(self, person: Person) -> bool:
        return any(row.is_main for row in self.current[person.pk])


def find(
    rows: Sequence[tuple[Facts, Organization]],
    *,
    by: Any,
    lock: bool,
    policies: Iterable[int],
    also: Iterable[int] = (),
) -> Found:
    """Everything known of the people of ``rows``, by a fixed number of queries.

    :param also: people of rows before these, whom some of these mean.
    :param lock: keep the people from being changed until the transaction ends.
    """
    found = Found()
    people = _by_document(rows, found, lock) | _by_name(rows, found, lock)
    keys = {*people, *also}
    for membership in Membership.objects.filter(person__in=keys).order_by("left_on", "pk"):
        if membership.is_current:
            found.current[membership.person_id].append(membership)
        elif membership.end_kind != EndKind.MISTAKE:
            found.left[membership.person_id, membership.organization_id] = membership
            if membership.end_kind == EndKind.DEATH:
                found.dead.add(membership.person_id)
    found.visible = set(Person.objects.visible_to(by).filter(pk__in=keys).values_list("pk", flat=True))
    _health(rows, found, keys)
    _papers(rows, found, keys)
    covers = Cover.objects.filter(policy__in=list(policies), person__in=keys)
    found.covers = {(cover.policy_id, cover.person_id): cover for cover in covers}
    return found


def _people(lock: bool) -> Any:
    rows = Person.objects.defer(*_SEALED).order_by("pk")
    return rows.select_for_update(of=("self",), no_key=True) if lock else rows


def _by_document(rows: Sequence[tuple[Facts, Organization]], found: Found, lock: bool) -> dict[int, Person]:
    """Also by a document they had before, and through records merged into another; as ``enrolling.find``."""
    wanted = {
        index: identity.index(facts.id_type, facts.id_number)
        for facts, _team in rows
        if facts.id_number
        for index in identity.indexes(facts.id_type, facts.id_number)
    }
    people = {person.pk: person for person in _people(lock).filter(id_index__in=list(wanted))}
    holders = {person.id_index: person.pk for person in people.values()}
    named = {(_index(facts), bare_name(facts.person.get("name", ""))) for facts, _team in rows if facts.id_number}
    former = FormerDocument.objects.filter(id_index__in=list(wanted)).select_related("person").order_by("-pk")
    for row in former.prefetch_related("person__merged"):
        if not row.was_another_s(row.person) or any((wanted[row.id_index], n) in named for n in row.person.called()):
            holders.setdefault(row.id_index, row.person_id)
    for _again in range(2):  # the holder of a former document, then whoever a record was merged into
        people |= {p.pk: p for p in _people(lock).filter(pk__in=set(holders.values()) - set(people))}
        merged = {pk: person.merged_into_id for pk, person in people.items() if person.merged_into_id}
        holders = {index: merged.get(pk, pk) for index, pk in holders.items()}
        if not set(holders.values()) - set(people):
            break
    found.by_index = {wanted[index]: people[pk] for index, pk in holders.items() if pk in people}
    return {person.pk: person for person in found.by_index.values()}


def _by_name(rows: Sequence[tuple[Facts, Organization]], found: Found, lock: bool) -> dict[int, Person]:
    """Members of the teams with the same name, of rows whose document is not known."""
    open_rows = [(f, t) for f, t in rows if not f.id_number or _index(f) not in found.by_index]
    names = {facts.person.get("name", "") for facts, _team in open_rows} - {""}
    if not names:
        return {}
    teams = {team.pk for _facts, team in open_rows}
    bare = Func("person__name", Value("（"), Value(1), function="split_part", output_field=CharField())
    theirs = Membership.objects.current().filter(organization__in=teams).alias(bare=bare)
    memberships = list(theirs.filter(Q(person__name__in=names) | Q(bare__in=names)).order_by("pk"))
    people = {p.pk: p for p in _people(lock).filter(pk__in={m.person_id for m in memberships})}
    for membership in memberships:
        membership.person = people[membership.person_id]
        found.by_name[membership.organization_id, bare_name(membership.person.name)].append(membership)
    return people


def _health(rows: Sequence[tuple[Facts, Organization]], found: Found, keys: set[int]) -> None:
    if not any(facts.person.get(name) for facts, _team in rows for name in HEALTH_DAYS):
        return
    consents = Consent.objects.filter(person__in=keys, text__kind=ConsentKind.HEALTH)
    given = {True: set[int](), False: set[int]()}
    for pk, withdrawn_at in consents.values_list("person_id", "withdrawn_at"):
        given[withdrawn_at is None].add(pk)
    found.no_health = given[False] - given[True]


def _papers(rows: Sequence[tuple[Facts, Organization]], found: Found, keys: set[int]) -> None:
    if not any(facts.papers for facts, _team in rows):
        return
    live = ~Q(state=CertificateState.ENDED)
    for paper in Certificate.objects.filter(live, person__in=keys).order_by("pk"):
        found.papers[paper.person_id].append(paper)
    numbers = {paper.number for facts, _team in rows for paper in facts.papers} - {""}
    kinds = {paper.kind.key for facts, _team in rows for paper in facts.papers}  # the index begins with the kind
    same = (
        Certificate.objects.standing()
        .filter(kind__in=kinds, number__in=numbers)
        .values_list("kind_id", "number", "person_id")
    )
    found.taken = {(kind, number): person for kind, number, person in same}


def _index(facts: Facts) -> str:
    return identity.index(facts.id_type, facts.id_number)
