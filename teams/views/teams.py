from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from organizations.signed_in import SignedIn
from teams.models import Team


@login_required
def team_detail(request: SignedIn, pk: int) -> HttpResponse:
    return HttpResponse(str(get_object_or_404(Team.objects.visible_to(request.user), pk=pk)))
