"""Routes: gap."""

from django.urls import URLPattern, path

from assessments.views.league_gap import league_gap
from assessments.views.team_gap import team_gap

urlpatterns: list[URLPattern] = [
    path("teams/<int:pk>/gap/", team_gap, name="team_gap"),
    path("gap/", league_gap, name="league_gap"),
]
