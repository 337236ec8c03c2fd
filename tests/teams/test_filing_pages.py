"""The page of a filing, its list and its paper: who sees what, how far it is, what was said."""

from datetime import timedelta
from io import BytesIO
from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from core.models import AccessLog
from teams.filings.drafting import begin
from teams.filings.printed_form import form_context
from teams.filings.usual_times import Usual, in_words, usual
from teams.models import FieldComment, Filing, FilingStep
from teams.views.filings import FilingList
from teams.workflow import WORKFLOW, note
from tests.core.list_checks import assert_constant_queries, assert_sorts_by_index, assert_tampering_is_told, queries_of
from tests.teams import builders

pytestmark = pytest.mark.django_db
LIST = reverse("teams:filing_list")
BANNER = {"name": "松山区红十字赈济救援队（演示）", "level": "banner_county"}
MOST = 10


def text(response) -> str:
    return response.content.decode()


# -- the page ---------------------------------------------------------------------------------------------
def test_it_shows_where_it_lies_and_what_each_may_do(as_user, songshan, chifeng, region, baotou, leader, office):
    filing = builders.submitted(songshan, office("150404"), **BANNER)
    page = as_user(songshan).get(filing.get_absolute_url())
    assert [(stop.duty, stop.state) for stop in page.context["stops"]] == [
        ("登记", "已办"), ("审核", "在办"), ("审定备案", "未到"),
    ]  # fmt: skip
    assert "现在在赤峰市红十字会（审核）" in text(page)
    assert "撤回" in text(page)
    assert f'href="{reverse("teams:desk_filing", args=[filing.pk])}' not in text(page)
    assert reverse("teams:desk_filing", args=[filing.pk]) in text(as_user(chifeng).get(filing.get_absolute_url()))
    watching = text(as_user(region).get(filing.get_absolute_url()))
    assert "去审核" not in watching
    assert "撤回" not in watching
    assert as_user(baotou).get(filing.get_absolute_url()).status_code == 404
    assert "right=view_team" in watching


def test_telephones_are_masked(as_user, songshan, chifeng, office):
    filing = builders.submitted(songshan, office("150404"), **BANNER)
    page = text(as_user(chifeng).get(filing.get_absolute_url()))
    assert "13800000011" not in page
    assert "138****0011" in page
    assert "0476-1234567" not in page


