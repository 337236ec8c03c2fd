"""Keys of records as browsers send them."""

from collections.abc import Iterable

LONGEST = 18  # digits; what a key of the database can have at the most


def key(text: str) -> int | None:
    """None for anything that is no key."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST else None


def keys(texts: Iterable[str]) -> list[int]:
    """Those that are keys, in their order; the others are left out."""
    return [found for text in texts if (found := key(text)) is not None]


def ticked(texts: Iterable[str], parts: int) -> list[list[int]]:
    """Lines of a list as their boxes carry them, ``1:2:3``; others, also of another length, are left out."""
    lines = [text.split(":") for text in texts]
    return [found for line in lines if len(found := keys(line)) == len(line) == parts]


def versions_ticked(texts: Iterable[str]) -> dict[int, int]:
    """The same for boxes that carry key and version."""
    return {line[0]: line[1] for line in ticked(texts, 2)}
