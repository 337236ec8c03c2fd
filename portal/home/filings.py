"""Filings: to mend, to decide, opinions asked, and with others. One query, and one for how long it usually takes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from core.lookups import among
from core.words import due_in_words
from organizations.models import User
from organizations.permissions import access, can, reach
from organizations.roles import Right
from portal.home.requests import last_return
from portal.home.task import MOST, Task, places
from portal.todo import shown
from teams.choices import Duty
from teams.desk.opinions import asked_of
from teams.filings.usual_times import in_words, usual
from teams.models import Filing, FilingStep, Opinion
from teams.reminders import DUE_IN, opinion_url
from teams.states import WITH_OFFICE, FilingState
from teams.workflow import right_at

_READ = (
    "kind", "state", "number", "title", "level", "due_on", "warnings", "created_at", "submitted_at", "submitted_by",
    "office__short_name", "current_step__duty", "current_step__started_at", "assignee__name", "created_by__name",
    *places("organization", "current_step__office"),
)  # fmt: skip


@dataclass
class Found:
    """Filings by what the person has to do with them."""

    returned: list[Any] = field(default_factory=list)
    drafts: list[Any] = field(default_factory=list)
    deciding: list[Any] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)  # for an opinion
    waiting: list[Any] = field(default_factory=list)


def asked(user: User) -> QuerySet[Filing]:
    """Of each sort as many as are shown, each cut by itself: a long queue of one does not hide the others."""
    if Right.VIEW_TEAM not in access(user):
        return Filing.objects.none()
    opinions = Opinion.objects.open().filter(filing=OuterRef("pk"), asked=user)
    decided = FilingStep.objects.filter(filing=OuterRef("pk"), decided_by=user, state=FilingStep.State.DONE)
    rows = Filing.objects.filter(among(_keys(user))).annotate(
        said=Subquery(last_return(Filing).values("comment")[:1]),
        said_facts=Subquery(last_return(Filing).values("facts")[:1]),
        opinion=Subquery(opinions.values("pk")[:1]),
        question=Subquery(opinions.values("question")[:1]),
        decided_before=Exists(decided.exclude(pk=OuterRef("current_step"))),
    )
    related = ("organization", "office", "current_step__office", "assignee", "created_by")
    return rows.select_related(*related).only(*_READ).order_by(F("due_on").asc(nulls_last=True), "pk")


def sort(rows: list[Any], user: User) -> Found:
    sorted_out = Found()
    for row in rows:
        _sort(row, user, sorted_out)
    return sorted_out


def _keys(user: User) -> QuerySet:
    held = access(user)
    opinions = asked_of(user).order_by("pk").values("filing")[:MOST]
    parts: list[QuerySet] = []
    if Right.REVIEW_FILING in held or Right.SUBMIT_FILING in held:
        parts.append(Filing.objects.to_decide(user).order_by("due_on", "submitted_at", "pk").values("pk")[: MOST + 1])
    if Right.SUBMIT_FILING in held:
        for state in (FilingState.RETURNED, FilingState.DRAFT):
            mend = Filing.objects.to_mend(user, state).order_by("created_at", "pk")
            parts.append(mend.values("pk")[:MOST])
        mine = Filing.objects.filter(reach(user, Right.SUBMIT_FILING, at="organization"), state__in=WITH_OFFICE)
        parts.append(mine.order_by("submitted_at", "pk").values("pk")[:MOST])
    return opinions.union(*parts) if parts else opinions


def _sort(row: Any, user: User, into: Found) -> None:
    if row.opinion and row.current_step is not None:
        into.asked.append(row)
    if row.state == FilingState.RETURNED:
        into.returned.append(row)
    elif row.state == FilingState.DRAFT:
        into.drafts.append(row)
    elif row.current_step is not None:
        if _decides(row, user):
            into.deciding.append(row)
        elif can(user, Right.SUBMIT_FILING, row.organization):
            into.waiting.append(row)


def _decides(row: Any, user: User) -> bool:
    """The question of ``teams.workflow.decides``, answered for many rows at once."""
    if row.submitted_by_id == user.pk or (row.decided_before and row.state == FilingState.SUBMITTED):
        return False
    return bool(can(user, right_at(row.current_step), row.current_step.office))


def to_mend(rows: Found) -> Iterator[Task]:
    for row in rows.returned[:MOST]:
        fields = (row.said_facts or {}).get("fields") or {}
        words = {"name": row.name, "kind": row.get_kind_display(), "n": len(fields)}
        what = _("%(name)s的%(kind)s被退回") % words
        if fields:
            what = _("%(name)s的%(kind)s被退回，%(n)d 处要改") % words
        url = reverse("teams:filing_edit", args=[row.pk])
        yield Task("warn", _("退回修改"), what, row.said or "", url, _("去修改"))
    for row in rows.drafts[:MOST]:
        what = _("%(name)s的%(kind)s还没有提交") % {"name": row.name, "kind": row.get_kind_display()}
        hint = _("%(when)s前开始填写，%(who)s") % {"when": timesince(row.created_at, depth=1), "who": row.created_by}
        yield Task("off", _("草稿"), what, hint, reverse("teams:filing_edit", args=[row.pk]), _("接着填"))


def to_decide(rows: Found, counts: Mapping[str, int]) -> Iterator[Task]:
    yield from (_decision(row) for row in rows.deciding[:MOST])
    left = counts.get("filings", 0) - MOST
    if len(rows.deciding) > MOST and left > 0:
        what = _("还有 %(n)s 件备案待办理") % {"n": shown(left)}
        yield Task("wait", _("待办理"), what, "", reverse("teams:desk"), _("看全部"))
    for row in rows.asked[:MOST]:
        what = _("%(name)s的%(kind)s征求您的意见") % {"name": row.name, "kind": row.get_kind_display()}
        yield Task("wait", _("征求意见"), what, row.question, opinion_url(row.opinion), _("去答复"))


def _decision(row: Any) -> Task:
    tone, when = _due(row)
    words = {"place": row.office.short_name, "name": row.name, "kind": row.get_kind_display()}
    what = _("%(place)s报来%(kind)s：%(name)s") % words
    about = [row.number, row.get_level_display()]
    if row.warnings:
        about.append(_("%(n)d 条提示") % {"n": row.warnings})
    if row.state == FilingState.APPROVED:
        act = _("去发文")
    else:
        act = _("去登记") if row.current_step.duty == Duty.REGISTER else _("去审核")
    return Task(tone, when, what, " · ".join(about), reverse("teams:desk_filing", args=[row.pk]), act)


def _due(row: Any) -> tuple[str, str]:
    if row.due_on is None:
        return "wait", _("待办理")
    days = (row.due_on - timezone.localdate()).days
    return ("bad" if days < 0 else "warn" if days <= DUE_IN else "wait"), due_in_words(days)


def waiting(rows: Found) -> Iterator[dict[str, Any]]:
    """Handed in by the own side: who has it now, since when, and how long it usually takes there."""
    times = usual((row.current_step.office_id, row.current_step.duty) for row in rows.waiting[:MOST])
    for row in rows.waiting[:MOST]:
        step = row.current_step
        who = _("%(office)s%(duty)s") % {"office": step.office.short_name, "duty": step.get_duty_display()}
        if row.state == FilingState.APPROVED:
            who = _("%(office)s发文") % {"office": step.office.short_name}
        known = times.get((step.office_id, step.duty))
        yield {
            "what": _("%(name)s的%(kind)s") % {"name": row.name, "kind": row.get_kind_display()},
            "url": row.get_absolute_url(),
            "who": f"{who}（{row.assignee}）" if row.assignee else who,
            "since": step.started_at or row.submitted_at,
            "usual": in_words(known) if known else "",
        }
