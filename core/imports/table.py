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

BETWEEN_SHEETS = 100_000  # more rows than a sheet that is read has


@dataclass(frozen=True)
class Table:
    """Rows of a file under their heading; ``numbers`` are the spreadsheet's own row numbers.

    ``passed`` are rows that are no record (a sum, a remark below the table, the example), with how they begin.
    ``beside`` is what the resource took from the file's other sheets (``Resource.beside``), None if nothing.
    ``sheets`` are the names of those read, where they were several: the rows of each count on from ``BETWEEN_SHEETS``.
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
    sheets: Sequence[str] = ()

    def place(self, number: int) -> str:
        """Sheet and row, as the person finds them; "" where there is but one sheet."""
        at, row = divmod(number, BETWEEN_SHEETS)
        return f"{self.sheets[at]} {row}" if self.sheets else ""

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
    """The rows of the sheet that has most of the wanted columns; with ``Resource.every_sheet`` also of the others that
    are such a list.

    :raises ValidationError: no heading, a wanted column missing or there twice, no rows, too many rows.
    """
    sheets, unseen = read_book(file, media_type)
    beside = resource.beside(sheets)
    columns = resource.columns
    names = {name: (column.column_name, *column.also) for name, column in columns.items()}
    found = [(sheet, header) for sheet in sheets if (header := find_header(sheet.rows, names))]
    if not found:
        raise _no_heading(resource)
    sheet, header = max(found, key=lambda pair: len(pair[1].columns))
    _check_header(header, resource)
    others = [(other, its) for other, its in found if other is not sheet and not _explains(other, its, names)]
    several = [pair for pair in others if resource.every_sheet and _is_such_a_list(pair[1], columns)]
    read = sorted([(sheet, header), *several], key=lambda pair: sheets.index(pair[0]))
    left = [other for other in sheets if not any(other is one for one, _its in read)]
    unread = [*_holding_rows(left, found, names, header), *(_("%(name)s（隐藏）") % {"name": name} for name in unseen)]
    return _joined(read, resource, beside, unread if beside is None else [])


def _joined(read: Sequence[tuple[Sheet, Header]], resource: Resource, beside: Any, unread: Sequence[str]) -> Table:
    """The rows of the sheets that are read, one after the other."""
    several = len(read) > 1
    header = _over_all(read)
    numbers: list[int] = []
    rows: list[Mapping[str, Cell]] = []
    passed: list[tuple[int, str]] = []
    hidden: set[int] = set()
    for at, (one, its) in enumerate(read):
        offset, by = at * BETWEEN_SHEETS, f"{one.name}：" if several else ""
        rest = _rows_of(one, its, resource, list(header.columns))
        passed += [(index + 1, f"{by}{begins}") for index, begins in rest.passed]
        numbers += [offset + index + 1 for index, _cells in rest.records]
        rows += [cells for _index, cells in rest.records]
        hidden |= {offset + index + 1 for index, _cells in rest.records if index in one.hidden}
    if not rows:
        raise ValidationError(_("表头下面没有内容。"))
    if len(rows) > resource.most_rows:
        raise ValidationError(_("一次最多导入 %(most)s 行，请分几个文件。") % {"most": f"{resource.most_rows:,}"})
    names = [one.name for one, _its in read if several]
    return Table(header, numbers, rows, passed, beside, frozenset(hidden), unread, names)


def _over_all(read: Sequence[tuple[Sheet, Header]]) -> Header:
    """The heading of what is read; of several sheets every column that one of them has, wherever it stands there."""
    header = read[0][1]
    if len(read) == 1:
        return header
    columns = dict.fromkeys((name for _sheet, its in read for name in its.columns), 0)
    unused = dict.fromkeys(text for _sheet, its in read for text in its.unused)
    return Header(header.first, columns, (), tuple(unused))


@dataclass
class _Rows:
    records: list[tuple[int, Mapping[str, Cell]]]
    passed: list[tuple[int, str]]


def _rows_of(sheet: Sheet, header: Header, resource: Resource, known: Sequence[str]) -> _Rows:
    """The records of one sheet by the sheet's own index of rows, with a cell for each of ``known``."""
    down = FillDown(sheet.merged, header.first, header.columns, frozenset(resource.columns) - resource.filled_down)
    found = _Rows([], [])
    for index, row in enumerate(sheet.rows[header.first :], header.first):
        cells = {name: row[at] if at < len(row) else EMPTY for name, at in header.columns.items()}
        if begins := aside(row):
            found.passed.append((index, begins))
            continue
        is_record = any(cell.says for cell in cells.values())
        down.fill(index, row, cells)
        if is_record:
            found.records.append((index, {name: cells.get(name, EMPTY) for name in known}))
    return found


def _is_such_a_list(header: Header, columns: Mapping[str, Any]) -> bool:
    """Whether a further sheet is one more list of the same: all that has to be there, once, and five columns or
    all there are. 汇总, with a name and figures, is not."""
    needed = {name for name, column in columns.items() if column.required}
    return needed <= set(header.columns) and not header.twice and len(header.columns) >= min(5, len(columns))


def _explains(sheet: Sheet, header: Header, names: Mapping[str, Sequence[str]]) -> bool:
    """Whether the headings stand below each other, as on the second sheet of the blank spreadsheet."""
    return len(header.columns) == 1 and find_header(sheet.rows[header.first :], names) is not None


def _holding_rows(
    sheets: Sequence[Sheet],
    found: Sequence[tuple[Sheet, Header]],
    names: Mapping[str, Sequence[str]],
    header: Header,
) -> list[str]:
    """The names of those that are another list, or go on with the list without a heading."""
    headed = {id(sheet): its for sheet, its in found}
    return [
        sheet.name
        for sheet in sheets
        if (_goes_on(sheet, header) if (its := headed.get(id(sheet))) is None else not _explains(sheet, its, names))
    ]


def _goes_on(sheet: Sheet, header: Header) -> bool:
    """Whether rows stand there as below the heading, without one: a list that was cut in two."""
    least = max(2, (len(header.columns) + 1) // 2)
    return any(sum(at < len(row) and row[at].says for at in header.columns.values()) >= least for row in sheet.rows)


def _no_heading(resource: Resource) -> ValidationError:
    columns = resource.columns.values()
    names = [column.column_name for column in columns if column.required] or [one.column_name for one in columns]
    wanted = _("、").join(names)
    return ValidationError(_("没有找到表头。表格里要有写着列名的一行，列名是：%(wanted)s。") % {"wanted": wanted})


def _check_header(header: Header, resource: Resource) -> None:
    columns = resource.columns
    missing = [column.column_name for name, column in columns.items() if column.required and name not in header.columns]
    if missing:
        raise ValidationError(_("缺少这些列：%(names)s。") % {"names": _("、").join(missing)})
    if header.twice:
        names = _("、").join(columns[name].column_name for name in dict.fromkeys(header.twice))
        raise ValidationError(_("这些列出现了不止一次，不知道该用哪一列：%(names)s。") % {"names": names})
