"""Routes of invitations and applications."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
