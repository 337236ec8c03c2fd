"""Reminders of 后续动作: to the clerks of the place responsible 14 and 3 days before the day, on it and each week
after it; to whoever confirms them when a report has waited for a week."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.annual.reminders import BEFORE, WEEK, occasion
from assessments.follow_ups.workflow import keepers
from assessments.models import FollowUp
from assessments.states import FollowUpState
from core.days import end_of
from core.language import in_chinese
from core.reminders import Reminder
from organizations.nearest import nearest_holders_each
from organizations.roles import Right

RELATED = ("responsible", "review__organization", "review__campaign", "review__scored_by", "made_by", "reported_by")


def follow_ups_due(today: date | None = None) -> Iterator[Reminder]:
    day = today or timezone.localdate()
    rows = FollowUp.objects.filter(state=FollowUpState.OPEN, due_on__lte=day + timedelta(days=BEFORE[0]))
    due = [one for one in _read(rows) if one.due_on is not None and occasion(one.due_on, day)]
    places = {one.responsible_id: one.responsible for one in due}
    people = nearest_holders_each(Right.REPORT_ASSESSMENT, places.values())
    for one in due:
        assert one.due_on is not None, "chosen by it"
        left = (one.due_on - day).days
        with in_chinese():
            words = {"day": one.due_on, "n": abs(left)}
            said = _("期限 %(day)s，已超期 %(n)d 天") % words if left < 0 else _("期限 %(day)s，还有 %(n)d 天") % words
            said = _("期限 %(day)s，今天到期") % words if left == 0 else said
            yield _reminder(one, people[one.responsible_id], said, occasion(one.due_on, day))


def follow_ups_reported(today: date | None = None) -> Iterator[Reminder]:
    day = today or timezone.localdate()
    for one in _read(
        FollowUp.objects.filter(state=FollowUpState.REPORTED, reported_at__lt=end_of(day - timedelta(days=WEEK)))
    ):
        assert one.reported_at is not None, "chosen by it"
        since = timezone.localdate(one.reported_at)
        lies = (day - since).days
        with in_chinese():
            said = _("落实情况报来已 %(n)d 天，请确认") % {"n": lies}
            yield _reminder(one, keepers(one, one.reported_by), said, f"reported-{since}-{lies // WEEK}")


def _read(rows: "QuerySet[FollowUp]") -> "QuerySet[FollowUp]":
    return rows.select_related(*RELATED).order_by("due_on", "pk")


def _reminder(one: FollowUp, people: list, said: str, name: str) -> Reminder:
    words = {"team": one.review.organization.short_name, "kind": one.get_kind_display(), "said": said}
    title = _("%(team)s的考核后续动作（%(kind)s）：%(said)s") % words
    return Reminder(people, "follow_up_due", title, one.what, one.get_absolute_url(), f"follow-up-{one.pk}-{name}")
