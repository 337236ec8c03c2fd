"""The rows of a file under their heading."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from tablib import Dataset

from core.imports.asides import aside
from core.imports.books import FillDown, read_book
from core.imports.headers import Header, find_header
from core.imports.reading import EMPTY, Cell, Sheet
from core.imports.resources import Resource


@dataclass(frozen=True)
class Table:
    """Rows of a file under their heading; ``numbers`` are the spreadsheet's own row numbers.

    ``passed`` are rows that are no record (a sum, a remark below the table, the example), with how they begin.
    ``beside`` is what the resource took from the file's other sheets (``Resource.beside``), None if nothing.
    ``hidden`` are those of the row numbers that the spreadsheet does not show; ``unread`` other sheets that hold rows,
    and hidden ones.
    """

    header: Header
    numbers: Sequence[int]
    rows: Sequence[Mapping[str, Cell]]
    passed: Sequence[tuple[int, str]] = ()
    beside: Any = None
    hidden: frozenset[int] = frozenset()
    unread: Sequence[str] = ()

    @property
    def sha256(self) -> str:
        """Hash of what the file says: saved again by another program, with another title, it is still the same."""
        names = sorted(self.header.columns)
        said: list[Any] = [names, *([row[name].text for name in names] for row in self.rows)]
        if self.beside is not None:
            said.append(self.beside)
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()

    def dataset(self, resource: Resource) -> Dataset:
        names = list(self.header.columns)
        headers = [resource.columns[name].column_name for name in names]
        return Dataset(*([row[name].text for name in names] for row in self.rows), headers=headers)


def read_table(file: Any, media_type: str, resource: Resource) -> Table:
    """The rows of the first sheet that has the wanted columns.

    :raises ValidationError: no heading, a wanted column missing or there twice, no rows, too many rows.
    """
    sheets, unseen = read_book(file, media_type)
    beside = resource.beside(sheets)
    columns = resource.columns
    names = {name: (column.column_name, *column.also) for name, column in columns.items()}
    found = [(sheet, header) for sheet in sheets if (header := find_header(sheet.rows, names))]
    if not found:
        wanted = _("、").join(column.column_name for column in columns.values() if column.required) or _("、").join(
            column.column_name for column in columns.values()
        )
        raise ValidationError(_("没有找到表头。表格里要有写着列名的一行，列名是：%(wanted)s。") % {"wanted": wanted})
    sheet, header = max(found, key=lambda pair: len(pair[1].columns))
    _check_header(header, resource)
    down = FillDown(sheet.merged, header.first, header.columns, frozenset(columns) - resource.filled_down)
    numbers, rows, passed = [], [], []
    for index, row in enumerate(sheet.rows[header.first :], header.first):
        cells = {name: row[at] if at < len(row) else EMPTY for name, at in header.columns.items()}
        if begins := aside(row):
            passed.append((index + 1, begins))
            continue
        is_record = any(cell.says for cell in cells.values())
        down.fill(index, row, cells)
        if is_record:
            numbers.append(index + 1)
            rows.append(cells)
    if not rows:
        raise ValidationError(_("表头下面没有内容。"))
    if len(rows) > resource.most_rows:
        raise ValidationError(_("一次最多导入 %(most)s 行，请分几个文件。") % {"most": f"{resource.most_rows:,}"})
    hidden = frozenset(number for number in numbers if number - 1 in sheet.hidden)
    headed = {id(other): _explains(other, its, names) for other, its in found}
    others = [
        other.name for other in sheets if other is not sheet and not headed.get(id(other), not _goes_on(other, header))
    ]
    unread = [*others, *(_("%(name)s（隐藏）") % {"name": name} for name in unseen)] if beside is None else []
    return Table(header, numbers, rows, passed, beside, hidden, unread)


def _explains(sheet: Sheet, header: Header, names: Mapping[str, Sequence[str]]) -> bool:
    """Whether the headings stand below each other, as on the second sheet of the blank spreadsheet."""
    return len(header.columns) == 1 and find_header(sheet.rows[header.first :], names) is not None


def _goes_on(sheet: Sheet, header: Header) -> bool:
    """Whether rows stand there as below the heading, without one: a list that was cut in two."""
    least = max(2, (len(header.columns) + 1) // 2)
    return any(sum(at < len(row) and row[at].says for at in header.columns.values()) >= least for row in sheet.rows)


def _check_header(header: Header, resource: Resource) -> None:
    columns = resource.columns
    missing = [column.column_name for name, column in columns.items() if column.required and name not in header.columns]
    if missing:
        raise ValidationError(_("缺少这些列：%(names)s。") % {"names": _("、").join(missing)})
    if header.twice:
        names = _("、").join(columns[name].column_name for name in dict.fromkeys(header.twice))
        raise ValidationError(_("这些列出现了不止一次，不知道该用哪一列：%(names)s。") % {"names": names})
