"""Spreadsheets in: upload, look, confirm. All rows or none.

A subject app writes a ``Resource`` (columns, form) and an ``ImportView`` (who may, where to go afterwards); see
CONTRIBUTING, "add an import", and ``organizations/resources.py``.
"""

from core.imports.resources import Column, Resource, Undone
from core.imports.views import ImportView
from core.imports.widgets import Choice, Day, Lookup, Several, Text, YesNo

__all__ = ["Choice", "Column", "Day", "ImportView", "Lookup", "Resource", "Several", "Text", "Undone", "YesNo"]
