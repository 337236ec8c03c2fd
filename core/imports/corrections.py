"""Cells mended and rows left out in the preview, kept beside the file.

They look like ``{"cells": {row: {field: text}}, "left": [row]}``. Rows are the spreadsheet's own numbers, as the person
sees them. The file itself is never changed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.imports.reading import Cell, clean_text
from core.imports.table import Table

MOST_EDITABLE = 400  # cells offered at once: a form takes a thousand fields, and nobody mends more in one go
LONGEST = 2_000


def cells_of(corrections: Mapping[str, Any], number: int) -> Mapping[str, str]:
    """What was typed for a row: field → text."""
    found: Mapping[str, str] = corrections.get("cells", {}).get(str(number), {})
    return found


def corrected(table: Table, corrections: Mapping[str, Any]) -> Table:
    """The table as the person has mended it; rows left out are still in it."""
    if not corrections.get("cells"):
        return table
    rows = []
    for number, row in zip(table.numbers, table.rows, strict=True):
        typed = cells_of(corrections, number)
        rows.append({name: Cell(typed[name]) if name in typed else cell for name, cell in row.items()})
    return replace(table, rows=rows)


def without_left(table: Table, corrections: Mapping[str, Any]) -> Table:
    """Only the rows that are to be taken in."""
    left = set(corrections.get("left", ()))
    kept = [at for at, number in enumerate(table.numbers) if number not in left]
    return replace(table, numbers=[table.numbers[at] for at in kept], rows=[table.rows[at] for at in kept])


def posted(data: Mapping[str, str], report: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The corrections after a preview was sent."""
    found = mended(data, ((row["number"], row["cells"]) for row in report.get("rows", [])), before)
    return found if any(found.values()) else {}


def mended(
    data: Mapping[str, str], rows: Iterable[tuple[Any, Sequence[Mapping[str, Any]]]], before: Mapping[str, Any]
) -> dict[str, Any]:
    """What a page of a preview showed to be mended, and nothing else, is read; the rest stays as it was ``before``.

    :param data: the posted form. A page that was sent without a cell leaves it as it was.
    :param rows: those the page showed: what names the row, and its cells.
    """
    cells = {key: dict(typed) for key, typed in before.get("cells", {}).items()}
    left = set(before.get("left", ()))
    for key, shown in rows:
        if f"row-{key}" in data:
            left = left | {key} if f"leave-{key}" in data else left - {key}
        for cell in shown:
            said = data.get(f"cell-{key}-{cell['name']}")
            if cell["edit"] and said is not None:
                text = clean_text(said.replace("\r\n", "\n")[:LONGEST])
                if text != cell["value"]:
                    cells.setdefault(str(key), {})[cell["name"]] = text
    return {"cells": cells, "left": sorted(left)}


def offer(lines: list[dict[str, Any]], names: list[str], corrections: Mapping[str, Any]) -> bool:
    """Mark in the lines of a report the cells that can be mended: the wrong, the doubtful and the mended ones, and all
    of a row that is wrong or doubtful as a whole. Returns whether there were too many to offer them all.
    """
    free = MOST_EDITABLE
    for line in lines:
        typed = cells_of(corrections, line["number"])
        whole = bool(line["errors"] or line["notes"])
        for name, cell in zip(names, line["cells"], strict=True):
            cell["mended"] = name in typed
            wanted = cell["why"] or cell["note"] or cell["mended"] or whole
            cell["edit"] = bool(wanted) and line["kind"] != "left" and len(cell["value"]) <= LONGEST and free > 0
            free -= bool(wanted)
            if not cell["edit"]:
                cell["value"] = cell["value"][:200]
            cell["lines"] = "\n" in cell["value"]
    return free < 0
