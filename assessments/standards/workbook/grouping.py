"""Which columns of an office's own table only group its indicators: 测评内容, merged over several rows of 测评指标; and
which are about those groups."""

from collections.abc import Collection, Sequence
from itertools import islice

from core.imports.headers import LOOK_AT, plain
from core.imports.heads import key_of
from core.imports.reading import Cell, Sheet


def grouping(sheets: Sequence[Sheet], names: Collection[str], contents: Collection[str]) -> set[str]:
    """Those of ``contents`` that stand left of one of ``names`` and say something in fewer rows, for several of them.

    :param names: headings, reduced (``plain``), as are ``contents``.
    """
    found: set[str] = set()
    for sheet in sheets:
        for index, row in enumerate(islice(sheet.rows, LOOK_AT)):
            texts = [plain(cell.text) for cell in row]
            last = max((at for at, text in enumerate(texts) if text in names), default=0)
            found |= {
                text
                for at, text in enumerate(texts[:last])
                if text in contents and _filled(sheet.rows[index + 1 :], at) < _filled(sheet.rows[index + 1 :], last)
            }
    return found


def side_by_side(sheets: Sequence[Sheet], names: Collection[str]) -> list[str]:
    """Those of ``names`` that head columns of one table, from left to right."""
    rows = (row for sheet in sheets for row in islice(sheet.rows, LOOK_AT))
    found = ([text for cell in row if (text := plain(cell.text)) in names] for row in rows)
    return max(found, key=len, default=[])


def weights_of_groups(sheets: Sequence[Sheet], levels: Collection[str], points: Collection[str]) -> set[str]:
    """一级指标 | 权重 | 二级指标 | 权重: keys of the headings that weigh a group, each behind its own; the last
    one is of the indicators.

    :param levels: headings of groups and indicators, reduced (``plain``), as are those of ``points``.
    """
    for sheet in sheets:
        for row in islice(sheet.rows, LOOK_AT):
            texts = [plain(cell.text) for cell in row]
            at = [column for column, text in enumerate(texts) if text in points]
            if len(at) > 1 and all(column and texts[column - 1] in levels for column in at):
                return {key_of(texts[column], texts[: column + 1].count(texts[column])) for column in at[:-1]}
    return set()


def _filled(rows: Sequence[Sequence[Cell]], column: int) -> int:
    return sum(column < len(row) and row[column].says for row in rows)
