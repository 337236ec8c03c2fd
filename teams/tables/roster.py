"""The roster within its team's page."""

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from core.lists import Column
from people.models import Membership
from people.tables.roster import RosterTable
from teams.choices import PostRole


class TeamRosterTable(RosterTable):
    """Sorted by more than the long list is: a team's members are read by its index first, and are few."""

    name = tables.Column(_("姓名"), accessor="person__name", orderable=True)
    joined_on = Column(orderable=True, attrs={"td": {"class": "nowrap"}})
    group = Column(orderable=True, attrs={"td": {"class": "medium"}})
    duty = Column(_("职务和岗位"), empty_values=())
    team = None  # type: ignore[assignment] # it stands in the heading

    class Meta(RosterTable.Meta):
        fields = (  # type: ignore[assignment]
            "name", "number", "id_number", "gender", "state", "group", "duty", "certificates", "insured",
            "ready", "joined_on", "left_on", "end_kind", "is_main",
        )  # fmt: skip
        default_columns = ("name", "id_number", "state", "group", "duty", "certificates", "insured", "ready")
        order_by = ("number",)  # type: ignore[assignment]

    def render_duty(self, record: Any) -> str:
        return self.value_duty(record) or "—"

    def value_duty(self, record: Any) -> str:
        """What the team calls it, and the posts the person holds by name."""
        return "、".join(dict.fromkeys([*([record.duty] if record.duty else []), *_posts(record)]))


def _posts(record: Membership) -> list[str]:
    return [str(PostRole(role).label) for role in getattr(record, "post_roles", None) or ()]
