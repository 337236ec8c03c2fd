"""Routes: runs."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