def test_a_change_shows_old_beside_new(as_user, chifeng, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    posts = [{**builders.CAPTAIN, "name": "包玉山"}, *builders.DEPUTIES]
    filing = builders.changing(team, chifeng, posts=posts)
    page = as_user(chifeng).get(filing.get_absolute_url())
    assert "<del>阿拉坦·苏都</del>" in text(page)
    assert "<ins>包玉山</ins>" in text(page)
    assert page.context["tabs"][0]["count"] == 1
    whole = as_user(chifeng).get(f"{filing.get_absolute_url()}?tab=all")
    assert {section.key for section in whole.context["sheet"]} > {"about", "base", "support"}


def test_the_reviewer_of_a_returned_filing_sees_what_was_handed_in(as_user, songshan, chifeng, office):
    filing = builders.submitted(songshan, office("150404"), **BANNER)
    WORKFLOW.perform(filing, "return_for_changes", by=chifeng, comment="请改", fields={"base_address": "门牌号不对"})
    draft = Filing.objects.get(pk=filing.pk)
    draft.payload = {**draft.payload, "base_address": "改到一半"}
    draft.save()
    assert "改到一半" not in text(as_user(chifeng).get(filing.get_absolute_url()))
    own = as_user(songshan).get(filing.get_absolute_url())
    assert "改到一半" in text(own)
    assert own.context["remarks"][0].answered
    assert "门牌号不对" in text(own)


def test_each_round_can_be_looked_at(as_user, songshan, chifeng, office):
    filing = builders.submitted(songshan, office("150404"), **BANNER)
    WORKFLOW.perform(filing, "return_for_changes", by=chifeng, comment="请改")
    draft = Filing.objects.get(pk=filing.pk)
    draft.payload = {**draft.payload, "base_address": "演示路 2 号"}
    draft.save()
    WORKFLOW.perform(draft, "resubmit", by=songshan)
    client, page = as_user(chifeng), filing.get_absolute_url()
    assert "演示路 1 号" in text(client.get(f"{page}?round=1"))
    assert "演示路 2 号" in text(client.get(f"{page}?round=2"))
    for strange in ("3", "0", "x", "%00", "1e9"):
        assert client.get(f"{page}?round={strange}").status_code == 404
    assert client.get(f"{page}?tab=nonsense").status_code == 200


def test_the_story_tells_moves_notes_and_comments(as_user, songshan, chifeng, office):
    filing = builders.submitted(songshan, office("150404"), **BANNER)
    note(filing, "urge", by=chifeng, comment="请尽快")
    FieldComment.objects.create(filing=filing, round_no=1, field="base_address", text="门牌号不对", by=chifeng)
    WORKFLOW.perform(filing, "return_for_changes", by=chifeng, comment="请改")
    story = as_user(songshan).get(f"{filing.get_absolute_url()}?tab=story").context["history"]
    assert [str(entry["label"]) for entry in story] == ["退回修改", "催办", "提交（第 1 轮）"]
    assert (story[0]["comment"], story[0]["changes"]) == ("请改", [{"label": "驻地地址", "new": "门牌号不对"}])
    assert story[2]["who"].startswith("松山")


def test_a_rejected_one_quotes_why(as_user, songshan, chifeng, office):
    filing = builders.submitted(songshan, office("150404"), **BANNER)
    WORKFLOW.perform(filing, "reject", by=chifeng, comment="与已有队伍重复")
    assert "与已有队伍重复" in text(as_user(songshan).get(filing.get_absolute_url()))


def test_pages_of_a_filing_keep_their_query_count(as_user, songshan, chifeng, office):
    filing = builders.submitted(songshan, office("150404"), **BANNER)
    client = as_user(chifeng)
    for query in ("", "?tab=papers", "?tab=story"):
        listing = queries_of(client, filing.get_absolute_url() + query)
        assert len(listing) <= MOST, (query, len(listing), "\n".join(listing))


# -- how long it takes ----------------------------------------------------------------------------------------
def test_how_long_a_step_takes_is_the_median_of_the_latest(chifeng, region, office):
    place, key = office("150000"), (office("150000").pk, "file")
    assert usual([key]) == {}
    for days in (1, 3, 20):
        filing = begin("register", by=chifeng, office=office("150400"))
        now = timezone.now()
        FilingStep.objects.create(
            filing=filing, position=1, office=place, duty="file", days=15, state="done",
            started_at=now - timedelta(days=days), decided_at=now,
        )  # fmt: skip
    assert usual([key, (office("150400").pk, "review")]) == {key: Usual(3, 3)}
    assert in_words(Usual(3, 3)) == "一般 3 天"
    assert in_words(Usual(0, 9)) == "一般当天办结"
    assert "说不准" in in_words(None)


# -- the list -----------------------------------------------------------------------------------------------
def test_in_whose_hands(as_user, songshan, chifeng, region, office):
    lying = builders.submitted(songshan, office("150404"), **BANNER)
    own = builders.submitted(chifeng, office("150400"))
    draft = begin("register", by=chifeng, office=office("150400"))

    def listed(user, queue):
        rows = as_user(user).get(LIST, {"queue": queue}).context["page_obj"].object_list
        return {row.pk for row in rows}

    assert [listed(chifeng, name) for name in ("mine", "ours", "waiting", "below")] == [
        {lying.pk}, {draft.pk}, {own.pk}, set(),
    ]  # fmt: skip
    assert listed(songshan, "waiting") == {lying.pk}
    assert [listed(region, name) for name in ("mine", "below")] == [{own.pk}, {lying.pk}]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"kind": "register"}, 2), ({"kind": "exit"}, 0), ({"state": "submitted"}, 1), ({"level": "banner_county"}, 1),
        ({"q": "赈济"}, 1), ({"q": "BA-150404"}, 1), ({"overdue": "true"}, 1), ({"filed_after": "2020-01-01"}, 0),
        ({"submitted_after": "2020-01-01"}, 1), ({"submitted_before": "2020-01-01"}, 0),
    ],
)  # fmt: skip
def test_filters(as_user, songshan, chifeng, office, query, expected):
    filing = builders.submitted(songshan, office("150404"), **BANNER)
    Filing.objects.filter(pk=filing.pk).update(due_on=timezone.localdate() - timedelta(days=2))
    begin("register", by=songshan, office=office("150404"))
    page = as_user(chifeng).get(LIST, query)
    assert page.context["paginator"].count == expected
    if query == {"overdue": "true"}:
        assert "超期 2 天" in text(page)


