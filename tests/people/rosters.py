"""Spreadsheets as teams send them, made in the test."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from xlsxwriter import Workbook

from tests.people.builders import NAMES, citizen

BASIC = ["序号", "姓名", "性别", "身份证号", "联系电话", "入队时间", "职务", "应急救护证编号", "发证日期", "保险公司",
         "保单号", "保险起期", "保险止期"]  # fmt: skip


def basic_row(number: int, **cells: Any) -> list[Any]:
    """A plain row of ``BASIC``; ``cells`` by heading."""
    name = NAMES[number % len(NAMES)]
    gender = "男" if number % 2 else "女"
    row = [number, name, gender, citizen(number), f"1380000{number:04d}", "2024-03-01", "队员", f"YS-{number:05d}",
           "2025-01-10", "演示保险公司", "YSBX-1", "2026-01-01", "2026-12-31"]  # fmt: skip
    return [cells.get(head, value) for head, value in zip(BASIC, row, strict=True)]


def workbook(
    *sheets: Sequence[Sequence[Any]], names: Sequence[str] = (), name: str = "花名册.xlsx", **edit: Any
) -> Any:
    """Each sheet a list of rows. ``edit``: ``sheet_<n>`` is a function of the worksheet, for merges and the like."""
    target = BytesIO()
    book = Workbook(target)
    day = book.add_format({"num_format": "yyyy.m.d"})
    for place, rows in enumerate(sheets):
        page = book.add_worksheet(names[place] if place < len(names) else None)
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    page.write_datetime(at, column, value, day)
                elif value is not None:
                    page.write(at, column, value)
        if f"sheet_{place}" in edit:
            edit[f"sheet_{place}"](page)
    book.close()
    return SimpleUploadedFile(name, target.getvalue())
