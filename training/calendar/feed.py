"""The .ics feed: what a person may see, from 90 days back to 400 ahead, as calendar programs read it.

Nothing personal beyond title and place: the address works without signing in, and calendars are shared.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from core.days import beginning_of, end_of
from core.language import in_chinese
from organizations.models import User
from training.calendar.reading import visible_slots, with_activity
from training.models import CalendarFeed, Participation, Slot
from training.states import ActivityState

BACK, AHEAD = timedelta(days=90), timedelta(days=400)
COMING, PAST = 1500, 500  # slots of one feed; who sees a whole league gets the nearest
READ_EVERY = timedelta(hours=1)  # how exactly the last reading is kept
ZONE = ZoneInfo(settings.TIME_ZONE)
_STATUS = {ActivityState.DRAFT: "TENTATIVE", ActivityState.CANCELLED: "CANCELLED"}


# -- the address ----------------------------------------------------------------------------------------
def digest(key: str) -> str:
    """What is kept of a key: whoever reads the database or a backup cannot read anybody's calendar with it."""
    return sha256(key.encode()).hexdigest()


def begin(user: User, ask: str = "") -> str:
    """A new feed; one that there was ends. Returns the key, which is not to be had again: only the page that asked gets
    it once more, when it is sent again. Empty when the feed of that page has ended meanwhile.

    :param ask: what the page sends along, another one each time it is shown.
    """
    words = f"{user.pk} {ask or get_random_string(32)}"
    key = salted_hmac("training.calendar.feed", words, algorithm="sha256").hexdigest()
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        there = CalendarFeed.objects.filter(user=user, key=digest(key)).first()
        if there is None:
            end(user)
            CalendarFeed.objects.create(user=user, key=digest(key))
        elif there.ended_at is not None:
            return ""
    return key


def end(user: User) -> int:
    return CalendarFeed.objects.filter(user=user, ended_at=None).update(ended_at=timezone.now())


def of_user(user: User) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(user=user, ended_at=None).first()


def find(key: str) -> CalendarFeed | None:
    """None for a key that never was or has ended, and when the account is closed."""
    rows = CalendarFeed.objects.select_related("user").filter(ended_at=None, user__is_active=True)
    return rows.filter(key=digest(key)).first()


def note_reading(feed: CalendarFeed) -> None:
    now = timezone.now()
    late = Q(read_at=None) | Q(read_at__lt=now - READ_EVERY)
    CalendarFeed.objects.filter(late, pk=feed.pk).update(read_at=now)


# -- what it says ---------------------------------------------------------------------------------------
def slots_of(user: User) -> list[Slot]:
    """In the order of their beginning."""
    today = timezone.localdate()
    coming = _seen(user, beginning_of(today), end_of(today + AHEAD)).order_by("starts_at", "pk")[:COMING]
    past = _seen(user, beginning_of(today - BACK), beginning_of(today)).order_by("-starts_at", "-pk")[:PAST]
    return [*reversed(past), *coming]


def _seen(user: User, first: datetime, last: datetime) -> QuerySet[Slot]:
    """What the person sees in the portal, and what he or she is on the list of."""
    own = Participation.objects.of_user(user).listed().order_by().values("activity")
    there = Slot.objects.filter(starts_at__gte=first, starts_at__lt=last, activity__in=own)
    return with_activity(visible_slots(user, first, last) | there)


def etag(slots: Sequence[Slot]) -> str:
    """Of everything the feed says; quicker than the feed itself."""
    facts = (
        f"{slot.pk} {slot.starts_at.timestamp()} {slot.ends_at.timestamp()} {slot.label} {slot.activity_id}"
        f" {slot.activity.version} {slot.activity.state} {slot.activity.title} {_place(slot)}"
        for slot in slots
    )
    whole = sha256("\n".join(facts).encode()).hexdigest()
    return f'"{whole[:32]}"'


def written(slots: Sequence[Slot]) -> bytes:
    """The feed as a file of RFC 5545."""
    with in_chinese():
        calendar = Calendar()
        calendar.add("prodid", "-//portal//training//ZH")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", _("红十字培训演练"))
        calendar.add("x-wr-timezone", settings.TIME_ZONE)
        calendar.add("refresh-interval;value=duration", "PT1H")
        for number, slot in _numbered(slots):
            calendar.add_component(_event(slot, number))
        calendar.add_missing_timezones()
    return calendar.to_ical()


def _numbered(slots: Sequence[Slot]) -> Iterator[tuple[str, Slot]]:
    """Each with its name within its activity: the days since it began, and which one of that day."""
    seen: Counter[tuple[int, int]] = Counter()
    for slot in slots:
        begun = slot.activity.starts_at or slot.starts_at
        days = (timezone.localdate(slot.starts_at) - timezone.localdate(begun)).days
        seen[slot.activity_id, days] += 1
        yield f"{days}-{seen[slot.activity_id, days]}", slot


def _event(slot: Slot, number: str) -> Event:
    activity = slot.activity
    begins, ends = slot.starts_at.astimezone(ZONE), slot.ends_at.astimezone(ZONE)
    event = Event()
    # not the slot's key: slots are laid anew when the times change, and the event in a calendar goes along
    event.add("uid", f"training-{activity.pk}-{number}@{_host()}")
    event.add("sequence", activity.version)
    event.add("dtstamp", activity.created_at)  # the same whenever it is read, so that nothing seems to change
    event.add("dtstart", begins)
    event.add("dtend", ends)
    event.add("summary", f"{activity}（{slot.label}）" if slot.label else str(activity))
    place = _place(slot)
    if place:
        event.add("location", place)
    event.add("status", _STATUS.get(ActivityState(activity.state), "CONFIRMED"))
    event.add("categories", [str(activity.get_kind_display())])
    event.add("description", f"{activity.get_kind_display()} · {activity.host.short_name}")
    event.add("url", settings.PORTAL_ORIGIN + activity.get_absolute_url())
    return event


def _place(slot: Slot) -> str:
    activity = slot.activity
    parts = (activity.division, activity.base, activity.place)
    return " ".join(str(part) for part in parts if part)


def _host() -> str:
    return settings.PORTAL_ORIGIN.rpartition("/")[2].partition(":")[0]
