"""Training and drills: what is on this week, records to write up, to mend and to confirm, problems to put right."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.days import beginning_of, end_of
from core.lookups import among
from core.words import waited_in_words
from organizations.models import User
from organizations.permissions import access, can, reach
from organizations.roles import Level, Right
from portal.home.requests import last_return
from portal.home.task import MOST, Task, days_since, places
from portal.todo import shown
from training.choices import Listing
from training.models import Activity, ActivityTeam, Participation, Problem, Slot, TrainingSetting
from training.records.reminders import STAGES
from training.roll.waiting import waiting as waiting_marks
from training.settings import SUMMARY
from training.states import WITH_AUTHOR, ActivityState

WEEK = timedelta(days=7)
_READ = (
    "kind", "state", "number", "title", "starts_at", "ends_at", "place", "submitted_at", "submitted_by_id", "present",
    "base__name", *places("host", "office"),
)  # fmt: skip
LOOKED_BACK = timedelta(days=400)  # what was not handed in for longer is found in the list


@dataclass
class Found:
    """Activities by what the person has to do with them."""

    today: list[Any] = field(default_factory=list)
    coming: list[Any] = field(default_factory=list)
    ended: list[Any] = field(default_factory=list)
    returned: list[Any] = field(default_factory=list)
    confirming: list[Any] = field(default_factory=list)
    waiting: list[Any] = field(default_factory=list)
    unsettled: list[Any] = field(default_factory=list)
    attending: list[Any] = field(default_factory=list)


def asked(user: User) -> QuerySet[Activity]:
    """Of each sort as many as are shown, each cut by itself, as in ``portal.home.filings``. With each: ``slot`` on
    today, ``said`` at the last return, ``term`` for the hand-in, ``unsettled`` marks."""
    parts = _keys(user)
    if not parts:
        return Activity.objects.none()
    today = timezone.localdate()
    term = TrainingSetting.objects.filter(pk=SUMMARY.key).values("value")
    slots = Slot.objects.filter(activity=OuterRef("pk"), starts_at__lt=end_of(today), ends_at__gte=beginning_of(today))
    rows = Activity.objects.filter(among(parts[0].union(*parts[1:]))).annotate(
        slot=Subquery(slots.order_by("starts_at").values("pk")[:1]),
        said=Subquery(last_return(Activity).values("comment")[:1]),
        term=Coalesce(Subquery(term), Value(SUMMARY.shipped)),
        unsettled=Coalesce(Subquery(_unsettled().annotate(n=Count("pk")).values("n")), 0),
    )
    shown = rows.select_related("host", "office", "base").only(*_READ)
    return shown.order_by(F("starts_at").asc(nulls_last=True), "pk")


def _unsettled() -> QuerySet:
    """Marks that nobody has settled yet, of the activity in the query around, in one group."""
    return waiting_marks(OuterRef("pk")).order_by().values("slot__activity")


def _keys(user: User) -> list[QuerySet]:
    held, today, now = access(user), timezone.localdate(), timezone.now()
    parts: list[QuerySet] = []
    if Right.CONFIRM_TRAINING in held:
        parts.append(Activity.objects.to_confirm(user).order_by("submitted_at", "pk").values("pk")[: MOST + 1])
    soon = Q(state__in=WITH_AUTHOR, starts_at__lt=beginning_of(today) + WEEK, ends_at__gte=beginning_of(today))
    if Right.EDIT_TRAINING not in held:
        on = Participation.objects.filter(person__user=user, listing__in=[Listing.ASKED, Listing.LISTED])
        named = Activity.objects.filter(soon, pk__in=on.order_by().values("activity"))
        return [*parts, named.order_by("starts_at", "pk").values("pk")[:MOST]]
    kept = Activity.objects.filter(reach(user, Right.EDIT_TRAINING, at="host"), state=ActivityState.RETURNED)
    parts.append(kept.order_by("submitted_at", "pk").values("pk")[:MOST])
    own = Activity.objects.filter(host=user.organization_id)
    handed_in = own.filter(state=ActivityState.SUBMITTED).order_by("submitted_at", "pk")
    parts.append(handed_in.values("pk")[:MOST])
    parts.append(own.filter(soon).order_by("starts_at", "pk").values("pk")[:MOST])
    late = own.filter(state=ActivityState.DRAFT, ends_at__lt=now, starts_at__gte=now - LOOKED_BACK)
    parts.append(late.order_by("starts_at", "pk").values("pk")[:MOST])
    rolled = own.filter(Exists(_unsettled()), state__in=WITH_AUTHOR, starts_at__gte=now - LOOKED_BACK)
    parts.append(rolled.exclude(ends_at=None).order_by("starts_at", "pk").values("pk")[:MOST])
    if user.organization.level == Level.TEAM:
        joined = ActivityTeam.objects.filter(organization=user.organization_id).order_by().values("activity")
        parts.append(Activity.objects.filter(soon, pk__in=joined).order_by("starts_at", "pk").values("pk")[:MOST])
    return parts


def sort(rows: list[Any], user: User) -> Found:
    into, now = Found(), timezone.now()
    keeps = Right.EDIT_TRAINING in access(user)
    for row in rows:
        mine = row.host_id == user.organization_id
        if keeps and mine and row.unsettled and row.state in WITH_AUTHOR:
            into.unsettled.append(row)
        if row.state == ActivityState.SUBMITTED:
            if row.submitted_by_id != user.pk and can(user, Right.CONFIRM_TRAINING, row.office):
                into.confirming.append(row)
            elif mine:
                into.waiting.append(row)
        elif not keeps:
            if row.ends_at >= now:
                into.attending.append(row)
        elif row.state == ActivityState.RETURNED:
            into.returned.append(row)
        elif row.ends_at < now:
            if mine:
                into.ended.append(row)
        elif row.slot:
            into.today.append(row)
        else:
            into.coming.append(row)
    into.confirming.sort(key=lambda row: row.submitted_at)
    return into


def wanted(user: User) -> dict[str, QuerySet]:
    """What is counted along with what the menu counts: problems past their day."""
    if Right.EDIT_TRAINING not in access(user):
        return {}
    return {"problems_late": Problem.objects.filter(reach(user, Right.EDIT_TRAINING, at="organization")).overdue()}


def tasks(rows: Found, counts: Mapping[str, int]) -> Iterator[Task]:
    yield from (_today(row) for row in rows.today[:MOST])
    yield from (_returned(row) for row in rows.returned[:MOST])
    yield from (_confirmation(row) for row in rows.confirming[:MOST])
    left = counts.get("activities", 0) - MOST
    if len(rows.confirming) > MOST and left > 0:
        url = f"{reverse('training:activity_list')}?{urlencode({'queue': 'mine'})}"
        yield Task("wait", _("待确认"), _("还有 %(n)s 份培训演练记录待确认") % {"n": shown(left)}, "", url, _("看全部"))
    yield from (_unsettled_roll(row) for row in rows.unsettled[:MOST])
    yield from (_ended(row) for row in rows.ended[:MOST])
    yield from (_coming(row) for row in rows.coming[:MOST])
    yield from (_attending(row) for row in rows.attending[:MOST])
    if counts.get("problems"):
        what = _("%(n)s 个问题快到或已过整改期限") % {"n": shown(counts["problems"])}
        url = f"{reverse('training:problem_list')}?{urlencode({'due': 'soon'})}"
        tone = "bad" if counts.get("problems_late") else "warn"
        yield Task(tone, _("整改"), what, _("整改后报告，由别人验收销号。"), url, _("去看"))


def _today(row: Any) -> Task:
    when = _time_today(row)
    url = reverse("training:slot_roll", args=[row.slot])
    return Task("wait", when, str(row), _about(row), url, _("点名"), big=True)


def _time_today(row: Any) -> str:
    if timezone.localdate(row.starts_at) < timezone.localdate():
        return _("今天")  # a course of days
    return _("今天 %(at)s") % {"at": f"{timezone.localtime(row.starts_at):%H:%M}"}


def _attending(row: Any) -> Task:
    """For whoever takes part and keeps nothing: told, with the way to the own list."""
    when = _time_today(row) if row.slot else date_format(timezone.localtime(row.starts_at), _("n月j日 H:i"))
    tone = "wait" if row.slot else "off"
    return Task(tone, when, str(row), _about(row), reverse("training:my_activities"), _("去看"))


def _coming(row: Any) -> Task:
    when = date_format(timezone.localtime(row.starts_at), _("n月j日 H:i"))
    return Task("off", when, str(row), _about(row), row.get_absolute_url(), _("去看"))


def _about(row: Any) -> str:
    where = str(row.base) if row.base else row.place
    return " · ".join(part for part in (str(row.get_kind_display()), row.host.short_name, where) if part)


def _unsettled_roll(row: Any) -> Task:
    what = _("%(title)s有 %(n)d 条点名没有算数") % {"title": row, "n": row.unsettled}
    hint = _("看过原因，定算不算数；不处理的不计入实到和时长。")
    return Task("warn", _("点名待处理"), what, hint, reverse("training:mark_list", args=[row.pk]), _("去处理"))


def _ended(row: Any) -> Task:
    days = days_since(row.ends_at)
    when = _("结束 %(days)d 天") % {"days": days} if days else _("今天结束")
    hint = _("请在结束后 %(days)d 天内报送；没有举行的请取消。") % {"days": row.term}
    what = _("%(title)s的记录还没有报送") % {"title": row}
    return Task("warn" if days > row.term else "wait", when, what, hint, row.get_absolute_url(), _("去报送"))


def _returned(row: Any) -> Task:
    what = _("%(title)s的记录被退回") % {"title": row}
    return Task("warn", _("退回修改"), what, row.said or "", row.get_absolute_url(), _("去修改"))


def _confirmation(row: Any) -> Task:
    days = days_since(row.submitted_at)
    when = waited_in_words(days)
    words = {"host": row.host.short_name, "kind": row.get_kind_display(), "title": row}
    hint = _("%(number)s · 实到 %(present)d 人") % {"number": row.number, "present": row.present}
    what = _("%(host)s报来%(kind)s记录：%(title)s") % words
    return Task("bad" if days >= STAGES[-1] else "wait", when, what, hint, row.get_absolute_url(), _("去确认"))


def waiting(rows: Found) -> Iterator[dict[str, Any]]:
    """The own records and who has to confirm them."""
    for row in rows.waiting[:MOST]:
        yield {
            "what": _("%(title)s的记录") % {"title": row},
            "url": row.get_absolute_url(),
            "who": _("%(office)s确认") % {"office": row.office.short_name},
            "since": row.submitted_at,
            "usual": "",
        }
