"""All problems a person may see, until they are closed."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.history.as_at import events_of
from core.lists import ListView
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding
from training.filters.problems import ProblemFilter
from training.models import Problem
from training.tables.problems import ProblemTable


class ProblemList(ListView):
    request: SignedIn
    model = Problem
    table_class = ProblemTable
    filterset_class = ProblemFilter
    list_name = "training:problem_list"
    title = gettext_lazy("问题整改")
    permission = holding(Right.VIEW_TRAINING)
    as_at_model = events_of(Problem)

    def get_context(self) -> dict[str, Any]:
        return {
            **super().get_context(),
            "search_hint": _("问题或责任人"),
            "empty_hint": _("问题在演练、培训的“问题”一栏登记。"),
        }
