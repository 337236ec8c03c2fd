"""Routes of the review desk."""

from django.urls import URLPattern, path

from teams.views import desk

urlpatterns: list[URLPattern] = [
    path("desk/<int:pk>/", desk.desk_filing, name="desk_filing"),
]
