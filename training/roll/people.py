"""Who is meant by the marks of a batch: on the list, of a joined team, or a stranger to both. A query per question,
however many marks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from organizations.models import Organization, User
from people.card import memberships_of
from people.models import Membership, Person
from training.choices import NOT_EXPECTED
from training.models import Mark, Participation, Slot
from training.models.activity import ActivityTeam
from training.roll.callers import Caller, caller_of
from training.roll.given import Given


@dataclass(frozen=True)
class Known:
    """:ivar team: in whose name, 0 for a stranger. :ivar user: of the person. :ivar shown: a stranger who showed a
    card, or whom the caller may see anyway."""

    person: int
    team: int
    user: int | None
    shown: bool


class People:
    """:param slots: number of the mark → slot."""

    def __init__(self, given: Sequence[Given], slots: Mapping[int, Slot], by: User) -> None:
        self._given, self._slots, self._by = given, slots, by
        self._cards = memberships_of({one.card for one in given if one.card}) if any(g.card for g in given) else {}
        self._persons = _persons(
            [one.person for one in given if one.person] + [row.person_id for row in self._cards.values()]
        )
        activities = {slot.activity_id for slot in slots.values()}
        self._teams = _teams(activities)
        self._listed = _listed(activities, {person.pk for person in self._persons.values()})
        self._members = self._memberships()
        self._visible = self._seen()
        self._callers: dict[int, Caller] = {}

    def caller(self, slot: Slot) -> Caller:
        if slot.activity_id not in self._callers:
            teams = self._teams.get(slot.activity_id, [])
            self._callers[slot.activity_id] = caller_of(slot.activity, self._by, teams)
        return self._callers[slot.activity_id]

    def known(self, number: int) -> Known | None:
        """None: nobody at all."""
        slot, person = self._slots.get(number), self._person(self._given[number])
        if slot is None or person is None:
            return None
        shown = bool(self._given[number].card) or person.pk in self._visible
        return Known(person.pk, self._team(slot.activity_id, person.pk), person.user_id, shown)

    def team_of(self, mark: Mark) -> int:
        return self._team(mark.slot.activity_id, mark.person_id)

    def _team(self, activity: int, person: int) -> int:
        listed = self._listed.get((activity, person))
        if listed:
            return listed
        teams = {team.pk for team in self._teams.get(activity, [])}
        own = (team for team in self._members.get(person, []) if team in teams)
        return next(own, 0)

    def _person(self, one: Given) -> Person | None:
        if not one.card:
            return self._persons.get(one.person or 0)
        membership = self._cards.get(one.card)
        return self._persons.get(membership.person_id) if membership else None

    def _strangers(self) -> set[int]:
        """People who are not on the list of every activity of the batch."""
        activities = {slot.activity_id for slot in self._slots.values()}
        people = {person.pk for person in self._persons.values()}
        return {person for person in people if any((activity, person) not in self._listed for activity in activities)}

    def _memberships(self) -> dict[int, list[int]]:
        """Person → teams he is in that take part, the main one first."""
        teams = {team.pk for several in self._teams.values() for team in several}
        people = self._strangers()
        if not teams or not people:
            return {}
        day = timezone.localdate(min(slot.starts_at for slot in self._slots.values()))
        rows = Membership.objects.now_or_on(day).filter(person__in=people, organization__in=teams)
        found: dict[int, list[int]] = {}
        for person, team in rows.order_by("-is_main", "pk").values_list("person", "organization"):
            found.setdefault(person, []).append(team)
        return found

    def _seen(self) -> set[int]:
        """Strangers to every team whom the caller may see."""
        left = self._strangers() - set(self._members)
        if not left:
            return set()
        return set(Person.objects.visible_to(self._by).filter(pk__in=left).values_list("pk", flat=True))


def _persons(keys: Iterable[int]) -> dict[int, Person]:
    """Key → person; of a record that was merged, the one that was kept."""
    rows = Person.objects.select_related("merged_into").only("user", "merged_into__user").in_bulk(set(keys))
    return {key: row.merged_into or row for key, row in rows.items()}


def _teams(activities: Iterable[int]) -> dict[int, list[Organization]]:
    rows = ActivityTeam.objects.filter(activity__in=activities).select_related("organization").order_by("organization")
    found: dict[int, list[Organization]] = {}
    for row in rows:
        found.setdefault(row.activity_id, []).append(row.organization)
    return found


def _listed(activities: Iterable[int], people: Iterable[int]) -> dict[tuple[int, int], int]:
    """(activity, person) → team in whose name the person is on the list, or has asked to be."""
    rows = Participation.objects.filter(activity__in=activities, person__in=people).exclude(listing__in=NOT_EXPECTED)
    return {(row[0], row[1]): row[2] for row in rows.values_list("activity", "person", "organization")}
