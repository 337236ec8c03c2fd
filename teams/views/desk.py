from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from organizations.signed_in import SignedIn
from teams.models import Filing


@login_required
def desk_filing(request: SignedIn, pk: int) -> HttpResponse:
    return HttpResponse(str(get_object_or_404(Filing.objects.visible_to(request.user), pk=pk)))
