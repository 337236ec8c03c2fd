"""Activities: planned, described, handed in, confirmed."""

from django.urls import path

from training.views import (
    activity_begin,
    activity_detail,
    activity_edit,
    activity_list,
    activity_moves,
    activity_papers,
    activity_slots,
    activity_template,
    team_tab,
)

urlpatterns = [
    path("activities/", activity_list.ActivityList.as_view(), name="activity_list"),
    path("activities/new/", activity_begin.activity_create, name="activity_create"),
    path("activities/new/<slug:kind>/host/", activity_begin.activity_host, name="activity_host"),
    path("activities/confirm/", activity_moves.activity_batch, name="activity_batch"),
    path("activities/<int:pk>/", activity_detail.activity_detail, name="activity_detail"),
    path("activities/<int:pk>/copy/", activity_begin.activity_copy, name="activity_copy"),
    path("activities/<int:pk>/edit/slots/", activity_slots.activity_slots, name="activity_slots"),
    path("activities/<int:pk>/edit/<slug:section>/", activity_edit.activity_edit, name="activity_edit"),
    path("activities/<int:pk>/autosave/<slug:section>/", activity_edit.activity_autosave, name="activity_autosave"),
    path("activities/<int:pk>/move/", activity_moves.activity_move, name="activity_move"),
    path("activities/<int:pk>/files/", activity_papers.activity_files, name="activity_files"),
    path("activities/<int:pk>/history/", activity_papers.activity_history, name="activity_history"),
    path("activities/<int:pk>/template/", activity_template.activity_template, name="activity_template"),
    path("teams/<int:pk>/activities/", team_tab.TeamActivities.as_view(), name="team_activities"),
]
