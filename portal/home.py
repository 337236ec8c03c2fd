"""工作台: what is to be done today, what waits for others, how the year goes. A task list, not a poster."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import metrics
from core.metrics import Period, number_up_to
from core.models import WorkflowEvent
from organizations.models import AccountRequest, Appointment, User
from organizations.permissions import access, can, reach
from organizations.reminders import WAITING_DAYS
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.states import RequestState
from portal.todo import MOST as MOST_COUNTED
from portal.todo import shown

MOST = 6
SOON = timedelta(days=30)


@dataclass(frozen=True)
class Task:
    """One line of 今天要办: a chip, what it is, details, where it is done."""

    tone: str
    when: str
    what: str
    hint: str
    url: str
    act: str


@require_safe
@login_required
def home(request: SignedIn) -> HttpResponse:
    user = request.user
    found, year = _requests(user), _year(user)
    context = {
        "title": _("今天要办"),
        "today": timezone.localdate(),
        "tasks": [*_to_mend(user, found), *_to_decide(user, found), *_ending(user), *_hints(user, year)],
        "waiting": _waiting(user, found),
        "progress": _progress(year),
        "year": timezone.localdate().year,
    }
    return render(request, "portal/home.html", context)


# -- requests ------------------------------------------------------------------------------------------
def _requests(user: User) -> list[AccountRequest]:
    """Open requests the person asks or decides for, oldest first, in one query: of each kind as many as are shown.

    Each kind is cut by itself, so that a long queue of one does not hide the others. ``deciding``: how many the person
    may decide, counted a little further than is shown.
    """
    if not {Right.REQUEST_ACCOUNT, Right.DECIDE_REQUEST} & {held.right for held in access(user).held}:
        return []
    to_decide = AccountRequest.objects.to_decide(user)
    # in an order that no index has: the own few places are looked through then, not the queue of the whole region
    mine = AccountRequest.objects.filter(reach(user, Right.REQUEST_ACCOUNT, at="organization"))
    mine = mine.order_by(Coalesce("submitted_at", "created_at"), "pk")
    states = (RequestState.DRAFT, RequestState.RETURNED, RequestState.SUBMITTED)
    oldest = to_decide.order_by("submitted_at", "pk").values("pk")[: MOST + 1]
    keys = oldest.union(*(mine.filter(state=state).values("pk")[:MOST] for state in states))
    deciding = number_up_to(MOST + MOST_COUNTED + 1, to_decide)
    found = AccountRequest.objects.filter(pk__in=keys).annotate(deciding=deciding)
    return list(found.select_related("organization", "applicant").order_by("submitted_at", "pk"))


def _to_decide(user: User, found: list[AccountRequest]) -> list[Task]:
    rows = [
        row
        for row in found
        if row.state == RequestState.SUBMITTED
        and row.applicant_id != user.pk
        and can(user, Right.DECIDE_REQUEST, row.organization)
    ]
    tasks = [_decision(row) for row in rows[:MOST]]
    if len(rows) > MOST:
        url = reverse("organizations:request_list") + "?queue=mine"
        left: Any = rows[0]
        what = _("还有 %(n)s 件开户申请待办理") % {"n": shown(left.deciding - MOST)}
        tasks.append(Task("wait", _("待办理"), what, "", url, _("看全部")))
    return tasks


def _decision(row: AccountRequest) -> Task:
    days = _days(row.submitted_at)
    late = days > WAITING_DAYS
    when = _("已等 %(days)d 天") % {"days": days} if days else _("今天报来")
    words = {"place": row.organization, "name": row.name}
    hint = f"{row.get_role_display()} · {row.username} · {row.number}"
    what = _("%(place)s为%(name)s申请开户") % words
    return Task("bad" if late else "wait", when, what, hint, row.get_absolute_url(), _("去办理"))


def _to_mend(user: User, found: list[AccountRequest]) -> Iterator[Task]:
    returned = [row for row in found if row.state == RequestState.RETURNED][:MOST]
    comments = _last_returns(returned)
    for row in returned:
        event = comments.get(str(row.pk))
        fields = (event.facts.get("fields") or {}) if event else {}
        hint = event.comment if event else ""
        what = _("%(name)s的开户申请被退回") % {"name": row.name}
        if fields:
            what = _("%(name)s的开户申请被退回，%(n)d 处要改") % {"name": row.name, "n": len(fields)}
        url = reverse("organizations:request_edit", args=[row.pk])
        yield Task("warn", _("退回修改"), what, hint, url, _("去修改"))
    for row in [row for row in found if row.state == RequestState.DRAFT][:MOST]:
        what = _("%(name)s的开户申请还没有提交") % {"name": row.name or _("（未填姓名）")}
        hint = _("%(when)s前开始填写，%(who)s") % {"when": timesince(row.created_at, depth=1), "who": row.applicant}
        yield Task("off", _("草稿"), what, hint, reverse("organizations:request_edit", args=[row.pk]), _("接着填"))


def _last_returns(rows: list[AccountRequest]) -> dict[str, WorkflowEvent]:
    if not rows:
        return {}
    events = WorkflowEvent.objects.filter(
        content_type__model="accountrequest", object_id__in=[str(row.pk) for row in rows], action="return_for_changes"
    )
    return {event.object_id: event for event in events.order_by("at")}


def _waiting(user: User, found: list[AccountRequest]) -> list[dict[str, Any]]:
    """Handed in by the own side and now with somebody else: since when, and how long it usually takes."""
    rows = [
        row
        for row in found
        if row.state == RequestState.SUBMITTED and can(user, Right.REQUEST_ACCOUNT, row.organization)
    ][:MOST]
    usual = _usual_days() if rows else ""
    return [
        {
            "what": _("%(name)s的开户申请") % {"name": row.name},
            "url": row.get_absolute_url(),
            "who": _("安全管理员办理"),
            "since": row.submitted_at,
            "usual": usual,
        }
        for row in rows
    ]


def _usual_days() -> str:
    """The median of the last decided requests, in words."""
    rows = AccountRequest.objects.filter(state__in=[RequestState.APPROVED, RequestState.REJECTED]).order_by("-pk")
    times: Any = rows.values_list("submitted_at", "decided_at")[:30]
    spans = sorted(decided - submitted for submitted, decided in times)
    if not spans:
        return ""
    days = spans[len(spans) // 2].days
    return _("一般 %(days)d 天") % {"days": days} if days else _("一般当天")


# -- appointments --------------------------------------------------------------------------------------
def _ending(user: User) -> Iterator[Task]:
    """Duties that end within thirty days: the own ones, and those one could prolong."""
    now = timezone.now()
    mine = Q(user=user) | reach(user, Right.MANAGE_ACCOUNT, at="organization")
    rows = Appointment.objects.in_force(now).filter(mine, ends_at__lte=now + SOON)
    for row in rows.select_related("user", "organization").order_by("ends_at")[:MOST]:
        own = row.user_id == user.pk
        days = (timezone.localdate(row.ends_at) - timezone.localdate()).days
        when = _("剩 %(days)d 天") % {"days": days} if days else _("今天到期")
        words = {"who": _("您") if own else row.user, "where": row.organization, "role": row.get_role_display()}
        what = _("%(who)s在%(where)s的“%(role)s”职责到期") % words
        hint = _("需要继续的，请联系安全管理员。") if own else _("需要继续的，请重新任职或办理交接。")
        url = reverse("organizations:my_account") if own else row.user.get_absolute_url()
        yield Task("warn" if days > 7 else "bad", when, what, hint, url, _("去看"))


def _days(moment: Any) -> int:
    return (timezone.localdate() - timezone.localdate(moment)).days


# -- the year ------------------------------------------------------------------------------------------
NAMES = (
    "offices",
    "offices_unstaffed",
    "leagues_without_security",
    "accounts",
    "accounts_without_duty",
    "accounts_opened",
)


def _year(user: User) -> dict[str, tuple[int, str]]:
    """Name → number and the list behind it, for the own organization and all below; one query."""
    if Right.VIEW_ACCOUNT not in access(user):
        return {}
    scope, period = user.organization, Period.of_year(timezone.localdate().year)
    found = metrics.counted([metrics.get(name) for name in NAMES], scope, period)
    return {name: (int(measure.value), metrics.get(name).url(scope, period)) for name, measure in found.items()}


def _hints(user: User, year: dict[str, tuple[int, str]]) -> Iterator[Task]:
    """What nobody asked for yet but somebody should look at."""
    number, url = year.get("leagues_without_security", (0, ""))
    if number and Right.MANAGE_ACCOUNT in access(user):
        what = _("%(n)d 个盟市没有安全管理员") % {"n": number}
        yield Task("off", _("提示"), what, _("那里的账号暂由自治区代管。"), url, _("看名单"))


def _progress(year: dict[str, tuple[int, str]]) -> list[dict[str, Any]]:
    """Shares and numbers of the year."""
    if not year:
        return []
    value = {name: number for name, (number, _url) in year.items()}
    lines = [
        ("offices", _("有专职人员的机构"), value["offices"] - value["offices_unstaffed"], value["offices"]),
        ("accounts", _("有职责的账号"), value["accounts"] - value["accounts_without_duty"], value["accounts"]),
        ("accounts_opened", _("本年开户"), value["accounts_opened"], 0),
    ]
    return [
        {"label": label, "value": part, "total": total, "unit": metrics.get(name).unit, "url": year[name][1]}
        for name, label, part, total in lines
        if part or total
    ]
