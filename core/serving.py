"""Files handed out by the portal itself: private, never sniffed, never run."""

from typing import IO, Any, TypeVar
from urllib.parse import quote

from django.http import FileResponse, Http404, HttpResponseBase
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
