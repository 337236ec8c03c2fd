"""Filters of the list of campaigns."""

import django_filters
from django.utils.translation import gettext_lazy as _

from assessments.models import Campaign
from assessments.states import CampaignState
from core.lists import Filter


class CampaignFilter(Filter):
    q = None
    state = django_filters.ChoiceFilter(label=_("状态"), choices=CampaignState)

    class Meta:
        model = Campaign
        fields: list[str] = []
