"""What the page's script does, request by request, as a test client: begin, send pieces, ask for the end."""

import base64
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse

TUS = {"HTTP_TUS_RESUMABLE": "1.0.0", "HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}


def begin(client: Client, owner: Any, data: bytes, name: str = "任职通知.pdf", **more: Any) -> Any:
    """``kind``, ``fingerprint``, ``head``, ``length`` and header fields may be given otherwise."""
    facts = {
        "filename": name, "kind": more.pop("kind", "basis"),
        "fingerprint": more.pop("fingerprint", f"1-{len(data):x}-{hash(data) & 0xFFFFFFFF:08x}"),
        "head": more.pop("head", data[:64].hex()),
    }  # fmt: skip
    said = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in facts.items())
    content_type = more.pop("content_type", None) or ContentType.objects.get_for_model(owner).pk
    address = reverse("core:upload_begin", args=[content_type, more.pop("object_id", owner.pk)])
    length = str(more.pop("length", len(data)))
    headers = {**TUS, "HTTP_UPLOAD_LENGTH": length, "HTTP_UPLOAD_METADATA": said, **more}
    return client.post(address, content_type="application/octet-stream", **headers)


def send(client: Client, address: str, offset: int, data: bytes, **more: Any) -> Any:
    kind = more.pop("content_type", "application/offset+octet-stream")
    return client.patch(address, data, content_type=kind, HTTP_UPLOAD_OFFSET=str(offset), **{**TUS, **more})


def offset_of(client: Client, address: str) -> int:
    answer = client.head(address, **TUS)
    assert answer.status_code == 200
    return int(answer["Upload-Offset"])


def finish(client: Client, address: str, **fields: str) -> Any:
    return client.post(f"{address}finish/", fields, **TUS)


def bring(client: Client, owner: Any, data: bytes, name: str = "任职通知.pdf", size: int = 4096, **more: Any) -> Any:
    """All of it; the answer of the end."""
    address = begin(client, owner, data, name, **more)["Location"]
    for start in range(offset_of(client, address), len(data), size):
        assert send(client, address, start, data[start : start + size]).status_code == 204
    return finish(client, address)
