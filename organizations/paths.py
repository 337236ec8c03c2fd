"""Whom a path of the tree meant at an instant, by the name he had then.

The audit log and the history keep paths, and a path passes from one to another: whoever is moved gets a new one, and
who comes next under the same superior may get his.
"""

from collections.abc import Iterable
from datetime import datetime

from core.history.as_at import events_of
from organizations.models import Organization
from organizations.models.organization import line_to

Asked = tuple[str, datetime]  # a path, and when it was meant


def named_then(asked: Iterable[Asked]) -> dict[Asked, str]:
    """Short names of whom each path meant; one query for all."""
    wanted = set(asked)
    rows = events_of(Organization)._default_manager.filter(path__in={path for path, _at in wanted}).order_by("pgh_id")
    held: dict[str, list[tuple[datetime, str]]] = {}
    for path, since, name in rows.values_list("path", "pgh_created_at", "short_name"):
        held.setdefault(path, []).append((since, name))
    names = {}
    for path, at in wanted:
        before = [name for since, name in held.get(path, ()) if since <= at]
        if before:
            names[path, at] = before[-1]
    return names


def lines_then(asked: Iterable[Asked]) -> dict[Asked, str]:
    """Who was above each, from the top down, in words."""
    wanted = set(asked)
    names = named_then((above, at) for path, at in wanted for above in line_to(path)[:-1])
    lines = {(path, at): [names.get((above, at), "") for above in line_to(path)[:-1]] for path, at in wanted}
    return {key: " › ".join(name for name in line if name) for key, line in lines.items()}
