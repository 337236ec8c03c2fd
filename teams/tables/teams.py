"""Columns of the list of teams."""

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from core import masking
from core.chips import chip
from core.escaping import markup
from core.links import link_to
from core.lists import Column, Table
from people.heads import read_numbers
from teams.models import Team
from teams.states import TeamStatus

# Tone and icon of each state (generic/_state.html).
TEAM_TONES: dict[str, tuple[str, str]] = {
    TeamStatus.PREPARING: ("wait", "draft"),
    TeamStatus.FILED: ("ok", ""),
    TeamStatus.RECTIFYING: ("warn", ""),
    TeamStatus.SUSPENDED: ("bad", "lock"),
    TeamStatus.EXITED: ("off", ""),
}


_NUMBER = {"td": {"class": "num"}, "th": {"class": "num"}}
NUMBERS = ("registered", "certified", "deployable")


class TeamTable(Table):
    name = tables.Column(_("队伍"), accessor="organization__name", linkify=lambda record: record.get_absolute_url(),
                         orderable=True)  # fmt: skip
    short_name = Column(_("简称"), accessor="organization__short_name")
    filing_no = Column(orderable=True, attrs={"td": {"class": "nowrap"}})
    office = Column(_("主管红十字会"), accessor="office_name", empty_values=())
    categories = Column(_("其他类别"), accessor="other_categories", empty_values=())
    captain = Column(_("队长"), accessor="pk", empty_values=())
    duty_phone = Column(masked=masking.phone)
    confirmed_year = Column(attrs=_NUMBER)
    planned_size = Column(attrs=_NUMBER)
    registered = Column(_("在册队员"), accessor="pk", empty_values=(), attrs=_NUMBER)
    certified = Column(_("持证队员"), accessor="pk", empty_values=(), attrs=_NUMBER)
    deployable = Column(_("可出动队员"), accessor="pk", empty_values=(), attrs=_NUMBER)
    status = Column()

    only_now = ("office", "captain", "categories", *NUMBERS)

    class Meta:
        model = Team
        fields = (
            "name",
            "short_name",
            "filing_no",
            "level",
            "office",
            "main_category",
            "categories",
            "captain",
            "duty_phone",
            "formation",
            "registration",
            "naming_org",
            "host_org_name",
            "uscc",
            "planned_size",
            "registered",
            "certified",
            "deployable",
            "base_division",
            "base_address",
            "founded_on",
            "filed_on",
            "confirmed_year",
            "maintained_at",
            "status",
        )
        default_columns = (
            "name", "filing_no", "level", "office", "main_category", "captain", *NUMBERS, "status",
        )  # fmt: skip
        order_by = "organization__path"

    def render_office(self, record: Team) -> str:
        return self.value_office(record) or "—"

    def value_office(self, record: Team) -> str:
        return getattr(record, "office_name", "") or ""

    def render_categories(self, record: Team) -> str:
        return self.value_categories(record) or "—"

    def value_categories(self, record: Team) -> str:
        return "、".join(getattr(record, "category_names", None) or ())

    def render_captain(self, record: Team) -> str:
        return self.value_captain(record) or str(_("空缺"))

    def value_captain(self, record: Team) -> str:
        return "、".join(getattr(record, "captain_names", None) or ())

    def render_registered(self, record: Team) -> str:
        return self._linked(record, "registered", "view=")

    def render_certified(self, record: Team) -> str:
        return self._linked(record, "certified", "ready=certified")

    def render_deployable(self, record: Team) -> str:
        return self._linked(record, "deployable", "ready=deployable")

    def value_registered(self, record: Team) -> int | None:
        return _number(record, "registered")

    def value_certified(self, record: Team) -> int | None:
        return _number(record, "certified")

    def value_deployable(self, record: Team) -> int | None:
        return _number(record, "deployable")

    @staticmethod
    def _linked(record: Team, name: str, query: str) -> str:
        number = _number(record, name)
        if not number:
            return "—" if number is None else "0"
        return markup('<a href="{}?{}">{}</a>', link_to("teams:team_members", record.pk), query, number)

    def render_status(self, record: Team) -> str:
        shown = state_of(record)  # the ordinary case is a word; a chip would only drown the exceptions
        return str(shown["label"]) if shown["tone"] == "ok" else chip(**shown)

    def value_status(self, record: Team) -> str:
        return str(TeamStatus(record.status).label)


def _number(record: Team, name: str) -> int | None:
    """None where the list was not asked for it, or the person may not see the team's members."""
    if not getattr(record, "members_seen", False):
        return None
    return read_numbers(getattr(record, "numbers", None))[name]


def state_of(team: Team) -> dict[str, Any]:
    """The chip of a team's state."""
    tone, icon = TEAM_TONES[team.status]
    return {"tone": tone, "icon": icon, "label": TeamStatus(team.status).label}
