"""Routes of awards, mandates, hours, ranks, capability."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
