"""Routes of filings on the author's side."""

from django.urls import URLPattern, path

from teams.views import filings

urlpatterns: list[URLPattern] = [
    path("filings/", filings.filing_list, name="filing_list"),
    path("filings/begin/", filings.filing_begin, name="filing_begin"),
    path("filings/begin/<int:team>/<slug:kind>/", filings.filing_begin_for, name="filing_begin_for"),
    path("filings/<int:pk>/", filings.filing_detail, name="filing_detail"),
]
