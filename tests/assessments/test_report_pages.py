"""The team report on paper: what stands in it, on every page, in every size; no character is an empty box."""

import io
import logging
import re
import subprocess
import sys
from functools import lru_cache
from logging.handlers import QueueHandler
from pathlib import Path
from queue import SimpleQueue

import pikepdf
import pytest
from django.conf import settings

from assessments.report import Verify, charts, page, records, team
from assessments.report.content import Figures, Report
from assessments.report.digest import digest
from assessments.states import ReviewState
from core.documents import render_pdf
from core.language import in_chinese
from tests.assessments.report_facts import MONGOLIAN, NAMES, RARE
from tests.assessments.report_reading import fonts_of, heights_of, lines_of, missing_glyphs, pages_of
from tests.assessments.report_sources import DATED, NUMBER, REGION, source

# One worker for all of them: another would print the same reports again.
pytestmark = pytest.mark.xdist_group("report_pages")
LOOKUP = "https://portal.invalid/verify/"
VERIFY = Verify("K7MQ4CDFGHJKMNPQ", f"{LOOKUP}K7MQ4CDFGHJKMNPQ/", LOOKUP)
SECTIONS = (
    "一、基本情况", "二、年度数据", "三、演练和培训", "四、问题整改", "五、表彰奖励和测评等级", "六、述职报告",
    "七、考核得分", "八、考核结果和意见", "队员名册",
)  # fmt: skip
HEAD = "序号编号姓名"


def built(members: int = 30, **told: object) -> Report:
    with in_chinese():
        return team.build(source(members, **told), region=REGION, dated=DATED, number=NUMBER)  # type: ignore[arg-type]


def printed(members: int = 30, state: str = ReviewState.FINAL) -> bytes:
    return _printed(members, state)[0]


def complaints_of(members: int) -> tuple[str, ...]:
    """What WeasyPrint said: characters no font has, rules it ignored."""
    return _printed(members, ReviewState.FINAL)[1]


@lru_cache
def _printed(members: int, state: str) -> tuple[bytes, tuple[str, ...]]:
    said, report = QueueHandler(SimpleQueue()), built(members, state=state)
    logging.getLogger("weasyprint").addHandler(said)
    try:
        data = page.pdf(report, digest(report), VERIFY)
    finally:
        logging.getLogger("weasyprint").removeHandler(said)
    heard = []
    while not said.queue.empty():
        heard.append(said.queue.get().getMessage())
    return data, tuple(heard)


def test_report_has_all_sections_in_six_to_twelve_pages() -> None:
    pages = pages_of(printed())
    text = "".join(pages)
    assert 6 <= len(pages) <= 12
    found = [text.index(title) for title in SECTIONS]
    assert found == sorted(found)
    assert "敖特根巴雅尔·孟和" in text
    assert "86.67%" in text
    assert "24286.5" in text  # present, listed, hours
    assert "现为30，" in text  # why a line has its points
    assert "夜间科目不足（演示）" in text
    assert "承办全区演练（演示）" in text
    assert "经核实，不成立。" in text
    assert "优秀（95.5分）" in pages[0]
    assert "党建工作" not in text  # nothing was written of it
    assert "装备" not in text.replace("装备保管", "")  # the portal keeps none yet


def test_what_was_none_is_neither_drawn_nor_counted() -> None:
    quiet = source(0)
    assert quiet.snapshot is not None
    quiet.snapshot.facts["months"] = {"drills": [0] * 12, "trainings": [0] * 12, "hours": [0.0] * 12}
    quiet.snapshot.values = {"drills_held": "0", "members_party": "0", "members_registered": "0.00"}
    (figures,) = records.figures(quiet)
    assert isinstance(figures, Figures)
    assert {number for _label, number, _unit in figures.items} == {"0"}
    assert len(figures.items) == 2  # what the standard asks is said also when it is nought


def test_who_objected_is_not_printed() -> None:
    text = "".join(pages_of(printed()))
    assert "不可印出" not in text
    assert "13900000000" not in text


def test_number_digest_and_page_number_stand_on_every_foot() -> None:
    report, pages = built(), pages_of(printed())
    for place, text in enumerate(pages, 1):
        assert f"编号{NUMBER}内容校验{digest(report)[:8]}" in text
        assert (f"—{place}—" in text) == (place > 1)  # the cover counts and shows none
    assert "核验码K7MQ-4CDF-GHJK-MNPQ" in pages[0]
    assert digest(report) in pages[0]


