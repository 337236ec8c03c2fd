"""Which columns of an office's own table only group its indicators: 测评内容, merged over several rows of 测评指标."""

from collections.abc import Collection, Sequence
from itertools import islice

from core.imports.headers import LOOK_AT, plain
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


def _filled(rows: Sequence[Sequence[Cell]], column: int) -> int:
    return sum(column < len(row) and row[column].says for row in rows)
