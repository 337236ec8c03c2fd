"""Assessments in the menu, on the home page and in the search: each sees what is his to do."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from assessments.annual.workflow import REVIEW
from assessments.models import Review, Standard, TeamGrade
from tests.assessments import annual, gradings
from tests.assessments import builders as assessments
from tests.core.list_checks import assert_constant_queries
from tests.portal.test_home import HOME, SEARCH, found, tasks

pytestmark = pytest.mark.django_db


def entries(client) -> dict[str, object]:
    menu = client.get(HOME).context["menu"]
    section = next((one for one in menu if str(one["label"]) == "测评考核"), {"entries": []})
    return {str(entry["label"]): entry["count"] for entry in section["entries"]}


@pytest.fixture
def campaign(region):
    """Open; reports are due in five days."""
    today = timezone.localdate()
    return annual.campaign(region, report_by=today + timedelta(days=5), score_by=today - timedelta(days=2))


def test_report_goes_from_team_to_office_to_region(as_user, campaign, captain, chifeng, region, baotou):
    review = annual.written(annual.review(campaign, captain.organization))
    name = captain.organization.short_name
    assert ("warn", "剩 5 天", f"{name}2025 年度述职还没有报送") in tasks(as_user(captain))
    assert entries(as_user(captain))["队伍考核"] == 1
    review = REVIEW.perform(review, "submit", by=captain)
    page = as_user(captain).get(HOME)
    assert not [task for task in page.context["tasks"] if "述职" in task.what]
    assert [(line["what"], line["who"]) for line in page.context["waiting"]] == [(f"{name}2025 年度述职", "赤峰市考核")]
    assert ("bad", "超期 2 天", "1 支队伍的年度述职待考核") in tasks(as_user(chifeng))
    assert entries(as_user(chifeng)).keys() >= {"队伍考核", "等级对标"}
    assert entries(as_user(chifeng))["队伍考核"] == 1
    assert entries(as_user(baotou))["队伍考核"] is None
    later = timezone.localdate() + timedelta(days=400)  # years overlap
    annual.campaign(region, 2026, standard=campaign.standard, score_by=later)
    assert ("bad", "超期 2 天", "1 支队伍的年度述职待考核") in tasks(as_user(chifeng))
    annual.scored(review, chifeng)
    assert "1 支队伍的年度考核待审定" in [what for _tone, _when, what in tasks(as_user(region))]
    assert entries(as_user(region))["队伍考核"] == 1


def test_a_year_opened_early_says_from_when_it_can_be_handed_in(as_user, campaign, captain, region):
    ahead = timezone.localdate() + timedelta(days=40)
    days = {"data_until": ahead, "report_by": ahead + timedelta(days=15)}
    early = assessments.campaign(region, ahead.year, standard=campaign.standard, **days)
    annual.review(early, captain.organization, snapshot=False)
    (task,) = (task for task in as_user(captain).get(HOME).context["tasks"] if "述职还没有报送" in task.what)
    assert (task.when, task.hint, task.act) == ("剩 55 天", f"{ahead} 起才能报送，现在可以先写。", "去写")


def test_returned_report_is_to_be_mended_with_what_was_said(as_user, campaign, captain, chifeng, region):
    annual.in_state("returned", campaign, captain.organization, captain, chifeng, region)
    told = {task.what: task for task in as_user(captain).get(HOME).context["tasks"]}
    task = told[f"{captain.organization.short_name}2025 年度述职被退回"]
    assert (task.tone, task.when, task.hint) == ("warn", "退回修改", "请补")


def test_publicity_that_is_over_is_told_to_the_region(as_user, campaign, captain, chifeng, region):
    today = timezone.localdate()
    campaign.public_from, campaign.public_until = today - timedelta(days=9), today
    campaign.save()
    review = annual.in_state("publicity", campaign, captain.organization, captain, chifeng, region)
    assert not [what for _tone, _when, what in tasks(as_user(region)) if "年度考核" in what]
    Review.objects.filter(pk=review.pk).update(public_until=today - timedelta(days=1))
    assert ("wait", "公示期满", "公示已到期，1 支队伍的年度考核可以办结") in tasks(as_user(region))
    progress = {str(line["label"]): line for line in as_user(region).get(HOME).context["progress"]}
    assert [(progress[name]["value"], progress[name]["total"]) for name in ("年度述职报送", "年度考核办结")] == [
        (1, 1), (0, 1),
    ]  # fmt: skip


def test_grading_stands_where_it_lies(as_user, captain, chifeng, region, baotou):
    made = gradings.applied(captain)
    name = captain.organization.short_name
    assert ("off", "草稿", f"{name}的测评申请还没有报送（赈济 3 级）") in tasks(as_user(captain))
    made = gradings.move(made, "submit", captain)
    assert ("wait", "今天报来", f"{name}申请测评：赈济 3 级") in tasks(as_user(chifeng))
    assert entries(as_user(chifeng))["分级测评"] == 1
    assert [line["what"] for line in as_user(captain).get(HOME).context["waiting"]] == [f"{name}的分级测评"]
    assert entries(as_user(baotou))["分级测评"] is None
    made = gradings.move(made, "accept", chifeng)
    assert any(when == "待组建" for _tone, when, _what in tasks(as_user(chifeng)))


def test_assessor_sees_his_task_and_nothing_else(as_user, captain, chifeng, assessor, member, baotou, region):
    assert list(entries(as_user(assessor))) == ["我的测评任务"], "called as an assessor"
    assert "我的测评任务" not in entries(as_user(member))
    grading = gradings.in_state("panel", captain, chifeng)
    seat = assessments.seat(grading, assessor, declared=False)
    others = [assessments.seat(grading, user, finished_at=timezone.now()) for user in (baotou, region)]
    name = captain.organization.short_name
    assert tasks(as_user(assessor)) == [("warn", "待声明", f"请您参加{name}的测评，先声明无利害关系")]
    seat.declared_at = timezone.now()
    seat.save()
    assert tasks(as_user(assessor)) == []
    grading.state, grading.site_on, grading.site_place = "on_site", timezone.localdate(), "演示训练场"
    grading.save()
    page = as_user(assessor).get(HOME)
    assert [(task.when, task.what, task.big) for task in page.context["tasks"]] == [("今天", f"给{name}现场评分", True)]
    assert as_user(assessor).get(page.context["tasks"][0].url).status_code == 200
    assert (page.context["todo"], entries(as_user(assessor))) == (1, {"我的测评任务": 1})
    link, every = f'href="{grading.team.get_absolute_url()}"', f'href="{reverse("assessments:grading_list")}"'
    read = as_user(assessor).get(grading.get_absolute_url()).content.decode()
    assert (name in read, link in read, every in read) == (True, False, False), "no way that ends at 403 or 404"
    assert link in as_user(captain).get(grading.get_absolute_url()).content.decode()
    # nobody leads; then everybody has finished: whoever can go on hears of it
    assert ("warn", "待调整", f"{name}的专家组没有组长：赈济 3 级") in tasks(as_user(chifeng))
    seat.duty = "lead"
    seat.save()
    assert not [what for _tone, _when, what in tasks(as_user(chifeng)) if "专家" in what]
    seat.finished_at = timezone.now()
    seat.save()
    assert tasks(as_user(assessor)) == [("wait", "待结束", f"{name}的专家都已完成评分，请结束现场测评")]
    assert ("wait", "待结束", f"{name}的专家都已完成评分：赈济 3 级") in tasks(as_user(chifeng))
    assert entries(as_user(chifeng))["分级测评"] == 1
    others[0].left_on, others[0].left_reason = timezone.localdate(), "回避"
    others[0].save()
    assert ("warn", "待调整", f"{name}的专家组人数不足：赈济 3 级") in tasks(as_user(chifeng)), "it cannot be ended"


def test_grade_that_runs_out_is_told_to_the_team(as_user, captain, baotou):
    today = timezone.localdate()
    team = gradings.team()
    facts = {"team": team, "scheme": "red_cross", "issuer": "演示单位", "created_by": captain}
    for kind, days in (("relief", 30), ("aquatic", 200)):
        TeamGrade.objects.create(
            **facts, category_id=kind, grade="3", granted_on=today - timedelta(days=400),
            valid_until=today + timedelta(days=days),
        )  # fmt: skip
    ending = [one for one in tasks(as_user(captain)) if "到期" in one[2]]
    assert ending == [("warn", "剩 30 天", f"{team.organization.short_name}的赈济 3 级到期")]
    [hint] = [task.hint for task in as_user(captain).get(HOME).context["tasks"] if "到期" in task.what]
    assert "再次申请" not in hint
    assert "由“演示单位”评定" in hint, "what others gave is not applied for here"
    page = as_user(captain).get(TeamGrade.objects.get(category_id="relief").get_absolute_url()).content.decode()
    assert f"/grades/new/?team={team.pk}" in page
    gone = today - timedelta(days=7)
    TeamGrade.objects.filter(category_id="relief").update(valid_until=gone)
    ending = [one for one in tasks(as_user(captain)) if "到期" in one[2]]
    assert ending == [("bad", "超期 7 天", f"{team.organization.short_name}的赈济 3 级到期")], "it does not fall silent"
    sheet = b"".join(as_user(captain).get(f"/teams/{team.pk}/sheet/").streaming_content)
    said = PdfReader(BytesIO(sheet)).pages[0].extract_text()
    assert f"水上救生 3 级（红十字会测评，至 {today + timedelta(days=200)}）" in said.replace("\n", "")
    assert "赈济 3 级" not in said


def test_home_keeps_the_query_budget(as_user, campaign, captain, chifeng, region, assessor, office):
    def grow(step: int) -> None:
        for index in range(step):
            number = Standard.objects.count()
            standard = assessments.standard(code=f"test-{number}")
            made = assessments.on_site(gradings.team(), captain, chifeng.organization, standard=standard)
            assessments.seat(made, assessor, declared=index % 2 == 0)

    review = annual.written(annual.review(campaign, captain.organization))
    for user in (captain, chifeng, region, assessor):
        assert_constant_queries(as_user(user), HOME, grow, steps=(1, 2, 4))
    REVIEW.perform(review, "submit", by=captain)
    for user in (captain, chifeng, region, assessor):
        assert_constant_queries(as_user(user), HOME, lambda step: None, steps=(1,))


def test_search_finds_gradings_standards_and_campaigns(as_user, campaign, captain, chifeng, baotou, member):
    grading = gradings.in_state("submitted", captain, chifeng)
    title = f"{captain.organization.short_name}的分级测评"
    assert found(as_user(chifeng), grading.number) == {title}
    assert found(as_user(baotou), grading.number) == set()
    assert "2025年度考核" in found(as_user(baotou), "2025年度")
    assert grading.standard.name in found(as_user(captain), "演示标准")
    assert found(as_user(member), "演示标准") == set()
    for user in (chifeng, captain):
        assert_constant_queries(as_user(user), f"{SEARCH}?q=演示", lambda step: None, steps=(1,))
