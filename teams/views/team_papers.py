"""The printed copies of a team's page. Made within the request; every one is recorded."""

from collections.abc import Callable
from functools import partial
from io import BytesIO

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise

from core import audit
from core.language import in_chinese, sentence
from core.models import AccessLog
from core.serving import as_download
from organizations.signed_in import SignedIn
from teams.models import Team
from teams.on_file import papers
from teams.on_file.past import snapshot


@require_safe
@login_required
def team_sheet(request: SignedIn, pk: int) -> FileResponse:
    return _printed(request, pk, papers.one_page, gettext_lazy("%(team)s一页纸"))


@require_safe
@login_required
def team_register(request: SignedIn, pk: int) -> FileResponse:
    """``?roster=1``: with the members behind it."""
    make = partial(papers.register, with_roster="roster" in request.GET)
    return _printed(request, pk, make, gettext_lazy("%(team)s登记表"))


def _printed(request: SignedIn, pk: int, make: Callable[..., bytes], name: StrOrPromise) -> FileResponse:
    shot = snapshot(Team.objects.visible_to(request.user), pk)
    if shot is None:
        raise Http404(_("没有这支队伍。"))
    pdf = make(shot, by=request.user)
    words = {"team": shot.team.name}
    with in_chinese():
        file_name = f"{str(name) % words}.pdf"
    audit.record(AccessLog.Kind.DOWNLOADED, request=request, subject=sentence(name, words), of=shot.team)
    return as_download(BytesIO(pdf), file_name, "application/pdf")
