"""The list of filings."""

from typing import Any

import django_tables2 as tables
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.lists import Column, DateColumn, DateTimeColumn, Table
from core.words import due_in_words
from organizations.tables import State
from teams.models import Filing
from teams.states import FILING_TONES, WITH_OFFICE, FilingState

_NOWRAP = {"td": {"class": "nowrap"}}
SOON = 3  # days before the time limit from which it is marked


def time_left(filing: Filing) -> tuple[str, str]:
    """How much of the time limit is left where it lies, as (tone, words)."""
    if filing.due_on is None or filing.state not in WITH_OFFICE:
        return "", ""
    days = (filing.due_on - timezone.localdate()).days
    return ("bad" if days < 0 else "warn" if days <= SOON else ""), due_in_words(days)


class FilingTable(Table):
    title = tables.Column(linkify=True, empty_values=())
    kind = Column(attrs=_NOWRAP)
    level = Column(attrs=_NOWRAP)
    number = Column(orderable=True, attrs=_NOWRAP)
    place = Column(gettext_lazy("在谁手里"), accessor="current_office", empty_values=(), attrs=_NOWRAP)
    left = State(verbose_name=gettext_lazy("时限"), attrs=_NOWRAP)
    due_on = DateColumn(orderable=True)
    reply_on = DateColumn()
    created_at = DateTimeColumn(orderable=True)
    submitted_at = DateTimeColumn(attrs=_NOWRAP)
    decided_at = DateTimeColumn()
    state = State(verbose_name=gettext_lazy("状态"))

    class Meta:
        model = Filing
        fields = (
            "title", "kind", "number", "level", "office", "state", "place", "left", "due_on", "warnings", "changed",
            "round_no", "submitted_by", "submitted_at", "decided_at", "reply_no", "reply_on", "year", "created_at",
        )  # fmt: skip
        default_columns = ("title", "kind", "level", "office", "state", "place", "left", "submitted_at")
        order_by = ("-created_at", "-id")

    def render_title(self, record: Filing) -> str:
        return record.name

    def value_title(self, record: Filing) -> str:
        return record.title

    def render_place(self, record: Filing) -> str:
        return self.value_place(record) or "—"

    def value_place(self, record: Filing) -> str:
        if record.state in (FilingState.DRAFT, FilingState.RETURNED):
            return _("填报方")
        return record.current_office.short_name if record.current_office else ""

    def state_left(self, record: Filing) -> tuple[str, Any]:
        return time_left(record)

    def value_left(self, record: Filing) -> str:
        return time_left(record)[1]

    def state_state(self, record: Filing) -> tuple[str, Any]:
        state = FilingState(record.state)
        return FILING_TONES[state][0], state.label

    def value_state(self, record: Filing) -> str:
        return record.get_state_display()
