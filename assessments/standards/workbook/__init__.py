"""The workbook of a standard: written for export, and read back, also in an office's own layout."""
