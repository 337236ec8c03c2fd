"""等级对标 of one team: what is asked, what is, what is missing, and what would be if."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import Grading, GradingClaim, Standard, TeamGrade
from organizations.models import User
from teams.models import Category, Team
from tests.assessments import builders, gaps
from tests.core.list_checks import assert_constant_queries

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture
def standard(db: None) -> Standard:
    """In force beside the samples that are shipped."""
    Standard.objects.filter(code="grading-relief").update(valid_until=timezone.localdate() - timedelta(days=1))
    return builders.standard(lines=gaps.LINES, code="gap", name="赈济分级测评标准（演示）")


@pytest.fixture
def team(captain: User, standard: Standard) -> Team:
    """Four members, two of them with a certificate."""
    made = gaps.team_at(captain.organization)
    gaps.members(made, 4, certified=2)
    return made


def url(team: Team) -> str:
    return reverse("assessments:team_gap", args=[team.pk])


def row(page: Any, code: str) -> Any:
    return next(one for one in page.context["gap"].rows if one.indicator.code == code)


def named(standard: Standard, code: str) -> str:
    return f"i-{standard.indicators.get(code=code).pk}"


def test_a_captain_sees_what_is_missing_and_where_to_mend_it(
    team: Team, standard: Standard, captain: User, as_user: SignIn
) -> None:
    page = as_user(captain).get(url(team))
    gap = page.context["gap"]
    assert (gap.standard, gap.now.conclusion, gap.aim.name) == (standard, None, "3 级")
    people, share, safe, kit = (row(page, code) for code in ("1.1", "1.2", "1.3", "2.1"))
    assert (people.asked, people.now, people.missing) == ("不少于 2 人", "4 人", "")
    assert f"under={team.organization_id}" in people.url
    assert (share.now, share.missing) == ("50%", "再有 1 人持证队员（4 人中现有 2 人），多得 10 分")
    assert share.asked == "50%起 10 分；75%起 20 分；100%起 30 分"
    assert share.fix["url"].startswith(reverse("people:member_list"))
    assert (safe.now, safe.missing, safe.indicator.line.vetoes) == ("", "还没有填", True)
    assert (kit.now, kit.indicator.evidence) == ("", "购置发票、实物照片")
    assert gap.summary == "距“3 级”还差 20 分，“没有安全责任事故”没有过，最少要办 2 件事。"
    assert [step["text"] for step in gap.steps] == [
        "应急救护持证率：50% 提高到 100%，再有 2 人持证队员（4 人中现有 2 人）", "没有安全责任事故：做到并填报",
    ]  # fmt: skip
    words = page.content.decode()
    assert "等级" in words
    assert "没有填" in words
    assert any(tab["active"] and tab["label"] == "等级" for tab in page.context["tabs"])


def test_who_follows_the_list_gets_there_also_where_one_thing_pulls_at_another(
    team: Team, standard: Standard, captain: User, as_user: SignIn
) -> None:
    """Four more members would halve the share of those with a certificate."""
    kept = {named(standard, "1.3"): "1", named(standard, "2.1"): "1", named(standard, "2.2"): "25", "aim": "1"}
    page = as_user(captain).get(url(team), {**kept, "n-members_certified": "4"})
    assert [step["text"] for step in page.context["gap"].steps] == [
        "在册队员人数：现有 4 人，再增加 4 人（同时再有 4 人持证队员，应急救护持证率才不下降）",
    ]  # fmt: skip
    page = as_user(captain).get(url(team), kept)
    assert [step["text"] for step in page.context["gap"].steps] == [
        "在册队员人数：现有 4 人，再增加 4 人",
        "应急救护持证率：50% 提高到 75%，再有 4 人持证队员（8 人中现有 2 人）",
    ]  # fmt: skip
    done = {**kept, "n-members_registered": "8", "n-members_certified": "6"}
    assert as_user(captain).get(url(team), done).context["gap"].reached.conclusion.name == "1 级"


def test_the_aim_can_be_chosen(team: Team, captain: User, as_user: SignIn) -> None:
    page = as_user(captain).get(f"{url(team)}?aim=1")
    assert row(page, "1.1").asked == "不少于 8 人"
    assert "按“1 级”的要求逐项算是" in page.content.decode(), "the large number is what is reached now, not this"
    assert row(page, "1.1").missing == "差 4 人，多得 30 分"
    assert as_user(captain).get(f"{url(team)}?aim=nothing").context["gap"].aim.key == "3"


def test_trying_numbers_moves_what_follows_from_them_and_saves_nothing(
    team: Team, standard: Standard, captain: User, as_user: SignIn
) -> None:
    given = {
        "n-members_certified": "4", named(standard, "1.3"): "1", named(standard, "2.1"): "1",
        named(standard, "2.2"): "15.5",
    }  # fmt: skip
    page = as_user(captain).get(url(team), given)
    gap = page.context["gap"]
    assert gap.form.is_used
    assert (gap.now.total, gap.now.conclusion) == (Decimal(40), None)
    assert (gap.reached.total, gap.reached.conclusion.name) == (Decimal("90.5"), "2 级")
    assert (row(page, "1.2").now, row(page, "1.2").changed) == ("100%", True)
    assert "没有保存" in page.content.decode()
    assert not GradingClaim.objects.exists()
    assert as_user(captain).get(url(team)).context["gap"].reached.total == 40
    # more members without certificates lower the share
    more = as_user(captain).get(url(team), {"n-members_registered": "8"})
    assert row(more, "1.2").now == "25%"


def test_what_does_not_apply_is_left_out(team: Team, standard: Standard, captain: User, as_user: SignIn) -> None:
    pk = standard.indicators.get(code="2.2").pk
    page = as_user(captain).get(url(team), {f"na-{pk}": "on"})
    assert row(page, "2.2").now == "不适用"
    assert page.context["gap"].reached.total == Decimal("53.33")


def test_who_is_to_insure_more_than_there_are_is_told_to_register_them(team: Team, captain: User, as_user) -> None:
    one = builders.standard(lines=ABOUT_ONE, code="gap-one", name="单队分级测评标准（演示）")
    page = as_user(captain).get(url(team), {"standard": one.pk, "aim": "1", "n-teams_without_captain": "0"})
    steps = [step["text"] for step in page.context["gap"].steps]
    assert steps == ["投保人数：现有 0 人，再增加 8 人（在册队员也要有 8 人）"]


def test_of_ways_as_short_the_one_that_asks_for_less_is_told(team: Team, captain: User, as_user: SignIn) -> None:
    """A captain is put on file by a paper; fifteen insured are fifteen members as well, who would do by themselves."""
    people = {"method": "threshold", "points": 20, "unit": "人", "requirements": {"3": "15"}}
    insured = {"code": "1", "name": "投保人数", "metric": "members_insured", **people}
    registered = {"code": "2", "name": "在册人数", "metric": "members_registered", **people}
    kit = {"code": "3", "name": "配有卫星电话", "method": "yes_no", "points": 60}
    least = [{"key": "3", "name": "3 级", "min_total": 70}]
    two = builders.standard(lines=[insured, registered, kit], code="gap-two", conclusions=least)
    asked = {"aim": "3", "n-members_insured": "4"}

    def steps(standard: Standard) -> list[str]:
        kept = {named(standard, "3"): "1", "standard": standard.pk, **asked}
        return [step["text"] for step in as_user(captain).get(url(team), kept).context["gap"].steps]

    assert steps(two) == ["在册人数：现有 4 人，再增加 11 人"]
    led = {"code": "4", "name": "设队长", "method": "steps", "points": 10, "metric": "teams_without_captain",
           "more_is_better": False, "steps": [{"from": "0", "points": "10"}]}  # fmt: skip
    three = builders.standard(lines=[insured, registered, kit, led], code="gap-three", conclusions=least)
    assert steps(three) == ["设队长：现在“没有队长”，要做到“有队长”"]


def test_members_who_come_along_with_something_else_pull_at_shares_too(
    team: Team, captain: User, as_user: SignIn
) -> None:
    """Eight insured are eight members: the share of those with a certificate would halve, as if they were the aim."""
    insured = {
        "code": "1", "name": "投保人数", "method": "threshold", "points": 70, "metric": "members_insured", "unit": "人",
        "requirements": {"1": "8"},
    }  # fmt: skip
    one = builders.standard(lines=[insured, {**gaps.LINES[2], "parent": ""}], code="gap-insured")
    asked = {"standard": one.pk, "aim": "1", "n-members_certified": "4"}
    page = as_user(captain).get(url(team), asked)
    assert [step["text"] for step in page.context["gap"].steps] == [
        "投保人数：现有 0 人，再增加 8 人"
        "（在册队员也要有 8 人；同时再有 4 人持证队员，应急救护持证率才不下降）"
    ]  # fmt: skip
    done = {**asked, "n-members_registered": "8", "n-members_insured": "8", "n-members_certified": "8"}
    assert as_user(captain).get(url(team), done).context["gap"].reached.conclusion.name == "1 级"


def test_what_stands_beside_what_does_not_apply_stops_nothing(team: Team, standard, captain: User, as_user) -> None:
    pk = standard.indicators.get(code="2.2").pk
    page = as_user(captain).get(url(team), {f"na-{pk}": "on", f"i-{pk}": "999"})
    assert not page.context["gap"].form.errors
    assert row(page, "2.2").now == "不适用"


@pytest.mark.parametrize("wrong", ["-1", "x", "NaN", "Infinity", "1e99", "9" * 40, "1.234"])
def test_a_wrong_number_is_told_and_changes_nothing(wrong: str, team: Team, captain: User, as_user: SignIn) -> None:
    page = as_user(captain).get(url(team), {"n-members_registered": wrong})
    assert page.status_code == 200
    assert page.context["gap"].form.errors
    assert page.context["gap"].reached.total == 40
    assert "试算的数字有误" in page.content.decode()


def test_more_with_a_certificate_than_there_are_is_refused(team: Team, captain: User, as_user: SignIn) -> None:
    page = as_user(captain).get(url(team), {"n-members_certified": "5"})
    assert "持证队员不能多于在册队员" in page.content.decode()


ABOUT_ONE = (
    {"code": "1", "name": "备案和保险", "method": "heading"},
    {"code": "1.1", "parent": "1", "name": "备案有效", "method": "yes_no", "is_veto": True, "metric": "teams_on_file"},
    {"code": "1.2", "parent": "1", "name": "设队长", "method": "steps", "points": 60, "metric": "teams_without_captain",
     "unit": "支", "steps": [{"from": "0", "points": "60"}], "more_is_better": False},
    {"code": "1.3", "parent": "1", "name": "投保人数", "method": "threshold", "points": 40,
     "metric": "members_insured", "unit": "人", "requirements": {"1": "8", "2": "4", "3": "2"}},
    {"code": "1.4", "parent": "1", "name": "在册人数", "method": "threshold", "metric": "members_registered"},
)  # fmt: skip


def test_what_counts_teams_is_told_of_the_one_team_in_words(team: Team, captain: User, as_user: SignIn) -> None:
    """Nobody has a captain "0 支", or brings a number of teams down."""
    one = builders.standard(lines=ABOUT_ONE, code="gap-one", name="单队分级测评标准（演示）")
    page = as_user(captain).get(url(team), {"standard": one.pk})
    filed, led = row(page, "1.1"), row(page, "1.2")
    assert (filed.asked, filed.now) == ("在册", "在册")
    assert (led.asked, led.now, led.missing) == ("有队长 60 分", "没有队长", "要做到：有队长，多得 60 分")
    assert (filed.indicator.line.reason, led.indicator.line.reason) == ("在册。", "没有队长。")
    assert "设队长：现在“没有队长”，要做到“有队长”" in [step["text"] for step in page.context["gap"].steps]
    assert " 支" not in page.content.decode()
    tried = as_user(captain).get(url(team), {"standard": one.pk, "n-teams_without_captain": "0"})
    assert (row(tried, "1.2").now, row(tried, "1.2").changed) == ("有队长", True)
    assert tried.context["gap"].form.is_used, "nought was tried, and is not the records'"
    assert "试算后" in tried.content.decode()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"n-members_insured": "99"}, "已投保队员不能多于在册队员"),
        ({"n-members_registered": "0", "n-members_insured": "1"}, "已投保队员不能多于在册队员"),
        ({"n-members_insured": "1.5"}, "小数"),
        ({"n-teams_without_captain": "7"}, "7"),
    ],
)
def test_what_cannot_be_is_not_tried(asked: dict[str, str], told: str, team: Team, captain: User, as_user) -> None:
    one = builders.standard(lines=ABOUT_ONE, code="gap-one", name="单队分级测评标准（演示）")
    page = as_user(captain).get(url(team), {"standard": one.pk, **asked})
    assert told in str(page.context["gap"].form.errors)
    assert not page.context["gap"].form.given
    assert "先按现有情况计算：" in page.content.decode()


def test_what_was_claimed_last_is_shown_with_its_source(
    team: Team, standard: Standard, captain: User, as_user: SignIn
) -> None:
    first = builders.grading(team, captain, standard=standard, state="abandoned")
    grading = builders.grading(team, captain, standard=standard)
    kit, judged = standard.indicators.get(code="2.1"), standard.indicators.get(code="2.2")
    GradingClaim.objects.create(grading=first, indicator=kit, value=0)
    GradingClaim.objects.create(grading=grading, indicator=kit, value=1)
    GradingClaim.objects.create(grading=grading, indicator=judged, points=Decimal("20.5"))
    page = as_user(captain).get(url(team))
    assert (row(page, "2.1").now, row(page, "2.1").source) == ("有", "申请时填报")
    assert row(page, "2.2").now == "20.5 分"
    assert page.context["gap"].now.total == Decimal("75.5")


def test_a_team_filed_by_document_is_not_failed_by_the_other_scheme(
    team: Team, standard: Standard, captain: User, as_user: SignIn
) -> None:
    other = builders.standard(
        lines=gaps.LINES, code="mem", name="应急测评（演示）", scheme="emergency", publisher="ministry",
        civil_only=True, document_number="应急〔2024〕83号",
    )  # fmt: skip
    page = as_user(captain).get(f"{url(team)}?standard={other.pk}")
    words = page.content.decode()
    assert page.context["gap"] is None
    assert "应急〔2024〕83号第二条" in words
    assert "不算未达标" in words
    Team.objects.filter(pk=team.pk).update(registration="civil")
    assert as_user(captain).get(f"{url(team)}?standard={other.pk}").context["gap"] is not None


def test_what_was_said_follows_the_line_and_not_its_number(
    team: Team, standard: Standard, captain: User, as_user: SignIn
) -> None:
    """2.1 配有卫星电话 was answered 有; in the next version 2.1 is something that nobody has said anything of."""
    grading = Grading.objects.create(team=team, standard=standard, applied_grade="3", created_by=captain)
    lines = {one.code: one for one in standard.indicators.all()}
    GradingClaim.objects.create(grading=grading, indicator=lines["2.1"], value=1)
    GradingClaim.objects.create(grading=grading, indicator=lines["2.2"], points=20)
    new = {**gaps.LINES[5], "code": "2.1", "name": "配有冲锋舟"}
    phone, goods = {**gaps.LINES[5], "code": "2.2", "points": 10}, {**gaps.LINES[6], "code": "2.3"}
    later = builders.standard(lines=[*gaps.LINES[:5], new, phone, goods], code="gap", number=2, name=standard.name)
    page = as_user(captain).get(url(team))
    assert page.context["gap"].standard == later
    assert [row(page, code).now for code in ("2.1", "2.2", "2.3")] == ["", "有", "20 分"]


def test_points_out_of_another_maximum_are_not_taken_over(
    team: Team, standard: Standard, captain: User, as_user: SignIn
) -> None:
    grading = Grading.objects.create(team=team, standard=standard, applied_grade="3", created_by=captain)
    GradingClaim.objects.create(grading=grading, indicator=standard.indicators.get(code="2.2"), points=20)
    goods = {**gaps.LINES[6], "points": 40}
    builders.standard(lines=[*gaps.LINES[:5], goods], code="gap", number=2, name=standard.name)
    page = as_user(captain).get(url(team))
    assert row(page, "2.2").now == ""


def test_standards_follow_the_categories_and_the_newest_version_counts(
    team: Team, standard: Standard, captain: User, as_user: SignIn
) -> None:
    newer = builders.standard(lines=gaps.LINES, code="gap", number=2, name="赈济分级测评标准（演示）")
    builders.standard(lines=gaps.LINES, code="psych", name="心理（演示）", category_id="psych")
    Team.objects.filter(pk=team.pk).update(other_categories=["comms", "psych", "aquatic"])
    Standard.objects.filter(code="grading-aquatic").update(valid_until=timezone.localdate() - timedelta(days=1))
    Standard.objects.filter(code="grading-psych").update(valid_until=timezone.localdate() - timedelta(days=1))
    group = as_user(captain).get(url(team)).context["schemes"][0]
    assert group.offers[0].standard == newer
    assert [offer.label for offer in group.offers] == ["赈济", "心理"]
    assert group.without == ["通讯（不分级）", Category.objects.get(pk="aquatic").name]


def test_version_to_come_is_prepared_for_and_not_applied_for(
    team: Team, standard: Standard, captain: User, chifeng: User, as_user: SignIn
) -> None:
    begins = timezone.localdate() + timedelta(days=40)
    facts = {"code": "gap", "name": standard.name, "number": 2, "valid_from": begins}
    coming = builders.standard(lines=gaps.LINES, **facts)
    page = as_user(captain).get(url(team))
    assert page.context["gap"].standard == standard
    assert page.context["apply_url"]
    page = as_user(captain).get(f"{url(team)}?standard={coming.pk}")
    assert page.context["gap"].standard == coming
    assert f"{begins} 起施行，先按它对照" in page.content.decode()
    assert not page.context["apply_url"]
    league = as_user(chifeng).get(reverse("assessments:league_gap"))
    assert league.context["standard"] == standard
    assert f"{coming} {begins} 起" in league.content.decode()


def test_grades_held_are_listed_with_their_end(team: Team, captain: User, as_user: SignIn) -> None:
    today = timezone.localdate()
    facts = {"team": team, "issuer": "演示应急管理厅", "granted_on": today - timedelta(days=700), "created_by": captain}
    TeamGrade.objects.create(
        scheme="emergency", specialty="water", grade="2", valid_until=today + timedelta(days=30), **facts
    )
    TeamGrade.objects.create(scheme="red_cross", category_id="relief", grade="3", valid_until=today, **facts)
    TeamGrade.objects.create(
        scheme="red_cross", category_id="relief", grade="1", ended_on=today, end_reason="演示", **facts
    )
    page = as_user(captain).get(url(team))
    assert [card.label for card in page.context["grades"]] == ["今天到期", "剩 30 天", "已注销"]
    assert "水上搜救 2 级" in page.content.decode()


def test_no_record_answers_what_somebody_judges(captain: User, as_user: SignIn) -> None:
    """As in gradings and the year's assessment: the check before publishing says so."""
    Standard.objects.filter(code="grading-relief").update(valid_until=timezone.localdate() - timedelta(days=1))
    lines = [{**one, "metric": "members_registered"} if one["code"] == "2.2" else one for one in gaps.LINES]
    builders.standard(lines=lines, code="gap-judged")
    made = gaps.team_at(captain.organization)
    gaps.members(made, 4)
    page = as_user(captain).get(url(made))
    assert row(page, "1.1").now == "4 人"
    line = next(one for one in page.context["gap"].now.lines if one.rule.code == "2.2")
    assert (line.points, line.standing) == (0, "unanswered")


