"""Printed papers: PDF/A with every font inside and every character drawn, the same bytes for the same inputs."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date

import pikepdf
import pypdf
import pytest
from weasyprint.urls import FatalURLFetchingError

from core.documents import render_pdf
from core.documents.codes import ALPHABET, CODE, new_code, typed_code
from core.documents.columns import column_widths
from core.documents.fonts import write_config
from core.documents.qr import qr_svg
from core.documents.rendering import pdf_of

RARE = "喆堃祎镕犇䶮"
MONGOLIAN = "ᠮᠣᠩᠭᠣᠯ"
ISSUED = {
    "number": "SL-150400-2026-0001", "issuer": "赤峰市红十字会", "subject": "示例事项", "issued_on": date(2026, 11, 3),
    "printed_code": "K7MQ-4CDF-GHJK-MNPQ", "lookup_url": "https://portal.invalid/verify/",
    "qr": qr_svg("https://portal.invalid/verify/K7MQ4CDFGHJKMNPQ/"),
}  # fmt: skip


def official(*paragraphs: str, **more) -> bytes:
    return render_pdf(
        "pdf/official.html", {"title": "示例文件", "text": [("p", words) for words in paragraphs], **more}
    )


def read(data: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(data))


def fonts_of(data: bytes) -> dict[str, pikepdf.Object]:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        found = {}
        for page in pdf.pages:
            for font in page.resources.get("/Font", {}).values():
                descriptor = font.DescendantFonts[0].FontDescriptor
                found[str(font.BaseFont)] = "/FontFile3" in descriptor or "/FontFile2" in descriptor
        return found


@pytest.fixture
def complaints(caplog) -> Callable[[], list[str]]:
    """What WeasyPrint said: characters no font has (drawn as an empty box), rules it ignored."""
    return lambda: [entry.getMessage() for entry in caplog.records if entry.name.startswith("weasyprint")]


def test_paper_is_written_as_pdf_a_2u():
    data = official("正文。", **ISSUED)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        with pdf.open_metadata() as about:
            assert (about["pdfaid:part"], about["pdfaid:conformance"]) == ("2", "U")
            assert about["dc:title"] == "示例文件 SL-150400-2026-0001"
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert "/DestOutputProfile" in pdf.Root.OutputIntents[0]
        assert not pdf.is_encrypted
        assert "/ID" in pdf.trailer
    assert all(fonts_of(data).values())


def test_rare_names_and_mongolian_are_drawn(complaints):
    data = official(f"姓名：{RARE}；蒙古文：{MONGOLIAN}；敖特根巴雅尔·孟和；□ ■ √ 〔2026〕", **ISSUED)
    text = "".join(page.extract_text() for page in read(data).pages)
    assert all(character in text for character in f"{RARE}{MONGOLIAN}□■√〔〕")
    assert any("Mongolian" in name for name in fonts_of(data))
    assert complaints() == []
    official("\U0010fffd")  # no font has this private character: the test would see it
    assert ".notdef" in complaints()[0]


def test_page_holds_twenty_two_lines_of_twenty_eight_characters():
    pages = read(
        pdf_of('<html data-sheet="official"><body><p class="flush">' + "字" * 28 * 30 + "</p></body></html>")
    ).pages
    lines = [line for line in pages[0].extract_text().splitlines() if "字" in line]
    assert [len(line.strip()) for line in lines] == [28] * 22
    assert pages[1].extract_text().count("字") == 28 * 8


def test_page_numbers_stand_right_on_odd_and_left_on_even_pages():
    where = []
    for page in read(official("字" * 28 * 60)).pages:

        def visit(text, _cm, matrix, _font, _size, page_places=where):
            if re.fullmatch(r"\s*— \d —\s*", text):
                page_places.append((text.strip(), matrix[4]))

        page.extract_text(visitor_text=visit)
    assert [text for text, _x in where] == ["— 1 —", "— 2 —", "— 3 —"]
    assert where[0][1] > 400 > 150 > where[1][1]
    assert where[2][1] == pytest.approx(where[0][1], abs=4)  # digits differ in width


def test_same_inputs_give_the_same_bytes():
    """In another process too: see the warmed one of test_rendering.py, which has to be started anyway."""
    assert official("正文。", **ISSUED) == official("正文。", **ISSUED)


@pytest.mark.parametrize("address", ["https://example.invalid/x.png", "file:///etc/passwd", "/etc/passwd", "x.png"])
def test_template_reaches_neither_network_nor_files(address):
    with pytest.raises(FatalURLFetchingError):
        pdf_of(f'<html data-sheet="official"><body><img src="{address}"></body></html>')


def test_text_of_a_record_cannot_bring_markup():
    text = read(official('<img src="file:///etc/passwd"><b>x</b>')).pages[0].extract_text()
    assert "<img" in text.replace("\n", "")


def test_list_repeats_its_head_and_keeps_rows_whole(complaints):
    row = ["150722", "莫力达瓦达斡尔族自治旗红十字会", "旗县", "尼尔基镇示例路1号" * 4, "0470-1234567", RARE]
    heads = ["代码", "机构全称", "级别", "地址", "电话", "联系人"]
    rows = [[*row[:-1], f"{RARE}{number}"] for number in range(60)]
    data = render_pdf("pdf/list.html", {"title": "机构", "heading": "全部", "headers": heads, "rows": rows})
    reader = read(data)
    texts = [page.extract_text() for page in reader.pages]
    assert len(texts) > 1
    assert all("机构全称" in text and "0470-1234567" in text for text in texts)
    assert sum(text.count("0470-1234567") for text in texts) == 60
    assert all(f"/ {len(texts)}" in text for text in texts)
    assert "共 60 行" in texts[-1].replace("\n", "")
    box = reader.pages[0].mediabox
    assert box.width > box.height
    assert complaints() == []


def test_empty_list_says_so():
    text = read(render_pdf("pdf/list.html", {"title": "机构", "headers": ["代码"], "rows": []})).pages[0].extract_text()
    assert "没有记录" in text


def test_columns_keep_short_values_whole_and_share_the_rest():
    widths, size = column_widths(["级别", "电话", "说明"], [["旗县", "0470-1234567", "很长的说明" * 40]])
    assert size == 1
    assert sum(widths) == pytest.approx(100, abs=0.1)
    assert widths[2] > widths[1] > widths[0]
    crowded = column_widths([f"第{n}栏" for n in range(12)], [["名称很长很长很长很长" * 3] * 12]).widths
    assert max(crowded) - min(crowded) < 1


def test_numbers_stay_on_one_line_where_columns_are_many():
    cells = {
        "证件号码": "15040419900101123X", "备案编号": "NMHS-150404-2026-0012", "手机": "13800000001",
        "姓名": "敖特根巴雅尔·孟和（演示）", "队伍": "内蒙古自治区赤峰市红十字水上救援队（演示）", "起": "2026-01-01",
        "证书编号": "ZS-2026-000123456", "保单": "PZBX20261504000001", "单位": "赤峰市松山区红十字会",
        "止": "2026-12-31", "志愿者编号": "150404198001011234", "备用电话": "0476-12345678", "出生": "1990-02-03",
    }  # fmt: skip
    rows = [list(cells.values())] * 3
    text = read(render_pdf("pdf/list.html", {"title": "名单", "headers": list(cells), "rows": rows}))
    lines = text.pages[0].extract_text()
    for name in ("证件号码", "备案编号", "手机", "起", "证书编号", "保单", "止", "志愿者编号", "备用电话", "出生"):
        assert lines.count(cells[name]) == 3, name


def test_digits_get_the_room_they_take_in_print():
    """Wider than half a Chinese character: in a full list NMHS-150404-2026-0002 lost its last one to the next line."""
    digits, letters, _names = column_widths(["甲", "乙", "名称"], [["1" * 20, "a" * 20, "很长的名称" * 20]]).widths
    assert digits / letters > 1.05


def test_printing_works_without_the_offices_fonts(settings, tmp_path):
    """Fandol absent: Noto stands in. In a process of its own, since fonts are read once per process."""
    program = (
        "import django, sys; django.setup()\n"
        "from tests.core.test_documents import *\n"
        "data = official('姓名：' + RARE + MONGOLIAN, **ISSUED)\n"
        "assert all(fonts_of(data).values())\n"
        "names = ' '.join(fonts_of(data)); assert 'Noto-Serif' in names and 'Fandol' not in names, names"
    )
    env = {**os.environ, "FONT_DIR": str(tmp_path / "none"), "PORTAL_DATA": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    assert ".notdef" not in done.stderr


def test_font_settings_name_only_our_fonts(settings, tmp_path):
    settings.DATA_DIR, settings.FONT_DIR = tmp_path, tmp_path / "fonts & more"
    text = write_config().read_text()
    assert "<dir>" + str(tmp_path / "fonts &amp; more") + "</dir>" in text
    assert "FandolSong-Bold" in text
    assert write_config().stat().st_mtime == write_config().stat().st_mtime


def test_codes_are_random_and_can_be_typed_any_way():
    codes = {new_code() for _draw in range(200)}
    assert len(codes) == 200
    assert all(CODE.fullmatch(code) for code in codes)
    assert not set(ALPHABET) & set("0O1IL2Z5S8BAEU")
    assert typed_code(" k7mq-4cdf ghjk—mnpq ") == "K7MQ4CDFGHJKMNPQ"
    assert typed_code("https://portal.invalid/verify/K7MQ4CDFGHJKMNPQ/") == "K7MQ4CDFGHJKMNPQ"
