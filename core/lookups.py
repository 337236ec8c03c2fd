"""Conditions on what hangs on a row, for use beside an OR.

There PostgreSQL prepares an EXISTS by first listing everything it could be true for: hundreds of thousands of rows, to
ask about fifty. A single value of a subquery it looks up row by row, by the index.
"""

from django.db.models import QuerySet, Subquery
from django.db.models.lookups import IsNull


def has_any(rows: QuerySet) -> IsNull:
    """Whether the outer row has any of these."""
    return IsNull(Subquery(rows.order_by().values("pk")[:1]), False)


def has_none(rows: QuerySet) -> IsNull:
    return IsNull(Subquery(rows.order_by().values("pk")[:1]), True)
