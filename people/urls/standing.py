"""Routes of awards, mandates, hours, ranks, capability."""

from django.urls import URLPattern, path

from people.views import standing
from people.views.standing_summary import standing_summary

urlpatterns: list[URLPattern] = [
    path("people/standing/", standing_summary, name="standing_summary"),
    path("people/<int:pk>/standing/<slug:kind>/new/", standing.standing_create, name="standing_create"),
    path("people/standing/<slug:kind>/<int:pk>/", standing.standing_detail, name="standing_detail"),
    path("people/standing/<slug:kind>/<int:pk>/edit/", standing.standing_edit, name="standing_edit"),
    path("people/standing/<slug:kind>/<int:pk>/end/", standing.standing_end, name="standing_end"),
]
