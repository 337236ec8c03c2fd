"""日历: a month as a grid, on phones as a list; one day with everything in it."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from core.lists import Filter
from core.lists.paging import CappedPaginator
from organizations.filters import Scope
from organizations.permissions import access
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding
from training.calendar.month import FIRST, LAST, Entry, days_of, first_of, lay_out, shown_slots
from training.calendar.reading import by_day, chosen, of_day, with_activity
from training.choices import ActivityKind
from training.models import Activity, Slot

PER_PAGE = 50


class CalendarFilter(Filter):
    """Read as everywhere; applied to slots (``chosen``)."""

    q = None
    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("种类"), choices=ActivityKind, empty_label=gettext_lazy("全部")
    )
    under = Scope("host__path")

    class Meta:
        model = Activity
        fields: list[str] = []


@require_safe
@login_required
def calendar(request: SignedIn) -> HttpResponse:
    """``?month=2026-11`` or ``?day=2026-11-26``, ``?kind=``, ``?under=``; what cannot be read is told and left out."""
    holding(Right.VIEW_TRAINING)(request.user).require()
    asked = CalendarFilter(request.GET, Activity.objects.none(), request=request)
    notes = asked.notes()
    values = {name: value for name, value in asked.form.cleaned_data.items() if value}
    only = chosen(**values)
    kept = {"kind": values.get("kind", ""), "under": values["under"].pk if "under" in values else ""}
    kept = {name: value for name, value in kept.items() if value}
    day, note = _day(request.GET.get("day", ""))
    month, more = _month(request.GET.get("month", ""), day)
    context = {"filter": asked, "notes": [*notes, *note, *more], "month": month, "is_held": bool(kept)}
    context["may_add"] = Right.EDIT_TRAINING in access(request.user)
    if day is not None:
        return _one_day(request, day, only, kept, context)
    found = by_day(request.user, days_of(month), only)
    slots = with_activity(Slot.objects.filter(pk__in=shown_slots(found))).in_bulk()
    weeks = lay_out(month, found, slots)
    context |= {
        "title": pgettext("calendar", "日历"),
        "heading": date_format(month, _("Y年n月")),
        "weeks": weeks,
        "agenda": [line for week in weeks for line in week.days if line.in_month and line.entries],
        "urls": _urls(month, kept),
        "day_query": urlencode(kept),
    }
    return render(request, "training/calendar.html", context)


def _one_day(request: SignedIn, day: date, only: Any, kept: dict[str, Any], context: dict[str, Any]) -> HttpResponse:
    pages = CappedPaginator(of_day(request.user, day, only), PER_PAGE)
    number = request.GET.get("page", "")
    page = pages.page(pages.nearest(int(number) if number.isdecimal() and len(number) < 9 else 1))
    context |= {
        "title": date_format(day, _("Y年n月j日 l")),
        "day": day,
        "entries": [Entry(slot) for slot in page],
        "page": page,
        "count": pages.label,
        "month_url": f"?{urlencode({'month': f'{day:%Y-%m}', **kept})}",
        "day_query": urlencode({"day": day.isoformat(), **kept}),
    }
    return render(request, "training/calendar_day.html", context)


def _day(text: str) -> tuple[date | None, list[str]]:
    if not text:
        return None, []
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or not FIRST <= day <= LAST:
        return None, [_("日期“%(day)s”不能用，显示的是整月。") % {"day": text[:20]}]
    return day, []


def _month(text: str, day: date | None) -> tuple[date, list[str]]:
    now = (day or timezone.localdate()).replace(day=1)
    if not text:
        return now, []
    try:
        month = parse_date(f"{text}-01")
    except ValueError:
        month = None
    if month is None or not FIRST <= month <= LAST:
        return now, [_("月份“%(month)s”不能用，要写成 2026-01 这样，显示的是本月。") % {"month": text[:20]}]
    return month, []


def _urls(month: date, kept: dict[str, Any]) -> dict[str, str]:
    def at(later: int) -> str:
        other = first_of(month, later=later)
        return "" if other == month else f"?{urlencode({'month': f'{other:%Y-%m}', **kept})}"

    return {"before": at(-1), "after": at(1), "today": f"?{urlencode(kept)}" if kept else "?"}
