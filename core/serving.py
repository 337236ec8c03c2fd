"""What leaves the portal: pages of whoever is signed in are private, files never sniffed, never run."""

from collections.abc import Callable
from typing import IO, Any, TypeVar
from urllib.parse import quote

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

_IN_NO_NAME = str.maketrans(dict.fromkeys('\\/:*?"<>|', "_"))  # of a file on the systems people have
Served = TypeVar("Served", bound=HttpResponseBase)


def as_download(content: IO[bytes], name: str, media_type: str) -> FileResponse:
    """A file made for this person just now; no proxy and no browser keeps it."""
    response = FileResponse(content, content_type=media_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name.translate(_IN_NO_NAME))}"
    response["Cache-Control"] = "private, no-store"
    return response


def open_stored(file: Any) -> IO[bytes]:
    """The content of a stored file (a ``FieldFile``); 404 with a plain sentence when the storage has lost it."""
    try:
        return file.storage.open(str(file.name))
    except FileNotFoundError as error:
        raise Http404(_("文件不在存储中，请联系系统管理员从备份恢复。")) from error


def guarded(response: Served) -> Served:
    """What somebody handed in may be hostile: whatever a browser takes it for, it can do nothing."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'self'; sandbox"
    response.setdefault("Cache-Control", "private, no-store")
    return response


class PrivateMiddleware:
    """No cache on the way keeps what was made for one person; going back to it asks again who is there now."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.session.accessed:
            response.setdefault("Cache-Control", "private, no-cache")
        return response
