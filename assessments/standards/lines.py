"""The content of a standard as plain values, apart from its version: what is copied, compared, exported, imported."""

from collections.abc import Iterable, Sequence
from typing import Any

from assessments.models import Conclusion, Indicator, Standard
from assessments.standards.tree import in_order

HEAD = (
    "name", "purpose", "scheme", "publisher", "category", "specialty", "document_number", "valid_from", "valid_until",
    "validity_months", "civil_only", "is_sample", "note",
)  # fmt: skip
BARS = ("key", "name", "min_total", "min_public", "min_professional", "organiser")
LINE = (
    "code", "name", "subject", "method", "points", "steps", "per_unit", "metric", "unit", "requirements", "texts",
    "more_is_better", "is_veto", "may_not_apply", "evidence", "guidance", "source",
)  # fmt: skip
STEP = 10  # between two positions, so that a line put in later need not move the others


def label(of: Any, name: str) -> str:
    """What a fact is called.

    :param of: a model or a record.
    """
    return str(of._meta.get_field(name).verbose_name)


def lines_of(indicators: Iterable[Indicator]) -> list[dict[str, Any]]:
    """In the order of the tree, each with ``parent``, the code of what it stands under (empty at the top)."""
    rows = in_order(indicators)
    codes: dict[Any, str] = {row.pk: row.code for row in rows}
    return [{**{name: getattr(row, name) for name in LINE}, "parent": codes.get(row.parent_id, "")} for row in rows]


def bars_of(conclusions: Iterable[Conclusion]) -> list[dict[str, Any]]:
    return [{name: getattr(one, name) for name in BARS} for one in conclusions]


def add_bars(standard: Standard, bars: Sequence[dict[str, Any]]) -> None:
    """Conclusions of a standard that has none."""
    Conclusion.objects.bulk_create(
        [Conclusion(standard=standard, position=number, **bar) for number, bar in enumerate(bars, 1)]
    )


def add_lines(standard: Standard, lines: Sequence[dict[str, Any]]) -> None:
    """Indicators of a standard that has none: one statement per level of the tree.

    :param lines: as ``lines_of`` gives them; a parent stands before what is below it.
    """
    made: dict[str, Indicator] = {}
    waiting = [(number * STEP, line) for number, line in enumerate(lines, 1)]
    while waiting:
        ready = [pair for pair in waiting if not pair[1].get("parent") or pair[1]["parent"] in made]
        if not ready:
            raise ValueError("a line stands below one that is not there")
        rows = [_row(standard, position, line, made) for position, line in ready]
        Indicator.objects.bulk_create(rows)
        made |= {row.code: row for row in rows}
        waiting = [pair for pair in waiting if pair[1]["code"] not in made]


def _row(standard: Standard, position: int, line: dict[str, Any], made: dict[str, Indicator]) -> Indicator:
    facts = {name: value for name, value in line.items() if name != "parent"}
    return Indicator(standard=standard, position=position, parent=made.get(line.get("parent", "")), **facts)
