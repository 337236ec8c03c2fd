"""Stand-ins for routes that other parts of this subject bring; only names that are not there yet. To be removed."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from teams.urls import desk, filings, teams


@login_required
def pending(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html", {"title": "—"})


_WANTED = {
    "desk": "desk/", "desk_opinion": "desk/opinions/<int:pk>/", "filing_list": "filings/",
    "filing_begin": "filings/begin/", "filing_edit": "filings/<int:pk>/edit/",
    "team_list": "teams/", "team_summary": "teams/summary/", "team_import": "teams/import/",
}  # fmt: skip
_THERE = {pattern.name for pattern in (*desk.urlpatterns, *filings.urlpatterns, *teams.urlpatterns)}
urlpatterns: list[URLPattern] = [
    path(address, pending, name=name) for name, address in _WANTED.items() if name not in _THERE
]