def test_another_league_finds_none_of_it(as_user, songshan, baotou, office):
    filing = builders.submitted(songshan, office("150404"), **BANNER)
    client = as_user(baotou)
    assert client.get(LIST, {"q": "赈济"}).context["paginator"].count == 0
    assert client.get(reverse("teams:filing_form", args=[filing.pk])).status_code == 404
    assert BANNER["name"] not in text(client.get(LIST))


def test_list_keeps_its_query_count_and_its_manners(as_user, chifeng, office):
    def grow(step: int) -> None:
        for _number in range(step):
            begin("register", by=chifeng, office=office("150400"), name=f"赤峰市红十字{Filing.objects.count()}队")

    client = as_user(chifeng)
    assert_constant_queries(client, LIST, grow, steps=(1, 3, 10))
    assert_tampering_is_told(client, LIST)
    assert_sorts_by_index(FilingList)


def test_list_is_exported(as_user, songshan, chifeng, office):
    builders.submitted(songshan, office("150404"), **BANNER)
    answer = as_user(chifeng).get(LIST, {"export": "xlsx"})
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)[:2] == b"PK"


# -- on paper -----------------------------------------------------------------------------------------------
def words_of(answer) -> str:
    return "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(answer.content)).pages)


def test_the_paper_form(as_user, songshan, chifeng, region, leader, office):
    draft = builders.drafted(songshan, office("150404"), **BANNER)
    client, page = as_user(songshan), reverse("teams:filing_form", args=[draft.pk])
    answer = client.get(page)
    assert answer["Content-Type"] == "application/pdf"
    assert quote(f"应急救援队登记备案表 {draft.name}.pdf") in answer["Content-Disposition"]
    words = words_of(answer)
    assert "草稿" in words
    assert "示例样式" in words
    assert AccessLog.objects.filter(kind="downloaded").count() == 1
    builders.papers(draft, songshan)
    filing = WORKFLOW.perform(draft, "submit", by=songshan)
    WORKFLOW.perform(filing, "accept", by=chifeng, comment="材料齐全，同意上报。")
    context = form_context(Filing.objects.get(pk=filing.pk), full=True)
    assert context["draft"] is False
    assert [line["opinion"] for line in context["steps"]] == ["已登记。", "材料齐全，同意上报。", ""]
    for person, phones in ((songshan, True), (chifeng, True), (region, True), (leader, False)):
        words = words_of(as_user(person).get(page))  # whole for whoever has to do with it
        assert ("13800000011" in words, "138****0011" in words) == (phones, not phones), person
    assert len(context["papers"]) == 5


# -- finding it ---------------------------------------------------------------------------------------------
def test_a_renaming_is_found_by_the_name_so_far_and_by_the_new_one(as_user, chifeng, region, baotou, office):
    team = builders.filed(chifeng, office("150400"), region)
    filing = builders.changing(team, chifeng, name="敖特根红十字救援队")
    for person, term, found in (
        (chifeng, "赤峰市红十字测试", True), (chifeng, "敖特根", True), (chifeng, "没有这支", False),
        (region, "测试救援队", True), (baotou, "测试救援队", False),
    ):  # fmt: skip
        client = as_user(person)
        listed = {row.record.pk for row in client.get(LIST, {"q": term}).context["table"].rows}
        assert (filing.pk in listed) is found, (person, term)
        answer = text(client.get(reverse("portal:search"), {"q": term}))
        assert (filing.get_absolute_url() in answer) is found, (person, term)
