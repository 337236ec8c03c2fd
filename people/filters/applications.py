"""Filters of the list of applications."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.forms import HiddenInput
from django.utils.translation import gettext_lazy as _

from core.lists import Filter
from organizations.filters import Scope
from organizations.models import Organization
from people.models import Application
from people.states import ApplicationState


def _teams(request: Any) -> QuerySet[Organization]:
    if request is None:
        return Organization.objects.none()
    return Organization.objects.visible_to(request.user).teams()


class ApplicationFilter(Filter):
    state = django_filters.ChoiceFilter(label=_("状态"), choices=ApplicationState.choices)
    under = Scope("organization__path")
    # from a team's own pages; there are too many teams to choose from one by one
    team = django_filters.ModelChoiceFilter(
        field_name="organization", queryset=_teams, label=_("救援队"), widget=HiddenInput
    )

    class Meta:
        model = Application
        fields: list[str] = []
