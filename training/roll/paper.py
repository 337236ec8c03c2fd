"""A paper roll, typed in: it counts like one that was tapped."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import transaction

from organizations.models import User
from people.models import Membership
from people.names import same_name
from training.choices import MarkKind, MarkMethod, Presence
from training.models import Activity, Attendance, Mark, PaperSheet, Slot
from training.roll.deriving import counting, grace
from training.roll.folding import fold
from training.roll.given import Given
from training.roll.marking import Result, take


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
def enter(slot: Slot, lines: Iterable[Line], *, outside: int, key: UUID, by: User) -> tuple[list[Result], int]:
    """All lines at once; ``outside`` people who are nobody's members are counted with the activity.

    :param key: of this filled-in form. Sent twice, it is one; sent again with other names, it says what these say.
    :returns: a result per mark, and by how many the outside people have become more.
    """
    lines = list(lines)
    # the activity is taken whole at once: from shared to whole, two forms would wait for each other for ever
    more = _count_outside(slot, outside, key, by)
    last = _last(slot, lines)
    return take([one for line in lines for one in _given(slot, line, last.get(line.person), key)], by=by), more


def _count_outside(slot: Slot, outside: int, key: UUID, by: User) -> int:
    before = PaperSheet.objects.filter(pk=key).first()
    if not outside and before is None:
        return 0
    activity = Activity.objects.select_for_update(of=("self",)).get(pk=slot.activity_id)
    sheet, _made = PaperSheet.objects.get_or_create(pk=key, defaults={"activity": activity, "outside": 0, "by": by})
    more = outside - sheet.outside if sheet.activity_id == activity.pk else 0
    if more:
        sheet.outside = outside
        sheet.save(update_fields=["outside"])
        activity.outside_people = max((activity.outside_people or 0) + more, 0)
        activity.version += 1
        activity.save(update_fields=["outside_people", "version"])
    return more


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
    """Person → last mark that counts, for those whom the paper says otherwise of than what was marked."""
    says = {line.person: Presence.PRESENT if line.kind == MarkKind.ARRIVED else line.kind for line in lines}
    rows = Attendance.objects.filter(slot=slot, participation__person__in=says).exclude(presence=Presence.UNKNOWN)
    stood = dict(rows.values_list("participation__person", "presence"))
    differ = [person for person, presence in stood.items() if says[person] != presence]
    marks = Mark.objects.filter(counting(), slot=slot, person__in=differ).order_by("at")
    return dict(marks.values_list("person", "at"))


def otherwise(slot: Slot, lines: Iterable[Line]) -> list[tuple[Attendance, int]]:
    """Who counts for other minutes than the sheet says, with the minutes of the sheet: the paper makes marks beside
    those there are, which takes nobody's coming or going back, and leaves minutes that were put right as they are."""
    says = {line.person: line for line in lines if line.kind == MarkKind.ARRIVED}
    rows = Attendance.objects.filter(slot=slot, participation__person__in=says).select_related("participation__person")
    late, found = grace(), []
    for row in rows.order_by("participation__organization__path", "participation"):
        given = _given(slot, says[row.participation.person_id], None, NAMESPACE_OID)
        own = [Mark(id=one.id, kind=one.kind, method=one.method, at=one.at) for one in given]
        minutes = fold(own, slot.starts_at, slot.ends_at, grace=late).minutes
        if row.counted_minutes != minutes:
            found.append((row, minutes))
    return found


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
