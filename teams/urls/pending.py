"""Stand-ins for routes that other parts of this subject bring; only names that are not there yet. To be removed."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path

from organizations.signed_in import SignedIn
from teams.models import Filing
from teams.urls import desk, filings, teams
from teams.workflow import WORKFLOW


@login_required
def pending(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html", {"title": "—"})


@login_required
def pending_decide(request: SignedIn, pk: int) -> HttpResponse:
    filing = Filing.objects.visible_to(request.user).get(pk=pk)
    WORKFLOW.perform(filing, request.POST["action"], by=request.user)
    return redirect("teams:desk")


_WANTED = {
    "desk": "desk/", "desk_opinion": "desk/opinions/<int:pk>/", "filing_list": "filings/",
    "filing_begin": "filings/begin/", "filing_edit": "filings/<int:pk>/edit/",
    "team_list": "teams/", "team_summary": "teams/summary/", "team_import": "teams/import/",
}  # fmt: skip
_THERE = {pattern.name for pattern in (*desk.urlpatterns, *filings.urlpatterns, *teams.urlpatterns)}
urlpatterns: list[URLPattern] = [
    path(address, pending, name=name) for name, address in _WANTED.items() if name not in _THERE
]
if "desk_decide" not in _THERE:
    urlpatterns.append(path("desk/<int:pk>/decide/", pending_decide, name="desk_decide"))
