"""后续动作: what a year's result leads to (中红字〔2023〕42号 第十七条): 表彰、经费支持、限期整改、暂停、退出.

- 落实中 open: the region registered it on a decided review (``registering``), with who carries it out and by when. The
  place responsible carries it out and brings papers.
- 待确认 reported: the place said how it was done; it may say it anew. Whoever runs the assessment confirms it, or gives
  it back with what is still wanted; never the person who reported.
- 已完成 done, 已撤销 ended with a reason: nothing changes any more. Nothing is removed.

What was done without a report the region confirms in its own words. A result that is 不合格 has to lead to something:
``assessments.follow_ups.needed``.

暂停 and 退出 do not change the team: that takes a change of the team's own record, which the follow-up's page links to.
Supervision (督导), once built, will read ``FollowUp.objects.open()``.
"""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.annual.effects import region_deciders
from assessments.annual.rights import manages
from assessments.choices import FollowUpKind
from assessments.models import FollowUp
from assessments.states import FOLLOW_UP_STEPS, FollowUpState
from core.decisions import Decision, no
from core.language import as_stored
from core.notices import notify
from core.workflow import Move, Workflow
from organizations.models import User
from organizations.nearest import nearest_holders
from organizations.permissions import acting_for, can
from organizations.roles import Right


# -- who may what ---------------------------------------------------------------------------------------------
def carries_out(one: FollowUp, user: User) -> Decision:
    """Whoever fills in for the place responsible, also by proxy."""
    return can(user, Right.REPORT_ASSESSMENT, one.responsible)


def confirms(one: FollowUp, user: User) -> Decision:
    decision = manages(one, user)
    if decision and one.reported_by_id == user.pk:
        return no(gettext_lazy("自己报告的落实情况，要由别人确认。"))
    return decision


def to_finish(user: User) -> "QuerySet[FollowUp]":
    """What was reported and waits for this person to say that it is done."""
    rows = FollowUp.objects.filter(state=FollowUpState.REPORTED).exclude(reported_by=user)
    return rows if manages(None, user) else rows.none()


# -- what follows from a move ---------------------------------------------------------------------------------
def _report(one: FollowUp, by: User, outcome: str) -> None:
    one.outcome, one.reported_by, one.reported_at, one.asked = outcome.strip(), by, timezone.now(), ""
    tell(keepers(one, by), [one], gettext_lazy("报来落实情况，请确认"))


def _finish(one: FollowUp, by: User, done_on: date, outcome: str = "") -> None:
    """:param outcome: in words of whoever says so, where nobody reported; else what was reported stays."""
    one.outcome = one.outcome or outcome.strip()
    if not one.outcome:
        raise ValidationError({"outcome": _("还没有人报告，请写明落实情况。")})
    one.done_on, one.done_by = done_on, by


def _give_back(one: FollowUp, by: User, words: str) -> None:
    """What was reported does not do. ``words``: what is lacking; both stay to be read in the history."""
    told = [one.reported_by] if one.reported_by is not None else []
    one.reported_by, one.reported_at, one.asked = None, None, words.strip()
    tell(told, [one], gettext_lazy("请补充落实情况"), one.asked)


def _end(one: FollowUp, by: User, words: str) -> None:
    one.ended_on, one.end_reason = timezone.localdate(), words.strip()
    tell(nearest_holders(Right.REPORT_ASSESSMENT, one.responsible, without=by.pk), [one], gettext_lazy("已撤销"))


def _acting_for(one: FollowUp, user: User | None) -> str:
    """By proxy, at the place that carries it out."""
    return acting_for(user, Right.REPORT_ASSESSMENT, one.responsible) if one.reported_by == user else ""


S = FOLLOW_UP_STEPS
FOLLOW_UP = Workflow(
    (
        Move("report", gettext_lazy("报告落实情况"), S["report"], carries_out, tone="main", apply=_report),
        Move("finish", gettext_lazy("确认完成"), S["finish"], confirms, tone="main", apply=_finish),
        Move("give_back", gettext_lazy("退回补充"), S["give_back"], confirms, apply=_give_back),
        Move("end", gettext_lazy("撤销"), S["end"], manages, tone="danger", apply=_end),
    ),
    acting_for=_acting_for,
)


# -- who is told ----------------------------------------------------------------------------------------------
def keepers(one: FollowUp, without: User | None = None) -> list[User]:
    """Who made it, while still in charge; else whoever runs the region's assessment."""
    made_by = one.made_by
    if made_by.is_active and made_by != without and manages(one, made_by):
        return [made_by]
    return [person for person in region_deciders(one.review) if person != without]


def tell(people: list[User], ones: list[FollowUp], act: Any, body: str = "") -> None:
    """Of one, or of the same given for several teams: one notice."""
    one, n = ones[0], len(ones)
    title, url = gettext_lazy("%(team)s的考核后续动作（%(kind)s）：%(act)s"), one.get_absolute_url()
    if n > 1:
        title = gettext_lazy("%(team)s等 %(n)d 支队伍的考核后续动作（%(kind)s）：%(act)s")
        url = f"{reverse('assessments:followup_list')}?queue=ours"
    words: dict[str, Any] = {"kind": FollowUpKind(one.kind).label, "act": act, "n": n}
    said = as_stored(title, team=one.review.organization.short_name, **words)
    notify(people, kind="follow_up", title=said, body=body or one.what, url=url)
