"""Whatever a sheet looks like, it is read or refused with a sentence."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.imports import table
from core.imports.books import Book, Grid
from core.imports.bulk import rows
from core.imports.bulk.rows import read_rows
from core.imports.reading import Sheet, read_cell
from people.roster.resource import RosterResource
from teams.importing.resource import TeamResource
from tests.people.builders import citizen

pytestmark = pytest.mark.django_db
WORDS = st.sampled_from((
    "", "", "", "序号", "姓名", "姓", "名", "队员", "身份证号", "身份证号后四位", "电话", "联系电话", "姓名及电话",
    "性别/年龄", "紧急联系人", "关系", "编号", "持证情况", "潜水证", "发证日期", "有效期", "保险", "组别", "职务",
    "备注", "队伍名称", "队长", "人数", "家庭成员", "一、搜救组", "小计", "合计", "同上", "张三", "李四", "男",
    "2020.3", citizen(1), citizen(2), "13800000001", "姓名：张三", "√", "1", "2", "×", "/", "注：以上",
    "红山区红十字应急救援队（示例）", "第一分队：",
))  # fmt: skip
ROWS = st.lists(st.lists(WORDS, max_size=8), max_size=10)
CORNER = st.tuples(st.integers(0, 8), st.integers(0, 7))
MERGED = st.lists(st.tuples(CORNER, st.tuples(st.integers(0, 3), st.integers(0, 3))), max_size=4)


def grid(name: str, texts: Iterable[Iterable[str]], merged: Iterable[Any]) -> Grid:
    ranges = [((top, left), (top + down, left + right)) for (top, left), (down, right) in merged]
    return Grid(name, [[read_cell(text) for text in row] for row in texts], ranges)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(ROWS, MERGED), min_size=1, max_size=2))
def test_any_sheet_is_read_or_refused_with_a_sentence(songshan: Any, place: Any, sheets: Any) -> None:
    grids = [grid(f"表{at}", texts, merged) for at, (texts, merged) in enumerate(sheets)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "open_book", lambda file, media_type: Book(grids))
        patch.setattr(table, "read_book", lambda file, media_type: (list(map(_sheet, grids)), []))
        with suppress(ValidationError):
            found = read_rows(None, "", RosterResource(by=songshan, teams=[place]), {}, {})
            assert len({line.key for line in found.lines}) == len(found.lines)
            assert {name for line in found.lines for name in line.cells} <= set(found.names)
        with suppress(ValidationError):
            read = table.read_table(None, "", TeamResource(by=songshan))
            assert all(row.keys() == read.header.columns.keys() for row in read.rows)
            assert len(set(read.numbers)) == len(read.numbers)


def _sheet(one: Grid) -> Sheet:
    return Sheet(one.name, list(one.rows), one.merged)
