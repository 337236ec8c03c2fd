"""What the pages of a panel share."""

from typing import Any

from django.contrib import messages
from django.db.models import F, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from assessments.models import Grading, PanelMember
from assessments.panel.members import may_arrange
from organizations.models import User
from organizations.signed_in import SignedIn
from organizations.views.common import seen


def grading_seen(request: SignedIn, pk: int) -> Grading:
    """The grading with what its panel's pages name; 404 to whom it is not there."""
    rows = Grading.objects.visible_to(request.user)
    found: Grading = seen(rows.select_related("team__organization", "standard", "office"), pk)
    return found


def seats_of(user: User) -> QuerySet[PanelMember]:
    """The user's own places on panels."""
    return PanelMember.objects.filter(user=user).select_related(
        "user__organization", "grading__team__organization", "grading__standard", "grading__office"
    )


def own_seat(request: SignedIn, grading: int, *, also_left: bool = False) -> PanelMember:
    """The place on the panel of a grading; 404 where the reader has none. :param also_left: also one he left after
    he might have scored there."""
    seats = seats_of(request.user).filter(grading=grading).order_by(F("left_on").asc(nulls_first=True), "-pk")
    there = Q(left_on=None)
    seat = seats.filter(there | ~Q(declared_at=None) if also_left else there).first()
    if seat is None:
        raise Http404
    return seat


def member_arranged(request: SignedIn, pk: int) -> PanelMember:
    """A member of a panel that the reader arranges: 404 where he does not see the grading, 403 without the right."""
    rows = PanelMember.objects.filter(grading__in=Grading.objects.visible_to(request.user)).select_related(
        "user", "grading__team__organization", "grading__office"
    )
    member: PanelMember = seen(rows, pk)
    may_arrange(member.grading, request.user).require()
    return member


def back_with(request: SignedIn, message: str, *target: Any) -> HttpResponse:
    messages.error(request, message)
    return redirect(*target)


def not_at(grading: Grading, *states: str) -> str:
    """Why not in this state; empty where it is one of them."""
    if grading.state in states:
        return ""
    return _("现在是“%(state)s”，不能这样办。") % {"state": grading.get_state_display()}
