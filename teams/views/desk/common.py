"""What the pages of the desk share."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from core.workflow import MoveNotAllowed
from organizations.signed_in import SignedIn
from organizations.views import common, moves
from teams.desk.deciding import TWICE
from teams.desk.queue import Part
from teams.models import Filing


def visible(request: SignedIn, pk: int) -> Filing:
    """The filing out of what may be seen, else 404."""
    rows = Filing.objects.visible_to(request.user).with_part_of(request.user)
    places = ("organization", "office", "current_office", "team__organization", "current_step__office")
    found: Filing = common.seen(rows.select_related(*places, "assignee"), pk)
    return found


def address(filing: Filing, part: Part | None = None, **more: str) -> str:
    """The sheet of a filing, with the part of the queue it was opened from."""
    url = reverse("teams:desk_filing", args=[filing.pk]) + (part.query if part else "")
    for name, value in more.items():
        url += f"{'&' if '?' in url else '?'}{name}={value}"
    return url


def refused(request: SignedIn, filing: Filing, error: MoveNotAllowed, back: str = "") -> HttpResponse:
    """Says what stood in the way and shows the filing as it is now; a missing right is 403."""
    back = back or address(filing, Part.of(request.GET))
    if error.code == TWICE:  # the second press of a double click
        messages.info(request, _("这一步已经办过了。"))
        return redirect(back)
    return moves.refused(request, filing, error, actions=[request.POST.get("action", "")], back=back)
