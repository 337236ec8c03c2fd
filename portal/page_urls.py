"""Routes of the pages that stand above all subjects."""

from django.urls import path

from portal import feedback, home, search, statistics

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("feedback/", feedback.feedback, name="feedback"),
]
