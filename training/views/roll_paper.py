"""The paper roll, typed in at one go."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_time
from django.utils.translation import gettext as _

from core.methods import form_page
from core.offline import REFUSED
from organizations.signed_in import SignedIn
from people.models import Membership
from training.choices import MarkKind
from training.forms.roll import PaperForm
from training.models import Attendance, Participation, Slot
from training.roll.callers import Caller
from training.roll.paper import Line, enter, match, otherwise
from training.roll.settling import may_now
from training.roll.sheet import callable_rows
from training.views.roll_overview import page_number
from training.views.roll_phone import slot_called

PAGE = 200  # people on one form: three fields each
_MOST_NAMED = 10
KINDS = (MarkKind.ARRIVED, MarkKind.LEAVE, MarkKind.ABSENT)


@form_page
@login_required
def slot_paper(request: SignedIn, pk: int) -> HttpResponse:
    slot, caller = slot_called(request, pk)
    back = reverse("training:activity_roll", args=[slot.activity_id])
    if why := _closed(slot):
        messages.error(request, why)
        return redirect(back)
    people = _people(slot, caller, request)
    form = PaperForm(request.POST or None, initial={"key": uuid4()}, at_host=caller.at_host)
    if request.method == "POST" and form.is_valid():
        lines, wrong = _lines(form, slot, people)
        outside, typed = _typed(form, slot, caller, {line.person: line for line in lines})
        if not wrong and form.is_valid():
            _enter(request, slot, [*lines, *typed], outside, form)
            return redirect(back)
        for one in wrong:
            one["wrong"] = True
            words = {"name": one["row"].person.name}
            form.add_error(None, _("“%(name)s”的时间不对：离开要晚于到，都要在本场前后 4 小时以内。") % words)
    context = {
        "title": _("补录纸质签到表"), "slot": slot, "activity": slot.activity, "people": people, "form": form,
        "more": page_number(request) + 1 if len(people) == PAGE else 0,
        "cancel_url": back, "kinds": [(kind.value, kind.label) for kind in KINDS], "keep_key": f"paper-{slot.pk}",
    }  # fmt: skip
    return render(request, "training/slot_paper.html", context)


def _closed(slot: Slot) -> Any:
    if not slot.activity.is_open:
        return may_now(slot.activity).reason
    if slot.starts_at > timezone.now():
        return _("本场还没有开始，开始以后再补录。")
    return ""


def _people(slot: Slot, caller: Caller, request: SignedIn) -> list[dict[str, Any]]:
    """Lines of the sheet, with what stands already and what was typed."""
    first = (page_number(request) - 1) * PAGE
    rows = list(callable_rows(slot, caller).order_by("organization__path", "pk")[first : first + PAGE])
    stood = {row.participation_id: row for row in Attendance.objects.filter(slot=slot, participation__in=rows)}
    return [
        {
            "row": row, "now": stood.get(row.pk), "kind": request.POST.get(f"kind-{row.pk}", ""),
            "from": request.POST.get(f"from-{row.pk}", ""), "to": request.POST.get(f"to-{row.pk}", ""),
        }
        for row in rows
    ]  # fmt: skip


def _lines(form: PaperForm, slot: Slot, people: list[dict[str, Any]]) -> tuple[list[Line], list[Any]]:
    """What was filled in, and those of ``people`` whose times cannot be. Times and kind for all are for whoever has
    none."""
    lines, wrong = [], []
    for one in people:
        stood = one["now"] is not None and one["now"].presence
        kind = one["kind"] or ("" if stood else form.cleaned_data["rest"])
        if kind not in KINDS:
            continue
        row: Participation = one["row"]
        try:
            arrived, left = (_at(slot, one[name] or form.for_all(name)) for name in ("from", "to"))
        except ValueError:
            wrong.append(one)
            continue
        if left is not None and left <= (arrived or slot.starts_at):
            wrong.append(one)
            continue
        times = (arrived, left) if kind == MarkKind.ARRIVED else (None, None)
        lines.append(Line(row.person_id, kind, *times))
    return lines, wrong


def _at(slot: Slot, text: str) -> datetime | None:
    """A clock time within the slot, give or take four hours; a slot may go through the night."""
    if not text.strip():
        return None
    time = parse_time(text.strip())
    if time is None:
        raise ValueError
    begins = timezone.localtime(slot.starts_at)
    around = timedelta(hours=4)
    for days in (-1, 0, 1):
        at = datetime.combine(begins.date() + timedelta(days=days), time, begins.tzinfo)
        if slot.starts_at - around <= at <= slot.ends_at + around:
            return at
    raise ValueError


def _typed(form: PaperForm, slot: Slot, caller: Caller, listed: dict[int, Line]) -> tuple[int, list[Line]]:
    """How many outside people, and the lines of those found in rosters; what is not clear stands on the form.

    :param listed: lines of the list above by person: who is there already counts once, as it says.
    """
    names = form.typed_names()
    if not names:
        return 0, []
    teams = slot.activity.teams.order_by().values("organization")
    then = Membership.objects.now_or_on(timezone.localdate(slot.starts_at))  # the sheet may be typed in much later
    rows = then.filter(organization__in=teams).select_related("person", "organization")
    if not caller.at_host:
        rows = rows.filter(organization__in=caller.teams)
    typed = match(names, rows)
    for name, several in typed.several.items():
        teams_of = dict.fromkeys(row.organization.short_name for row in several)
        words = {"name": name, "where": _("、").join(teams_of), "n": len(several)}
        if len(teams_of) == len(several):
            which = _("“%(name)s”不止一个（%(where)s），请在姓名后面空一格写队名。")
        else:
            which = _(
                "“%(name)s”有 %(n)d 位（%(where)s），队名分不清是谁。请先在“名单”里加上是哪一位，再在上面的名单里选。"
            )
        form.add_error("names", which % words)
    words = {"names": _("、").join(typed.unknown)}
    if typed.unknown and not caller.at_host:
        form.add_error("names", _("名册里没有找到：%(names)s。请核对姓名；外单位人员由主办单位补录。") % words)
    elif typed.unknown and not form.cleaned_data["count_outside"]:
        form.add_error("names", _("名册里没有找到：%(names)s。请核对姓名；是外单位人员的，勾选下面一项。") % words)
    for name, row in typed.found.items():
        line = listed.get(row.person_id)
        if line is not None and line.kind != MarkKind.ARRIVED:
            said = {"name": name, "kind": str(MarkKind(line.kind).label)}
            form.add_error("names", _("“%(name)s”在上面的名单里是%(kind)s，请只留一处。") % said)
    people = dict.fromkeys(row.person_id for row in typed.found.values() if row.person_id not in listed)
    return len(typed.unknown), [Line(person, MarkKind.ARRIVED) for person in people]


def _enter(request: SignedIn, slot: Slot, lines: list[Line], outside: int, form: PaperForm) -> None:
    results, more = enter(slot, lines, outside=outside, key=form.cleaned_data["key"], by=request.user)
    refused = [result.message for result in results if result.state == REFUSED]
    for message in dict.fromkeys(refused):
        messages.error(request, message)
    if lines:
        messages.success(request, _("已补录 %(count)d 人。") % {"count": len(lines)})
        _tell_otherwise(request, slot, lines)
    elif not outside and not more:
        messages.warning(request, _("没有选中任何人，点名没有变。"))
    if more > 0:
        messages.success(request, _("其他参加人数增加 %(count)d 人。") % {"count": more})
    elif more < 0:
        messages.success(request, _("其他参加人数减少 %(count)d 人。") % {"count": -more})
    elif outside:
        messages.warning(request, _("这张签到表里的外单位人员已经计入，没有重复计数。"))


def _tell_otherwise(request: SignedIn, slot: Slot, lines: list[Line]) -> None:
    found = otherwise(slot, lines)
    if not found:
        return
    named = [
        _("%(name)s（计 %(count)d 分钟，签到表 %(sheet)d 分钟）")
        % {"name": row.participation.person.name, "count": row.counted_minutes, "sheet": minutes}
        for row, minutes in found[:_MOST_NAMED]
    ]
    words = {"n": len(found), "who": _("、").join(named)}
    said = _("有 %(n)d 人原来点过名，时长和这次填的不一样：%(who)s。以签到表为准的，在“点名”里点分钟数更正时长。")
    messages.warning(request, said % words)
