"""Keys of records as browsers send them."""

from collections.abc import Iterable

LONGEST = 18  # digits; what a key of the database can have at the most


def key(text: str) -> int | None:
    """None for anything that is no key."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST else None


def keys(texts: Iterable[str]) -> list[int]:
    """Those that are keys, in their order; the others are left out."""
    return [found for text in texts if (found := key(text)) is not None]
