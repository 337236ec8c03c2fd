"""Values given only in the first row of each group, as in a printed table or a pivot: the rows below have them too."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any


def carry_down(found: Any, names: Sequence[str]) -> None:
    """Fill in ``names`` below the first row of each group, and note in ``found.carried`` which were.

    Only where it can be nothing else: the first row says it, at least two groups are named, none of them twice, and
    most rows say nothing.

    :param found: ``Rows``, with the lines of a sheet one after the other.
    """
    for _sheet, rows in groupby(found.lines, key=lambda line: line.sheet):
        lines = list(rows)
        for name in names:
            said = [line.cells.get(name, "") for line in lines]
            told = [text for text in said if text]
            if said[0] and 2 <= len(told) == len(set(told)) and 2 * len(told) <= len(lines):
                above = ""
                for line in lines:
                    above = line.cells.setdefault(name, above)
                found.carried.add(name)
