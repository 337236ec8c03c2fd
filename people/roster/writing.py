"""Writes the rows of a roster: a thousand at a time, each kind of record with one statement or two.

History is written by the triggers, as for every other change. The caller holds the transaction.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from core.imports.bulk import Outcome
from core.imports.bulk.copying import insert_rows
from core.imports.bulk.updating import update_rows
from people.choices import MemberKind
from people.models import Certificate, Cover, Membership, Person, Policy
from people.roster.plans import Known, Plan, PolicyKey
from people.states import MembershipState


class Writer:
    """Writes one file in turns and keeps what undoing it needs.

    :ivar made: keys of new rows by kind, ``[key, version]`` of changed ones by kind, people given a document.
    """

    def __init__(self, known: Known) -> None:
        self.known = known
        self.made: dict[str, list[Any]] = {
            name: [] for name in ("persons", "memberships", "certificates", "covers", "identified", "changed_person",
                                  "changed_membership", "changed_certificate", "changed_cover")
        }  # fmt: skip
        self._twins: dict[str, Person] = {}
        self._wanted = {known.root(key) for key in (*known.twins, *known.again)}
        self._mains: set[int] = set()

    def write(self, outcomes: Sequence[Outcome]) -> None:
        plans = [(outcome.line.key, outcome.plan) for outcome in outcomes]
        people = self._people(plans)
        self._memberships(plans, people)
        self._papers(plans, people)
        self._covers(plans, people)

    # -- people -------------------------------------------------------------------------------------------------
    def _people(self, plans: Sequence[tuple[str, Plan]]) -> list[Person]:
        fresh: list[Person] = []
        people: list[Person] = []
        for key, plan in plans:
            person = plan.person or self._twins.get(plan.twin)
            if person is None:
                person = _made(plan)
                fresh.append(person)
            if key in self._wanted:
                self._twins[key] = person
            people.append(person)
        insert_rows(Person, fresh)
        self.made["persons"] += [person.pk for person in fresh]
        self._change_people(plans)
        return people

    def _change_people(self, plans: Sequence[tuple[str, Plan]]) -> None:
        changes: dict[int, dict[str, Any]] = {}
        for _key, plan in plans:
            if plan.person is None:
                continue
            values = {name: _for_column(name, value) for name, value in plan.person_changes.items()}
            if plan.identify:
                values |= _document(plan)
                self.made["identified"].append(plan.person.pk)
            if values:
                changes[plan.person.pk] = {**changes.get(plan.person.pk, {}), **values}
        self.made["changed_person"] += update_rows(Person, changes)

    # -- memberships ----------------------------------------------------------------------------------------------
    def _memberships(self, plans: Sequence[tuple[str, Plan]], people: Sequence[Person]) -> None:
        fresh, changes = [], {}
        for (_key, plan), person in zip(plans, people, strict=True):
            if plan.only_papers:
                continue
            if plan.membership is None:
                is_main = plan.is_main and person.pk not in self._mains
                fresh.append(_membership(plan, person, is_main=is_main))
                self._mains.add(person.pk)
            elif plan.membership_changes:
                changes[plan.membership.pk] = plan.membership_changes
        insert_rows(Membership, fresh)
        self.made["memberships"] += [[row.pk, row.version] for row in fresh]
        self.made["changed_membership"] += update_rows(Membership, changes)

    # -- certificates and insurance ---------------------------------------------------------------------------------
    def _papers(self, plans: Sequence[tuple[str, Plan]], people: Sequence[Person]) -> None:
        fresh = [
            Certificate(
                person=person, kind=paper.kind, number=paper.number, level=paper.level, issuer=paper.issuer,
                issued_on=paper.issued_on, expires_on=paper.expires_on,
            )
            for (_key, plan), person in zip(plans, people, strict=True)
            for paper in plan.papers
            if paper.issued_on is not None  # a paper without it was told and left out
        ]  # fmt: skip
        insert_rows(Certificate, fresh)
        self.made["certificates"] += [[row.pk, row.version] for row in fresh]
        changes = {held.pk: values for _key, plan in plans for held, values in plan.paper_changes}
        self.made["changed_certificate"] += update_rows(Certificate, changes)

    def _covers(self, plans: Sequence[tuple[str, Plan]], people: Sequence[Person]) -> None:
        self._policies({plan.policy for _key, plan in plans if plan.policy})
        fresh, changes, seen = [], {}, set()
        for (_key, plan), person in zip(plans, people, strict=True):
            if plan.policy is None or plan.span is None:
                continue
            if plan.cover is None and (plan.policy, person.pk) not in seen:
                seen.add((plan.policy, person.pk))
                start, end = plan.span
                fresh.append(
                    Cover(policy=self.known.policies[plan.policy], person=person, starts_on=start, ends_on=end)
                )
            elif plan.cover is not None and plan.cover_changes:
                changes[plan.cover.pk] = plan.cover_changes
        insert_rows(Cover, fresh)
        self.made["covers"] += [[row.pk, row.version] for row in fresh]
        self.made["changed_cover"] += update_rows(Cover, changes)

    def _policies(self, keys: set[PolicyKey]) -> None:
        """Policies the file brings, each over the whole span of its rows."""
        fresh = []
        for key in sorted(keys - set(self.known.policies)):
            team, insurer, number = key
            start, end = self.known.spans[key]
            fresh.append(Policy(organization_id=team, insurer=insurer, number=number, starts_on=start, ends_on=end))
        for policy in Policy.objects.bulk_create(fresh):
            self.known.policies[policy.organization_id, policy.insurer, policy.number] = policy


def _made(plan: Plan) -> Person:
    person = Person(**plan.facts.person)
    if plan.facts.id_number:
        person.set_id(plan.facts.id_type, plan.facts.id_number)
    return person


def _document(plan: Plan) -> dict[str, Any]:
    """What ``Person.set_id`` writes. Birthday and sex it tells are among the row's facts."""
    sealed = Person()
    sealed.set_id(plan.facts.id_type, plan.facts.id_number)
    return {name: getattr(sealed, name) for name in ("id_type", "id_cipher", "id_index", "id_masked")}


def _for_column(name: str, value: Any) -> Any:
    return value.pk if name == "division" and value is not None else value


def _membership(plan: Plan, person: Person, *, is_main: bool) -> Membership:
    """The membership a row makes: full unless the roster says otherwise, since it lists who belongs to the team."""
    facts: Mapping[str, Any] = plan.facts.membership
    given = {name: facts[name] for name in ("number", "group", "duty", "basis") if name in facts}
    return Membership(
        person=person, organization=plan.team, is_main=is_main,
        state=facts.get("state", MembershipState.FULL), kind=facts.get("kind", MemberKind.MEMBER),
        joined_on=facts.get("joined_on") or timezone.localdate(), **given,
    )  # fmt: skip
