"""The record of an activity as a paper, and a blank sheet to sign in on."""

from io import BytesIO

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import audit
from core.language import in_chinese
from core.models import AccessLog
from core.serving import as_download
from organizations.signed_in import SignedIn
from organizations.views.common import seen
from training.models import Activity
from training.records import papers
from training.states import ON_RECORD
from training.workflow import keeps


def _activity(request: SignedIn, pk: int) -> Activity:
    rows = Activity.objects.visible_to(request.user).select_related(
        "host", "office", "base", "division", "course_version__course"
    )
    found: Activity = seen(rows, pk)
    return found


@require_safe
@login_required
def record_print(request: SignedIn, pk: int) -> HttpResponseBase:
    """The issued paper of a confirmed record; before, and until its job is done, a draft that says so."""
    activity = _activity(request, pk)
    if activity.state in ON_RECORD and (paper := papers.issued(activity)) is not None:
        return redirect("core:document_download", paper.pk)
    with in_chinese():
        name = papers.file_name(_("%(what)s草稿") % {"what": papers.title_of(activity)}, activity)
    return _printed(request, activity, papers.draft(activity), name)


@require_safe
@login_required
def sign_in_sheet(request: SignedIn, pk: int) -> FileResponse:
    activity = _activity(request, pk)
    keeps(activity, request.user).require()
    with in_chinese():
        name = papers.file_name(_("签到表"), activity)
    return _printed(request, activity, papers.sign_in_sheet(activity), name)


def _printed(request: SignedIn, activity: Activity, pdf: bytes, name: str) -> FileResponse:
    audit.record(AccessLog.Kind.DOWNLOADED, request=request, subject=name, activity=activity.pk)
    return as_download(BytesIO(pdf), name, "application/pdf")