def test_a_team_without_category_or_people_is_told_so(captain: User, standard: Standard, as_user: SignIn) -> None:
    team = gaps.team_at(captain.organization, main_category_id=None)
    assert "还没有登记专业类别" in as_user(captain).get(url(team)).content.decode()
    Team.objects.filter(pk=team.pk).update(main_category="relief")
    page = as_user(captain).get(url(team))
    assert row(page, "1.2").missing == "先登记在册队员，多得 10 分"


def test_who_may_see_it(
    team: Team, captain: User, member: User, songshan: User, baotou: User, leader: User, as_user: SignIn
) -> None:
    assert [as_user(one).get(url(team)).status_code for one in (captain, leader)] == [200, 200]
    assert as_user(baotou).get(url(team)).status_code == 404
    assert as_user(member).get(url(team)).status_code == 403
    assert "等级" not in [tab["label"] for tab in as_user(member).get(team.get_absolute_url()).context["tabs"]]
    assert as_user(captain).post(url(team)).status_code == 405


def test_the_page_takes_the_same_queries_however_much_there_is(
    team: Team, standard: Standard, captain: User, as_user: SignIn
) -> None:
    indicators = list(standard.indicators.exclude(method="heading"))

    def grow(number: int) -> None:
        gaps.members(team, number, certified=number, first={1: 100, 3: 200, 30: 300}[number])
        made = Grading.objects.create(
            team=team, standard=standard, created_by=captain, state="granted", result="3", total=60
        )
        for indicator in indicators:
            GradingClaim.objects.create(grading=made, indicator=indicator, value=number)

    assert_constant_queries(as_user(captain), url(team), grow)


