"""Counts that a worker makes in the background: made here before the pages are measured, and timed."""

import time
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from bench.measure import client_for
from bench.pages import Page
from core import counts


@dataclass(frozen=True)
class Recount:
    """:param seconds: what the worker needs for what the page could not wait for."""

    page: str
    seconds: float


def warm(pages: list[Page]) -> list[Recount]:
    """Open each page once, and make what it leaves to the worker."""
    handed: list[dict[str, Any]] = []
    made = []
    with patch.object(counts, "send", lambda task, **given: handed.append(given)):
        for page in pages:
            client_for(page.user).get(page.url)
            begun = time.perf_counter()
            for given in handed:
                counts.recount(**given)
            if handed:
                made.append(Recount(page.name, time.perf_counter() - begun))
            handed.clear()
    return made
