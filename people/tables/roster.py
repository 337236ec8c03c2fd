"""Columns of rosters. Rows are read by ``people.readiness.with_needs`` and ``people.papers.shown.with_papers``."""

from datetime import date
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.links import link_to
from core.lists import Column, Table
from people.choices import Presence
from people.models import Membership
from people.papers.shown import held_of
from people.readiness import needs_of
from people.tables import roster_cells


class RosterTable(Table):
    """:ivar picks: whether rows can be ticked for the acts under the table; the view says so."""

    picks = False

    name = tables.Column(gettext_lazy("姓名"), accessor="person__name")
    number = tables.Column(orderable=True, order_by=("organization__path", "number"), attrs={"td": {"class": "nowrap"}})
    id_number = Column(gettext_lazy("证件号码"), accessor="person__id_masked", attrs={"td": {"class": "mono nowrap"}})
    gender = Column(accessor="person__gender")
    state = Column(gettext_lazy("身份和状态"), accessor="state")
    team = Column(gettext_lazy("救援队"), accessor="organization__short_name")
    group = Column(attrs={"td": {"class": "medium"}})
    duty = Column()
    certificates = Column(gettext_lazy("证书"), accessor="pk", empty_values=())
    insured = Column(gettext_lazy("保险至"), accessor="pk", empty_values=())
    ready = Column(gettext_lazy("出动"), accessor="pk", empty_values=())
    is_main = Column(gettext_lazy("主要队伍"), accessor="is_main")

    only_now = ("ready", "state")

    class Meta:
        model = Membership
        fields = (
            "name", "number", "id_number", "gender", "state", "team", "group", "duty", "certificates", "insured",
            "ready", "joined_on", "left_on", "end_kind", "is_main",
        )  # fmt: skip
        default_columns = ("name", "team", "id_number", "state", "duty", "certificates", "insured", "ready")
        order_by = ("organization__path", "number")

    def render_name(self, record: Any) -> str:
        url = link_to("people:person_detail", record.person_id)
        has_photo = getattr(record, "photo", None) and self._shows(record)
        photo = reverse("core:attachment_preview", args=[record.photo]) if has_photo else ""
        return roster_cells.who(record, url=url, photo=photo, picks=self.picks)

    def value_name(self, record: Membership) -> str:
        return record.person.name

    def render_state(self, record: Membership) -> str:
        return roster_cells.belonging(record)

    def value_state(self, record: Membership) -> str:
        away = [record.get_presence_display()] if record.presence != Presence.ACTIVE and record.is_away else []
        return "，".join([record.get_kind_display(), record.get_state_display(), *map(str, away)])

    def render_certificates(self, record: Membership) -> str:
        return roster_cells.certificates(held_of(record, self._day(record)) if self._shows(record) else [])

    def value_certificates(self, record: Membership) -> str:
        held = held_of(record, self._day(record)) if self._shows(record) else []
        return "；".join(one.words for one in held)

    def render_insured(self, record: Any) -> str:
        begins = record.insured_from if self._shows(record) else None
        return roster_cells.insured(self.value_insured(record), self._day(record), begins)

    def value_insured(self, record: Any) -> date | None:
        return record.insured_until if self._shows(record) else None

    def render_ready(self, record: Membership) -> str:
        return roster_cells.ready(record, needs_of(record))

    def value_ready(self, record: Membership) -> str:
        if not record.is_current:
            return record.get_state_display()
        return "；".join(str(need.label) for need in needs_of(record)) or _("可出动")

    def render_is_main(self, record: Membership) -> str:
        return self.value_is_main(record) or "—"

    def value_is_main(self, record: Membership) -> str:
        return _("是") if record.is_main else ""

    @staticmethod
    def _shows(record: Membership) -> bool:
        """Whoever has left may be in a team that is not the reader's business: nothing of today is told."""
        return record.is_current or getattr(record, "as_at", None) is not None

    def _day(self, record: Any) -> date:
        return getattr(record, "as_at", None) or self.today
