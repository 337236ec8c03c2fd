"""tus 1.0.0 with creation and termination, and the request that ends an upload. Only whoever began one may go on.

CSRF stays on: the page's script sends the token with every request, pieces included.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from core.attachments.owners import may_attach, visible_owner
from core.attachments.views import row_html
from core.models import Upload
from core.uploads.finishing import finish
from core.uploads.protocol import Problem, metadata, number, piece, require_version, spoken
from core.uploads.receiving import begin, drop, take

_STATUS = {"too_large": 413, "same": 409, "stale": 409, "lost": 410}


def _speaks_tus(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Problems become answers that the page's script can read out."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Problem as problem:
            return problem.answer()

    return wrapped


@login_required
@require_http_methods(["POST", "OPTIONS"])
@_speaks_tus
def begin_upload(request: HttpRequest, content_type: int, object_id: str) -> HttpResponse:
    """Creation. ``Upload-Metadata``: ``filename``, ``kind``, ``fingerprint``, ``head``."""
    owner = visible_owner(content_type, object_id, request.user)
    if request.method == "OPTIONS":
        return spoken(HttpResponse(status=204), tus_version="1.0.0", tus_extension="creation,termination")
    said = metadata(request)
    _require(may_attach(owner, request.user, said.get("kind", "")))
    require_version(request)
    upload = begin(
        owner, request.user, kind=said.get("kind", ""), name=said.get("filename", ""),
        size=number(request, "Upload-Length"), fingerprint=said.get("fingerprint", ""), head=said.get("head", ""),
    )  # fmt: skip
    return spoken(HttpResponse(status=201), location=reverse("core:upload_piece", args=[upload.pk]))


@login_required
@require_http_methods(["GET", "HEAD", "PATCH", "DELETE"])
@_speaks_tus
def one_upload(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far it is (HEAD), the next piece (PATCH), giving it up (DELETE)."""
    if request.method == "PATCH":
        require_version(request)
        offset, data = number(request, "Upload-Offset"), piece(request)
        return spoken(HttpResponse(status=204), upload_offset=take(pk, request.user, offset=offset, data=data).received)
    if request.method == "DELETE":
        drop(pk, request.user)
        return spoken(HttpResponse(status=204))
    upload = Upload.objects.visible_to(request.user).filter(pk=pk).first()
    if upload is None:
        raise Http404
    return spoken(HttpResponse(), upload_offset=upload.received, upload_length=upload.size)


@login_required
@require_POST
@_speaks_tus
def finish_upload(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The end, asked for as often as the page likes: 201 with the row, 202 while another request is at it, else why the
    file was not taken; ``kept`` says that it may be asked again later."""
    upload = finish(pk, request.user)
    if upload is None:
        return spoken(JsonResponse({"busy": True}, status=202))
    if upload.attachment is None:
        raise Problem(_STATUS.get(upload.problem_code, 400), upload.problem_code, upload.problem)
    owner = visible_owner(upload.content_type_id, upload.object_id, request.user)
    decision = may_attach(owner, request.user, upload.kind)
    html = row_html(request, upload.attachment, decision, tile=request.POST.get("show") == "tile")
    return spoken(JsonResponse({"html": html}, status=201))


def _require(decision: Any) -> None:
    try:
        decision.require()
    except PermissionDenied as error:
        raise Problem(403, "permission", str(error)) from error
