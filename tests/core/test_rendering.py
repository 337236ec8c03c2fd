"""What was taken out of the PDF library changes nothing on our papers; a warmed process prints what a cold one does."""

import re
import subprocess
import sys
from pathlib import Path

from weasyprint import draw
from weasyprint.draw import color
from weasyprint.formatting_structure.boxes import TextBox

from core.documents import gridlines, rendering
from core.documents.rendering import pdf_of
from tests.assessments.report_reading import missing_glyphs, pages_of
from tests.core.test_documents import ISSUED, official

ROOT = Path(__file__).resolve().parents[2]
SHEETS = sorted(path.stem for path in (ROOT / "static" / "pdf").glob("*.css") if path.stem not in ("fonts", "ua"))
SAMPLE = """<html lang="zh-Hans" data-sheet="%s"><head><meta charset="utf-8"><title>示例</title></head><body>
<header><h1>标题</h1><h2>一、</h2><h3>（一）</h3><h4>1.</h4><h5>甲</h5><h6>乙</h6></header>
<main><section><article><p>正文<b>粗</b><strong>重</strong><i>斜</i><em>强</em><u>线</u><ins>增</ins><del>删</del><s>去</s>
<small>小</small><sub>下</sub><sup>上</sup><code>A1</code><kbd>K</kbd><mark>标</mark><br>换行<wbr>续 <a href="https://x.invalid/">链</a>
<cite>引</cite></p><ul><li>一<ul><li>二</li></ul></li></ul><ol><li>甲<ol><li>乙</li></ol></li></ol>
<dl><dt>项</dt><dd>目</dd></dl><blockquote>引文</blockquote>
<pre>a  b</pre><hr><address>地址</address></article></section>
<table><caption>表</caption><colgroup><col><col></colgroup><thead><tr><th>头</th><th>头</th></tr></thead>
<tbody><tr><td>格</td><td>格</td></tr></tbody><tfoot><tr><td colspan="2">尾</td></tr></tfoot></table>
<figure><svg viewBox="0 0 10 10" width="40" height="40">
<rect width="9" height="9"/></svg><figcaption>图</figcaption></figure>
<div class="check"><svg class="qr" viewBox="0 0 9 9"><text x="1" y="8" font-size="4">字</text></svg><p>核验</p></div>
<p style="letter-spacing: .2em; word-spacing: 2pt">疏 排 office</p><p style="text-align: justify; width: 9em">两端 对齐
words that are spread 的一段话，必须换行</p>
<p style="white-space: nowrap; text-decoration: underline">不换行 ①　䶮犇喆</p>
<p style="width: 5em">NMHS-150102-2022-0000002-LONG</p><div style="display: flex"><p>一</p><p>二</p></div>
<div style="position: absolute; top: 0; border: 1pt solid #000; padding: 5%%">框</div>
<div><span>行内</span></div><aside>旁</aside><nav>导</nav></main><footer>脚</footer></body></html>"""
TAG = re.compile(r"<([a-z][a-z0-9]*)")


def test_short_sheet_and_shortcuts_give_the_same_bytes_as_the_library(tmp_path: Path, monkeypatch) -> None:
    """Every sheet in one test: to start the process that prints as the library comes takes seconds."""
    program = (
        "import django, sys; django.setup()\n"
        "from pathlib import Path; from core.documents import rendering\n"
        "with rendering.only_our_fonts(): from core.documents import shortcuts; from weasyprint import HTML\n"
        "shortcuts.take = lambda: None; rendering._page = lambda: HTML\n"
        "from tests.core.test_rendering import SAMPLE, SHEETS\n"
        "for sheet in SHEETS: Path(sys.argv[1], sheet).write_bytes(rendering.pdf_of(SAMPLE % sheet))"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)
    pdf_of(SAMPLE % "table")  # shortcuts are taken with the first paper
    monkeypatch.setattr(draw, "draw_collapsed_borders", gridlines._plain_borders)
    assert [sheet for sheet in SHEETS if pdf_of(SAMPLE % sheet) != (tmp_path / sheet).read_bytes()] == []


