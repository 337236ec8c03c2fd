"""A member's own trainings and drills, on the phone; and the same of a person for whoever keeps the roster."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.together import together
from organizations.signed_in import SignedIn
from organizations.views.common import told
from people.models import Person
from people.views.own_common import own, tabs
from people.views.person_page import person_page
from training.choices import Listing
from training.models import Activity, Participation, Problem
from training.models.problem import ProblemQuerySet
from training.participants.enrolling import enrol, open_to, withdraw
from training.participants.places import HOLDS, before, held_by, offers
from training.person_pages import taken_part
from training.records.hours import hours_of
from training.states import ActivityState, ProblemState
from training.tables.problems import due_chip, state_chip
from training.views.activity_common import state_of

MOST = 100


@require_safe
@own
def my_activities(request: SignedIn, person: Person) -> HttpResponse:
    """What comes, what one has to put right, what one may enrol in, what was."""
    read = together(rows=taken_part(person)[: MOST + 1], given=_given(person))
    rows: list[Participation] = read["rows"]
    now = timezone.now()
    off = [row for row in rows if row.activity.state == ActivityState.CANCELLED]
    live = [row for row in rows if row not in off]
    coming = [row for row in live if _comes(row, now)]
    past = [row for row in live if row not in coming and row.listing == Listing.LISTED]
    declined = [row for row in live if row.listing == Listing.REMOVED and row.note and _lies_ahead(row, now)]
    mine = {row.activity_id for row in coming} | {row.activity_id for row in declined}
    offered = list(open_to(person).exclude(pk__in=mine).select_related("host", "base").order_by("order_at", "pk")[:50])
    held, clashes = offers(offered, [row.activity_id for row in coming if row.listing in HOLDS])
    context = {
        "title": _("培训演练"), "tabs": tabs("training:my_activities"), "person": person,
        "coming": list(reversed(coming)), "cancelled": [row for row in off if _comes(row, now)],
        "past": [_past(row) for row in past[:MOST]], "declined": declined,
        "offered": [
            {"row": row, "left": _left(row, held.get(row.pk, 0)), "clash": clashes.get(row.pk, "")} for row in offered
        ],
        "problems": [{"row": row, "state": state_chip(row), "due": due_chip(row)} for row in read["given"]],
        "more": len(rows) > MOST, "most": MOST,
    }  # fmt: skip
    return render(request, "training/my_activities.html", context)


def _given(person: Person) -> ProblemQuerySet:
    rows = Problem.objects.given_to(person).with_owner().filter(owner_left=False).exclude(state=ProblemState.CLOSED)
    return rows.select_related("activity").order_by("due_on", "pk")[:MOST]


def _lies_ahead(row: Participation, now: Any) -> bool:
    """Nothing has been set yet, or it is not over."""
    last = row.activity.ends_at or row.activity.starts_at
    return last is None or last > now


def _comes(row: Participation, now: Any) -> bool:
    return row.listing != Listing.REMOVED and _lies_ahead(row, now)


def _left(activity: Activity, held: int) -> int | None:
    return None if activity.places is None else max(0, activity.places - held)


def _past(row: Participation) -> dict[str, Any]:
    minutes = row.there  # type: ignore[attr-defined]
    return {
        "row": row,
        "hours": None if minutes is None else hours_of(minutes),
        "state": state_of(row.activity),
    }


@require_POST
@own
def my_enrol(request: SignedIn, person: Person, pk: int) -> HttpResponse:
    """``pk``: the training. One that is not open to the person is not there. ``wait``: stand by where it is full."""
    activity = _offered(person, pk)
    try:
        row = enrol(activity, person, by=request.user, wait=request.POST.get("wait") == "1")
    except ValidationError as error:
        told(request, error)
    else:
        words: dict[str, Any] = {"what": activity}
        if row.listing == Listing.WAITING:
            words["n"] = before(row) + 1
            said = _("已排候补：%(what)s，第 %(n)d 位。有人退出时依次补上，并通知您。") % words
        else:
            said = _("已报名：%(what)s。等组织单位确认，结果会通知您。") % words
        messages.success(request, said)
        if other := offers([activity], held_by(person))[1].get(activity.pk):
            messages.warning(request, _("同一时间您还有“%(other)s”，去不了的请取消一个。") % {"other": other})
    return redirect("training:my_activities")


def _offered(person: Person, pk: int) -> Activity:
    """Open now, or on the person's list, or open until it was over: so that the answer says which."""
    found = open_to(person).filter(pk=pk).first()
    if found is None:
        mine = Participation.objects.of_person(person).order_by().values("activity")
        found = Activity.objects.filter(pk=pk, pk__in=mine).first()
    if found is None:
        found = get_object_or_404(open_to(person, when_over=True), pk=pk)
    return found


@require_POST
@own
def my_withdraw(request: SignedIn, person: Person, pk: int) -> HttpResponse:
    """``pk``: the own line on the list."""
    row = get_object_or_404(Participation.objects.of_person(person).select_related("activity"), pk=pk)
    try:
        withdraw(row)
    except ValidationError as error:
        told(request, error)
    else:
        messages.success(request, _("已取消报名：%(what)s。") % {"what": row.activity})
    return redirect("training:my_activities")


# -- for whoever keeps the roster -----------------------------------------------------------------------------
@require_safe
@login_required
def person_activities(request: SignedIn, pk: int) -> HttpResponse:
    """Of one person: those activities that the reader may see."""
    page = person_page(request, pk, "training:person_activities")
    seen = Activity.objects.visible_to(request.user).order_by().values("pk")
    rows = list(taken_part(page.person).filter(activity__in=seen, listing=Listing.LISTED)[: MOST + 1])
    context = page.context(lines=[_past(row) for row in rows[:MOST]], more=len(rows) > MOST, most=MOST)
    return render(request, "training/person_activities.html", context)
