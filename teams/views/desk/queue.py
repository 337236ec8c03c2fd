"""The queue: on the left of the desk, and on a phone a page of its own."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding
from teams.desk.opinions import asked_of
from teams.desk.queue import COUNTED, KINDS, PAGE, Entry, Part, counts_of, has_below, page_of
from teams.models import Filing
from teams.views.desk.common import address

MOST_ASKED = 5


@require_safe
@login_required
def desk(request: SignedIn) -> HttpResponse:
    """What waits for the reader."""
    holding(Right.VIEW_TEAM)(request.user).require()
    context = queue_context(request, Part.of(request.GET))
    asked = list(asked_of(request.user)[:MOST_ASKED])
    return render(request, "teams/desk_queue.html", {**context, "title": _("备案审核"), "asked_me": asked})


def queue_context(
    request: SignedIn, part: Part, filing: Filing | None = None, counts: dict[str, int] | None = None
) -> dict[str, Any]:
    """What ``teams/_desk_queue.html`` shows. Two queries; one when the counts are there."""
    counts = counts or counts_of(request.user, part)
    entries, more = page_of(request.user, part)
    before, after = _neighbours(entries, filing)
    return {
        "part": part,
        "counts": {name: _capped(number) for name, number in counts.items()},
        "late_count": counts["late"],
        "chips": _chips(part, counts),
        "entries": [{"entry": entry, "url": address(entry.filing, part)} for entry in entries],
        "may_tick": not part.below and any(entry.together for entry in entries),
        "left": _capped(counts[part.kind or part.only or "all"], less=(part.page - 1) * PAGE + len(entries)),
        "next_page": part.but(page=part.page + 1).query if more else "",
        "former_page": (part.but(page=part.page - 1).query or "?") if part.page > 1 else "",
        "has_below": has_below(request.user),
        "previous_url": address(before.filing, part) if before else "",
        "next_url": address(after.filing, part) if after else "",
    }


def _capped(number: int, less: int = 0) -> str:
    """A count that was not counted further than ``COUNTED`` says so."""
    return f"{number - less}+" if number >= COUNTED else str(max(number - less, 0))


def _chips(part: Part, counts: dict[str, int]) -> list[dict[str, Any]]:
    """The whole queue, and each kind that is in it."""
    chosen = [("", _("全部"), counts["all"])]
    chosen += [(kind.value, str(label), counts[kind]) for kind, label in KINDS.items()]
    return [
        {
            "label": label,
            "count": _capped(count),
            "query": part.but(kind=kind, only="").query or "?",
            "active": part.kind == kind and not part.only,
        }
        for kind, label, count in chosen
        if count or not kind or part.kind == kind
    ]


def _neighbours(entries: list[Entry], filing: Filing | None) -> tuple[Entry | None, Entry | None]:
    """The entries before and after the one that is open; without it the first comes next."""
    places = [entry.filing.pk for entry in entries]
    if filing is None or filing.pk not in places:
        return None, entries[0] if entries else None
    at = places.index(filing.pk)
    return entries[at - 1] if at else None, entries[at + 1] if at + 1 < len(entries) else None
