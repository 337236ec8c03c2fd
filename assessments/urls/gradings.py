"""Routes: gradings."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
