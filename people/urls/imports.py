"""Routes of rosters in and out of Excel, printed rosters."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
