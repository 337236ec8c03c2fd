"""What a year's results lead to."""

from django.urls import URLPattern, path

from assessments.views import follow_ups

urlpatterns: list[URLPattern] = [
    path("assessments/follow-ups/", follow_ups.FollowUpList.as_view(), name="followup_list"),
    path("assessments/reviews/<int:pk>/follow-ups/new/", follow_ups.followup_create, name="followup_create"),
    path(
        "assessments/campaigns/<int:pk>/follow-ups/new/",
        follow_ups.followup_create_several,
        name="followup_create_several",
    ),
    path("assessments/follow-ups/<int:pk>/", follow_ups.followup_detail, name="followup_detail"),
    path("assessments/follow-ups/<int:pk>/edit/", follow_ups.followup_edit, name="followup_edit"),
    path("assessments/follow-ups/<int:pk>/move/", follow_ups.followup_move, name="followup_move"),
]
