"""A paper roll, typed in: it counts like one that was tapped."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import F

from organizations.models import User
from people.models import Membership
from people.names import same_name
from training.choices import MarkKind, MarkMethod, Presence
from training.marking import Result, take
from training.models import Activity, Attendance, Mark, Slot
from training.roll.given import Given


@dataclass(frozen=True)
class Line:
    """One line of the sheet. Without times: there all the time."""

    person: int
    kind: str
    arrived_at: datetime | None = None
    left_at: datetime | None = None


@dataclass
class Typed:
    """Names that were typed below the list: whose they are, whose they could be, and whose nobody's."""

    found: dict[str, Membership] = field(default_factory=dict)
    several: dict[str, list[Membership]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


@transaction.atomic
def enter(slot: Slot, lines: Iterable[Line], *, outside: int, key: UUID, by: User) -> list[Result]:
    """All lines at once; ``outside`` people who are nobody's members are counted with the activity.

    :param key: of this filled-in form. Sent twice, it is one.
    """
    lines = list(lines)
    if outside:  # taken whole at once: from shared to whole, two forms would wait for each other for ever
        Activity.objects.select_for_update(of=("self",)).get(pk=slot.activity_id)
    last = _last(slot, lines)
    given = [one for line in lines for one in _given(slot, line, last.get(line.person), key)]
    before = Mark.objects.filter(pk__in=[one.id for one in given]).exists() if given else False
    results = take(given, by=by)
    if outside and not before:
        rows = Activity.objects.filter(pk=slot.activity_id)
        rows.filter(outside_people=None).update(outside_people=0)
        rows.update(outside_people=F("outside_people") + outside, version=F("version") + 1)
    return results


def _given(slot: Slot, line: Line, last: datetime | None, key: UUID) -> Iterable[Given]:
    """What the paper says stands after what it overrules."""
    first = line.arrived_at or slot.starts_at
    if last is not None:
        first = max(first, last + timedelta(seconds=1))

    def made(kind: str, at: datetime) -> Given:
        name = f"{line.person} {kind}"
        return Given(uuid5(key, name), slot.pk, kind, at, MarkMethod.PAPER, line.person, activity=slot.activity_id)

    yield made(line.kind, first)
    if line.kind == MarkKind.ARRIVED and line.left_at is not None:
        yield made(MarkKind.LEFT, max(line.left_at, first))


def _last(slot: Slot, lines: list[Line]) -> dict[int, datetime]:
    """Person → last mark, for those whom the paper says otherwise of than what was marked."""
    says = {line.person: Presence.PRESENT if line.kind == MarkKind.ARRIVED else line.kind for line in lines}
    rows = Attendance.objects.filter(slot=slot, participation__person__in=says).exclude(presence=Presence.UNKNOWN)
    stood = dict(rows.values_list("participation__person", "presence"))
    differ = [person for person, presence in stood.items() if says[person] != presence]
    marks = Mark.objects.filter(slot=slot, person__in=differ).order_by("at")
    return dict(marks.values_list("person", "at"))


def match(names: Iterable[str], members: Iterable[Membership]) -> Typed:
    """Typed names against rosters; a team's name after the name tells people of one name apart."""
    rows = list(members)
    typed = Typed()
    for text in names:
        name, _space, team = text.partition(" ")
        alike = [row for row in rows if same_name(row.person.name, text)]
        if not alike and team:
            alike = [row for row in rows if same_name(row.person.name, name) and team.strip() in row.organization.name]
        people = defaultdict(list)
        for row in alike:
            people[row.person_id].append(row)
        if len(people) == 1:
            typed.found[text] = alike[0]
        elif people:
            typed.several[text] = [several[0] for several in people.values()]
        else:
            typed.unknown.append(text)
    return typed
