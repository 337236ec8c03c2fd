"""Routes: gap."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