def test_the_sheet_shows_every_line_the_same_way(team: Team, standard: Standard) -> None:
    from django.template.loader import render_to_string

    from assessments.gap.sheet_layout import laid_out
    from assessments.scoring import Answer, score
    from assessments.scoring.rules import rules_of

    given = {"1.1": Answer(Decimal(4)), "1.2": Answer(Decimal(50)), "2.2": Answer(not_applicable=True)}
    sheet = score(rules_of(standard), given, aim="3")
    indicators = laid_out(standard.indicators.all(), sheet)
    assert [(one.code, one.depth, one.points_shown) for one in indicators[:3]] == [
        ("1", 0, "40"), ("1.1", 1, "30"), ("1.2", 1, "10"),
    ]  # fmt: skip
    words = render_to_string("assessments/_sheet.html", {"sheet": sheet, "indicators": indicators})
    for word in ("得满分", "得部分分", "一票否决", "没有填", "不适用", "53.33", "没有达到任何一档"):
        assert word in words, word


def test_a_number_that_must_stay_low_is_not_something_to_reach(team: Team, captain: User, as_user: SignIn) -> None:
    line = {"code": "1", "name": "集结时间", "method": "threshold", "points": 100, "unit": "小时",
            "requirements": {"1": "4", "2": "6", "3": "8"}, "more_is_better": False}  # fmt: skip
    Standard.objects.filter(code="gap").update(valid_until=timezone.localdate() - timedelta(days=1))
    builders.standard(code="muster", lines=[line])
    page = as_user(captain).get(url(team)).content.decode()
    assert "集结时间：填报，不超过 8 小时" in page
    assert "还没有填，不能超过 8 小时" in page


def test_the_page_says_from_which_day_activities_count(
    team: Team, standard: Standard, captain: User, chifeng: User, as_user: SignIn
) -> None:
    """Those behind its numbers: twelve months for a grading, in January as well; the year so far for an assessment."""
    today = timezone.localdate()
    client = as_user(captain)
    graded = client.get(url(team))
    since = graded.context["gap"].period.start
    assert since <= today.replace(month=1, day=1)
    assert f"活动按 {since} 以来已确认的算" in graded.content.decode()
    league = as_user(chifeng).get(reverse("assessments:league_gap"), {"standard": standard.pk})
    assert f"活动按 {since} 以来已确认的算" in league.content.decode()
    annual = Standard.objects.get(code="annual-team")
    assert (
        f"活动按 {today.year}-01-01 以来已确认的算" in client.get(url(team), {"standard": annual.pk}).content.decode()
    )
