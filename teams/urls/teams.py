"""Routes of teams."""

from django.urls import URLPattern, path

from teams.views import team_page as page
from teams.views import team_upkeep as upkeep
from teams.views.roster import TeamMembers, roster_of_place
from teams.views.team_import import TeamImport
from teams.views.team_list import TeamList
from teams.views.team_papers import team_register, team_sheet
from teams.views.team_summary import team_summary

urlpatterns: list[URLPattern] = [
    path("teams/", TeamList.as_view(), name="team_list"),
    path("teams/summary/", team_summary, name="team_summary"),
    path("teams/import/", TeamImport.as_view(), name="team_import"),
    path("teams/<int:pk>/", page.team_detail, name="team_detail"),
    path("teams/<int:pk>/members/", TeamMembers.as_view(), name="team_members"),
    path("teams/of/<int:pk>/members/", roster_of_place, name="roster_of"),
    path("teams/<int:pk>/posts/", page.team_posts, name="team_posts"),
    path("teams/<int:pk>/emblem/", page.team_emblem, name="team_emblem"),
    path("teams/<int:pk>/filings/", page.team_filings, name="team_filings"),
    path("teams/<int:pk>/history/", page.team_history, name="team_history"),
    path("teams/<int:pk>/sheet/", team_sheet, name="team_sheet"),
    path("teams/<int:pk>/register/", team_register, name="team_register"),
    path("teams/<int:pk>/edit/", upkeep.team_edit, name="team_edit"),
    path("teams/<int:pk>/standing/", upkeep.team_standing, name="team_standing"),
    path("teams/<int:pk>/posts/new/", upkeep.post_create, name="post_create"),
    path("teams/posts/<int:pk>/edit/", upkeep.post_edit, name="post_edit"),
    path("teams/posts/<int:pk>/link/", upkeep.post_link, name="post_link"),
    path("teams/posts/<int:pk>/end/", upkeep.post_end, name="post_end"),
    path("teams/<int:pk>/coverage/new/", upkeep.coverage_create, name="coverage_create"),
    path("teams/coverage/<int:pk>/end/", upkeep.coverage_end, name="coverage_end"),
    path("teams/<int:pk>/emblem/new/", upkeep.emblem_create, name="emblem_create"),
    path("teams/emblem/<int:pk>/edit/", upkeep.emblem_edit, name="emblem_edit"),
    path("teams/emblem/<int:pk>/settle/", upkeep.emblem_settle, name="emblem_settle"),
]
