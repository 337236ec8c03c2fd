"""The list of reviews: every year, every team the reader sees, in the order of the tree."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.filters.reviews import QUEUES, ReviewFilter
from assessments.models import Review
from assessments.tables.reviews import ReviewTable
from core.history.as_at import events_of
from core.lists import ListView
from organizations.permissions import access
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding


class ReviewList(ListView):
    request: SignedIn
    model = Review
    table_class = ReviewTable
    filterset_class = ReviewFilter
    list_name = "assessments:review_list"
    title: Any = gettext_lazy("队伍年度考核")
    permission = holding(Right.VIEW_ASSESSMENT)
    as_at_model = events_of(Review)
    template_name = "assessments/review_list.html"

    def get_context(self) -> dict[str, Any]:
        held = access(self.request.user)
        wanted = {"mine": Right.SCORE_ASSESSMENT, "ours": Right.REPORT_ASSESSMENT}
        tabs = self.quick_choices(one for one in QUEUES if wanted[one[0]] in held)
        return {**super().get_context(), "tabs": tabs, "search_hint": _("队伍名称")}