@pytest.mark.parametrize(("members", "least", "most"), [(0, 6, 9), (1, 6, 9), (30, 6, 12), (300, 12, 20)])
def test_any_number_of_members(members: int, least: int, most: int) -> None:
    data = printed(members)
    pages = pages_of(data)
    assert least <= len(pages) <= most
    start = next(place for place, text in enumerate(pages) if "队员名册" in text)
    annex = pages[start:]
    assert all((HEAD in text) == bool(members) for text in annex)  # the head is on each
    rows = "".join(re.sub(f"{NUMBER}内容校验[0-9a-f]+", "", text) for text in annex)
    assert [int(number) for number in re.findall(r"\d{4}(?=[^\d-])", rows)] == list(range(1, members + 1))
    assert (f"共{members}人" in annex[-1]) == bool(members)
    assert "没有在册队员" in annex[-1] or members
    assert complaints_of(members) == ()
    assert missing_glyphs(data) == 0


def test_short_tables_do_not_pull_each_other_to_the_next_page() -> None:
    many = source(1)
    assert many.snapshot is not None
    many.snapshot.facts["drills"] *= 12  # the last page of drills and trainings is half full
    with in_chinese():
        report = team.build(many, region=REGION, dated=DATED, number=NUMBER)
    (last,) = [text for text in pages_of(page.pdf(report, digest(report), VERIFY)) if "PX-150722-2026-004" in text]
    assert "四、问题整改" in last
    assert "五、表彰奖励" in last


def test_rows_of_many_lines_follow_their_heading() -> None:
    """Three of them fill more than a page: kept together, they left the heading alone on its page."""
    told = source(3)
    told.basis.adjustments = told.basis.adjustments * 9
    for one in told.basis.adjustments:
        one.grounds = "依据" * 150
    with in_chinese():
        report = team.build(told, region=REGION, dated=DATED, number=NUMBER)
    (first,) = [text for text in pages_of(page.pdf(report, digest(report), VERIFY)) if "加分、扣分和否决" in text]
    assert "承办全区演练" in first


def test_long_opinions_go_on_over_the_page_and_leave_none_empty() -> None:
    """Kept whole, each would begin a page, and what stands before it would be alone on its own."""
    told = source(30)
    review = told.review
    review.league_opinion = "情况属实，问题整改仍需加快（演示）。\n" * 60
    review.region_opinion = "同意盟市考核意见（演示）。" * 120
    with in_chinese():
        report = team.build(told, region=REGION, dated=DATED, number=NUMBER)
    pages = pages_of(page.pdf(report, digest(report), VERIFY))
    (first,) = (text for text in pages if "队伍意见" in text)
    assert "盟市考核意见" in first
    (last,) = (text for text in pages if "自治区审定意见" in text)
    assert "情况属实" in last, "the opinion before it ends on the same page"


@pytest.mark.parametrize("lines", range(22, 36, 2))
def test_hands_and_stamp_never_stand_on_a_page_without_what_is_signed(lines: int) -> None:
    told = source(1)
    told.review.league_opinion = "情况属实（演示）。\n" * lines
    told.review.region_opinion = "同意盟市考核意见（演示）。" * lines * 3
    with in_chinese():
        report = team.build(told, region=REGION, dated=DATED, number=NUMBER)
    pages = pages_of(page.pdf(report, digest(report), VERIFY))
    for said, stamp in (("情况属实（演示）。", told.review.office.name), ("同意盟市考核意见", REGION)):
        (signed,) = (text for text in pages if f"{stamp}（盖章）" in text)
        assert said in signed[: signed.index(f"{stamp}（盖章）")]


def test_what_cannot_be_drawn_is_left_out() -> None:
    """The line break of Word (\\x0b) and other control characters come along with what is pasted."""
    text = "".join(
        pages_of(render_pdf("pdf/official.html", {"title": "示例", "text": [("p", "甲\x0b乙\x07丙\ufffe丁")]}))
    )
    assert "甲乙丙丁" in text


def test_hard_characters_are_drawn_and_can_be_copied() -> None:
    text = "".join(pages_of(printed()))
    assert all(character in text for character in f"{RARE}{MONGOLIAN}".replace(" ", ""))
    assert NAMES[1] in text
    fonts = fonts_of(printed())
    assert all(fonts.values())
    assert any("Mongolian" in name for name in fonts)
    broken = render_pdf("pdf/official.html", {"title": "示例", "text": [("p", "\U0010fffd")]})
    assert missing_glyphs(broken) > 0  # no font has this private character: the test would see it


