"""Something that lies ahead was given another time or place: whoever is on the list, or has asked, and the keepers of
the other teams are told, old and new.

Forms save themselves while one types, so nothing is told at the save. Beat looks every few minutes for what was changed
and has been left alone since, and tells all of it at once (``notify`` sends an occasion once). Each is told what has
changed since he came on the list; what was put back meanwhile is told to nobody.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history.as_at import events_of
from core.language import in_chinese
from core.notices import notify
from core.words import moment
from organizations.models import Division, User
from organizations.nearest import nearest_holders
from organizations.roles import Right
from training.activities.slots import Span, daily
from training.choices import Listing
from training.models import Activity, Base, Slot
from training.participants.places import QUIET, lies_ahead
from training.states import WITH_AUTHOR

BACK = timedelta(hours=6)  # how far changes are looked for: the portal may have stood still
_READ = ("pgh_created_at", "pgh_context", "starts_at", "ends_at", "division", "base", "place")


@dataclass(frozen=True)
class Facts:
    """When and where. ``slots``: where there are several."""

    starts_at: datetime | None
    ends_at: datetime | None
    place: tuple[Any, ...]  # key of the banner, key of the base, words
    slots: tuple[Span, ...]


@dataclass(frozen=True)
class Stand:
    """What stood from an instant on, and who had made it so."""

    key: int
    at: datetime
    by: int | None
    facts: Facts


def tell_moved(now: datetime | None = None) -> int:
    """Returns how many were told. Safe to run twice."""
    now = now or timezone.now()
    return sum(
        _tell(activity, change)
        for activity in _changed(now)
        for change in at_one_go(_stands(activity, now - BACK), now)
    )


def _changed(now: datetime) -> list[Activity]:
    """With their authors and ahead, and written to lately."""
    lately = events_of(Activity).objects.filter(pgh_created_at__gt=now - BACK, pgh_label="update")
    ahead = Activity.objects.filter(Q(starts_at=None) | Q(starts_at__gt=now), state__in=WITH_AUTHOR)
    return list(ahead.filter(pk__in=lately.values("pgh_obj")).select_related("host"))


def at_one_go(stands: Sequence[Stand], now: datetime) -> Iterator[list[Stand]]:
    """What was changed at one go: what stood before, and each time and place after it. None that may still go on."""
    going: list[Stand] = []
    for before, after in pairwise(stands):
        if before.facts == after.facts:
            continue
        if going and after.at - going[-1].at >= QUIET:
            yield going
            going = []
        going = [*(going or [before]), after]
    if going and now - going[-1].at >= QUIET:
        yield going


def _stands(activity: Activity, since: datetime) -> list[Stand]:
    """From the event before ``since`` on."""
    rows = events_of(Activity).objects.filter(pgh_obj=activity.pk).only(*_READ)
    before = rows.filter(pgh_created_at__lte=since).order_by("-pgh_id")[:1]
    events = [*before, *rows.filter(pgh_created_at__gt=since).order_by("pgh_id")]
    slots = list(events_of(Slot).objects.filter(activity_id=activity.pk).order_by("pgh_id"))
    return [_stand(event, slots) for event in events]


def _stand(event: Any, slots: Iterable[Any]) -> Stand:
    spans: dict[int, Span | None] = {}
    for one in slots:
        if one.pgh_created_at <= event.pgh_created_at:
            spans[one.pgh_obj_id] = None if one.pgh_label == "delete" else (one.starts_at, one.ends_at)
    there = tuple(sorted(span for span in spans.values() if span is not None))
    facts = Facts(
        event.starts_at, event.ends_at, (event.division_id, event.base_id, event.place), there if len(there) > 1 else ()
    )
    return Stand(event.pgh_id, event.pgh_created_at, (event.pgh_context or {}).get("user"), facts)


def is_told(activity: Activity) -> bool:
    """Whether anybody would hear of another time or place."""
    if not (activity.is_open and lies_ahead(activity)):
        return False
    listed = activity.participations.exclude(listing=Listing.REMOVED)
    return listed.exists() or activity.teams.exclude(organization=activity.host_id).exists()


# -- telling ----------------------------------------------------------------------------------------------
def _tell(activity: Activity, change: Sequence[Stand]) -> int:
    """Keepers first: who is both reads it on the page of the activity."""
    last, told = change[-1], 0
    places = _places(stand.facts for stand in change)
    page, own = activity.get_absolute_url(), reverse("training:my_activities")
    for known, people, url in [*_keepers(activity, change, page), *_people(activity, change, own)]:
        lines = _lines(known, last.facts, places)
        if lines:
            with in_chinese():
                title = _("活动安排有变：%(what)s") % {"what": activity}
            recipients = [user for user in people if user.pk != last.by]
            once = f"moved-{activity.pk}-{last.key}"
            told += notify(recipients, kind="activity_moved", title=title, body="\n".join(lines), url=url, once=once)
    return told


Told = tuple[Facts, Iterable[User], str]


def _keepers(activity: Activity, change: Sequence[Stand], url: str) -> Iterator[Told]:
    for joined in activity.teams.exclude(organization=activity.host_id).select_related("organization"):
        yield _known(change, joined.added_at), nearest_holders(Right.EDIT_TRAINING, joined.organization), url


def _people(activity: Activity, change: Sequence[Stand], url: str) -> Iterator[Told]:
    knew: dict[Facts, list[User]] = {}
    for row in activity.participations.exclude(listing=Listing.REMOVED).select_related("person__user"):
        if row.person.user is not None:
            knew.setdefault(_known(change, row.added_at), []).append(row.person.user)
    yield from ((facts, users, url) for facts, users in knew.items())


def _known(change: Sequence[Stand], since: datetime) -> Facts:
    """What somebody read who came on the list then."""
    return [change[0], *(stand for stand in change[1:] if stand.at <= since)][-1].facts


def _lines(old: Facts, new: Facts, places: dict[tuple[Any, ...], str]) -> list[str]:
    lines = []
    with in_chinese():
        times = _span(old.starts_at, old.ends_at), _span(new.starts_at, new.ends_at)
        if times[0] != times[1]:
            lines.append(_("时间：%(old)s 改为 %(new)s") % {"old": times[0], "new": times[1]})
        if places[old.place] != places[new.place]:
            lines.append(_("地点：%(old)s 改为 %(new)s") % {"old": places[old.place], "new": places[new.place]})
        usual = tuple(daily(new.starts_at, new.ends_at)) if new.starts_at and new.ends_at else ()
        if old.slots != new.slots and new.slots and (times[0] == times[1] or new.slots != usual):
            lines.append(_("现在的场次：%(slots)s") % {"slots": _("；").join(_span(*span) for span in new.slots)})
    return lines


def _span(begins: datetime | None, ends: datetime | None) -> str:
    if begins is None:
        return _("未定")
    first, last = moment(begins), moment(ends)
    return f"{first}—{last[11:] if last[:10] == first[:10] else last}" if last else first


def _places(facts: Iterable[Facts]) -> dict[tuple[Any, ...], str]:
    """Places in words, as calendars say them."""
    wanted = {one.place for one in facts}
    divisions = Division.objects.in_bulk({division for division, _base, _words in wanted if division})
    bases = Base.objects.in_bulk({base for _division, base, _words in wanted if base})
    with in_chinese():
        none = _("未定")
    return {
        place: " ".join(str(part) for part in (divisions.get(place[0]), bases.get(place[1]), place[2]) if part) or none
        for place in wanted
    }
