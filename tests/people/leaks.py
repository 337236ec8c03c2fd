"""What must not be read by one without the right, and how to look for it in whatever a page answers."""

import zipfile
from io import BytesIO
from typing import Any

from tests.people.builders import citizen

HEALTH = "对头孢类严重过敏（演示）"
PHONES = ("13800000001", "13800000002", "13800000003", "13800000004")  # of the world's people
NUMBERS = tuple(citizen(number) for number in range(1, 5))
# Routes that show something in the clear, to whoever may and has said why, or to whoever types it anew.
TELLS: dict[str, tuple[str, ...]] = {
    "people:person_reveal": (*NUMBERS, *PHONES, HEALTH),
    # forms of whoever keeps the roster hold the phones they change
    "people:person_edit": PHONES,
}


def text_of(response: Any) -> str:
    """Body, headers and, of a spreadsheet, every part of it; streamed content is read by whoever asks."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return as_text(body) + " ".join(f"{name}: {value}" for name, value in response.items())


def as_text(body: bytes) -> str:
    if body[:2] == b"PK":
        with zipfile.ZipFile(BytesIO(body)) as parts:
            body = b"\n".join(parts.read(name) for name in parts.namelist())
    return body.decode("utf-8", "replace")


def leaked(route: str, text: str) -> list[str]:
    """Secrets that stand in the text of a route that has no business to tell them."""
    allowed = TELLS.get(route, ())
    return [secret for secret in (*NUMBERS, *PHONES, HEALTH) if secret in text and secret not in allowed]
