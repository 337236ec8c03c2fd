"""Upload, download, preview and withdrawal. Whoever may not see the record gets 404, here as everywhere.

Files are streamed through these views from whichever storage holds them, S3 as well, and not by signed addresses: a
signed address works for anybody it is passed to until it runs out, goes into proxies' logs, and leaves the storage
server's headers and no entry in the access log. At 20 MB a file the worker's time is a fair price.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.attachments.formats.kinds import Refusal
from core.attachments.limits import wants_json
from core.attachments.owners import may_attach, may_end, require_kind, visible_attachment, visible_owner
from core.attachments.panel import row_context
from core.attachments.preparing import prepare
from core.attachments.previews import PREVIEW, Size, has_preview, open_preview, preview_type
from core.attachments.storing import attach, withdraw
from core.audit import record
from core.decisions import Decision
from core.models import AccessLog, Attachment
from core.serving import guarded, open_stored

_STATUS = {"too_large": 413, "same": 409, "stale": 409}
_REASON = forms.CharField(required=False, max_length=200)  # that there is one, ``withdraw`` asks


@login_required
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """One file for one record: ``content_type``, ``object_id``, ``kind``, ``file``, and ``replaces`` for a new version.

    A script gets JSON ``{"html": row}`` or ``{"error": message}``; a plain form goes back to the record's page.
    """
    owner = visible_owner(request.POST.get("content_type", ""), request.POST.get("object_id", ""), request.user)
    try:
        may_attach(owner, request.user, request.POST.get("kind", "")).require()
        attachment = _attach(request, owner)
    except PermissionDenied as error:
        if not wants_json(request):
            raise
        return JsonResponse({"error": str(error)}, status=403)
    except ValidationError as error:
        return _refused(request, owner, error)
    prepare(attachment)
    if wants_json(request):
        decision = may_attach(owner, request.user, attachment.kind)
        html = row_html(request, attachment, decision, tile=request.POST.get("show") == "tile")
        return JsonResponse({"html": html}, status=201)
    messages.success(request, _("“%(name)s”已上传。") % {"name": attachment.name})
    return _back(request, owner)


def _attach(request: HttpRequest, owner: models.Model) -> Attachment:
    kind = request.POST.get("kind", "")
    require_kind(owner, kind)
    file = request.FILES.get("file")
    if file is None:
        raise ValidationError(_("没有收到文件，请重新选择。"), code="missing")
    replaces = None
    if request.POST.get("replaces"):
        try:
            replaces = Attachment.objects.of(owner).filter(pk=request.POST["replaces"]).first()
        except ValidationError:  # not a UUID
            replaces = None
        if replaces is None:
            raise ValidationError(_("要更换的材料已经停用或被别人更换，请刷新页面后再试。"), code="stale")
        may_end(owner, replaces, request.user).require()
    return attach(owner, file, kind=kind, by=request.user, replaces=replaces)


@login_required
@require_GET
def download(request: HttpRequest, pk: Any) -> FileResponse:
    """The original, byte for byte, always as a download; noted in the access log."""
    attachment, owner = visible_attachment(pk, request.user)
    stream = open_stored(attachment.file)
    record(
        AccessLog.Kind.DOWNLOADED, request=request, subject=attachment.name, of=owner,
        attachment=str(attachment.pk), sha256=attachment.sha256,
    )  # fmt: skip
    response = FileResponse(stream, as_attachment=True, filename=attachment.name, content_type=attachment.media_type)
    response["Content-Length"] = str(attachment.size)
    return guarded(response)


@login_required
@require_GET
def preview(request: HttpRequest, pk: Any, size: Size = PREVIEW) -> FileResponse:
    """A picture of our own making, never the uploaded bytes, so that it may be shown in the page."""
    attachment, _owner = visible_attachment(pk, request.user)
    if not has_preview(attachment):
        raise Http404
    try:
        stream = open_preview(attachment, size)
    except (Refusal, FileNotFoundError) as error:
        raise Http404 from error
    response = FileResponse(stream, content_type=preview_type(attachment))
    response["Cache-Control"] = "private, max-age=600"
    return guarded(response)


@login_required
@require_POST
def end(request: HttpRequest, pk: Any) -> HttpResponse:
    """Take a file out of use, with a reason."""
    attachment, owner = visible_attachment(pk, request.user)
    decision = may_end(owner, attachment, request.user)
    decision.require()
    try:
        attachment = withdraw(owner, attachment, by=request.user, reason=_REASON.clean(request.POST.get("reason", "")))
    except ValidationError as error:
        return _refused(request, owner, error)
    if wants_json(request):
        return JsonResponse({"html": row_html(request, attachment, decision)})
    messages.success(request, _("“%(name)s”已撤下，仍可在历史中查看。") % {"name": attachment.name})
    return _back(request, owner)


def row_html(request: HttpRequest, attachment: Attachment, decision: Decision, *, tile: bool = False) -> str:
    """One ``<li>`` as the page that asked shows it: a line of a list, or a picture of a gallery."""
    template = "core/_gallery_tile.html" if tile else "core/_attachment.html"
    return render_to_string(template, row_context(attachment, decision), request).strip()


def _refused(request: HttpRequest, owner: models.Model, error: ValidationError) -> HttpResponse:
    message = " ".join(error.messages)
    if wants_json(request):
        return JsonResponse({"error": message}, status=_STATUS.get(getattr(error, "code", None) or "", 400))
    messages.error(request, message)
    return _back(request, owner)


def _back(request: HttpRequest, owner: models.Model) -> HttpResponse:
    """To the page the file stands on, which may be another than the record's own: a section of a draft, the desk."""
    page = request.headers.get("Referer", "")
    if page and url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return redirect(page)
    return redirect(owner.get_absolute_url() if hasattr(owner, "get_absolute_url") else "/")
