"""Teams from a spreadsheet, as drafts of registrations."""

from django.utils.translation import gettext_lazy

from core.imports import ImportView
from organizations.roles import Right
from organizations.views.common import holding
from teams.resources import TeamResource


class TeamImport(ImportView):
    resource_class = TeamResource
    title = gettext_lazy("导入救援队")
    permission = holding(Right.SUBMIT_FILING)
    list_url = "teams:team_list"
    template_name = "teams/team_import.html"
