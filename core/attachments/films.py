"""Films are watched in the page, in parts as the player asks for them; the permission is checked for each part."""

import re
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from core.attachments.formats.kinds import VIDEO_TYPES
from core.attachments.owners import visible_attachment
from core.audit import record
from core.models import AccessLog, Attachment
from core.serving import guarded, open_stored

# The most of one answer: somebody on a slow network holds neither a thread of the server for long nor much memory.
PART = 2 * 1024 * 1024
_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})", re.ASCII)


def is_film(attachment: Attachment) -> bool:
    return attachment.media_type in VIDEO_TYPES


@login_required
@require_GET
def watch(request: HttpRequest, pk: Any) -> HttpResponseBase:
    """``Range: bytes=…`` → 206 with no more than ``PART``, after which a player asks for what follows. What asks for no
    part, and what is no film, is led to the download."""
    attachment, owner = visible_attachment(pk, request.user)
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or not is_film(attachment):
        return redirect(attachment)
    start, last = int(asked[1]), attachment.size - 1
    if start > last:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{attachment.size}"})
    end = min(int(asked[2] or last), last, start + PART - 1)
    if end < start:
        return redirect(attachment)
    if start == 0:  # once, and not with every part
        record(
            AccessLog.Kind.DOWNLOADED, request=request, subject=attachment.name, of=owner,
            attachment=str(attachment.pk), sha256=attachment.sha256, watched=True,
        )  # fmt: skip
    response = HttpResponse(_bytes(attachment, start, end), status=206, content_type=attachment.media_type)
    response["Content-Range"] = f"bytes {start}-{end}/{attachment.size}"
    response["Accept-Ranges"] = "bytes"
    return guarded(response)


def _bytes(attachment: Attachment, start: int, end: int) -> bytes:
    """``start`` to ``end``, both included."""
    part: bytes
    with open_stored(attachment.file) as stream:
        if (remote := getattr(stream, "obj", None)) is not None:  # an object storage would fetch all of it to seek in
            part = remote.get(Range=f"bytes={start}-{end}")["Body"].read()
        else:
            stream.seek(start)
            part = stream.read(end - start + 1)
    return part
