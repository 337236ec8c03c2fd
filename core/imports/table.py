"""The rows of a file under their heading."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from tablib import Dataset

from core.imports.books import FillDown, read_book
from core.imports.cards import as_row, read_cards
from core.imports.headers import plain
from core.imports.heads import Head, Known, aliases, find_head
from core.imports.not_records import aside, section
from core.imports.reading import EMPTY, Cell, Sheet
from core.imports.resources import Resource

BETWEEN_SHEETS = 100_000  # more rows than a sheet that is read has
_MOST_HEAD = 6  # rows of title and heading: further up another list may stand


@dataclass(frozen=True)
class Header:
    """:param first: index of the first row of data.
    :param columns: field name → index of its column.
    :param twice: fields that more than one column claims; :param unused: headings nobody asked for.
    """

    first: int
    columns: Mapping[str, int]
    twice: Sequence[str] = ()
    unused: Sequence[str] = ()

    @staticmethod
    def of(head: Head) -> "Header":
        again = [heading for heading in head.headings if heading.again or (heading.block and heading.field)]
        twice = tuple(heading.field or heading.again for heading in again)
        return Header(head.first, head.columns, twice, tuple(one.text for one in head.headings if not one.means))


def find_header(sheet: Sheet, known: Known) -> Header | None:
    head = find_head(sheet.rows, sheet.merged, known)
    return Header.of(head) if head else None


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
    known = _known(resource)
    sheets = [_listed(sheet, known, columns) for sheet in sheets]
    found = [(sheet, header) for sheet in sheets if (header := find_header(sheet, known))]
    if not found:
        raise _no_heading(resource)
    sheet, header = max(found, key=lambda pair: len(pair[1].columns))
    _check_header(header, resource)
    if _is_form(sheet, header, known):
        raise ValidationError(_("“%(name)s”像是登记表，不是名单。请先列成一行一条的表。") % {"name": sheet.name})
    others = [(other, its) for other, its in found if other is not sheet and not _explains(other, its, known)]
    several = [pair for pair in others if resource.every_sheet and _is_such_a_list(pair[1], columns)]
    read = sorted([(sheet, header), *several], key=lambda pair: sheets.index(pair[0]))
    left = [other for other in sheets if not any(other is one for one, _its in read)]
    unread = [*_holding_rows(left, found, known, header), *(_("%(name)s（隐藏）") % {"name": name} for name in unseen)]
    return _joined(read, resource, beside, unread if beside is None else [])


def _known(resource: Resource) -> Known:
    columns = resource.columns
    return Known(
        aliases({name: (column.column_name, *column.also) for name, column in columns.items()}),
        topics=resource.topics,
        leads=frozenset(name for name, column in columns.items() if column.required),
        weak=resource.weak,
        chosen=resource.chosen,
        parts=resource.parts,
    )


def _listed(sheet: Sheet, known: Known, columns: Mapping[str, Any]) -> Sheet:
    """A sheet of forms, labels with their values beside them, as the list it stands for."""
    cards = read_cards(sheet.rows, sheet.merged, known)
    header = find_header(sheet, known) if cards else None
    if not cards or (header and known.leads <= header.columns.keys() and not _is_form(sheet, header, known)):
        return sheet
    read = [as_row(card, known) for card in cards]
    names = list(dict.fromkeys(name for head, _row in read for name in head.columns))
    rows = [[row[head.columns[name]] if name in head.columns else EMPTY for name in names] for head, row in read]
    return Sheet(sheet.name, [[Cell(columns[name].column_name) for name in names], *rows])


def _is_form(sheet: Sheet, header: Header, known: Known) -> bool:
    """Whether 队长 or 人数 stands where names should."""
    places = [header.columns[name] for name in known.leads if name in header.columns]
    below = [row[place].text for row in sheet.rows[header.first :][:8] for place in places if place < len(row)]
    return any(known.fields.get(plain(text), next(iter(known.leads), "")) not in known.leads for text in below if text)


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
        rest = _rows_of(one, its, resource)
        passed += [(index + 1, f"{by}{begins}") for index, begins in rest.passed]
        header = Header(header.first, {**header.columns, **dict.fromkeys(rest.added, -1)}, (), header.unused)
        numbers += [offset + index + 1 for index, _cells in rest.records]
        rows += [cells for _index, cells in rest.records]
        hidden |= {offset + index + 1 for index, _cells in rest.records if index in one.hidden}
    rows = [{name: cells.get(name, EMPTY) for name in header.columns} for cells in rows]
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
    added: dict[str, None]  # columns that headings between the rows speak of


def _rows_of(sheet: Sheet, header: Header, resource: Resource) -> _Rows:
    """The records of one sheet by the sheet's own index of rows."""
    down = FillDown(sheet.merged, header.first, header.columns, frozenset(resource.columns) - resource.filled_down)
    begins = ""
    found, above = _Rows([], [], {}), dict[str, Cell]()
    head = {_said(row) for row in sheet.rows[max(0, header.first - _MOST_HEAD) : header.first]} - {()}
    for index, row in enumerate(sheet.rows[header.first :], header.first):
        before, begins = begins, ""
        cells = {name: row[at] if at < len(row) else EMPTY for name, at in header.columns.items()}
        texts = [cell.text for cell in row if cell.says]
        is_record = any(cell.says for cell in cells.values())
        if len(texts) == 1:
            label = section(texts[0]) or texts[0]
            said = resource.of_heading(label)
            # 乙队 alone in its row may be a team
            if said or (label != texts[0] and not is_record) or resource.is_heading(texts[0]):
                above = {name: Cell(text) for name, text in said.items()}
                found.added |= dict.fromkeys(above)
                found.passed.append((index, label[:20]))
                continue
        down.fill(index, row, cells)
        if begins := aside(row, before):
            found.passed.append((index, begins))
        elif texts and _said(row) in head:  # title and heading once more, at the top of a printed page
            found.passed.append((index, texts[0][:20]))
        elif is_record:
            found.records.append((index, {**above, **{n: cell for n, cell in cells.items() if cell.text}}))
        elif texts and not texts[0].isdigit():
            found.passed.append((index, texts[0][:20]))
    return found


def _said(row: Sequence[Cell]) -> tuple[tuple[int, str], ...]:
    return tuple((at, plain(cell.text)) for at, cell in enumerate(row) if cell.text)


def _is_such_a_list(header: Header, columns: Mapping[str, Any]) -> bool:
    """Whether a further sheet is one more list of the same: all that has to be there, once, and five columns or
    all there are. 汇总, with a name and figures, is not."""
    needed = {name for name, column in columns.items() if column.required}
    return needed <= set(header.columns) and not header.twice and len(header.columns) >= min(5, len(columns))


def _explains(sheet: Sheet, header: Header, known: Known) -> bool:
    """Whether the headings stand below each other, as on the second sheet of the blank spreadsheet."""
    return len(header.columns) == 1 and find_head(sheet.rows[header.first :], (), known) is not None


def _holding_rows(
    sheets: Sequence[Sheet],
    found: Sequence[tuple[Sheet, Header]],
    known: Known,
    header: Header,
) -> list[str]:
    """The names of those that are another list, or go on with the list without a heading."""
    headed = {id(sheet): its for sheet, its in found}
    return [
        sheet.name
        for sheet in sheets
        if (_goes_on(sheet, header) if (its := headed.get(id(sheet))) is None else not _explains(sheet, its, known))
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
