"""Any list as a spreadsheet or on paper. Masked unless asked in full with a reason; every export is recorded."""

from core.exports.answer import answer_export, stream_xlsx
from core.exports.columns import ExportColumn, export_columns

__all__ = ["ExportColumn", "answer_export", "export_columns", "stream_xlsx"]
