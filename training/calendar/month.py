"""A month laid out: weeks from Monday with bars over the days of each activity, and the same as a list by day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core.chips import chip
from core.escaping import markup
from core.words import field_in_words
from training.calendar.reading import COUNTED, OnDay
from training.models import Activity, Slot
from training.states import ActivityState

SHOWN = 4  # of a day
FIRST, LAST = date(2020, 1, 1), date(2099, 12, 1)
_DOT = " · "
_LOOKS = {ActivityState.DRAFT: "is-draft", ActivityState.CANCELLED: "is-cancelled"}


@dataclass
class Entry:
    """One activity on one day. ``slot`` is its first one there."""

    slot: Slot

    def __post_init__(self) -> None:
        """What is shown of it: in the grid and in the list by day, so put together once."""
        activity = self.activity = self.slot.activity
        self.title, self.host, self.url = str(activity), activity.host.short_name, activity.get_absolute_url()
        self.starts, self.ends = (f"{localtime(at):%H:%M}" for at in (self.slot.starts_at, self.slot.ends_at))
        self.is_draft = activity.state == ActivityState.DRAFT
        self.is_cancelled = activity.state == ActivityState.CANCELLED
        self.state = _label("state", activity)
        self.looks = f"{activity.kind} {_LOOKS.get(ActivityState(activity.state), '')}".strip()

    @property
    def hint(self) -> str:
        return _DOT.join([self.title, self.host, *([self.state] if self.is_draft or self.is_cancelled else [])])

    @property
    def about(self) -> str:
        activity = self.activity
        more = _label("form", activity) or _label("training_kind", activity)
        place = str(activity.base) if activity.base else activity.place
        return _DOT.join(part for part in (_label("kind", activity), more, self.host, place) if part)

    @property
    def line(self) -> SafeString:
        """Its line in the list of a day. A month has nearly two hundred of them, so they are not left to a template."""
        label = _("（") + self.slot.label + _("）") if self.slot.label else ""
        sign = SafeString()
        if self.is_draft or self.is_cancelled:
            sign = chip("off", self.state, "draft" if self.is_draft else "")
        return markup(
            '<li class="{}"><span class="when">{}–{}</span><div><a href="{}">{}{}</a>'
            '<div class="mut small">{}</div></div>{}</li>',
            self.looks, self.starts, self.ends, self.url, self.title, label, self.about, sign,
        )  # fmt: skip


def _label(name: str, activity: Activity) -> str:
    field: Any = Activity._meta.get_field(name)
    return field_in_words(field, getattr(activity, name))


@dataclass
class Bar:
    """An entry over one or more days of a week. Columns and lanes count from 1; ``before``, ``after``: it goes on."""

    entry: Entry
    column: int
    lane: int
    width: int = 1
    before: bool = False
    after: bool = False

    @property
    def looks(self) -> str:
        on = [name for name, so in (("is-on", self.before), ("goes-on", self.after)) if so]
        return " ".join([f"c{self.column} w{self.width} l{self.lane}", self.entry.looks, *on])

    @property
    def starts(self) -> str:
        """The time, where the whole of it lies on this day."""
        return self.entry.starts if self.width == 1 and not self.before else ""

    @property
    def link(self) -> SafeString:
        """As it stands in the grid; made here as ``Entry.line`` is."""
        entry, starts = self.entry, self.starts
        said: str = SafeString()
        if entry.is_cancelled:
            said = markup('<span class="visually-hidden">{}{}</span>', entry.state, _("："))
        return markup(
            '<a class="bar {}" href="{}" title="{}">{}{}<span>{}</span></a>',
            self.looks, entry.url, entry.hint, said,
            markup("<b>{}</b> ", starts) if starts else SafeString(), entry.title,
        )  # fmt: skip


@dataclass
class Day:
    day: date
    in_month: bool
    entries: list[Entry] = field(default_factory=list)
    left: int = 0  # how many are not shown
    capped: bool = False

    def __post_init__(self) -> None:
        self.key, self.number = self.day.isoformat(), str(self.day.day)
        self.is_today = self.day == timezone.localdate()

    @property
    def month(self) -> str:
        return _named(self.day.month, _("n月"), get_language())

    @property
    def more(self) -> str:
        """Of what is not shown."""
        words = ngettext("还有 %(n)s 场", "还有 %(n)s 场", self.left) % {"n": self.left}
        return words + (_("以上") if self.capped else "")


@dataclass
class Week:
    days: list[Day]
    bars: list[Bar] = field(default_factory=list)


@lru_cache(maxsize=100)
def _named(month: int, form: str, _language: str | None) -> str:
    """A month in words, the same on all its days."""
    return date_format(date(2000, month, 1), form)


def first_of(month: date, *, later: int = 0) -> date:
    """The first day of the month so many months later, within what the calendar reaches."""
    number = month.year * 12 + month.month - 1 + later
    return min(max(date(number // 12, number % 12 + 1, 1), FIRST), LAST)


def days_of(month: date) -> list[date]:
    """All days of the weeks that the month touches."""
    first = month - timedelta(days=month.weekday())
    last = first_of(month, later=1) - timedelta(days=1) if month < LAST else month.replace(day=31)
    count = ((last - first).days // 7 + 1) * 7
    return [first + timedelta(days=number) for number in range(count)]


def chosen_lines(found: Mapping[date, Sequence[OnDay]]) -> dict[date, list[tuple[int, OnDay]]]:
    """Day → what is shown of it, each with its lane: what went on the day before keeps its lane, then the earliest."""
    picked: dict[date, list[tuple[int, OnDay]]] = {}
    lanes: dict[int, int] = {}  # activity → lane, of the day before
    for day, lines in found.items():
        kept = [line for line in lines if line.activity in lanes] if day.weekday() else []
        fresh = [line for line in lines if line not in kept]
        taken = {line.activity: lanes[line.activity] for line in kept}
        free = (lane for lane in range(1, SHOWN + 1) if lane not in taken.values())
        taken |= {line.activity: lane for line, lane in zip(fresh, free, strict=False)}
        picked[day] = [(taken[line.activity], line) for line in lines if line.activity in taken]
        lanes = taken
    return picked


def lay_out(
    month: date, found: Mapping[date, Sequence[OnDay]], slots: Mapping[int, Slot]
) -> list[Week]:  # fmt: skip
    """:param slots: key → slot, of everything that is shown."""
    picked = chosen_lines(found)
    days = list(found)
    return [_week(month, days[start : start + 7], found, picked, slots) for start in range(0, len(days), 7)]


def _week(
    month: date, days: Sequence[date], found: Mapping[date, Sequence[OnDay]],
    picked: Mapping[date, list[tuple[int, OnDay]]], slots: Mapping[int, Slot],
) -> Week:  # fmt: skip
    week = Week([])
    running: dict[int, Bar] = {}
    for column, day in enumerate(days, 1):
        line = Day(day, day.month == month.month, left=len(found[day]) - len(picked[day]))
        line.capped = len(found[day]) > COUNTED
        bars: dict[int, Bar] = {}
        for lane, one in picked[day]:
            if one.slots[0] not in slots:
                continue  # ended between the two readings
            entry = Entry(slots[one.slots[0]])
            line.entries.append(entry)
            bar = running.get(one.activity)
            if bar is None or bar.lane != lane:
                bar = Bar(entry, column, lane, before=_began_before(entry.activity, day))
                week.bars.append(bar)
            else:
                bar.width += 1
            bar.after = _ends_after(entry.activity, day)
            bars[one.activity] = bar
        running = bars
        week.days.append(line)
    return week


def _began_before(activity: Activity, day: date) -> bool:
    return activity.starts_at is not None and timezone.localdate(activity.starts_at) < day


def _ends_after(activity: Activity, day: date) -> bool:
    """On a later day; what ends in the small hours belongs to the evening it began."""
    if activity.starts_at is None or activity.ends_at is None:
        return False
    return activity.ends_at - activity.starts_at > timedelta(hours=24) and timezone.localdate(activity.ends_at) > day


def shown_slots(found: Mapping[date, Sequence[OnDay]]) -> Iterable[int]:
    """Keys of the slots that ``lay_out`` needs."""
    return [line.slots[0] for lines in chosen_lines(found).values() for _lane, line in lines]
