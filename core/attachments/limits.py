"""No upload above the limit is taken in: refused by its announced length, else cut off while it arrives."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core.attachments.checks import accepted
from core.attachments.takes import megabytes

_FORM_ROOM = 1024 * 1024  # what the other fields of the form and the envelope may take
_DRAINED = 64 * 1024 * 1024
_PIECE = 64 * 1024


class LimitedUploadHandler(FileUploadHandler):
    """First in ``FILE_UPLOAD_HANDLERS``: drops a file once it passes the limit, so that no disk fills up."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._seen = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._seen += len(raw_data)
        if self._seen > settings.UPLOAD_MAX_BYTES:
            if self.request is not None:
                self.request.upload_too_large = True  # type: ignore[attr-defined]
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


class UploadLimitMiddleware:
    """Answers 413 for an upload above the limit, naming limit and size. Stands after ``CsrfViewMiddleware``, whose
    check of the form token is what reads the upload."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = _announced(request)
        if length > settings.UPLOAD_MAX_BYTES + _FORM_ROOM:
            _drain(request)
            return too_large(request, length)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_args: Any) -> HttpResponse | None:
        return too_large(request, _announced(request)) if getattr(request, "upload_too_large", False) else None


def too_large(request: HttpRequest, size: int) -> HttpResponse:
    words = {"size": megabytes(size), "limit": megabytes(settings.UPLOAD_MAX_BYTES), "accepted": accepted()}
    message = _("上传的内容有 %(size)s，超过了单个文件 %(limit)s 的限制，系统没有接收。%(accepted)s") % words
    if wants_json(request):
        return JsonResponse({"error": message}, status=413)
    return render(request, "core/upload_too_large.html", {"message": message}, status=413)


def wants_json(request: HttpRequest) -> bool:
    """Whether the page's script sent this, which shows the answer beside the file."""
    return request.headers.get("X-Requested-With") == "XMLHttpRequest"


def _announced(request: HttpRequest) -> int:
    if request.content_type != "multipart/form-data":
        return 0
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _drain(request: HttpRequest) -> None:
    """Read and throw away, piece by piece: a browser still sending would show a broken connection, not our answer."""
    read = 0
    try:
        while read < _DRAINED and (piece := request.read(_PIECE)):
            read += len(piece)
    except OSError:
        return
