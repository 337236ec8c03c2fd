"""Routes of one person: record, history, revealing."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
