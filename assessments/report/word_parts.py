"""Paragraphs, grids and the page of a .docx in the layout of GB/T 9704. Fonts are those Word, WPS or the office have;
where one is missing the program takes another."""

from collections.abc import Sequence
from typing import Any

from docx.document import Document as Word
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from core.emoji import CONTROL

FANG, HEI, KAI, SONG, TITLE = "仿宋", "黑体", "楷体", "宋体", "方正小标宋简体"
_LINE = 28.95


def styles(word: Word) -> None:
    """The built-in styles in black, so that headings show in the navigator and look as they should."""
    for name in ("Normal", "Heading 1", "Heading 2", "Heading 3"):
        style = word.styles[name]
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.font.bold = style.font.italic = False
        style.font.size = Pt(16)
        _named(style.element.get_or_add_rPr(), FANG)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
    for language in word.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")  # else Chinese words are taken for misspelt English


def page(word: Word) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(24)
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    lines_and_characters = OxmlElement("w:docGrid")  # 22 lines of 28 characters
    for name, value in (("type", "linesAndChars"), ("linePitch", "579"), ("charSpace", "-849")):
        lines_and_characters.set(qn(f"w:{name}"), value)
    section._sectPr.append(lines_and_characters)


def foot(word: Word, words: str) -> None:
    """The page number at the outer edge, number and digest below it."""
    word.settings.odd_and_even_pages_header_footer = True
    section = word.sections[0]
    for footer, align in ((section.footer, ALIGN.RIGHT), (section.even_page_footer, ALIGN.LEFT)):
        number = footer.paragraphs[0]
        number.alignment = align
        _write(number, "— ", SONG, 14)
        _page_number(_write(number, "", SONG, 14))
        _write(number, " —", SONG, 14)
        below = footer.add_paragraph()
        below.alignment = align
        _spaced(below, single=True)
        _write(below, words, SONG, 9)


def _page_number(run: Run) -> None:
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        part.text = text or None
        run._r.append(part)


def say(
    word: Any, words: str, *, font: str = FANG, size: float = 16, heading: int = 0, align: Any = None,
    indent: bool = False, single: bool = False, before: float = 0, after: float = 0,
) -> Paragraph:  # fmt: skip
    """A paragraph of a document or a cell. :param heading: level in the navigator."""
    paragraph: Paragraph = word.add_paragraph()
    if heading:
        paragraph.style = word.styles[f"Heading {heading}"]
    paragraph.alignment = align
    _spaced(paragraph, single=single or size > 16, before=before, after=after)
    if indent or (heading == 1 and align is None):
        paragraph.paragraph_format.first_line_indent = Pt(size * 2)
    _write(paragraph, words, font, size)
    return paragraph


def grid(
    word: Word, rows: Sequence[Sequence[str]], *, widths: Sequence[float], size: float, head: bool = False,
    middle: bool = False, centred: Sequence[bool] = (),
) -> None:  # fmt: skip
    """A table with lines. Its head is repeated on every page, no row is cut; a row of one cell goes across."""
    if not rows:
        return
    table = word.add_table(rows=len(rows), cols=len(widths))
    table.style, table.alignment, table.autofit = word.styles["Table Grid"], WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for place, (line, row) in enumerate(zip(table.rows, rows, strict=True)):
        is_head = head and place == 0
        _mark(line._tr.get_or_add_trPr(), "w:cantSplit", *(["w:tblHeader"] if is_head else []))
        cells = line.cells
        if len(row) == 1 and len(widths) > 1:
            cells = (cells[0].merge(cells[-1]),)
        for position, (cell, words) in enumerate(zip(cells, row, strict=True)):
            if len(cells) == len(widths):
                cell.width = Mm(widths[position])
            is_centred = middle or is_head or (position < len(centred) and len(row) > 1 and centred[position])
            label = is_head or len(row) == 1 or (not head and not middle and position == 0)
            _fill(cell, words, HEI if label else SONG, size, ALIGN.CENTER if is_centred else ALIGN.LEFT)
    _spaced(word.add_paragraph(), single=True).paragraph_format.space_after = Pt(0)


def lines(word: Word, said: Sequence[str], signed: Sequence[str]) -> None:
    """A box that is not cut: a heading, what is said, and at the right below it what is filled in by hand."""
    table = word.add_table(rows=1, cols=1)
    table.style = word.styles["Table Grid"]
    _mark(table.rows[0]._tr.get_or_add_trPr(), "w:cantSplit")
    cell = table.cell(0, 0)
    _fill(cell, said[0], HEI, 12, ALIGN.LEFT)
    for words, align in [*((one, ALIGN.LEFT) for one in said[1:]), *((one, ALIGN.RIGHT) for one in signed)]:
        say(cell, words, size=12, align=align, single=True, indent=align == ALIGN.LEFT)


def _fill(cell: Any, words: str, font: str, size: float, align: Any) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = align
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    _spaced(paragraph, single=True)
    _write(paragraph, words, font, size)


def _spaced(paragraph: Paragraph, *, single: bool, before: float = 0, after: float = 0) -> Paragraph:
    shape = paragraph.paragraph_format
    shape.space_before, shape.space_after = Pt(before), Pt(after)
    shape.line_spacing_rule = WD_LINE_SPACING.SINGLE if single else WD_LINE_SPACING.EXACTLY
    if not single:
        shape.line_spacing = Pt(_LINE)
    return paragraph


def _write(paragraph: Paragraph, words: str, font: str, size: float) -> Run:
    run = paragraph.add_run(CONTROL.sub(" ", words))
    run.font.size = Pt(size)
    _named(run._r.get_or_add_rPr(), font)
    return run


def _named(properties: Any, font: str) -> None:
    names = properties.get_or_add_rFonts()
    for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
        names.set(qn(f"w:{kind}"), font)
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        names.attrib.pop(qn(f"w:{theme}"), None)


def _mark(properties: Any, *names: str) -> None:
    for name in names:
        properties.append(OxmlElement(name))
