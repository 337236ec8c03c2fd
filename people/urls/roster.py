"""Routes of memberships: joining, moving, leaving, bulk acts."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
