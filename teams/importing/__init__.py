"""Team lists from a spreadsheet: what people write into columns and cells, and the drafts made of it."""
