"""Routes of training and drills, a file per group of pages."""

from training.urls import activities, calendar, catalogue, learning, plans, roll

app_name = "training"

urlpatterns = [
    *activities.urlpatterns,
    *roll.urlpatterns,
    *catalogue.urlpatterns,
    *plans.urlpatterns,
    *learning.urlpatterns,
    *calendar.urlpatterns,
]
