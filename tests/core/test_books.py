"""What programs leave in files beside the values: failed formulas, hidden rows, encodings. The reader tells of each."""

import re
import struct
from contextlib import suppress
from io import BytesIO
from resource import RUSAGE_SELF, getrusage
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from core.imports.books import open_book, read_book
from core.imports.marks import read_marks
from core.imports.not_records import aside
from core.imports.reading import EMPTY, Cell, csv_rows, read_cell
from tests.core.sample_files import ole
from tests.people.rosters import ods, xls

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODS = "application/vnd.oasis.opendocument.spreadsheet"


def only(file, media_type: str = XLSX) -> list[list[Cell]]:
    (sheet,), _hidden = read_book(file, media_type)
    return [list(row) for row in sheet.rows]


def said(rows: list[list[Cell]]) -> list[list[str]]:
    return [["!" + cell.text if cell.is_failed else cell.text for cell in row] for row in rows]


def edited(content: bytes, part: str, change) -> BytesIO:
    target = BytesIO()
    with ZipFile(BytesIO(content)) as before, ZipFile(target, "w", ZIP_DEFLATED) as after:
        for name in before.namelist():
            data = before.read(name)
            after.writestr(name, change(data) if name == part else data)
    return target


def test_formulas_of_an_xlsx_are_their_result_or_are_told():
    target = BytesIO()
    book = Workbook(target)
    sheet = book.add_worksheet()
    sheet.write_formula(1, 1, '="李"&"四"', None, "李四")
    sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
    sheet.write_formula(1, 3, "=VLOOKUP(1,A1:B2,9)", None, "#N/A")
    book.close()
    assert said(only(target)) == [[], ["", "李四", "!#DIV/0!", "!#N/A"]], "also where the first column is empty"


def test_a_formula_no_program_has_worked_out_is_told():
    book, target = openpyxl.Workbook(), BytesIO()
    book.active.append(["张三", "=TODAY()"])
    book.save(target)
    assert said(only(target)) == [["张三", "!=TODAY()"]]


def test_a_formula_that_gives_nothing_is_empty():
    def change(sheet: bytes) -> bytes:
        return sheet.replace(b"</row>", b'<c r="B1" t="str"><f>IF(A1=1,1,"")</f><v></v></c></row>')

    book, target = openpyxl.Workbook(), BytesIO()
    book.active.append(["张三"])
    book.save(target)
    assert said(only(edited(target.getvalue(), "xl/worksheets/sheet1.xml", change))) == [["张三", ""]]


def test_formulas_and_hidden_rows_of_an_xls_are_told():
    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    file = xls([["姓名", "电话"], ["张三", "x"]]).read()
    start = file.index(struct.pack("<HH", 0x0204, 13))  # the first cell
    failed = record(0x0205, struct.pack("<HHHBB", 2, 1, 0, 0x17, 1))
    hidden = record(0x0208, struct.pack("<HHHHHHI", 1, 0, 2, 255, 0, 0, 0x20))
    hidden += record(0x007D, struct.pack("<HHHHHH", 1, 255, 0, 0, 1, 0))
    stream = file[file.index(b"\x09\x08") :]
    stream = stream[: start - file.index(b"\x09\x08")] + hidden + failed + stream[start - file.index(b"\x09\x08") :]
    (sheet,), _hidden = read_book(BytesIO(ole({"Workbook": stream})), "application/vnd.ms-excel")
    assert said([list(row) for row in sheet.rows])[2] == ["", "!#REF!"]
    assert sheet.hidden == {1}
    (grid,) = open_book(BytesIO(ole({"Workbook": stream})), "application/vnd.ms-excel").grids
    assert grid.hidden_columns == {*range(1, 201)}


