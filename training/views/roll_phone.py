"""The roll on a phone: a shell without names that the browser keeps, the sheet as data, and the door for marks."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.offline import REFUSED, Batch, answered, each_taken, sheet_told, worker
from organizations.models import User
from organizations.signed_in import SignedIn
from organizations.views.common import seen
from training.models import Activity, Slot
from training.roll.callers import Caller, caller_of, joined
from training.roll.given import read
from training.roll.marking import Result, take
from training.roll.sheet import sheet


def slot_called(request: SignedIn, pk: int) -> tuple[Slot, Caller]:
    """A slot whose roll the reader calls: 404 where the activity is not there for him, 403 with the reason."""
    rows = Slot.objects.filter(activity__in=Activity.objects.visible_to(request.user)).select_related("activity__host")
    slot: Slot = seen(rows, pk)
    caller = caller_of(slot.activity, request.user, joined(slot.activity))
    caller.decision.require()
    return slot, caller


def _shell(request: SignedIn, pk: int, template: str, title: str) -> HttpResponse:
    slot, caller = slot_called(request, pk)
    context = {
        "title": title, "slot": slot, "activity": slot.activity, "at_host": caller.at_host,
        "until": slot.ends_at + timedelta(days=7),
    }  # fmt: skip
    return render(request, template, context)


@never_cache
@require_safe
@login_required
def slot_roll(request: SignedIn, pk: int) -> HttpResponse:
    return _shell(request, pk, "training/slot_roll.html", _("点名"))


@never_cache
@require_safe
@login_required
def slot_scan(request: SignedIn, pk: int) -> HttpResponse:
    return _shell(request, pk, "training/slot_scan.html", _("扫队员卡"))


@never_cache
@require_safe
@login_required
def slot_state(request: SignedIn, pk: int) -> JsonResponse:
    return sheet_told(request, lambda: sheet(*slot_called(request, pk)))


@never_cache
@require_POST
@login_required
def mark_take(request: SignedIn) -> JsonResponse:
    """A batch of a device (``core.offline``)."""
    return answered(
        request,
        lambda batch: [_told(result) for result in _taken(batch, request.user)],
        unreadable=_("这一批点名读不出来，没有收。"),
        foreign=_("现在登录的是另一个账号。这些点名是别人点的，留在本机，等他登录后再发。"),
    )


def _taken(batch: Batch, by: User) -> list[Result]:
    return each_taken(
        batch,
        lambda one: read(one, device=batch.device),
        lambda good: take(good, by=by, offset=batch.offset),
        lambda key, why: Result(key, REFUSED, message=why),
    )


def _told(result: Result) -> dict[str, Any]:
    key = str(result.id) if result.id is not None else None
    return {
        "id": key, "state": result.state, "trouble": result.trouble, "message": result.message,
        "person": result.person, "shift": result.shift,
    }  # fmt: skip


@require_safe
def roll_worker(request: HttpRequest) -> HttpResponse:
    """The service worker of the pages under /roll/."""
    return worker(reverse("training:roll_worker").rpartition("/worker")[0] + "/")
