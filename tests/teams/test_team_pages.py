"""A team's pages: what stands on them, as of today and of a day; who sees them; what can be done from them."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from organizations.models import Organization
from organizations.tree import place_team
from teams.models import CheckSetting, Coverage, Team, TeamPost
from teams.on_file.drift import drift_of, drifting
from teams.on_file.upkeep import end_post
from teams.workflow import WORKFLOW
from tests.core.list_checks import queries_of
from tests.organizations.helpers import opened
from tests.people import builders as people
from tests.teams import builders

pytestmark = pytest.mark.django_db
TABS = ("team_detail", "team_posts", "team_emblem", "team_filings", "team_history")


@pytest.fixture
def team(chifeng, region, office):
    filed = builders.filed(builders.read(chifeng), office("150400"), builders.read(region))
    builders.flag(filed)
    return filed


def url(name, record):
    return reverse(f"teams:{name}", args=[record.pk])


def text(response):
    return response.content.decode()


def test_every_tab_shows_the_team(as_user, team, chifeng):
    client = as_user(chifeng)
    for name in TABS:
        page = client.get(url(name, team))
        assert page.status_code == 200, name
        assert team.filing_no in text(page)
    overview = text(client.get(url("team_detail", team)))
    for words in ("盟市级", "水上救生", "山野搜救", "阿拉坦·苏都（选举，138****0011）", "42.25781, 118.88694"):
        assert words in overview, words
    assert "13800000011" not in overview
    assert "0476-1234567" not in overview
    papers = text(client.get(url("team_filings", team)))
    assert "内红赈发〔2026〕8号" in papers
    assert "申请书" in papers


def test_leads_to_the_office_whoever_sees_it(as_user, team, chifeng, region_security):
    captain = opened(region_security, team.organization, "duizhang", "captain")
    to_office = f'<a href="{chifeng.organization.get_absolute_url()}">'
    for user, seen in ((chifeng, True), (captain, False)):
        page = text(as_user(user).get(url("team_detail", team)))
        assert (to_office in page) is seen, user
        assert chifeng.organization.short_name in page


def test_pages_take_few_queries(as_user, team, chifeng):
    client = as_user(chifeng)
    for name in TABS:
        assert len(queries_of(client, url(name, team))) <= 10, name


def test_offers_what_can_be_begun(as_user, team, chifeng, member, leader):
    page = as_user(chifeng).get(url("team_detail", team))
    assert [begin["label"] for begin in page.context["begins"]] == ["变更", "年度确认", "退出"]
    assert page.context["change"]["url"].endswith(f"/{team.pk}/change/")
    assert "申请变更" in text(page)
    looking = as_user(leader).get(url("team_detail", team))
    assert looking.context["begins"] == []
    assert "申请变更" not in text(looking)
    assert url("team_edit", team) not in text(looking)


def test_open_filing_is_shown_instead_of_beginning_another(as_user, team, chifeng):
    filing = builders.changing(team, builders.read(chifeng), planned_size="40")
    page = as_user(chifeng).get(url("team_detail", team))
    assert page.context["begins"] == []
    assert "变更" in text(page)
    assert page.context["change"] == {"url": filing.get_absolute_url(), "begins": False}
    WORKFLOW.perform(filing, "submit", by=builders.read(chifeng))
    page = as_user(chifeng).get(url("team_detail", team))
    assert page.context["change"] is None
    assert "审核中，在内蒙古自治区红十字会" in text(page)


def test_strangers_find_none_of_it(as_user, team, baotou):
    client = as_user(baotou)
    post = team.posts.first()
    coverage = Coverage.objects.create(team=team, division_id="150402", starts_on=date(2026, 1, 1))
    addresses = [url(name, team) for name in (*TABS, "team_sheet", "team_register", "team_edit", "team_standing")]
    addresses += [url("post_edit", post), url("post_end", post), url("coverage_end", coverage)]
    addresses += [url("emblem_edit", team.emblem_items.first()), reverse("api:team-detail", args=[team.pk])]
    for address in addresses:
        assert client.get(address).status_code == 404, address
        assert client.get(f"{address}?at=2026-03-01").status_code == 404, address
    paper = text(as_user(team.filings.first().created_by).get(url("team_filings", team)))
    links = [part.split('"')[0] for part in paper.split('href="') if part.startswith("/files/")]
    assert links
    for link in links:
        assert client.get(link).status_code == 404, link
    found = client.get(reverse("teams:team_list"), {"q": "测试救援队"})
    assert found.context["paginator"].count == 0
    assert client.get(reverse("api:team-list"), {"q": "测试救援队"}).json()["count"] == 0
    export = client.get(reverse("teams:team_list"), {"export": "xlsx"})
    assert "赤峰市红十字测试救援队".encode() not in b"".join(export.streaming_content)
    assert client.get(reverse("teams:team_summary"), {"under": team.organization.pk}).status_code == 404


# -- as at ------------------------------------------------------------------------------------------------
def test_wrong_days_are_told_and_show_today(as_user, team, chifeng):
    client = as_user(chifeng)
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    for asked, words in (("2026-02-31", "不对"), (tomorrow, "还没有到"), ("2020-01-01", "还没有这支队伍的记录")):
        page = client.get(url("team_detail", team), {"at": asked})
        assert page.context["at"] is None
        assert words in text(page)


def test_day_shows_the_team_as_it_stood(as_user, team, chifeng, office):
    today = timezone.localdate()
    page = as_user(chifeng).get(url("team_posts", team), {"at": today.isoformat()})
    assert page.context["at"] == today
    assert "当天结束时的情况" in text(page)
    assert page.context["now_url"] == url("team_posts", team)
    assert len(page.context["management"]) == 3
    assert page.context["begins"] == []
    for name in TABS:
        shown = as_user(chifeng).get(url(name, team), {"at": today.isoformat()})
        assert "赤峰市红十字测试救援队" in text(shown)
        assert url("team_edit", team) not in text(shown)


# -- drift ------------------------------------------------------------------------------------------------
def test_captain_who_left_is_drift_until_a_change_is_filed(as_user, team, chifeng, region):
    assert drift_of(team) == []
    captain = team.posts.get(role="captain")
    CheckSetting.objects.update_or_create(pk="drift", defaults={"limit": 10, "source": "示例依据", "severity": 1})
    end_post(captain, on=timezone.localdate() - timedelta(days=11), reason="调离", by=builders.read(chifeng))
    (drift,) = drift_of(team)
    assert (drift.key, drift.now, drift.overdue, drift.source) == ("posts.captain", "", True, "示例依据")
    assert drift.section == "management"
    assert list(drifting(Team.objects.all())) == [team]
    page = text(as_user(chifeng).get(url("team_detail", team)))
    assert "与备案不一致，要报变更" in page
    assert "已超过" in page
    listed = as_user(chifeng).get(reverse("teams:team_list"), {"attention": "drift"})
    assert listed.context["paginator"].count == 1
    new = {**builders.CAPTAIN, "name": "新队长（演示）", "starts_on": timezone.localdate().isoformat()}
    filing = builders.changing(team, builders.read(chifeng), posts=[new, *builders.DEPUTIES])
    WORKFLOW.perform(filing, "submit", by=builders.read(chifeng))
    sheet = as_user(region).get(reverse("teams:desk_filing", args=[filing.pk])).context["sheet"]
    (row,) = [row for section in sheet for row in section.rows if row.name == "posts.captain"]
    assert ("阿拉坦·苏都" in row.old, "新队长（演示）" in row.new) == (True, True)  # not: nobody → somebody
    WORKFLOW.perform(filing, "confirm", by=builders.read(region))
    assert drift_of(Team.objects.get(pk=team.pk)) == []
    assert not drifting(Team.objects.all()).exists()


def test_name_and_office_changed_in_the_tree_are_drift(team, office, chifeng):
    Organization.objects.filter(pk=team.organization_id).update(name="赤峰市红十字改名救援队")
    place_team(team.organization, under=office("150404"), by=chifeng)
    fresh = Team.objects.get(pk=team.pk)
    found = {drift.key: drift for drift in drift_of(fresh)}
    assert set(found) == {"name", "office"}
    assert found["office"].now == "赤峰市松山区红十字会"
    assert found["name"].since == timezone.localdate()
    assert list(drifting(Team.objects.all())) == [fresh]


def test_who_has_left_a_post_is_not_called_by_it_any_more(team, chifeng):
    """Recorded as having left first, and filed as a change later, the old captain stayed 队长 on roster and card."""
    member = people.member(team.organization, 5, duty="队长")
    other = people.member(team.organization, 7, duty="队长助理")
    captain = team.posts.get(role="captain")
    TeamPost.objects.filter(pk=captain.pk).update(person=member.person)
    end_post(captain, on=timezone.localdate(), reason="任期届满", by=builders.read(chifeng))
    for row, duty in ((member, ""), (other, "队长助理")):
        row.refresh_from_db()
        assert row.duty == duty


def test_history_tells_posts_filings_and_changes(as_user, team, chifeng):
    end_post(team.posts.get(role="captain"), on=timezone.localdate(), reason="任期届满", by=builders.read(chifeng))
    labels = [str(entry["label"]) for entry in as_user(chifeng).get(url("team_history", team)).context["entries"]]
    assert "队长阿拉坦·苏都离任" in labels
    assert "队长阿拉坦·苏都任职" in labels
    assert "新建备案：已办结" in labels
    assert TeamPost.objects.get(team=team, role="captain").end_reason == "任期届满"
