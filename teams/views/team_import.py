"""Team lists from a spreadsheet."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy

from core.imports import ImportView
from organizations.roles import Right
from organizations.views.common import holding
from teams.choices import FilingKind
from teams.importing.resource import TeamResource
from teams.states import FilingState


class TeamImport(ImportView):
    resource_class = TeamResource
    title = gettext_lazy("导入队伍")
    permission = holding(Right.SUBMIT_FILING)
    template_name = "teams/team_import.html"

    def _list_url(self) -> str:
        """The drafts: there are no teams yet."""
        return f"{reverse('teams:filing_list')}?{urlencode({'kind': FilingKind.REGISTER, 'state': FilingState.DRAFT})}"