def test_paper_is_written_as_pdf_a_2u() -> None:
    with pikepdf.open(io.BytesIO(printed())) as pdf:
        with pdf.open_metadata() as about:
            assert (about["pdfaid:part"], about["pdfaid:conformance"]) == ("2", "U")
            assert NUMBER in about["dc:title"]
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"


def test_text_of_the_self_report_has_twenty_eight_characters_a_line() -> None:
    long = "字" * 28 * 40
    report = built(report={"basics": long}, league_opinion="赞" * 3000)
    text = page.pdf(report, digest(report))
    lines = [[line for line in each if set(line) == {"字"}] for each in lines_of(text)]
    assert max(len(line) for each in lines for line in each) == 28
    assert sum(each.count("字" * 28) for each in lines) >= 38
    assert max(map(len, lines)) == 22
    said = "".join(pages_of(text))
    assert said.count("赞") == 3000  # a box longer than a page goes on, and its hand and stamp follow
    assert said.index("呼伦贝尔市红十字会（盖章）") > said.rindex("赞")


def test_what_is_not_final_says_so_on_every_page_and_carries_no_code() -> None:
    pages = pages_of(printed(state=ReviewState.SUBMITTED))
    assert all("考核尚未办结（待盟市考核），不作凭证" in text for text in pages)
    assert "核验码" not in pages[0]
    assert "考核尚未审定，没有结果" in "".join(pages)
    assert "草稿" not in "".join(pages_of(printed()))


def test_team_that_takes_no_part_has_its_reason() -> None:
    report = built(state=ReviewState.EXEMPT, state_reason="当年新建（演示）", self_total=None, league_total=None)
    text = "".join(pages_of(page.pdf(report, digest(report))))
    assert report.mark == ""
    assert "不参加本年度考核" in text
    assert "当年新建（演示）" in text


def test_same_inputs_give_the_same_bytes_in_any_process() -> None:
    program = (
        "import django, sys; django.setup()\n"
        "from tests.assessments.test_report_pages import printed\n"
        "sys.stdout.buffer.write(printed(1))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, cwd=settings.BASE_DIR)
    assert done.stdout == printed(1)


def test_digest_follows_every_input() -> None:
    first = digest(built())
    assert first == digest(built())
    others = {digest(built(31)), digest(built(state=ReviewState.DECIDED)), digest(built(league_opinion="另一意见"))}
    assert len({first, *others}) == 4
    assert "object at 0x" not in repr(built())  # a text that is still to be translated would differ each time


def test_every_list_of_fonts_ends_alike() -> None:
    chain = ["Noto Serif CJK SC", "Noto Sans CJK SC", "Noto Sans Mongolian"]
    for sheet in sorted(Path(settings.BASE_DIR, "static/pdf").glob("*.css")):
        for line in sheet.read_text().splitlines():
            for list_of_fonts in re.findall(r'"[^"]+"(?:, "[^"]+")+', line):
                names = re.findall(r'"([^"]+)"', list_of_fonts)
                if names[0] != "Noto Sans Mongolian":  # a line in that script begins with it
                    assert names[-3:] == chain, f"{sheet.name}: {list_of_fonts}"
    song = re.search(r"--song: (.+);", Path(settings.BASE_DIR, "static/pdf/fonts.css").read_text())
    assert song is not None
    assert charts.FONTS.split(",") == re.findall(r'"([^"]+)"', song[1])


def test_charts_print_every_number_also_when_there_is_nothing() -> None:
    drawn = charts.bars(["1月", "<2月>"], ["0", "12.5"])
    assert ">12.5<" in drawn
    assert ">0<" in drawn
    assert "&lt;2月&gt;" in drawn
    assert "<rect" not in charts.bars(["1月"], ["0"])
    assert "0 人" in charts.shares([("在册", 0)], 0, "人")
    assert "（50%）" in charts.shares([("持证", 5)], 10, "人")


@pytest.mark.parametrize("letters", [20, 40, 41, 100])
def test_the_signature_stands_below_the_facts_of_the_cover_however_long_the_name(letters: int) -> None:
    report = built(0, name=("阿拉坦其其格" * 20)[:letters])
    data = page.pdf(report, digest(report), VERIFY)
    (number,) = heights_of(data, 0, f"报告编号{NUMBER}") or heights_of(data, 0, NUMBER)[:1]
    signed = min(heights_of(data, 0, report.issuer))
    assert signed[1] < number[0] - 20