def test_formulas_and_hidden_rows_of_an_ods_are_told():
    def change(content: bytes) -> bytes:
        row = (
            '<table:table-row table:visibility="collapse"><table:table-cell table:formula="of:=1/0"'
            ' office:value-type="float" office:value="0"><text:p>#DIV/0!</text:p></table:table-cell></table:table-row>'
        )
        columns = b'<table:table-column/><table:table-column table:visibility="collapse"/><table:table-row>'
        content = content.replace(b"<table:table-row>", columns, 1)
        return content.replace(b"</table:table>", row.encode() + b"</table:table>")

    content = edited(ods([["张三"]]).read(), "content.xml", change)
    (sheet,), _hidden = read_book(content, ODS)
    assert said([list(row) for row in sheet.rows]) == [["张三"], ["!#DIV/0!"]], "LibreOffice writes nought for it"
    assert sheet.hidden == {1}
    (grid,) = open_book(content, ODS).grids
    assert grid.hidden_columns == {1}


def test_a_page_that_was_called_xls_is_read():
    page = """<html><head><style>td {color: red}</style></head><body><table><tr><td>版面
        <table border=1><tr><th colspan=2>名册</th></tr>
        <tr><td>姓名<td>身份证<br>号码<td rowspan="2">甲</tr>
        <tr><td>张三&nbsp;</td><td style="mso-number-format:'@'">150404199003070014</td></tr></table>
        </td></tr></table>"""
    (outer, inner) = read_book(BytesIO(page.encode("gbk")), "text/html")[0]
    assert said([list(row) for row in inner.rows]) == [
        ["名册"], ["姓名", "身份证\n号码", "甲"], ["张三", "150404199003070014"],
    ]  # fmt: skip
    assert (outer.name, inner.merged) == ("", [((0, 0), (0, 1)), ((1, 2), (2, 2))])


