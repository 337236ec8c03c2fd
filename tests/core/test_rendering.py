"""What was taken out of the PDF library changes nothing on our papers; a warmed process prints what a cold one does."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from weasyprint import HTML

from core.documents import rendering
from core.documents.rendering import pdf_of

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
<div><span>行内</span></div><aside>旁</aside><nav>导</nav></main><footer>脚</footer></body></html>"""
TAG = re.compile(r"<([a-z][a-z0-9]*)")


def full_sheet(html: str, monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setattr(rendering, "_page", lambda: HTML)
    return pdf_of(html)


@pytest.mark.parametrize("sheet", SHEETS)
def test_short_style_sheet_gives_the_same_bytes_as_the_library_s(sheet: str, monkeypatch) -> None:
    html = SAMPLE % sheet
    assert pdf_of(html) == full_sheet(html, monkeypatch)


def test_printed_templates_use_no_element_the_short_sheet_leaves_out() -> None:
    known = set(TAG.findall(SAMPLE)) | {"html", "body", "style", "script", "img"}
    svg = {"path", "g", "line", "circle", "text", "polyline", "polygon", "defs", "use", "tspan", "ellipse", "desc"}
    folders = [ROOT / "templates" / "pdf", ROOT / "templates" / "assessments" / "report"]
    for path in (path for folder in folders for path in folder.rglob("*.html")):
        assert set(TAG.findall(path.read_text())) <= known | svg, path.name


def test_warmed_process_prints_the_same_bytes() -> None:
    html = SAMPLE % "official"
    program = (
        "import django, sys; django.setup()\n"
        "from core.documents.warming import warm_up; from tests.core.test_rendering import SAMPLE, pdf_of\n"
        "warm_up(); pdf_of(SAMPLE % 'table')\n"
        "sys.stdout.buffer.write(pdf_of(SAMPLE % 'official'))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout == pdf_of(html)
