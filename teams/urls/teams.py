"""Routes of teams."""

from django.urls import URLPattern, path

from teams.views import teams

urlpatterns: list[URLPattern] = [
    path("teams/<int:pk>/", teams.team_detail, name="team_detail"),
]
