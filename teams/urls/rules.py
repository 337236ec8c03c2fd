"""Routes of what the region keeps: rules, papers, checks, categories, phrases."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
