"""The list of gradings."""

from typing import Any

from django.utils.translation import gettext_lazy

from assessments.filters.gradings import QUEUES, GradingFilter
from assessments.models import Grading
from assessments.tables.gradings import GradingTable
from core.history.as_at import events_of
from core.lists import ListView
from organizations.permissions import access
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding


class GradingList(ListView):
    request: SignedIn
    model = Grading
    table_class = GradingTable
    filterset_class = GradingFilter
    list_name = "assessments:grading_list"
    title: Any = gettext_lazy("分级测评")
    permission = holding(Right.VIEW_ASSESSMENT)
    as_at_model = events_of(Grading)
    queue_order = ("submitted_at", "pk")
    template_name = "assessments/grading_list.html"

    def get_context(self) -> dict[str, Any]:
        held = access(self.request.user)
        return {
            **super().get_context(),
            "may_begin": Right.REPORT_ASSESSMENT in held,
            "tabs": self.quick_choices(QUEUES),
        }
