"""A year through the pages, as the people use them."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.annual.enrolling import add
from assessments.annual.scores import sign_of
from assessments.annual.section_writing import mark_of
from assessments.annual.sections import SECTIONS
from assessments.models import Campaign, Objection, Review, ReviewScore
from assessments.scoring import plain
from assessments.views.campaigns import CampaignList
from assessments.views.review_list import ReviewList
from core.models import Attachment
from organizations.models import Appointment, Organization, User
from organizations.permissions import grant
from tests.assessments import annual, builders
from tests.core.list_checks import assert_constant_queries, assert_sorts_by_index, assert_tampering_is_told, queries_of
from tests.core.sample_files import pdf
from tests.people.leaks import text_of

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


def at(route: str, *args: Any) -> str:
    return reverse(f"assessments:{route}", args=args)


def lines(of: Review, side: str, **typed: str) -> dict[str, str]:
    """A form as the page has it, with ``typed`` by ``<code with _>``: value, and ``note_…``."""
    data: dict[str, str] = {}
    for one in of.campaign.standard.indicators.exclude(method="heading"):
        row = ReviewScore.objects.filter(review=of, indicator=one, scored_by=side).first()
        value = None if row is None else row.points if one.method == "judged" else row.value
        data |= {f"i{one.pk}_value": "" if value is None else plain(value), f"i{one.pk}_note": row.note if row else "",
                 f"i{one.pk}_seen": sign_of(row)}  # fmt: skip
        code = one.code.replace(".", "_")
        for name, part in ((f"v{code}", "value"), (f"n{code}", "note")):
            if name in typed:
                data[f"i{one.pk}_{part}"] = typed[name]
    return data


def version(of: Review) -> str:
    return str(Review.objects.values_list("version", flat=True).get(pk=of.pk))


def test_a_year_from_the_notice_to_the_result(
    region: User, captain: User, chifeng: User, baotou: User, as_user: As
) -> None:
    annual.team(captain.organization)
    standard = builders.standard("annual")
    top, team, league = as_user(region), as_user(captain), as_user(chifeng)

    # the region prepares and opens it
    data = {"year": "2025", "standard": standard.pk, "data_until": "2025-12-31", "report_by": "2026-01-15"}
    assert top.post(at("campaign_create"), data).status_code == 302
    assert "这一年的年度考核已经建立" in top.post(at("campaign_create"), data).content.decode()
    year = Campaign.objects.get(year=2025)
    assert team.get(year.get_absolute_url()).status_code == 404  # still being prepared
    assert "支队伍都可以" in top.get(at("campaign_move", year.pk), {"action": "open"}).content.decode()
    assert top.post(at("campaign_move", year.pk), {"action": "open", "sent": "1"}).status_code == 302
    review = Review.objects.get(campaign=year, team=captain.organization.team)
    annual.taken(review)
    page = review.get_absolute_url()

    # the captain writes what cannot be told from records
    assert "带出初稿" in team.get(page).content.decode()
    assert team.post(at("review_begin", review.pk)).status_code == 302
    review.refresh_from_db()
    assert "年末在册队员24人" in review.report["team"]
    for section in ("problems", "plans", "basics", "team", "training", "funds"):
        text = f"{review.report.get(section, '')}演示：照常。"
        seen = mark_of(review.report.get(section, ""))
        assert team.post(at("review_edit", review.pk, section), {"text": text, "seen": seen}).status_code == 302
    team.post(at("review_reporter", review.pk), {"reporter": "阿拉坦·苏都", "version": version(review)})
    team.post(at("review_self", review.pk), lines(review, "team", v1_3="1", v2_1="36"))
    assert "可以报送了" in team.get(page).content.decode()
    team.post(at("review_move", review.pk), {"action": "submit", "version": version(review)})
    review.refresh_from_db()
    assert (review.state, review.self_total) == ("submitted", Decimal(96))

    # another league finds none of it; the captain cannot score
    stranger = as_user(baotou)
    for route in ("review_detail", "review_sheet", "review_score", "review_history"):
        assert stranger.get(at(route, review.pk)).status_code == 404
    assert team.get(at("review_score", review.pk)).status_code == 403
    assert team.post(at("review_score", review.pk), {"action": "score"}).status_code == 403
    assert not stranger.get(at("review_list")).context["table"].data.data

    # the league returns one line, the captain lands on it and mends it
    line = standard.indicators.get(code="2.1")
    given = {
        "action": "return_for_changes",
        "comment": "请核对",
        f"field_i{line.pk}": "没有记录",
        "field_plans": "写明哪几件事",
        "version": version(review),
    }
    assert league.post(at("review_move", review.pk), given).status_code == 302
    shown = team.get(page).content.decode()
    assert "没有记录" in shown
    assert f"{at('review_self', review.pk)}#i{line.pk}" in shown
    assert "没有记录" in team.get(at("review_self", review.pk)).content.decode()
    team.post(at("review_self", review.pk), lines(review, "team", v2_1="30", n2_1="按记录改"))
    assert "已改" in team.get(page).content.decode()
    team.post(at("review_move", review.pk), {"action": "resubmit", "version": version(review)})

    # the league agrees to the rest and scores
    desk = at("review_score", review.pk)
    again = text_of(league.get(desk))
    assert "退回后改过" in again
    for words, mended in (("没有记录", "已改"), ("写明哪几件事", "没有改")):
        assert re.search(rf"{words} <span class=\"\w+-text\">{mended}</span>", again)
    league.post(desk, {**lines(review, "league"), "action": "agree", "version": version(review)})
    done = {**lines(review, "league"), "action": "score", "opinion": "同意", "version": version(review)}
    long = league.post(desk, {**done, "opinion": "属实。" * 1100})
    assert "现在 3300 字" in text_of(long)
    assert "属实。" * 1100 in long.content.decode(), "what was typed is not cut"
    review.refresh_from_db()
    assert (review.state, review.league_opinion) == ("submitted", "")
    assert league.post(desk, {**done, "version": version(review)}).status_code == 302
    review.refresh_from_db()
    assert (review.state, review.league_total, review.league_opinion) == ("scored", Decimal(90), "同意")

    # the region decides, publishes, concludes
    batch = at("review_batch", year.pk)
    assert captain.organization.name in top.get(batch).content.decode()
    top.post(batch, {"pick": [f"{review.pk}:{version(review)}"]})
    review.refresh_from_db()
    assert (review.state, str(review.result)) == ("decided", "优秀")
    today = timezone.localdate()
    days = {"public_from": f"{today - timedelta(days=9)}", "public_until": f"{today - timedelta(days=2)}"}
    assert top.post(at("campaign_publicise", year.pk), days).status_code == 302
    top.post(at("campaign_conclude", year.pk))
    review.refresh_from_db()
    assert review.state == "final"
    for one in year.reviews.exclude(pk=review.pk):
        top.post(at("review_move", one.pk), {"action": "exempt", "reason": "演示", "version": one.version})
    top.post(at("campaign_move", year.pk), {"action": "close", "sent": "1"})
    year.refresh_from_db()
    assert year.state == "closed"
    story = team.get(at("review_history", review.pk)).content.decode()
    for words in ("没有记录", "重新报送", "考核完成", "审定", "办结"):
        assert words in story

    # an appeal is upheld when the year is closed: the page leads to what has to be done first
    about = {"review": review, "kind": "appeal", "received_on": today, "raised_by": "本队", "what": "次数"}
    said = {"answer": "属实", "outcome": "upheld", "answered_by": region, "answered_at": timezone.now()}
    Objection.objects.create(**about, **said, created_by=captain)
    page = at("review_detail", review.pk)
    assert "重新打开以后才能重新审定" in text_of(team.get(page))
    reopen = f"{at('campaign_move', year.pk)}?action=reopen"
    assert reopen not in team.get(page).content.decode()
    assert reopen in top.get(page).content.decode()
    top.post(at("campaign_move", year.pk), {"action": "reopen", "comment": "申诉成立"})
    assert "action=reconsider" in top.get(page).content.decode()


def test_an_unchanged_team_finishes_with_a_dozen_presses(region: User, captain: User, as_user: As) -> None:
    """Last year's words and answers, with this year's numbers: one press for each, and nothing typed."""
    place = captain.organization
    before = annual.review(annual.campaign(region, 2024), place)
    annual.written(before)
    now = annual.review(annual.campaign(region, standard=before.campaign.standard), place, snapshot=False)
    annual.taken(now, members_registered="31")
    client, presses = as_user(captain), 0

    def press(address: str, **data: str) -> Any:
        nonlocal presses
        presses += 1
        return client.post(address, data, follow=True)

    page = press(at("review_begin", now.pk))
    while page.context.get("left"):
        form = page.content.decode()
        assert form.count('data-key="a"') == 1  # the same key each time
        key = form.split('data-key="a"')[0].rsplit('name="section" value="', 1)[1].split('"')[0]
        page = press(at("review_confirm", now.pk), section=key)
    now.refresh_from_db()
    if not now.reporter:
        press(at("review_reporter", now.pk), reporter="阿拉坦·苏都", version=version(now))
    press(at("review_move", now.pk), action="submit", version=version(now))
    now.refresh_from_db()
    assert now.state == "submitted"
    assert now.report["plans"] == "下年计划：演示内容。"
    assert ReviewScore.objects.get(review=now, indicator__code="2.1", scored_by="team").points == Decimal(35)
    assert presses <= len(SECTIONS) + 4


def test_this_years_numbers_stand_in_last_years_words(region: User, captain: User, as_user: As) -> None:
    place = captain.organization
    before = annual.review(annual.campaign(region, 2024), place)
    client = as_user(captain)
    client.post(at("review_begin", before.pk))
    before.refresh_from_db()
    before.report["team"] += "全队轮训一遍。"
    before.report["training"] = "自己写的：练了水上救援。"
    before.save()
    now = annual.review(annual.campaign(region, standard=before.campaign.standard), place, snapshot=False)
    annual.taken(now, members_registered="31")
    client.post(at("review_begin", now.pk))
    now.refresh_from_db()
    assert now.report["team"].startswith("年末在册队员31人")
    assert now.report["team"].endswith("全队轮训一遍。")
    assert now.report["training"] == "自己写的：练了水上救援。"
    assert {"team", "training"} <= set(now.carried)


def test_what_somebody_else_wrote_meanwhile_is_not_overwritten(region: User, captain: User, as_user: As) -> None:
    now = annual.review(annual.campaign(region), captain.organization)
    now.report = {"plans": "信息员写的"}
    now.save()
    client = as_user(captain)
    answer = client.post(at("review_edit", now.pk, "plans"), {"text": "队长写的", "seen": mark_of("")})
    assert answer.status_code == 409
    assert "信息员写的" in answer.content.decode()
    assert "队长写的" in answer.content.decode()
    again = {"text": "队长写的", "seen": answer.context["form"]["seen"].value()}
    assert client.post(at("review_edit", now.pk, "plans"), again).status_code == 302
    now.refresh_from_db()
    assert now.report["plans"] == "队长写的"


def test_a_line_somebody_else_changed_stays(region: User, captain: User, as_user: As) -> None:
    now = annual.review(annual.campaign(region), captain.organization)
    opened = lines(now, "team", v2_1="30", v1_3="1")
    annual.answered(now, "team", {"2.1": {"points": Decimal(12)}})
    answer = as_user(captain).post(at("review_self", now.pk), opened, follow=True)
    assert "别人刚改过" in answer.content.decode()
    kept = dict(ReviewScore.objects.filter(review=now).values_list("indicator__code", "points"))
    assert kept == {"2.1": Decimal(12), "1.3": None}


def test_bad_numbers_are_told_and_the_rest_is_kept(region: User, captain: User, as_user: As) -> None:
    now = annual.review(annual.campaign(region), captain.organization)
    answer = as_user(captain).post(at("review_self", now.pk), lines(now, "team", v2_1="400", v1_3="1"))
    assert "不能超过满分 40 分" in answer.content.decode()
    assert list(ReviewScore.objects.filter(review=now).values_list("indicator__code", flat=True)) == ["1.3"]


def test_a_refusal_on_the_desk_leads_to_the_lines_it_names(
    region: User, captain: User, chifeng: User, as_user: As
) -> None:
    """Fifty lines further down nobody finds “2.1” by looking."""
    now = annual.in_state("submitted", annual.campaign(region), captain.organization, captain, chifeng, region)
    ReviewScore.objects.filter(review=now, scored_by="league").delete()
    league, desk = as_user(chifeng), at("review_score", now.pk)
    by_code = {one.code: one.pk for one in now.campaign.standard.indicators.all()}

    def finish(**typed: str) -> str:
        said = {**lines(now, "league", **typed), "action": "score", "version": version(now), "opinion": ""}
        return league.post(desk, said, follow=True).content.decode()

    answer = finish(v1_1="20")
    for code in ("1.3", "2.1"):
        assert f'<a href="#i{by_code[code]}">{code}</a>' in answer, "not answered"
        assert f'id="i{by_code[code]}"' in answer
    assert f'<a href="#id_i{by_code["1.1"]}_note">1.1</a>' in answer, "another number than the records', and not why"
    assert f'id="id_i{by_code["1.1"]}_note"' in answer
    answer = finish(v1_1="20", n1_1="名册重复", v1_3="1", v2_1="30")
    assert '<a href="#opinion">' in answer
    assert "errors.js" in answer
    assert Review.objects.get(pk=now.pk).state == "submitted"


def test_one_wrong_line_does_not_make_a_page_old(region: User, captain: User, chifeng: User, as_user: As) -> None:
    """What was saved beside it was written by the page itself: it may be changed once more, and the work finished."""
    now = annual.in_state("submitted", annual.campaign(region), captain.organization, captain, chifeng, region)
    league, desk = as_user(chifeng), at("review_score", now.pk)
    opened = {**lines(now, "league", v2_1="400", v1_3="0"), "action": "score", "version": version(now)}
    again = league.post(desk, {**opened, "opinion": "请核对"})
    shown = {field.html_name: field.value() or "" for field in again.context["form"]}
    judged = now.campaign.standard.indicators.get(code="2.1").pk
    yes = now.campaign.standard.indicators.get(code="1.3").pk
    mended = {**shown, f"i{judged}_value": "30", f"i{yes}_value": "1"}
    facts = {name: str(again.context[name]) for name in ("opinion", "opinion_seen", "version")}
    answer = league.post(desk, {**mended, **facts, "action": "score"}, follow=True).content.decode()
    assert "别人刚改过" not in answer
    now.refresh_from_db()
    assert (now.state, now.league_total) == ("scored", Decimal(90))
    assert now.scores.get(scored_by="league", indicator=yes).value == 1, "changed back: not what was saved first"


@pytest.mark.parametrize("part", ["self", "section", "desk"])
def test_pages_save_themselves(part: str, region: User, captain: User, chifeng: User, as_user: As) -> None:
    year = annual.campaign(region)
    now = annual.in_state(
        "submitted" if part == "desk" else "draft", year, captain.organization, captain, chifeng, region
    )
    if part == "section":
        seen = mark_of(now.report["plans"])
        answer = as_user(captain).post(at("review_autosave", now.pk, "plans"), {"text": "新的", "seen": seen})
        assert mark_of("新的") in answer.content.decode()
    elif part == "self":
        answer = as_user(captain).post(at("review_self_autosave", now.pk), lines(now, "team", v2_1="22"))
        assert "|22||" in answer.content.decode()
    else:
        typed = {**lines(now, "league", v2_1="22", n2_1="缺一项"), "opinion": "还要核对", "version": version(now)}
        answer = as_user(chifeng).post(at("review_score_autosave", now.pk), typed)
        assert "|22||缺一项" in answer.content.decode()
        assert f'value="{version(now)}" id="id_version"' in answer.content.decode()
        assert Review.objects.get(pk=now.pk).league_opinion == "还要核对"
    assert "已自动保存" in answer.content.decode()


def test_a_page_that_saves_itself_has_not_seen_what_another_wrote(
    region: User, captain: User, chifeng: User, as_user: As
) -> None:
    now = annual.in_state("submitted", annual.campaign(region), captain.organization, captain, chifeng, region)
    page, judged = {**lines(now, "league"), "version": version(now)}, now.campaign.standard.indicators.get(code="2.1")
    client, other = as_user(chifeng), {**page, **lines(now, "league", v2_1="3", n2_1="演示"), "action": "save"}
    client.post(at("review_score", now.pk), other)
    saved = client.post(at("review_score_autosave", now.pk), {**page, "opinion": "还要核对"}).content.decode()
    assert "别人刚改过" in saved
    assert f'name="i{judged.pk}_seen"' not in saved
    shown = re.search(r'name="version" value="(\d+)"', saved)
    assert shown
    page |= {"version": shown[1], "opinion": "还要核对", "action": "score"}
    answer = client.post(at("review_score", now.pk), page, follow=True)
    assert "您打开之后，这条记录改过" in answer.content.decode()
    now.refresh_from_db()
    assert (now.state, now.league_opinion) == ("submitted", "还要核对")
    assert now.scores.get(scored_by="league", indicator=judged).points == Decimal(3)


def test_an_opinion_a_colleague_wrote_is_not_wiped_by_a_page_opened_before(
    region: User, captain: User, chifeng: User, as_user: As
) -> None:
    """It is printed. A page with the words of an hour ago saves itself with every line that is scored."""
    now = annual.in_state("scored", annual.campaign(region), captain.organization, captain, chifeng, region)
    client, desk = as_user(region), at("review_decide", now.pk)
    sign = re.compile(r'name="opinion_seen" value="(\w+)"')

    def page(opinion: str, seen: str, **typed: str) -> dict[str, str]:
        words = {"opinion": opinion, "opinion_seen": seen, "version": version(now), "action": "save"}
        return {**lines(now, "region", **typed), **words}

    def stored() -> str:
        return Review.objects.get(pk=now.pk).region_opinion

    shown = sign.search(client.get(desk).content.decode())
    assert shown
    client.post(desk, page("同意，另请补训练记录。", shown[1]), follow=True)
    saved = client.post(f"{desk}autosave/", page("", shown[1], v2_1="30", n2_1="演示")).content.decode()
    assert stored() == "同意，另请补训练记录。", "the other page says nothing new"
    assert "意见别人刚改过" not in saved
    saved = client.post(f"{desk}autosave/", page("不同意。", shown[1])).content.decode()
    assert "意见别人刚改过" in saved
    assert not sign.search(saved)
    told = client.post(desk, page("不同意。", shown[1]))
    assert stored() == "同意，另请补训练记录。"
    assert "别人写的是：“同意，另请补训练记录。”" in text_of(told)
    assert "已保存" not in text_of(told)
    again = sign.search(told.content.decode())
    assert again
    assert "不同意。</textarea>" in told.content.decode()
    client.post(desk, page("不同意。", again[1]))
    assert stored() == "不同意。", "having been told, who sends again means it"
    saved = client.post(f"{desk}autosave/", page("不同意，理由见各项。", mark_of("不同意。"))).content.decode()
    assert sign.findall(saved) == [mark_of("不同意，理由见各项。")]


def test_wrong_states_are_told(region: User, captain: User, chifeng: User, as_user: As) -> None:
    year = annual.campaign(region)
    now = annual.in_state("decided", year, captain.organization, captain, chifeng, region)
    for user, route, args in (
        (captain, "review_edit", ("plans",)), (captain, "review_self", ()), (captain, "review_confirm", ()),
        (chifeng, "review_score", ()), (chifeng, "review_take", ()), (region, "review_decide", ()),
        (region, "adjustment_create", ()),
    ):  # fmt: skip
        answer = as_user(user).get(at(route, now.pk, *args), follow=True)
        assert answer.redirect_chain == [(now.get_absolute_url(), 302)], route
        assert answer.context["messages"], route


def test_looking_changes_nothing(region: User, captain: User, chifeng: User, as_user: As) -> None:
    year = annual.campaign(region)
    now = annual.in_state("submitted", year, captain.organization, captain, chifeng, region)
    before = Review.objects.filter(pk=now.pk).values().get()
    for user in (captain, chifeng, region):
        for route in ("review_detail", "review_report", "review_sheet", "review_files", "review_history"):
            assert as_user(user).get(at(route, now.pk)).status_code == 200
    assert as_user(chifeng).get(at("review_score", now.pk)).status_code == 200
    assert Review.objects.filter(pk=now.pk).values().get() == before


def test_of_two_who_decide_at_once_the_second_is_told(region: User, captain: User, chifeng: User, as_user: As) -> None:
    year = annual.campaign(region)
    now = annual.in_state("scored", year, captain.organization, captain, chifeng, region)
    shown = version(now)
    as_user(region).post(at("review_decide", now.pk), {"action": "decide", "version": shown})
    other = people_with_role(region.organization, "reviewer")
    answer = as_user(other).post(at("review_decide", now.pk), {"action": "decide", "version": shown}, follow=True)
    assert "已经办过" in answer.content.decode()
    now.refresh_from_db()
    assert now.decided_by == region


def test_what_changed_since_the_page_was_opened_is_not_decided_unseen(
    region: User, captain: User, chifeng: User, as_user: As
) -> None:
    year = annual.campaign(region)
    now = annual.in_state("scored", year, captain.organization, captain, chifeng, region)
    shown = version(now)
    as_user(region).post(
        at("adjustment_create", now.pk), {"kind": "penalty", "points": "5", "what": "演示", "grounds": "演示"}
    )
    answer = as_user(region).post(at("review_decide", now.pk), {"action": "decide", "version": shown}, follow=True)
    assert "改过" in answer.content.decode()
    assert Review.objects.get(pk=now.pk).state == "scored"


def people_with_role(place: Organization, role: str) -> User:
    other = User.objects.create_user(f"other-{role}", name="另一位（演示）", organization=place)
    grant(Appointment.objects.create(user=other, role=role, organization=place))
    return other


def test_adjustments_end_with_a_reason_and_stay(region: User, captain: User, chifeng: User, as_user: As) -> None:
    year = annual.campaign(region)
    now = annual.in_state("scored", year, captain.organization, captain, chifeng, region)
    top = as_user(region)
    wrong = top.post(at("adjustment_create", now.pk), {"kind": "bonus", "what": "演示", "grounds": "演示"})
    assert "要填写分数" in wrong.content.decode()
    top.post(at("adjustment_create", now.pk), {"kind": "bonus", "points": "3", "what": "受表彰", "grounds": "演示文件"})
    row = now.adjustments.get()
    assert "受表彰" in as_user(captain).get(at("review_sheet", now.pk)).content.decode()
    assert as_user(captain).get(at("adjustment_end", row.pk)).status_code == 403
    top.post(at("adjustment_end", row.pk), {"reason": "重复"})
    row.refresh_from_db()
    assert (row.end_reason, row.ended_at is not None) == ("重复", True)
    assert "重复" in as_user(captain).get(at("review_sheet", now.pk)).content.decode()


def test_only_clean_ones_are_decided_together(
    region: User, captain: User, chifeng: User, as_user: As, office: Callable[[str], Organization]
) -> None:
    year = annual.campaign(region)
    clean = annual.in_state("scored", year, captain.organization, captain, chifeng, region)
    other = annual.written(annual.review(year, office("150404")))
    other.state = "submitted"
    other.save()
    other = annual.scored(other, chifeng, judged=Decimal(20))
    top, batch = as_user(region), at("review_batch", year.pk)
    page = top.get(batch)
    assert [line["review"] for line in page.context["rows"]] == [clean]
    assert page.context["others"] == [other]
    picks = [f"{one.pk}:{version(one)}" for one in (clean, other)]
    answer = top.post(batch, {"pick": picks}, follow=True)
    assert "请逐件看过" in answer.content.decode()
    assert {one.pk: one.state for one in year.reviews.all()} == {clean.pk: "decided", other.pk: "scored"}


def test_teams_filed_later_are_added(
    region: User, captain: User, as_user: As, office: Callable[[str], Organization]
) -> None:
    year = annual.campaign(region)
    late = annual.team(office("150404"), filing_no="NMHS-late")
    as_user(region).post(at("campaign_add", year.pk), {"pick": [late.pk]})
    assert list(year.reviews.values_list("team", "office__code")) == [(late.pk, "150400")]
    Campaign.objects.filter(pk=year.pk).update(state="closed")
    with pytest.raises(ValidationError, match="现在没有在进行"):  # closed since the page was read
        add(year, [annual.team(office("150402"), filing_no="NMHS-later").pk])
    assert year.reviews.count() == 1


def test_lists_keep_to_the_house(
    region: User, captain: User, chifeng: User, as_user: As, office: Callable[[str], Organization]
) -> None:
    year = annual.campaign(region)
    annual.in_state("decided", year, captain.organization, captain, chifeng, region)
    made = iter(Organization.objects.filter(level="banner_county").exclude(pk__in=year.reviews.values("organization")))

    def grow(step: int) -> None:
        while year.reviews.count() < step + 1:
            place = next(made)
            builders.review(year, annual.team(place))

    top = as_user(region)
    assert_constant_queries(top, at("review_list"), grow, steps=(1, 2, 8))
    assert_constant_queries(top, at("campaign_detail", year.pk), lambda step: grow(8 + step), steps=(1, 2))
    assert_sorts_by_index(ReviewList)
    assert_sorts_by_index(CampaignList)
    assert_tampering_is_told(top, at("review_list"))
    assert captain.organization.name in text_of(top.get(at("review_list"), {"export": "xlsx"}))
    names = [row.record.organization.path for row in top.get(at("review_list")).context["table"].rows]
    assert names == sorted(names)  # by the tree, never by points


def test_pages_take_ten_queries_at_most(region: User, captain: User, chifeng: User, as_user: As) -> None:
    year = annual.campaign(region)
    draft = annual.in_state("draft", year, captain.organization, captain, chifeng, region)
    most = {}
    for route in ("review_detail", "review_self", "review_report", "review_sheet", "review_history", "review_confirm"):
        most[route] = len(queries_of(as_user(captain), at(route, draft.pk)))
    most["review_edit"] = len(queries_of(as_user(captain), at("review_edit", draft.pk, "plans")))
    annual.REVIEW.perform(draft, "submit", by=captain)
    most["review_score"] = len(queries_of(as_user(chifeng), at("review_score", draft.pk)))
    assert max(most.values()) <= 10, most


def test_api_shows_what_the_pages_show(region: User, captain: User, chifeng: User, baotou: User, as_user: As) -> None:
    year = annual.campaign(region)
    now = annual.in_state("submitted", year, captain.organization, captain, chifeng, region)
    found = as_user(captain).get(reverse("api:review-detail", args=[now.pk])).json()
    assert (found["state"], found["self_total"], found["result"]) == ("submitted", "95.00", None)
    assert set(found["lines"]) == {"team"}  # the office has not handed its points on
    assert as_user(baotou).get(reverse("api:review-detail", args=[now.pk])).status_code == 404
    assert as_user(captain).get(reverse("api:campaign-list")).json()["results"][0]["year"] == 2025


def test_evidence_hangs_on_its_line(region: User, captain: User, chifeng: User, baotou: User, as_user: As) -> None:
    now = annual.review(annual.campaign(region), captain.organization)
    line = now.campaign.standard.indicators.get(code="2.1")
    team, page = as_user(captain), at("review_evidence", now.pk, line.pk)
    assert "还没有材料" in team.get(page).content.decode()
    assert team.post(at("review_evidence_begin", now.pk, line.pk)).url == page
    row = ReviewScore.objects.get(review=now, indicator=line, scored_by="team")
    kind = ContentType.objects.get_for_model(ReviewScore).pk

    def upload(by: User, more: str = "") -> Any:
        file = SimpleUploadedFile("测评记录.pdf", pdf() + more.encode(), "application/pdf")
        owner = {"content_type": kind, "object_id": row.pk, "kind": "evidence"}
        return as_user(by).post(reverse("core:attachment_upload"), {**owner, "file": file})

    assert upload(baotou).status_code == 404
    assert upload(User.objects.get(username="leader")).status_code == 403
    assert upload(captain).url == page
    file = Attachment.objects.of(row).get()
    assert "1 份材料" in team.get(at("review_self", now.pk)).content.decode()
    for number in range(6):
        upload(captain, f"%{number}")
    annual.REVIEW.perform(annual.written(now), "submit", by=captain)
    desk = as_user(chifeng).get(at("review_score", now.pk)).content.decode()
    assert file.get_absolute_url() in desk
    assert "<summary>还有 2 份</summary>" in desk, "two hundred photos do not stretch the line"
    assert as_user(baotou).get(file.get_absolute_url()).status_code == 404
    assert upload(captain).status_code == 403  # it has been handed in


def test_before_the_report_every_line_without_evidence_is_named(region: User, captain: User, as_user: As) -> None:
    asked = [line | {"evidence": "证明材料"} if line["code"] in ("1.1", "1.3") else line for line in builders.LINES]
    year = annual.campaign(region, standard=builders.standard("annual", lines=asked))
    now, team = annual.written(annual.review(year, captain.organization)), as_user(captain)
    said = "有 2 项要求证明材料，还没有传（1.3、2.1）；材料在纸面上的可以不传。"
    assert said in text_of(team.get(now.get_absolute_url())), "1.1 has its records"
    line = now.campaign.standard.indicators.get(code="1.3")
    row = ReviewScore.objects.get(review=now, indicator=line, scored_by="team")
    owner = {"content_type": ContentType.objects.get_for_model(ReviewScore).pk, "object_id": row.pk, "kind": "evidence"}
    file = SimpleUploadedFile("演示证明.pdf", pdf(), "application/pdf")
    team.post(reverse("core:attachment_upload"), {**owner, "file": file})
    assert "有 1 项要求证明材料，还没有传（2.1）" in text_of(team.get(now.get_absolute_url()))
    assert annual.REVIEW.perform(now, "submit", by=captain).state == "submitted"


def test_reports_are_not_due_before_the_day_of_the_records(region: User, as_user: As) -> None:
    """The year after is easily mistyped in January; nobody can hand in before that day, and all would be told late."""
    data = {"year": "2027", "standard": builders.standard("annual").pk, "data_until": "2027-12-31"}
    page = as_user(region).post(at("campaign_create"), {**data, "report_by": "2027-01-15"})
    assert page.context["form"].errors["report_by"] == ["这个日期早于前一步的日期（2027-12-31）。"]
    assert as_user(region).post(at("campaign_create"), {**data, "report_by": "2028-01-15"}).status_code == 302


def test_days_of_a_publicity(region: User, as_user: As) -> None:
    """One that came early keeps nobody from changing the rest; five days at the least, as for a grading."""
    year = annual.campaign(region, public_from="2025-12-20", public_until="2025-12-26")  # before the reports are due
    page, client = at("campaign_edit", year.pk), as_user(region)
    form = client.get(page).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    assert client.post(page, {**data, "note": "请按时报送\r\n（演示）"}).status_code == 302
    year.refresh_from_db()
    assert year.note == "请按时报送\r\n（演示）"
    data = {**data, "version": year.version, "public_from": "2026-03-01", "public_until": "2026-03-03"}
    assert "公示期不少于 5 天" in text_of(client.post(page, data))
    days = {"public_from": "2026-03-01", "public_until": "2026-03-03"}
    assert "公示期不少于 5 天" in text_of(client.post(at("campaign_publicise", year.pk), days))


def test_who_moves_a_deadline_is_told_that_nobody_else_is(region: User, as_user: As) -> None:
    year, client = annual.campaign(region), as_user(region)
    form = client.get(at("campaign_edit", year.pk)).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    same = client.post(at("campaign_edit", year.pk), {**data, "note": "（演示）"}, follow=True)
    assert "不会自动通知" not in text_of(same)
    year.refresh_from_db()
    moved = {**data, "note": "（演示）", "version": year.version, "report_by": "2026-01-05"}
    assert "改了截止日期不会自动通知" in text_of(client.post(at("campaign_edit", year.pk), moved, follow=True))


def test_names_stay_whole(region: User, captain: User, as_user: As) -> None:
    now = annual.review(annual.campaign(region), captain.organization)
    client = as_user(captain)
    name = "敖特根巴雅尔·孟和"
    client.post(at("review_reporter", now.pk), {"reporter": name, "version": version(now)})
    assert name in client.get(at("review_report", now.pk)).content.decode()
