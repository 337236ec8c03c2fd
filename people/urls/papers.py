"""Routes of certificates and insurance."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
