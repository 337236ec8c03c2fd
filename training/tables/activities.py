"""The list of drills and trainings."""

from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from core.lists import Column, DateTimeColumn, Table
from organizations.tables import State
from training.models import Activity
from training.records.hours import hours_of
from training.states import ACTIVITY_TONES, ActivityState

_NOWRAP = {"td": {"class": "nowrap"}}
_NUMBER = {"td": {"class": "num"}, "th": {"class": "num"}}


class ActivityTable(Table):
    title = tables.Column(linkify=lambda record: record.get_absolute_url(), empty_values=())
    kind = Column(attrs=_NOWRAP)
    sort = Column(_("形式或类别"), accessor="pk", empty_values=(), attrs=_NOWRAP)
    host = Column(accessor="host__short_name", verbose_name=_("主办单位"))
    starts_at = DateTimeColumn(attrs=_NOWRAP, order_by=("order_at", "id"), orderable=True)
    ends_at = DateTimeColumn(attrs=_NOWRAP)
    place = Column(empty_values=())
    present = Column(attrs=_NUMBER)
    listed = Column(attrs=_NUMBER)
    hours = Column(_("总时长（小时）"), accessor="minutes", attrs=_NUMBER)
    number = Column(attrs=_NOWRAP)
    state = State(verbose_name=_("状态"))

    related = ("base",)

    class Meta:
        model = Activity
        fields = (
            "title", "kind", "sort", "scope", "hazard", "host", "starts_at", "ends_at", "place", "listed", "present",
            "hours", "number", "state", "commander", "safety_officer", "cost", "vehicles", "outside_people",
            "satisfaction", "office", "submitted_by", "submitted_at", "confirmed_by", "confirmed_at",
        )  # fmt: skip
        default_columns = ("title", "kind", "sort", "host", "starts_at", "place", "present", "state")
        order_by = ("-order_at", "-id")

    def render_title(self, record: Activity) -> str:
        return str(record)

    value_title = render_title

    def render_sort(self, record: Activity) -> str:
        return self.value_sort(record) or "—"

    def value_sort(self, record: Activity) -> str:
        return str(record.get_form_display() if record.is_drill else record.get_training_kind_display())

    def render_place(self, record: Activity) -> str:
        return self.value_place(record) or "—"

    def value_place(self, record: Activity) -> str:
        return record.place or (record.base.name if record.base else "")

    def render_listed(self, value: int, record: Activity) -> Any:
        return "—" if _uncounted(record) else value

    render_present = render_listed

    def value_listed(self, value: int, record: Activity) -> int | None:
        return None if _uncounted(record) else value

    value_present = value_listed

    def render_hours(self, record: Activity) -> Any:
        hours = self.value_hours(record)
        return "—" if hours is None else f"{hours:,}"

    def value_hours(self, record: Activity) -> Decimal | None:
        """Kept in minutes."""
        return None if _uncounted(record) else hours_of(record.minutes)

    def state_state(self, record: Activity) -> tuple[str, Any, str]:
        state = ActivityState(record.state)
        tone, icon = ACTIVITY_TONES[state]
        return tone, state.label, icon

    def value_state(self, record: Activity) -> str:
        return record.get_state_display()


def _uncounted(record: Activity) -> bool:
    """Numbers are set at the hand-in: before it there are none, which is not the same as nobody."""
    return record.submitted_at is None
