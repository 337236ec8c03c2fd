"""Members as a list: what the rosters of a team and of everything below an office share."""

from typing import Any

from django.db.models import DateField, QuerySet, Value
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.history.as_at import events_of
from core.lists import ListView
from organizations.permissions import access
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding
from people.filters.roster import MemberFilter, RosterFilter
from people.membership.moving import own_team
from people.models import Membership
from people.papers.shown import with_papers
from people.readiness import with_needs
from people.tables.roster import RosterTable


class MembershipList(ListView):
    """``at`` asks who belonged on that day, by the days they joined and left: what was entered later counts too, as a
    roster is often written up afterwards. Certificates and insurance are those of the day.
    """

    request: SignedIn
    model = Membership
    table_class: Any = RosterTable
    filterset_class: Any = RosterFilter
    as_at_model = events_of(Membership)  # offers the day; its rows are not read
    as_known_then = False

    @cached_property
    def filterset(self) -> RosterFilter:
        return self.filterset_class(self.request.GET, queryset=self.get_queryset(), request=self.request)

    def rows(self) -> QuerySet:
        day = self.filterset.day
        rows = with_papers(with_needs(super().rows(), day), day)
        return rows.annotate(as_at=Value(day, DateField())) if day else rows


class MemberList(MembershipList):
    """Everybody below an office whose roster the person may see."""

    filterset_class = MemberFilter
    list_name = "people:member_list"
    title = gettext_lazy("队员名册")
    permission = holding(Right.VIEW_MEMBER)
    template_name = "people/roster_list.html"

    def get_context(self) -> dict[str, Any]:
        user = self.request.user
        return {
            **super().get_context(),
            "keeps": Right.EDIT_MEMBER in access(user),
            "team": own_team(user),
            "search_hint": _("姓名、完整的证件号码或手机号"),
            "empty_hint": _("各队登记或导入队员以后在这里列出。"),
        }
