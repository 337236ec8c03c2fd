"""Account requests: to mend, to decide, and with others."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import F, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from core.lookups import among
from core.models import WorkflowEvent
from core.words import waited_in_words
from organizations.models import AccountRequest, User
from organizations.permissions import access, can, reach
from organizations.reminders import WAITING_DAYS
from organizations.roles import Right
from organizations.states import RequestState
from portal.home.task import MOST, Task, days_since, places
from portal.todo import shown

_READ = (
    "state", "number", "name", "username", "role", "submitted_at", "created_at", "applicant__name",
    *places("organization"),
)  # fmt: skip


def last_return(model: Any) -> QuerySet[WorkflowEvent]:
    """The latest return of each row of a query over ``model``, as a subquery."""
    events = WorkflowEvent.objects.of_each(model).filter(action="return_for_changes")
    return events.order_by("-at", "-pk")


def asked(user: User) -> dict[str, QuerySet]:
    """For ``core.together``: ``requests`` that are open and that the person asks or decides for, oldest first, and
    ``took``, how long the latest decided ones took.

    Of each kind as many as are shown, each cut by itself, so that a long queue of one does not hide the others. With
    each what was ``said`` at the last return.
    """
    decided = AccountRequest.objects.filter(state__in=[RequestState.APPROVED, RequestState.REJECTED]).order_by("-pk")
    took = decided.annotate(took=F("decided_at") - F("submitted_at")).values_list("took", flat=True)[:30]
    if not {Right.REQUEST_ACCOUNT, Right.DECIDE_REQUEST} & {held.right for held in access(user).held}:
        return {"requests": AccountRequest.objects.none(), "took": took.none()}
    # in an order that no index has: the own few places are looked through then, not the queue of the whole region
    mine = AccountRequest.objects.filter(reach(user, Right.REQUEST_ACCOUNT, at="organization"))
    mine = mine.order_by(Coalesce("submitted_at", "created_at"), "pk")
    states = (RequestState.DRAFT, RequestState.RETURNED, RequestState.SUBMITTED)
    oldest = AccountRequest.objects.to_decide(user).order_by("submitted_at", "pk").values("pk")[: MOST + 1]
    keys = oldest.union(*(mine.filter(state=state).values("pk")[:MOST] for state in states))
    rows = AccountRequest.objects.filter(among(keys)).annotate(
        said=Subquery(last_return(AccountRequest).values("comment")[:1]),
        said_facts=Subquery(last_return(AccountRequest).values("facts")[:1]),
    )
    rows = rows.select_related("organization", "applicant").only(*_READ)
    return {
        "requests": rows.order_by("submitted_at", "pk"),
        "took": took,
    }


def to_decide(user: User, rows: list[Any], counts: Mapping[str, int]) -> list[Task]:
    deciding = [
        row
        for row in rows
        if row.state == RequestState.SUBMITTED
        and row.applicant_id != user.pk
        and can(user, Right.DECIDE_REQUEST, row.organization)
    ]
    tasks = [_decision(row) for row in deciding[:MOST]]
    left = counts.get("requests", 0) - MOST
    if len(deciding) > MOST and left > 0:
        url = reverse("organizations:request_list") + "?queue=mine"
        what = _("还有 %(n)s 件开户申请待办理") % {"n": shown(left)}
        tasks.append(Task("wait", _("待办理"), what, "", url, _("看全部")))
    return tasks


def _decision(row: AccountRequest) -> Task:
    days = days_since(row.submitted_at)
    late = days > WAITING_DAYS
    when = waited_in_words(days)
    words = {"place": row.organization, "name": row.name}
    hint = f"{row.get_role_display()} · {row.username} · {row.number}"
    what = _("%(place)s为%(name)s申请开户") % words
    return Task("bad" if late else "wait", when, what, hint, row.get_absolute_url(), _("去办理"))


def to_mend(rows: list[Any]) -> Iterator[Task]:
    for row in [row for row in rows if row.state == RequestState.RETURNED][:MOST]:
        fields = (row.said_facts or {}).get("fields") or {}
        what = _("%(name)s的开户申请被退回") % {"name": row.name}
        if fields:
            what = _("%(name)s的开户申请被退回，%(n)d 处要改") % {"name": row.name, "n": len(fields)}
        url = reverse("organizations:request_edit", args=[row.pk])
        yield Task("warn", _("退回修改"), what, row.said or "", url, _("去修改"))
    for row in [row for row in rows if row.state == RequestState.DRAFT][:MOST]:
        what = _("%(name)s的开户申请还没有提交") % {"name": row.name or _("（未填姓名）")}
        hint = _("%(when)s前开始填写，%(who)s") % {"when": timesince(row.created_at, depth=1), "who": row.applicant}
        yield Task("off", _("草稿"), what, hint, reverse("organizations:request_edit", args=[row.pk]), _("接着填"))


def waiting(user: User, rows: list[Any], took: list[timedelta]) -> list[dict[str, Any]]:
    """Handed in by the own side and now with somebody else: since when, and how long it usually takes."""
    handed_in = [
        row
        for row in rows
        if row.state == RequestState.SUBMITTED and can(user, Right.REQUEST_ACCOUNT, row.organization)
    ]
    return [
        {
            "what": _("%(name)s的开户申请") % {"name": row.name},
            "url": row.get_absolute_url(),
            "who": _("安全管理员办理"),
            "since": row.submitted_at,
            "usual": _usual(took),
        }
        for row in handed_in[:MOST]
    ]


def _usual(took: list[timedelta]) -> str:
    """The median of the last decided requests, in words."""
    spans = sorted(took)
    if not spans:
        return ""
    days = spans[len(spans) // 2].days
    return _("一般 %(days)d 天") % {"days": days} if days else _("一般当天")
