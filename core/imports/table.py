"""The rows of a file under their heading."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from tablib import Dataset

from core.imports.headers import Header, find_header
from core.imports.reading import Cell, read_sheets
from core.imports.resources import Resource

EXAMPLE = "示例"  # how the example in the blank spreadsheet begins; whoever leaves it there does not mean it
_SUM = re.compile(
    r"((合|总|小|共|累)\s*计|(合计|总|共计)?\s*人\s*数\s*(合\s*计|总\s*计)?)\s*[：:]?\s*[\d,]*\s*[人名个条行支]*"
    r"|共\s*[\d,]+\s*[人名].*"
)
_ASIDE = re.compile(
    r"(填表|填报|制表|审核|负责|联系|报送|报表)(人|单位|日期|时间)?(签字)?\s*[：:]|(注|备注|说明|填表说明)\d?\s*[：:]"
)


@dataclass(frozen=True)
class Table:
    """Rows of a file under their heading; ``numbers`` are the spreadsheet's own row numbers.

    ``passed`` are rows that are no record (a sum, a remark below the table, the example), with how they begin.
    ``beside`` is what the resource took from the file's other sheets (``Resource.beside``), None if nothing.
    """

    header: Header
    numbers: Sequence[int]
    rows: Sequence[Mapping[str, Cell]]
    passed: Sequence[tuple[int, str]] = ()
    beside: Any = None

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
    sheets = read_sheets(file, media_type)
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
    numbers, rows, passed = [], [], []
    for index, row in enumerate(sheet.rows[header.first :], header.first + 1):
        cells = {name: row[at] if at < len(row) else Cell("") for name, at in header.columns.items()}
        if begins := aside(row):
            passed.append((index, begins))
        elif any(cell.text for cell in cells.values()):
            numbers.append(index)
            rows.append(cells)
    if not rows:
        raise ValidationError(_("表头下面没有内容。"))
    if len(rows) > resource.most_rows:
        raise ValidationError(_("一次最多导入 %(most)s 行，请分几个文件。") % {"most": f"{resource.most_rows:,}"})
    return Table(header, numbers, rows, passed, beside)


def aside(row: Sequence[Cell]) -> str:
    """How a row begins that is no record: a sum, a remark, who filled it in, the example; empty for any other."""
    texts = [cell.text for cell in row if cell.text]
    first = next((text for text in texts if not text.isdigit()), "")  # a sum may have a serial number, too
    if _SUM.fullmatch(first) or _ASIDE.match(first) or first.startswith(EXAMPLE):
        return first[:20]
    return ""


def _check_header(header: Header, resource: Resource) -> None:
    columns = resource.columns
    missing = [column.column_name for name, column in columns.items() if column.required and name not in header.columns]
    if missing:
        raise ValidationError(_("缺少这些列：%(names)s。") % {"names": _("、").join(missing)})
    if header.twice:
        names = _("、").join(columns[name].column_name for name in dict.fromkeys(header.twice))
        raise ValidationError(_("这些列出现了不止一次，不知道该用哪一列：%(names)s。") % {"names": names})
