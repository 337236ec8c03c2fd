from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from organizations.signed_in import SignedIn
from teams.models import Filing


@login_required
def filing_detail(request: SignedIn, pk: int) -> HttpResponse:
    return HttpResponse(str(get_object_or_404(Filing.objects.visible_to(request.user), pk=pk)))


@login_required
def filing_begin(request: SignedIn) -> HttpResponse:
    return HttpResponse(request.META["QUERY_STRING"])


@login_required
def filing_list(request: SignedIn) -> HttpResponse:
    return HttpResponse(request.META["QUERY_STRING"])


@login_required
def filing_begin_for(request: SignedIn, team: int, kind: str) -> HttpResponse:
    return HttpResponse(kind)
