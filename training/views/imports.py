"""Instructors from a spreadsheet; items of a plan are taken in on the plan's own page (``plan_items``)."""

from django.utils.translation import gettext_lazy

from core.imports import ImportView
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding
from training.resources import InstructorResource


class InstructorImport(ImportView):
    request: SignedIn
    resource_class = InstructorResource
    title = gettext_lazy("导入师资")
    permission = holding(Right.EDIT_TRAINING)
    list_url = "training:instructor_list"

    def get_kind(self) -> str:
        """Once in each office: teachers that the region tells all of them about are entered by each for itself."""
        return f"{super().get_kind()}:{self.request.user.organization_id}"
