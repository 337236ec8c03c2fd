"""Routes of teams, filings, the review desk and the rules."""

from teams.urls import desk, filings, rules, teams

app_name = "teams"

urlpatterns = [*teams.urlpatterns, *filings.urlpatterns, *desk.urlpatterns, *rules.urlpatterns]
