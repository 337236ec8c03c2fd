"""工作台: what is to be done today, what waits for others, how the year goes. A task list, not a poster.

Each subject has a file that says what it puts there; a subject more is a file more and a line in ``home``.
"""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.together import together
from organizations.signed_in import SignedIn
from portal.home import assessments, duties, filings, people, requests, teams, training, year
from portal.home.task import urgency
from portal.todo import counts_of


@require_safe
@login_required
def home(request: SignedIn) -> HttpResponse:
    user = request.user
    more = people.wanted(user) | training.wanted(user) | assessments.wanted(user)
    counts = counts_of(user, drifting=teams.drifting_of(user), **more)
    # one of its ten queries for all of these
    read = together(filings=filings.asked(user), activities=training.asked(user), **assessments.asked(user))
    filed, held = filings.sort(read["filings"], user), training.sort(read["activities"], user)
    assessed = assessments.sort(read)
    asked, numbers = requests.found(user), year.numbers(user)
    tasks = [
        *filings.to_mend(filed),
        *requests.to_mend(asked),
        *filings.to_decide(filed, counts),
        *requests.to_decide(user, asked, counts),
        *training.tasks(held, counts),
        *assessments.tasks(user, assessed, counts),
        *people.tasks(user, counts),
        *duties.ending(user),
        *teams.hints(user, numbers, counts),
        *duties.hints(user, numbers),
    ]
    context = {
        "title": _("今天要办"),
        "today": timezone.localdate(),
        "tasks": sorted(tasks, key=urgency),
        "waiting": [
            *filings.waiting(filed),
            *requests.waiting(user, asked),
            *training.waiting(held),
            *assessments.waiting(user, assessed),
        ],
        "progress": year.progress(numbers),
        "counted_at": numbers.tally.at,
        "year": timezone.localdate().year,
    }
    return render(request, "portal/home.html", context)


__all__ = ["home"]
