"""The list of drills and trainings."""

from typing import Any

from django.utils.translation import gettext_lazy

from core.history.as_at import events_of
from core.lists import ListView
from organizations.permissions import access
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding
from training.filters.activities import QUEUES, ActivityFilter
from training.models import Activity
from training.tables.activities import ActivityTable


class ActivityList(ListView):
    request: SignedIn
    model = Activity
    table_class = ActivityTable
    filterset_class = ActivityFilter
    list_name = "training:activity_list"
    title: Any = gettext_lazy("培训和演练")
    permission = holding(Right.VIEW_TRAINING)
    as_at_model = events_of(Activity)
    queue_order = ("submitted_at", "pk")
    template_name = "training/activity_list.html"

    def get_context(self) -> dict[str, Any]:
        held = access(self.request.user)
        return {
            **super().get_context(),
            "may_begin": Right.EDIT_TRAINING in held,
            "may_confirm": Right.CONFIRM_TRAINING in held,
            "tabs": self.quick_choices(one for one in QUEUES if one[0] != "mine" or Right.CONFIRM_TRAINING in held),
        }
