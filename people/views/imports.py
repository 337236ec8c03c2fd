"""Rosters from spreadsheets: of one team, or of the teams of an office; and the roster on paper."""

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from core.imports.bulk import BulkImportView
from core.permitted import PermittedView
from organizations.models import Organization
from organizations.permissions import can, reach
from organizations.roles import Level, Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding
from people.roster.printing import answer_pdf
from people.roster.resource import RosterResource
from people.team_pages import roster_url


class OfTeam(View):
    """Loads the team of the address where the person sees its members (404), before anything else is asked."""

    request: SignedIn
    right = Right.EDIT_MEMBER

    @cached_property
    def team(self) -> Organization:
        rows = Organization.objects.filter(reach(self.request.user, Right.VIEW_MEMBER, at=""), level=Level.TEAM)
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def authorise(self) -> None:
        can(self.request.user, self.right, self.team).require()


class RosterImport(OfTeam, BulkImportView):
    permission = None

    @property
    def title(self) -> str:  # type: ignore[override]
        return _("导入名册：%(team)s") % {"team": self.team.short_name}

    def get_resource(self) -> RosterResource:
        return RosterResource(by=self.request.user, teams=[self.team])

    def get_place(self) -> str:
        return str(self.team.pk)

    def _list_url(self) -> str:
        return roster_url(self.team)


class RosterImportAll(BulkImportView):
    """Of all teams whose rosters the person keeps; the file says which row is whose."""

    request: SignedIn
    title = gettext_lazy("导入多支队伍的名册")
    permission = holding(Right.EDIT_MEMBER)

    def get_resource(self) -> RosterResource:
        rows = Organization.objects.in_force().filter(
            reach(self.request.user, Right.EDIT_MEMBER, at=""), level=Level.TEAM
        )
        return RosterResource(by=self.request.user, teams=rows.order_by("path"), one=False)

    def get_place(self) -> str:
        return str(self.request.user.organization_id)

    def _list_url(self) -> str:
        return self.request.user.organization.get_absolute_url()


class RosterPdf(OfTeam, PermittedView):
    """The printed 花名册; whole numbers only with the right, a reason, and a note per person."""

    permission = None
    right = Right.VIEW_MEMBER

    def get(self, request: SignedIn, pk: int) -> HttpResponseBase:
        return answer_pdf(request, self.team)

    post = get
