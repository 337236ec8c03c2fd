"""Long lists with an object for each related record, not one for each row that points to it.

A join gives every row its own copy: twenty thousand accounts bring twenty thousand times their three hundred teams.
Making these objects takes longer than reading the accounts.
"""

from collections.abc import Iterator, Mapping
from copy import copy
from typing import Any

from django.db.models import Prefetch, QuerySet


def sharing(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The same rows, for ``iterator(chunk_size=…)``: what ``select_related`` joined is read once for each chunk, also
    in what is prefetched."""
    joined = rows.query.select_related
    found = rows._chain()  # type: ignore[attr-defined]
    found._prefetch_related_lookups = tuple(_shared(each) for each in rows._prefetch_related_lookups)  # type: ignore[attr-defined]
    if not isinstance(joined, dict):
        return found
    return found.select_related(None).prefetch_related(*_paths(joined))


def _shared(lookup: Any) -> Any:
    if not isinstance(lookup, Prefetch) or lookup.queryset is None:
        return lookup
    shared = copy(lookup)
    shared.queryset = sharing(lookup.queryset)
    return shared


def _paths(joined: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """``user__organization`` of ``{"user": {"organization": {}}}``."""
    for name, further in joined.items():
        yield from _paths(further, f"{before}{name}__") if further else (before + name,)
