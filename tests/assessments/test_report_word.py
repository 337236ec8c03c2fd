"""The same report as .docx: the same words, headings and tables, nothing that could be taken for the verified paper."""

import io

import docx
import pytest
from docx.oxml.ns import qn

from assessments.report.digest import digest
from assessments.report.word import docx as written
from assessments.states import ReviewState
from tests.assessments.report_facts import RARE
from tests.assessments.test_report_pages import SECTIONS, built
from tests.assessments.test_report_summaries import of_league, of_region, several


def read(report: object) -> docx.document.Document:
    return docx.Document(io.BytesIO(written(report, digest(report))))  # type: ignore[arg-type]


def words_of(word: docx.document.Document) -> str:
    cells = (cell.text for table in word.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(paragraph.text for paragraph in word.paragraphs), *cells])


def test_copy_says_the_same() -> None:
    word = read(built(30))
    headings = [one.text for one in word.paragraphs if one.style.name == "Heading 1"]
    assert headings == list(SECTIONS)
    words = words_of(word)
    assert RARE[:3] in words
    assert "夜间科目不足（演示）" in words
    assert "不可印出" not in words
    members = next(table for table in word.tables if table.cell(0, 0).text == "序号")
    assert len(members.rows) == 31
    assert members.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert members.rows[9]._tr.trPr.find(qn("w:cantSplit")) is not None


def test_what_no_file_can_hold_is_left_out() -> None:
    assert "甲 乙" in words_of(read(built(league_opinion="甲\x07乙")))


def test_copy_is_no_document_to_verify() -> None:
    word = read(built())
    foot = "".join(one.text for one in word.sections[0].footer.paragraphs)
    assert "以 PDF 为准" in foot
    assert digest(built())[:8] in foot
    assert "核验码" not in words_of(word)
    assert "尚未办结" in words_of(read(built(state=ReviewState.RETURNED)))


def test_same_data_give_the_same_bytes() -> None:
    assert written(built(), digest(built())) == written(built(), digest(built()))


@pytest.mark.parametrize("report", [built(0), built(300), of_league(several(3)), of_region(several(3)), of_league([])])
def test_copy_of_any_size_can_be_read(report: object) -> None:
    word = read(report)
    assert word.tables
    assert word.core_properties.title
