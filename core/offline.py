"""What pages that work without network share (docs/adr/0016): batches of marks as a device sends them, read with
nothing taken for granted, and the service worker that opens their pages.

A mark has a key that the device made; it stays on the device until the server has answered for it, so that sending it
twice is the same as sending it once. ``static/js/offline-*.js`` is the other side.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django_stubs_ext import StrOrPromise

Given = TypeVar("Given")
Result = TypeVar("Result")
Mark = TypeVar("Mark", bound=Model)
STORED, SAME, REFUSED = "stored", "same", "refused"
MOST = 500  # marks in one batch
AGREES = timedelta(seconds=30)  # a clock no further off than this is right; the rest is the way through the network
AHEAD = timedelta(minutes=2)  # a time no further in the future is one of now
WORKER = Path(settings.BASE_DIR) / "static" / "js" / "offline-worker.js"


@dataclass(frozen=True)
class Batch:
    """:ivar marks: as they came. :ivar offset: what to add to their times because the device's clock is wrong."""

    marks: list[Any]
    device: str
    offset: timedelta


def answered(
    request: HttpRequest,
    take: Callable[[Batch], list[dict[str, Any]]],
    *,
    unreadable: StrOrPromise,
    foreign: StrOrPromise,
) -> JsonResponse:
    """A batch of a device: ``{user, now, device, marks}`` → ``{results}``, one per mark, in the order sent.

    :param foreign: said with 409 where somebody else is signed in than whoever made the marks: they wait for him.
    """
    try:
        body = json.loads(request.body)
        marks, user = body["marks"], body["user"]
        if not isinstance(marks, list) or len(marks) > MOST:
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):  # the last: brackets within brackets without end
        return JsonResponse({"code": "bad_request", "detail": unreadable}, status=400)
    if user != request.user.pk:
        return JsonResponse({"code": "other_user", "detail": foreign, **who(request)}, status=409)
    batch = Batch(marks, named(body.get("device")), clock_offset(body.get("now")))
    return JsonResponse({**who(request), "results": take(batch)})


def sheet_told(request: HttpRequest, sheet: Callable[[], dict[str, Any]]) -> JsonResponse:
    """What a page reads again and again: the sheet, who is signed in, and the token that the next batch has to carry.
    These also where the sheet is gone or the right: what was marked is answered for one by one."""
    try:
        found = sheet()
    except (Http404, PermissionDenied) as why:
        return JsonResponse(who(request), status=404 if isinstance(why, Http404) else 403)
    return JsonResponse({**who(request), **found})


def who(request: HttpRequest) -> dict[str, Any]:
    """Who is signed in, and the token that the next batch has to carry."""
    return {"user": request.user.pk, "csrf": get_token(request), "now": timezone.now().isoformat()}


def worker(scope: str) -> HttpResponse:
    """The service worker for the pages under ``scope``; it sees no others. Browsers ask for it anew each time, so that
    one that is broken can be replaced."""
    answer = HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache, no-store, must-revalidate"
    answer["Service-Worker-Allowed"] = scope
    return answer


# -- a batch --------------------------------------------------------------------------------------------------
def each_taken(
    batch: Batch,
    read: Callable[[Any], Given],
    take: Callable[[list[Given]], Iterable[Result]],
    refuse: Callable[[Any, str], Result],
) -> list[Result]:
    """A result for every mark, in the order sent. What cannot be read is refused by itself; the rest is taken.

    :param read: one mark as it came; raises ``ValidationError``. :param refuse: what it calls itself, why.
    """
    good: list[Given] = []
    wrong: dict[int, Result] = {}
    for number, one in enumerate(batch.marks):
        try:
            good.append(read(one))
        except ValidationError as error:
            wrong[number] = refuse(key_of(one), str(error.messages[0]))
    answers = iter(take(good))
    return [wrong[number] if number in wrong else next(answers) for number in range(len(batch.marks))]


def stored_once(
    marks: Mapping[int, Mark], content: Callable[[Mark], Any]
) -> tuple[list[Mark], list[tuple[int, Mark, str]]]:
    """Insert what is new, and tell of each what is stored under its key now.

    :param content: what makes two marks the same. :returns: what is new; and number, the stored mark, ``STORED``,
        ``SAME`` (it was there already) or ``REFUSED`` (another stands under its key: the first one stays).
    """
    first: dict[UUID, Mark] = {}
    for mark in marks.values():
        first.setdefault(mark.pk, mark)
    if not first:
        return [], []
    rows = type(next(iter(first.values())))._default_manager
    before = set(rows.filter(pk__in=first).values_list("pk", flat=True))
    wanted = [mark for key, mark in sorted(first.items()) if key not in before]
    rows.bulk_create(wanted, ignore_conflicts=True, batch_size=500)
    stored = rows.in_bulk(list(first))
    answered: set[UUID] = set()
    told: list[tuple[int, Mark, str]] = []
    for number, mark in marks.items():
        if content(stored[mark.pk]) != content(mark):
            told.append((number, stored[mark.pk], REFUSED))
            continue
        told.append((number, stored[mark.pk], SAME if mark.pk in before or mark.pk in answered else STORED))
        answered.add(mark.pk)
    return [mark for mark in wanted if content(stored[mark.pk]) == content(mark)], told


# -- parts of a mark ------------------------------------------------------------------------------------------
def clock_offset(device_now: Any) -> timedelta:
    """What has to be added to the device's times, from what its clock said when it sent them."""
    said = instant(device_now)
    if said is None:
        return timedelta(0)
    offset = timezone.now() - said
    return timedelta(0) if abs(offset) <= AGREES else timedelta(seconds=round(offset.total_seconds()))


def named(device: Any) -> str:
    """What a device calls itself, without what no name has and no database keeps: zeros, halves of characters."""
    return "".join(char for char in str(device or "")[:200] if char.isprintable())[:40]


def read_key(value: Any, message: StrOrPromise) -> UUID:
    """:raises ValidationError: with ``message``."""
    try:
        return UUID(str(value))
    except ValueError:
        raise ValidationError(message) from None


def whole(value: Any) -> int | None:
    """A key of the database, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63 else None


def instant(value: Any) -> datetime | None:
    """An instant with its zone, from text; a year that no clock shows is none."""
    try:
        at = parse_datetime(value) if isinstance(value, str) else None
        if at is None or timezone.is_naive(at) or not 2000 <= at.year <= 2200:
            return None
    except (ValueError, OverflowError):
        return None
    return at


def key_of(raw: Any) -> Any:
    """What a mark that cannot be read calls itself, for the answer."""
    return raw.get("id") if isinstance(raw, Mapping) else None
