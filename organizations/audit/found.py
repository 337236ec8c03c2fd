"""What the timeline shows: found while the page is waited for, or else by a worker (``core.counts.find``).

The newest entries are there at once. An address or a word that hardly anybody has may be looked for through millions.
"""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils.crypto import salted_hmac

from core import counts, encryption
from core.audit.timeline import Cursor, Entry, Query, entries

COUNTER = "audit.found"


def found(query: Query, *, limit: int, before: Cursor | None) -> counts.Tally:
    """``value``: the entries, as ``entries`` gives them. Without a word or an address they are read by their time."""
    if not (query.address or query.text):
        return counts.Tally(entries(query, limit=limit, before=before))
    asked = json.dumps(
        {"query": asdict(query), "limit": limit, "before": str(before or "")}, default=datetime.isoformat
    )
    return counts.find(
        COUNTER,
        lambda: entries(query, limit=limit, before=before),
        asked=salted_hmac(COUNTER, asked, algorithm="sha256").hexdigest()[:32],
        given=lambda: {"sealed": encryption.encrypt(asked)},
    )


@counts.counter(COUNTER)
def _by_worker(*, sealed: str) -> list[Entry]:
    asked: dict[str, Any] = json.loads(encryption.decrypt(sealed))
    given = asked["query"]
    given |= {name: datetime.fromisoformat(given[name]) for name in ("since", "until")}
    given |= {name: tuple(given[name]) for name in ("offices", "people") if given[name] is not None}
    return entries(Query(**given), limit=asked["limit"], before=Cursor.parse(asked["before"]))
