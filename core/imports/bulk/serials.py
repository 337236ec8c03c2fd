"""A column that may be a serial number or more than that: 编号 is the member's where it is not 1, 2, 3 …"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.imports.headers import plain


def drop_serials(found: Any, serials: Mapping[str, str], chosen: Mapping[str, str]) -> None:
    """Ignore such a column, unless somebody has said what it is.

    :param found: rows as they were read (``core.imports.bulk.rows.Rows``). :param serials: reduced heading → field.
    """
    for sheet in found.sheets:
        for at, heading in enumerate(sheet.headings):
            name = heading.field
            if name and serials.get(plain(heading.text)) == name and heading.key not in chosen:
                lines = [line for line in found.lines if line.sheet == sheet.name]
                if len(lines) > 1 and _counts([line.cells.get(name, "") for line in lines]):
                    sheet.headings[at] = replace(heading, field="")
                    sheet.serials.append(heading.text)
                    for line in lines:
                        line.cells.pop(name, None)


def _counts(texts: list[str]) -> bool:
    """Whether the cells count the rows, from one on; each group may start again at one."""
    before = 0
    for text in texts:
        if text not in (str(before + 1), "1"):
            return False
        before = int(text)
    return True
