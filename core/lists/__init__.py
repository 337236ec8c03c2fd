"""List pages: ``ListView`` with a ``Table`` and a ``Filter`` (docs: CONTRIBUTING, "add a list")."""

from core.lists.filters import Filter, key_of
from core.lists.tables import Column, DateColumn, DateTimeColumn, Table
from core.lists.views import ListView

__all__ = ["Column", "DateColumn", "DateTimeColumn", "Filter", "ListView", "Table", "key_of"]
