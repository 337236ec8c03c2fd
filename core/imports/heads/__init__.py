"""The heading of a sheet: where it stands, what its columns are, which lists stand side by side under it."""

from core.imports.heads.finding import Head, find_head, heading_at
from core.imports.heads.meaning import ANYBODYS, Heading, Known, Meaning, Topic, aliases, beside, key_of, meaning

__all__ = [
    "ANYBODYS", "Head", "Heading", "Known", "Meaning", "Topic", "aliases", "beside", "find_head", "heading_at",
    "key_of", "meaning",
]  # fmt: skip
