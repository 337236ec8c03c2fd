"""Columns of the list of applications."""

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from core.lists import DateTimeColumn, Table
from organizations.tables import State
from people.models import Application
from people.states import ApplicationState

APPLICATION_TONES: dict[str, str] = {
    ApplicationState.APPLIED: "wait",
    ApplicationState.ACCEPTED: "ok",
    ApplicationState.DECLINED: "off",
    ApplicationState.WITHDRAWN: "off",
}


class ApplicationTable(Table):
    name = tables.Column(linkify=True)
    organization = tables.Column(_("救援队"), accessor="organization__short_name")
    invitation = tables.Column(_("招募说明"), accessor="invitation__note")
    state = State(verbose_name=_("状态"))
    applied_at = DateTimeColumn()
    decided_at = DateTimeColumn()

    class Meta:
        model = Application
        fields = ("name", "organization", "invitation", "applied_at", "decided_at", "state")
        order_by = ("-applied_at", "-pk")

    def state_state(self, record: Application) -> tuple[str, Any]:
        return APPLICATION_TONES[record.state], record.get_state_display()

    def value_state(self, record: Application) -> str:
        return str(record.get_state_display())