def test_xml_of_excel_2003_is_read():
    xml = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook
        xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
        <Worksheet ss:Name="名单"><Table><Row ss:Index="2"><Cell><Data ss:Type="String">姓名</Data></Cell>
        <Cell ss:Index="3"><Data ss:Type="DateTime">2020-03-01T00:00:00.000</Data></Cell></Row></Table></Worksheet>
        </Workbook>"""
    (sheet,) = read_book(BytesIO(xml.encode()), "text/html")[0]
    assert (sheet.name, said([list(row) for row in sheet.rows])) == ("名单", [[], ["姓名", "", "2020-03-01"]])


TAGS = st.sampled_from((
    "<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", '<td colspan="3">', '<td rowspan=99999 colspan="999999">',
    "<th", "<br>", "<![if x]>", "<![foo", "<!--", "<style>", "</style>", '<Row ss:Index="70000">',
    '<Cell ss:Index="0">', '<Cell ss:MergeDown="3">', "张三", "&nbsp;", "&#0;", "<!DOCTYPE", "<?xml",
))  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(TAGS, max_size=40))
def test_a_broken_page_is_read_or_refused(parts: list[str]):
    with suppress(ValidationError):
        for sheet in read_book(BytesIO("".join(parts).encode()), "text/html")[0]:
            assert all(len(row) <= 200 for row in sheet.rows)


def test_thousands_of_formatted_rows_without_content_are_none():
    target = BytesIO()
    book = Workbook(target)
    sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
    sheet.write(0, 0, "张三")
    for row in range(1, 9_000):
        sheet.write_blank(row, 0, None, bold)
    book.close()
    assert said(only(target)) == [["张三"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_of_every_encoding_and_separator(encoding: str, mark: str):
    text = f'某旗名册,2026年\r\n姓名{mark}电话\r\n张三{mark}="13800000001"\r\n'
    rows = [[cell.text for cell in row] for row in csv_rows(text.encode(encoding))]
    assert rows[1:] == [["姓名", "电话"], ["张三", "13800000001"]]


@pytest.mark.parametrize("mark", [",", "\t"])
def test_lists_within_the_cells_of_a_csv_are_no_separators(mark: str):
    rows = csv_rows(f"姓名{mark}特长\n张三{mark}潜水;绳索;急救;驾驶;攀岩\n李四{mark}\n".encode())
    assert [len(row) for row in rows] == [2, 2, 2]


def test_rows_of_blanks_and_what_stands_far_to_the_right_hold_nothing():
    target = BytesIO()
    book = Workbook(target)
    sheet = book.add_worksheet()
    for at in range(300, 303):
        sheet.write_row(at - 299, 190, [" "] * 5)
        sheet.write_string(5, at, "远")
    book.close()
    (grid,) = open_book(target, XLSX).grids
    assert [list(row) for row in grid.rows] == [[]] * 6
    target = BytesIO()
    book = Workbook(target)
    book.add_worksheet().write_row(0, 250, ["远", "处"])
    book.close()
    (grid,) = open_book(target, XLSX).grids
    assert [list(row) for row in grid.rows] == [[]]


def test_hidden_rows_of_an_ods_end_with_the_sheet():
    def change(content: bytes) -> bytes:
        row = b'<table:table-row table:visibility="collapse" table:number-rows-repeated="9999"/>'
        return content.replace(b"</table:table>", row * 300 + b"</table:table>")

    marks = read_marks(edited(ods([["张三"]]).read(), "content.xml", change))
    assert len(marks.sheets["花名册"].hidden) <= 1_048_576


def test_a_mark_of_utf8_before_other_bytes_is_no_utf8():
    rows = list(csv_rows(b"\xef\xbb\xbf" + "姓名,电话".encode("gb18030")))
    assert [cell.text for cell in rows[0]] == ["姓名", "电话"]


def test_excel_95_is_told_as_what_it_is():
    with pytest.raises(ValidationError, match="Excel 95"):
        open_book(BytesIO(ole({"Book": b"\x09\x08\x08\x00" + b"\0" * 600})), "application/vnd.ms-excel")


@pytest.mark.parametrize("text", ["#REF!", "#N/A", "#VALUE!", "#NAME?", "########", "Err:502"])
def test_what_a_failed_formula_shows_is_no_content(text: str):
    cell = read_cell(text)
    assert cell.is_failed
    assert text in cell.problem


@pytest.mark.parametrize("text", ["1.38E+10", "1.50404E+17", "1.5e17", "1E+11"])
def test_power_notation_is_told_in_every_format(text: str):
    assert "后几位已丢失" in read_cell(text).problem


@pytest.mark.parametrize("text", ["E12345678", "1E12", "A1.5E+17", "#1", "第#号", "3.5E"])
def test_what_only_looks_like_it_stays(text: str):
    assert read_cell(text) == Cell(text)


def test_a_number_too_long_is_shown_as_the_spreadsheet_shows_it():
    assert read_cell(150404199003070014.0).text == "150404199003070000"


def row(*texts: str) -> list[Cell]:
    return [Cell(text) if text else EMPTY for text in texts]


@pytest.mark.parametrize(
    "texts",
    [("合  计", "3人"), ("5", "小计"), ("制表人：张三", "", "审核人："), ("单位负责人（签字）：",), ("注", "以上属实"),
     ("填报日期", "2026-3-1"), ("", "以下空白"), ("（公章）",), ("第1页 共2页",), ("例", "张三", "男"),
     ("填写说明", "文本", "男/女"), ("联系人：张三　电话：13800000001",),
     ("本页小计", "", "4人"), ("承前页", "8人"), ("过次页",), ("单位（公章）", "", "负责人签字："),
     ("", "二〇二六年十一月二十日"), ("总　分", "100"), ("考核人签字：　　年　月　日",), ("专家组长（签名）", "")],
)  # fmt: skip
def test_rows_that_are_no_record(texts: tuple[str, ...]):
    assert aside(row(*texts))


@pytest.mark.parametrize(
    "texts",
    [("1", "注意", "女"), ("负责人", "张三", "男", "汉族"), ("说明", "张三", "150404199003070014"), ("例行", "张三"),
     ("负责人", "王明"), ("联系人", "王明"), ("分管领导", "王明"),
     ("领导", "13800000001"), ("审核", "资料审核", "10", "分"), ("总计工", "张三"), ("考核", "理论考核", "10", "分"),
     ("总分值设置合理", "5"), ("本页", "张三"), ("王明", "二〇二六年十一月二十日")],
)  # fmt: skip
def test_records_that_begin_like_a_remark(texts: tuple[str, ...]):
    assert not aside(row(*texts))


@settings(max_examples=200, deadline=None)
@given(st.text("张三#REF!ErrN/A0123456789.+eE=\"' \n", max_size=20))
def test_any_text_is_a_cell_and_settled_after_once(text: str):
    cell = read_cell(text)
    assert read_cell(cell.text) == cell


def much_text_seldom_written(cells: int, length: int) -> BytesIO:
    """A workbook of some kilobytes whose cells all show one long text; there are no more of them than a roster has."""
    target, book = BytesIO(), BytesIO()
    with Workbook(book) as made:
        made.add_worksheet().write(0, 0, "@")
    cell = b'<c t="s"><v>0</v></c>'
    rows = b"".join(b"<row>" + cell * 100 + b"</row>" for _row in range(cells // 100))
    with ZipFile(book) as before, ZipFile(target, "w", ZIP_DEFLATED) as after:
        for part in before.namelist():
            data = before.read(part).replace(b"@", b"a" * length)
            after.writestr(part, re.sub(rb"<sheetData>.*</sheetData>", b"<sheetData>" + rows + b"</sheetData>", data))
    return target


def one_cell_repeated(times: int, length: int) -> BytesIO:
    def change(content: bytes) -> bytes:
        cell = f'<table:table-cell office:value-type="string" table:number-columns-repeated="{times}"><text:p>'
        row = f'<table:table-row table:number-rows-repeated="{times}">{cell}{"a" * length}</text:p></table:table-cell>'
        return content.replace(b"</table:table>", f"{row}</table:table-row></table:table>".encode())

    return edited(ods([["张三"]]).read(), "content.xml", change)


@pytest.mark.parametrize(
    ("file", "media_type"),
    [(much_text_seldom_written(60_000, 30_000), XLSX), (one_cell_repeated(300, 30_000), ODS)],
    ids=["xlsx", "ods"],
)
def test_a_small_file_that_would_fill_the_memory_is_refused(file: BytesIO, media_type: str):
    """Some 1.8 gigabytes once opened, in the process that answers everybody."""
    assert len(file.getvalue()) < 200_000
    before = getrusage(RUSAGE_SELF).ru_maxrss
    with pytest.raises(ValidationError, match="大得放不下"):
        open_book(file, media_type)
    assert getrusage(RUSAGE_SELF).ru_maxrss - before < 200 * 1024


def test_a_long_roster_with_many_texts_is_read():
    file = much_text_seldom_written(90_000, 300)
    (grid,) = open_book(file, XLSX).grids
    assert sum(len(row) for row in grid.rows) == 90_000


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"<table><tr><td " + b"a=1 " * 300_000 + b">x</td></tr></table>", "text/html"),
        (b"<table>" + b"<tr><td>x" * 150_000 + b"</table>", "text/html"),
        (b"<table>" + b"<tr><td index=200>x" * 40_000 + b"</table>", "text/html"),
        (b"<table><tr><td>" * 25_000, "text/html"),
        (b"\n" * 1_500_000, "text/csv"),
    ],
    ids=["attributes", "rows", "places", "tables", "lines"],
)
def test_text_that_takes_far_more_than_it_is_long_is_refused(content: bytes, media_type: str):
    with pytest.raises(ValidationError, match="表格太大"):
        read_book(BytesIO(content), media_type)
