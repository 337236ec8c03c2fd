"""Routes of merging, anonymising, settings, consent texts."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
