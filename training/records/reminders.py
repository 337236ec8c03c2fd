"""Records nobody hands in, and records nobody confirms: told, never decided (``core/reminders.py`` sends each once).

An occasion is the day a limit is reached; it is looked for some days longer, for the portal may have stood still.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.days import beginning_of, end_of
from core.reminders import WINDOW, Reminder
from organizations.models import Organization
from organizations.nearest import nearest_holders
from organizations.roles import Right
from training.activities.slots import MOST as LONGEST
from training.models import Activity
from training.settings import SUMMARY, value_of
from training.states import WITH_AUTHOR, ActivityState
from training.workflow import deciders

STAGES = (7, 14)  # days a record waits for its confirmation
LINES = 20  # of one notice


def records_not_handed_in(today: date | None = None) -> Iterator[Reminder]:
    """Per host and day one notice with everything that ended as many days ago as the region has set."""
    last, days = today or timezone.localdate(), value_of(SUMMARY)
    for back in range(WINDOW - 1, -1, -1):
        day = last - timedelta(days=back)
        ended: dict[int, list[Activity]] = defaultdict(list)
        for activity in _ended_on(day - timedelta(days=days)):
            ended[activity.host_id].append(activity)
        for host in Organization.objects.filter(pk__in=ended).order_by("path"):
            yield _not_handed_in(host, ended[host.pk], days, f"records-{day}-of-{host.pk}")


def _ended_on(day: date) -> QuerySet[Activity]:
    """Still with their author. Found along the index on the beginning: nothing lasts longer than ``LONGEST`` days."""
    begun = {"order_at__gte": beginning_of(day - timedelta(days=LONGEST)), "order_at__lt": end_of(day)}
    rows = Activity.objects.filter(**begun, ends_at__gte=beginning_of(day), ends_at__lt=end_of(day))
    return rows.filter(state__in=WITH_AUTHOR).order_by("starts_at", "pk")


def _not_handed_in(host: Organization, rows: list[Activity], days: int, once: str) -> Reminder:
    words = {"host": host.short_name, "n": len(rows), "days": days}
    lines = [f"{timezone.localdate(row.starts_at):%Y-%m-%d} {row}" for row in rows[:LINES]]  # type: ignore[arg-type]
    lines.append(_("请补齐内容后报送；没有举行的，请取消活动并写明原因。"))
    url = rows[0].get_absolute_url()
    if len(rows) > 1:
        url = f"{reverse('training:activity_list')}?{urlencode({'under': host.pk, 'state': ActivityState.DRAFT})}"
    return Reminder(
        partial(nearest_holders, Right.EDIT_TRAINING, host),
        "record_due",
        _("%(host)s有 %(n)d 场活动结束已满 %(days)d 天，还没有报送记录") % words,
        "\n".join(lines),
        url,
        once,
    )


def records_waiting(today: date | None = None) -> Iterator[Reminder]:
    """Whoever can confirm, a week and two weeks after the hand-in."""
    last = today or timezone.localdate()
    for stage in STAGES:
        first = last - timedelta(days=stage + WINDOW - 1)
        rows = Activity.objects.filter(
            state=ActivityState.SUBMITTED,
            submitted_at__gte=beginning_of(first),
            submitted_at__lt=end_of(last - timedelta(days=stage)),
        )
        ordered = rows.select_related("host", "office", "submitted_by").order_by("submitted_at", "pk")
        for row in ordered:
            yield _waiting(row, last, f"record-{row.pk}-{row.submitted_at:%Y%m%d%H%M}-waits-{stage}")


def _waiting(activity: Activity, today: date, once: str) -> Reminder:
    assert activity.submitted_at is not None, "chosen by it"
    days = (today - timezone.localdate(activity.submitted_at)).days
    words = {"number": activity.number, "title": activity, "days": days, "host": activity.host.short_name}
    return Reminder(
        partial(deciders, activity),
        "record_waiting",
        _("%(number)s（%(title)s）等候确认已 %(days)d 天") % words,
        _("%(host)s报来。确认前不计入统计和队员时长；系统只提醒，不会自动确认。") % words,
        activity.get_absolute_url(),
        once,
    )
