"""Team lists from a spreadsheet."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy

from core.decisions import Decision, no, yes
from core.imports import ImportView
from organizations.permissions import access
from organizations.roles import Right
from teams.choices import FilingKind
from teams.importing.resource import TeamResource
from teams.states import FilingState


def may_register(user: Any) -> Decision:
    """A team's own people file for their team; what a list makes are registrations at an office."""
    if access(user).in_office(Right.SUBMIT_FILING):
        return yes("")
    return no(gettext_lazy("登记新队伍是红十字会经办的职责，您现在没有这项职责。"))


class TeamImport(ImportView):
    resource_class = TeamResource
    title = gettext_lazy("导入队伍")
    permission = staticmethod(may_register)
    template_name = "teams/team_import.html"

    def _list_url(self) -> str:
        """The drafts: there are no teams yet."""
        return f"{reverse('teams:filing_list')}?{urlencode({'kind': FilingKind.REGISTER, 'state': FilingState.DRAFT})}"
