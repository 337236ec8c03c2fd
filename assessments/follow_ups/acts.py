"""后续动作: what a year's result leads to (中红字〔2023〕42号 第十七条): 表彰、经费支持、限期整改、暂停、退出.

The region records it on a decided review, with who carries it out and by when. The place responsible reports how it was
done, with files. Whoever runs the assessment then confirms that it is done, or sends it back; never the person who
reported. What no longer applies is ended with a reason; nothing is removed.

A result that is 不合格 has to lead to something: ``assessments.follow_ups.needed``.

暂停 and 退出 do not change the team: that takes a change of the team's own record, which the follow-up's page links to.
Supervision (督导), once built, will read ``FollowUp.objects.open()``.
"""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.annual.effects import region_deciders
from assessments.annual.rights import manages
from assessments.models import FollowUp, Review
from assessments.states import REVIEW_DECIDED
from core.decisions import Decision, no, not_now
from core.language import in_chinese
from core.notices import notify
from core.workflow import MoveNotAllowed
from organizations.models import Organization, User
from organizations.nearest import nearest_holders
from organizations.permissions import can
from organizations.roles import Right


# -- who may what ---------------------------------------------------------------------------------------------
def may_add(review: Review, user: User) -> Decision:
    decision = manages(review, user)
    if decision and review.state not in REVIEW_DECIDED:
        return not_now(_("审定以后才能登记后续动作。"))
    return decision


def may_edit(one: FollowUp, user: User) -> Decision:
    return _while_open(one, manages(one, user))


def may_report(one: FollowUp, user: User) -> Decision:
    """Whoever fills in for the place that carries it out, also by proxy; again until it is said to be done."""
    return _while_open(one, can(user, Right.REPORT_ASSESSMENT, one.responsible))


def may_finish(one: FollowUp, user: User) -> Decision:
    decision = may_edit(one, user)
    if decision and one.reported_by_id == user.pk:
        return no(_("自己报告的落实情况，要由别人确认。"))
    return decision


def may_return(one: FollowUp, user: User) -> Decision:
    decision = may_finish(one, user)
    return not_now(_("还没有报告落实情况。")) if decision and one.reported_at is None else decision


def _while_open(one: FollowUp, decision: Decision) -> Decision:
    return not_now(_("已经了结，不能再改。")) if decision and not one.is_open else decision


def to_finish(user: User) -> "QuerySet[FollowUp]":
    """What was reported and waits for this person to say that it is done."""
    rows = FollowUp.objects.open().exclude(reported_at=None).exclude(reported_by=user)
    return rows if manages(None, user) else rows.none()


def places_for(review: Review) -> "QuerySet[Organization]":
    """Who may carry it out: the team, and the offices above it."""
    return Organization.objects.filter(path__in=review.organization.line).exclude(level="national").order_by("-path")


# -- acts -------------------------------------------------------------------------------------------------------
@transaction.atomic
def add(one: FollowUp, *, by: User) -> FollowUp:
    """:raises MoveNotAllowed: the person may not, or the result does not stand any more."""
    rows = Review.objects.select_for_update(of=("self",)).select_related("campaign", "organization")
    one.review = rows.get(pk=one.review_id)
    MoveNotAllowed.unless(may_add(one.review, by))
    one.made_by = by
    one.save()
    _tell(nearest_holders(Right.REPORT_ASSESSMENT, one.responsible, without=by.pk), one, gettext_lazy("请落实"))
    return one


@transaction.atomic
def report(one: FollowUp, outcome: str, *, by: User) -> FollowUp:
    fresh = _locked(one)
    MoveNotAllowed.unless(may_report(fresh, by))
    fresh.outcome, fresh.reported_by, fresh.reported_at, fresh.asked = outcome.strip(), by, timezone.now(), ""
    _tell(keepers(fresh, by), fresh, gettext_lazy("报来落实情况，请确认"))
    return _kept(fresh, "outcome", "reported_by", "reported_at", "asked")


@transaction.atomic
def give_back(one: FollowUp, words: str, *, by: User) -> FollowUp:
    """What was reported does not do. ``words``: what is lacking; both stay to be read in the history."""
    fresh = _locked(one)
    MoveNotAllowed.unless(may_return(fresh, by))
    told = [fresh.reported_by] if fresh.reported_by is not None else []
    fresh.reported_by, fresh.reported_at, fresh.asked = None, None, words.strip()
    _tell(told, fresh, gettext_lazy("请补充落实情况"), fresh.asked)
    return _kept(fresh, "reported_by", "reported_at", "asked")


@transaction.atomic
def finish(one: FollowUp, day: date, outcome: str, *, by: User) -> FollowUp:
    """:param outcome: in words of whoever says so, where nobody reported; else what was reported stays."""
    fresh = _locked(one)
    MoveNotAllowed.unless(may_finish(fresh, by))
    fresh.outcome = fresh.outcome or outcome.strip()
    if not fresh.outcome:
        raise ValidationError({"outcome": _("还没有人报告，请写明落实情况。")})
    fresh.done_on, fresh.done_by = day, by
    return _kept(fresh, "outcome", "done_on", "done_by")


@transaction.atomic
def end(one: FollowUp, reason: str, *, by: User) -> FollowUp:
    fresh = _locked(one)
    MoveNotAllowed.unless(may_edit(fresh, by))
    fresh.ended_on, fresh.end_reason = timezone.localdate(), reason.strip()
    _tell(nearest_holders(Right.REPORT_ASSESSMENT, fresh.responsible, without=by.pk), fresh, gettext_lazy("已撤销"))
    return _kept(fresh, "ended_on", "end_reason")


def keepers(one: FollowUp, without: User | None = None) -> list[User]:
    """Who made it, while still in charge; else whoever runs the region's assessment."""
    made_by = one.made_by
    if made_by.is_active and made_by != without and manages(one, made_by):
        return [made_by]
    return [person for person in region_deciders(one.review) if person != without]


def _locked(one: FollowUp) -> FollowUp:
    related = ("review__campaign", "review__organization", "responsible", "made_by", "reported_by")
    fresh: FollowUp = FollowUp.objects.select_for_update(of=("self",)).select_related(*related).get(pk=one.pk)
    return fresh


def _kept(one: FollowUp, *names: str) -> FollowUp:
    one.version += 1
    one.save(update_fields=[*names, "version"])
    return one


def _tell(people: list[User], one: FollowUp, act: Any, body: str = "") -> None:
    with in_chinese():
        words = {"team": one.review.organization.short_name, "kind": one.get_kind_display(), "act": act}
        title = _("%(team)s的考核后续动作（%(kind)s）：%(act)s") % words
    notify(people, kind="follow_up", title=title, body=body or one.what, url=one.get_absolute_url())
