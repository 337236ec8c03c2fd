"""Routes: campaigns."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
