"""工作台: what is to be done today, what waits for others, how the year goes. A task list, not a poster.

Each subject has a file that says what it puts there; a subject more is a file more and a line in ``home``.
"""

from functools import lru_cache
from typing import NamedTuple

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.together import Question, Written, written
from organizations.models import User
from organizations.permissions import Access, access
from organizations.signed_in import SignedIn
from portal.home import assessments, duties, filings, people, requests, teams, training, year
from portal.home.task import urgency
from portal.todo import counts_of, of_this_minute, questions


@require_safe
@login_required
def home(request: SignedIn) -> HttpResponse:
    user = request.user
    asked = _written(*of_this_minute(user))
    counts = counts_of(user, asked.counts)
    read = asked.lists.without(assessments.idle(counts)).read()
    filed, held = filings.sort(read["filings"], user), training.sort(read["activities"], user)
    assessed = assessments.sort(read)
    wanted, numbers = read["requests"], year.numbers(user)
    tasks = [
        *filings.to_mend(filed),
        *requests.to_mend(wanted),
        *filings.to_decide(filed, counts),
        *requests.to_decide(user, wanted, counts),
        *training.tasks(held, counts),
        *assessments.tasks(user, assessed, counts),
        *people.tasks(user, counts),
        *duties.ending(user, read["duties"]),
        *teams.hints(user, numbers, counts, has_filings=bool(read["filings"])),
        *duties.hints(user, numbers, read.get("roles", [])),
    ]
    context = {
        "title": _("今天要办"),
        "today": timezone.localdate(),
        "tasks": sorted(tasks, key=urgency),
        "waiting": [
            *filings.waiting(filed),
            *requests.waiting(user, wanted, read["took"]),
            *training.waiting(held),
            *assessments.waiting(user, assessed),
        ],
        "progress": year.progress(numbers),
        "counted_at": numbers.tally.at,
        "year": timezone.localdate().year,
        "begins": not tasks and teams.none_yet(user, numbers),
        "without_duty": not access(user).held and not user.appointments.in_force().exists(),
    }
    return render(request, "portal/home.html", context)


class _Asked(NamedTuple):
    counts: dict[str, Question | None]
    lists: Written


@lru_cache(maxsize=64)
def _written(user: User, organization: int, held: Access, minute: int) -> _Asked:
    """What the page asks of the database for one person, written once a minute as in ``portal.todo``: two of its ten
    queries."""
    own = {"drifting": teams.drifting_of(user), "to_confirm": teams.to_confirm_of(user)}
    more = people.wanted(user) | training.wanted(user) | assessments.wanted(user)
    lists = {"filings": filings.asked(user), "activities": training.asked(user)}
    lists |= duties.asked(user) | assessments.asked(user) | requests.asked(user)
    return _Asked(questions(own | more), written(lists))


__all__ = ["home"]
