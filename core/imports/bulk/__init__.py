"""Long spreadsheets in, by sets: every row is read and judged in one pass, and what is known is asked for in bulk.

The same promise as ``core.imports`` (nothing before it is confirmed, all rows or none, undone for a day), for rosters
of tens of thousands of rows. A subject app writes a ``BulkResource`` and a ``BulkImportView``; see ``people.roster``.
"""

from core.imports.bulk.resources import BulkResource, Outcome, Remark
from core.imports.bulk.rows import Line, Rows
from core.imports.bulk.views import BulkImportView

__all__ = ["BulkImportView", "BulkResource", "Line", "Outcome", "Remark", "Rows"]
