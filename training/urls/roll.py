"""The roll: marks, posters, cards, paper. What lies under /roll/ is what the service worker keeps for a phone without
network."""

from django.urls import URLPattern, path

from training.views import roll_overview, roll_paper, roll_phone, roll_poster

urlpatterns: list[URLPattern] = [
    path("roll/worker.js", roll_phone.roll_worker, name="roll_worker"),
    path("roll/marks/", roll_phone.mark_take, name="mark_take"),
    path("roll/slots/<int:pk>/", roll_phone.slot_roll, name="slot_roll"),
    path("roll/slots/<int:pk>/scan/", roll_phone.slot_scan, name="slot_scan"),
    path("roll/slots/<int:pk>/state/", roll_phone.slot_state, name="slot_state"),
    path("slots/<int:pk>/poster/", roll_poster.slot_poster, name="slot_poster"),
    path("slots/<int:pk>/poster/code/", roll_poster.poster_code, name="poster_code"),
    path("slots/<int:pk>/paper/", roll_paper.slot_paper, name="slot_paper"),
    path("check-in/<str:token>/", roll_poster.check_in, name="check_in"),
    path("activities/<int:pk>/roll/", roll_overview.activity_roll, name="activity_roll"),
    path("activities/<int:pk>/roll/clear/", roll_overview.roll_clear, name="roll_clear"),
    path("activities/<int:pk>/roll/waiting/", roll_overview.mark_list, name="mark_list"),
    path("attendances/<int:pk>/correct/", roll_overview.attendance_correct, name="attendance_correct"),
]
