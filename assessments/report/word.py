"""The same report as .docx, for editing: the same data, headings and tables. Charts are tables of their numbers, and no
code is printed: what somebody has edited cannot be verified."""

import io
import zipfile
from datetime import datetime, time

from django.utils.translation import gettext as _
from docx import Document
from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN

from assessments.report.content import (
    Bars,
    Block,
    Facts,
    Figures,
    Opinion,
    Remark,
    Report,
    Section,
    Shares,
    Table,
    Text,
)
from assessments.report.word_parts import FANG, HEI, KAI, TITLE, foot, grid, lines, page, say, styles
from assessments.report.words import chinese, share
from core.emoji import CONTROL
from core.language import in_chinese

_MADE = (1980, 1, 1, 0, 0, 0)  # of every part of the file: the same data give the same bytes


def docx(report: Report, digest: str) -> bytes:
    with in_chinese():
        word = Document()
        _about(word, report)
        styles(word)
        page(word)
        foot(word, _foot(report, digest))
        _cover(word, report)
        for place, section in enumerate(report.body, 1):
            say(word, f"{chinese(place)}、{section.title}", font=HEI, size=16, heading=1)
            _blocks(word, section)
        for section in report.annexes:
            word.add_page_break()
            say(word, _("附件"), font=HEI, size=16)
            say(word, section.title, font=TITLE, size=18, heading=1, align=ALIGN.CENTER)
            _blocks(word, section)
        return _saved(word)


def _about(word: Word, report: Report) -> None:
    about, made = word.core_properties, datetime.combine(report.dated, time())
    about.title = CONTROL.sub(" ", f"{report.subject} {report.title}")
    about.author, about.subject = report.issuer, report.kind
    about.created = about.modified = made
    about.comments, about.language, about.last_modified_by = "", "zh-CN", ""


def _foot(report: Report, digest: str) -> str:
    number = _("编号 %(number)s") % {"number": report.number} if report.number else ""
    check = _("内容校验 %(digits)s") % {"digits": digest[:8]}
    return "　".join(part for part in (report.mark, number, check, _("可编辑副本，以 PDF 为准")) if part)


def _cover(word: Word, report: Report) -> None:
    if report.mark:
        say(word, report.mark, font=HEI, size=12, align=ALIGN.CENTER)
    say(word, report.subject, font=TITLE, size=22, align=ALIGN.CENTER, before=100)
    say(word, report.title, font=TITLE, size=26, align=ALIGN.CENTER, before=16, after=40)
    rows = [*report.facts, *([(_("报告编号"), report.number)] if report.number else [])]
    grid(word, rows, widths=(36, 120), size=14)
    say(word, report.issuer, size=16, align=ALIGN.CENTER, before=80)
    day = report.dated
    say(word, _("%(year)s年%(month)s月%(day)s日") % {"year": day.year, "month": day.month, "day": day.day},
        size=16, align=ALIGN.CENTER)  # fmt: skip
    word.add_page_break()


def _blocks(word: Word, section: Section) -> None:
    for block in section.blocks:
        _block(word, block)


def _block(word: Word, block: Block) -> None:
    match block:
        case Text():
            if block.heading:
                say(word, block.heading, font=KAI, size=16, heading=2, indent=True)
            for words in block.paragraphs:
                say(word, words, font=FANG, size=16, indent=True)
        case Remark():
            say(word, block.words, size=10.5, single=True)
        case Facts():
            _heading(word, block.heading)
            grid(word, block.rows, widths=(40, 116), size=11)
        case Figures():
            _heading(word, block.heading)
            rows = [(label, f"{number} {unit}".strip()) for label, number, unit in block.items]
            grid(word, rows, widths=(96, 60), size=11)
        case Bars():
            _heading(word, f"{block.heading}（{block.unit}）")
            size = round(156 / max(1, len(block.labels)), 2)
            grid(word, [block.labels, block.values], widths=(size,) * len(block.labels), size=9, middle=True)
        case Shares():
            _heading(word, f"{block.heading}（{block.unit}）")
            parts = [(label, str(part), share(part, block.whole)) for label, part in block.parts]
            grid(word, parts, widths=(60, 48, 48), size=10.5)
        case Table():
            _table(word, block)
        case Opinion():
            _opinion(word, block)


def _heading(word: Word, words: str) -> None:
    if words:
        say(word, words, font=HEI, size=12, heading=3, single=True, before=8)


def _table(word: Word, block: Table) -> None:
    _heading(word, block.heading)
    if not block.rows:
        say(word, block.empty, size=10.5, single=True)
        return
    heads = tuple(column.label for column in block.columns)
    middle = tuple(column.align == "middle" for column in block.columns)
    widths = tuple(width * 1.56 for width in block.widths)
    grid(word, [heads, *block.rows], widths=widths, size=9.5, head=True, centred=middle)


def _opinion(word: Word, block: Opinion) -> None:
    """A box of one cell, with room for a hand and a stamp."""
    said = [block.heading, *block.paragraphs, "", "", ""]
    signed = [
        f"{block.hand}：＿＿＿＿＿＿＿＿",
        _("%(place)s（盖章）") % {"place": block.stamp},
        _("　　　　年　　月　　日"),
    ]
    lines(word, said, signed)


def _saved(word: Word) -> bytes:
    """Without the hour at which it was zipped."""
    raw, out = io.BytesIO(), io.BytesIO()
    word.save(raw)
    with zipfile.ZipFile(raw) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for part in given.infolist():
            entry = zipfile.ZipInfo(part.filename, _MADE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, given.read(part.filename))
    return out.getvalue()
