"""The poster on the screen, and what a member's phone shows who has scanned it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.documents.qr import qr_svg
from core.methods import form_page
from core.offline import REFUSED
from core.verify.limits import ByAddress
from organizations.signed_in import SignedIn
from people.models import Person
from training.choices import MarkKind, MarkMethod, Presence
from training.models import Attendance, Mark, Poster, Slot
from training.roll import poster as posters
from training.roll.given import Given
from training.roll.marking import take
from training.views.roll_phone import slot_called

_KEY = "check_in"


class WrongCode(ByAddress):
    """Codes that are none, or none any more, from one address. A whole team behind one hotspot scans good ones."""

    scope = "check_in_wrong"
    rate = "60/min"


# -- the screen -----------------------------------------------------------------------------------------
@never_cache
@form_page
@login_required
def slot_poster(request: SignedIn, pk: int) -> HttpResponse:
    slot, _caller = slot_called(request, pk)
    if request.method == "POST":
        if request.POST.get("action") == "close":
            posters.close(slot)
        elif slot.activity.is_open:
            posters.show(slot, by=request.user)
        return redirect("training:slot_poster", pk=slot.pk)
    context = {"title": _("签到码"), "slot": slot, "activity": slot.activity, **_code(slot)}
    return render(request, "training/slot_poster.html", context)


@never_cache
@require_safe
@login_required
def poster_code(request: SignedIn, pk: int) -> HttpResponse:
    """The code of this half minute, asked for by the screen itself."""
    slot, _caller = slot_called(request, pk)
    return render(request, "training/_poster_code.html", {"slot": slot, **_code(slot)})


def _code(slot: Slot) -> dict[str, Any]:
    poster = posters.open_of(slot) if slot.activity.is_open else None
    there = Attendance.objects.filter(slot=slot, presence=Presence.PRESENT).count()
    return {"poster": poster, "present": there, "qr": qr_svg(posters.link(poster)) if poster else ""}


# -- the phone of whoever scans ---------------------------------------------------------------------------
@dataclass(frozen=True)
class Scan:
    """A scan in time, kept in the session of the browser that made it.

    :ivar id: key of the mark it becomes: pressing twice is one mark.
    """

    poster: Poster
    at: datetime
    id: UUID


@never_cache
@form_page
def check_in(request: HttpRequest, token: str) -> HttpResponse:
    """One's own mark. Looking changes nothing; whoever is not signed in signs in first and comes back."""
    scan = _scan(request, token)
    if scan is None:
        return _expired(request)
    slot = scan.poster.slot
    context: dict[str, Any] = {"title": _("签到"), "slot": slot, "activity": slot.activity, "scan": scan}
    if not request.user.is_authenticated:
        context["sign_in"] = f"{reverse('account_login')}?next={request.path}"
        return render(request, "training/check_in.html", context)
    person = Person.objects.filter(user=request.user, merged_into=None).first()
    context["person"] = person
    if person is not None and request.method == "POST":
        _sign(scan, person, request.user)
        return redirect(request.path)
    if person is not None:
        context["mark"] = Mark.objects.filter(pk=scan.id, person=person).first()
    return render(request, "training/check_in.html", context)


def _sign(scan: Scan, person: Person, by: Any) -> None:
    given = Given(
        scan.id, scan.poster.slot_id, MarkKind.ARRIVED, scan.at, MarkMethod.POSTER, person.pk,
        activity=scan.poster.slot.activity_id,
    )  # fmt: skip
    (result,) = take([given], by=by)
    assert result.state != REFUSED, "one's own mark under a key of our own"


def _scan(request: HttpRequest, token: str) -> Scan | None:
    """What this token is worth here and now: it is good, or was when this very browser scanned it."""
    kept = request.session.get(_KEY) or {}
    if kept.get("token") == token:
        at = parse_datetime(kept["at"])
        assert at is not None, "written below"
        if timezone.now() - at > posters.KEPT:
            return None
        found = Poster.objects.filter(pk=kept["poster"]).select_related("slot__activity__host").first()
        return Scan(found, at, UUID(kept["id"])) if found else None
    poster = posters.poster_of(token)
    if poster is None:
        return None
    now = timezone.now().replace(microsecond=0)
    scan = Scan(poster, now, uuid4())
    request.session[_KEY] = {"token": token, "poster": poster.pk, "at": now.isoformat(), "id": str(scan.id)}
    return scan


def _expired(request: HttpRequest) -> HttpResponse:
    asked = WrongCode()
    if not asked.allow_request(request, None):  # type: ignore[arg-type]
        return render(request, "429.html", status=429)
    return render(request, "training/check_in_expired.html", {"title": _("二维码已过期")}, status=410)
