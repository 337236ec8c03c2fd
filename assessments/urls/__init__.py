"""Routes of standards, gradings and annual assessments, a file per group of pages."""

from assessments.urls import campaigns, follow_ups, gap, gradings, members, panel, reviews, runs, standards

app_name = "assessments"

urlpatterns = [
    *standards.urlpatterns,
    *gap.urlpatterns,
    *gradings.urlpatterns,
    *panel.urlpatterns,
    *members.urlpatterns,
    *campaigns.urlpatterns,
    *reviews.urlpatterns,
    *runs.urlpatterns,
    *follow_ups.urlpatterns,
]