def test_lines_of_a_table_are_drawn_through_and_none_is_lost() -> None:
    black, grey = color.parse_color("#000"), color.parse_color("#999")
    sides = [(x, 0, x + 10, 0, 1, "solid", black) for x in (0, 10, 30)]
    sides += [(10, y, 10, y + 5, 1, "solid", black) for y in (5, 0)]
    assert gridlines.joined(sides) == [
        (0, 0, 20, 0, 1, "solid", black), (30, 0, 40, 0, 1, "solid", black), (10, 0, 10, 10, 1, "solid", black),
    ]  # fmt: skip
    mixed = [*sides, (0, 0, 10, 0, 1, "solid", grey)]
    assert gridlines.joined(mixed) == mixed, "what is drawn last lies on top"


def test_ligatures_are_off_without_a_style_that_says_so() -> None:
    """They would hide letters from whoever searches the file."""
    html = SAMPLE % "official"
    assert pdf_of(html) == pdf_of(html.replace("<body>", '<body style="font-variant-ligatures: none">'))


def test_emoji_are_left_out_and_no_box_is_drawn() -> None:
    """They come with what people paste; names in any script and the signs our own papers use stay."""
    said = "已整改👍🏽✅，👨\u200d👩\u200d👧 家属致谢❤️😀。ᠮᠣᠩᠭᠣᠯ 㛃喆 ✓ ☆ ① ▲ → ☎"
    data = pdf_of((SAMPLE % "official").replace("<p>正文", f"<p>{said}"))
    assert missing_glyphs(data) == 0
    text = "".join("".join(pages_of(data)).split())
    assert "已整改，家属致谢。" in text
    assert "㛃喆✓☆①▲→☎" in text


def test_boxes_to_tick_and_bullets_of_office_programs_are_drawn_as_the_nearest_sign() -> None:
    said = "☑已报 ☐未报 ☒不报 ✔同意 ✗不同意 ➢第一 ➜第二 \uf0b7第三 \uf0fc第四 \uf0d8第五 1\ufe0f\u20e3第六 ✉☺✈\u2028完"
    data = pdf_of((SAMPLE % "official").replace("<p>正文", f"<p>{said}"))
    assert missing_glyphs(data) == 0
    text = "".join("".join(pages_of(data)).split())
    assert "■已报□未报■不报✓同意×不同意▶第一→第二•第三✓第四▶第五1第六完" in text


def test_no_line_begins_with_the_point_of_a_name() -> None:
    """A Mongolian name too long for its column went on below with “·”."""
    name = "额尔德尼其其格·敖特根巴雅尔·孟和"
    cells = "".join(f'<div style="width: {width / 4}mm">{name}</div>' for width in range(60, 240))
    html = f'<html lang="zh-Hans" data-sheet="training"><body>{cells}</body></html>'
    drawn = [box for page in rendering._laid_out(html).pages for box in page._page_box.descendants()]
    lines = [box.text for box in drawn if isinstance(box, TextBox)]
    assert len(lines) > 300
    assert not [line for line in lines if line.lstrip("\u2060").startswith("·")]
    assert name in "".join("".join(pages_of(pdf_of(html))).split()), "found and copied as it was written"


def test_printed_templates_use_no_element_the_short_sheet_leaves_out() -> None:
    known = set(TAG.findall(SAMPLE)) | {"html", "body", "style", "script", "img"}
    svg = {"path", "g", "line", "circle", "text", "polyline", "polygon", "defs", "use", "tspan", "ellipse", "desc"}
    folders = [ROOT / "templates" / "pdf", ROOT / "templates" / "assessments" / "report"]
    for path in (path for folder in folders for path in folder.rglob("*.html")):
        assert set(TAG.findall(path.read_text())) <= known | svg, path.name


def test_warmed_process_prints_the_same_bytes(tmp_path: Path) -> None:
    """Of a page, and of a template and what is put into it; what a cold process prints is compared above and by
    tests/assessments/test_report_pages.py."""
    program = (
        "import django, sys; django.setup()\n"
        "from pathlib import Path; from core.documents.warming import warm_up\n"
        "from tests.core.test_rendering import ISSUED, SAMPLE, official, pdf_of\n"
        "warm_up(); pdf_of(SAMPLE % 'table')\n"
        "Path(sys.argv[1], 'page').write_bytes(pdf_of(SAMPLE % 'official'))\n"
        "Path(sys.argv[1], 'template').write_bytes(official('正文。', **ISSUED))"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)
    assert (tmp_path / "page").read_bytes() == pdf_of(SAMPLE % "official")
    assert (tmp_path / "template").read_bytes() == official("正文。", **ISSUED)
