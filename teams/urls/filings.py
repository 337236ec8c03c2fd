"""Routes of filings on the author's side."""

from django.urls import URLPattern, path

from teams.views import filings

urlpatterns: list[URLPattern] = [
    path("filings/<int:pk>/", filings.filing_detail, name="filing_detail"),
]
