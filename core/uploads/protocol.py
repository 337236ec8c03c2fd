"""What tus 1.0.0 says in headers."""

import base64
import binascii
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

VERSION = "1.0.0"
PIECE_TYPE = "application/offset+octet-stream"
_LONGEST_METADATA = 8 * 1024


class Problem(Exception):  # noqa: N818 - an outcome, not a fault
    """The request cannot be served: the status, a code for the script, a sentence for the person.

    :param more: further facts of the answer, as ``kept`` when what has come so far is still there.
    """

    def __init__(self, status: int, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.more = status, code, message, more

    def answer(self) -> HttpResponse:
        return spoken(JsonResponse({"error": self.message, "code": self.code, **self.more}, status=self.status))


def spoken(response: HttpResponse, **headers: Any) -> HttpResponse:
    """The answer with the headers every answer of the protocol has; ``upload_offset=5`` becomes ``Upload-Offset``."""
    response["Tus-Resumable"] = VERSION
    response["Cache-Control"] = "no-store"
    for name, value in headers.items():
        response[name.replace("_", "-").title()] = str(value)
    return response


def require_version(request: HttpRequest) -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise Problem(412, "version", _("页面和系统的版本不一致，请刷新页面后再传。"))


def number(request: HttpRequest, header: str) -> int:
    """A header that counts bytes."""
    value = request.headers.get(header, "")
    if not value.isascii() or not value.isdigit() or len(value) > 15:
        raise Problem(400, "header", _("上传请求不完整，请刷新页面后再传。"))
    return int(value)


def metadata(request: HttpRequest) -> dict[str, str]:
    """``Upload-Metadata``: pairs of a key and a value in base64, separated by commas."""
    header = request.headers.get("Upload-Metadata", "")
    if len(header) > _LONGEST_METADATA:
        raise Problem(400, "header", _("文件名太长，请改短后再传。"))
    found = {}
    for pair in filter(None, header.split(",")):
        key, _space, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise Problem(400, "header", _("上传请求不完整，请刷新页面后再传。")) from error
    return found


def piece(request: HttpRequest) -> bytes:
    """The bytes of one request, all of them or none: one that broke off on its way is sent again by the page."""
    if request.content_type != PIECE_TYPE:
        raise Problem(415, "type", _("上传请求不完整，请刷新页面后再传。"))
    length = number(request, "Content-Length")
    if length > settings.UPLOAD_PIECE_BYTES:
        raise Problem(413, "piece", _("一次送来的太多，请刷新页面后再传。"))
    try:
        data = request.read(length)
    except OSError as error:
        raise Problem(400, "broken_off", _("连接中断，这一段没有收全。")) from error
    if len(data) != length:
        raise Problem(400, "broken_off", _("连接中断，这一段没有收全。"))
    return data
