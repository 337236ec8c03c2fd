"""The roll on a phone: a shell without names that the browser keeps, the sheet as data, and the door for marks."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from organizations.models import User
from organizations.signed_in import SignedIn
from organizations.views.common import seen
from training.marking import REFUSED, Result, take
from training.models import Activity, Slot
from training.roll.callers import Caller, caller_of, joined
from training.roll.given import MOST, Given, clock_offset, named, read
from training.roll.sheet import sheet

WORKER = Path(settings.BASE_DIR) / "static" / "js" / "roll-worker.js"


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
    """The sheet, who is signed in, and the token that the next batch has to carry."""
    slot, caller = slot_called(request, pk)
    return JsonResponse({**_who(request), **sheet(slot, caller)})


@never_cache
@require_POST
@login_required
def mark_take(request: SignedIn) -> JsonResponse:
    """A batch of a device: ``{user, now, device, marks}`` → ``{results}``, one per mark, in the order sent.

    409 where somebody else is signed in than whoever tapped: his marks wait until he is.
    """
    try:
        body = json.loads(request.body)
        marks, user = body["marks"], body["user"]
        if not isinstance(marks, list) or len(marks) > MOST:
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):  # the last: brackets within brackets without end
        return JsonResponse({"code": "bad_request", "detail": _("这一批点名读不出来，没有收。")}, status=400)
    if user != request.user.pk:
        detail = _("现在登录的是另一个账号。这些点名是别人点的，留在本机，等他登录后再发。")
        return JsonResponse({"code": "other_user", "detail": detail, **_who(request)}, status=409)
    results = _taken(marks, body, request.user)
    return JsonResponse({**_who(request), "results": [_told(result) for result in results]})


def _taken(raw: list[Any], body: dict[str, Any], by: User) -> list[Result]:
    """What cannot be read is refused by itself; the rest of the batch is taken."""
    device = named(body.get("device"))
    offset = clock_offset(body.get("now"))
    good: list[Given] = []
    wrong: dict[int, Result] = {}
    for number, one in enumerate(raw):
        try:
            good.append(read(one, device=device))
        except ValidationError as error:
            key = one.get("id") if isinstance(one, dict) else None
            wrong[number] = Result(key, REFUSED, message=error.messages[0])  # type: ignore[arg-type]
    answers = iter(take(good, by=by, offset=offset))
    return [wrong[number] if number in wrong else next(answers) for number in range(len(raw))]


def _told(result: Result) -> dict[str, Any]:
    key = str(result.id) if result.id is not None else None
    return {
        "id": key, "state": result.state, "trouble": result.trouble, "message": result.message,
        "person": result.person, "shift": result.shift,
    }  # fmt: skip


def _who(request: SignedIn) -> dict[str, Any]:
    return {"user": request.user.pk, "csrf": get_token(request), "now": timezone.now().isoformat()}


@require_safe
def roll_worker(request: HttpRequest) -> HttpResponse:
    """The service worker. Its address is its scope: it sees the pages under /roll/ and nothing else. Browsers ask for
    it anew each time, so that one that is broken can be replaced."""
    answer = HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache, no-store, must-revalidate"
    answer["Service-Worker-Allowed"] = reverse("training:roll_worker").rpartition("/worker")[0] + "/"
    return answer
