"""The list of teams: filters, search, order, export, as at a day; the summary; the metrics; the API."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core import metrics
from core.metrics import Period
from organizations.models import Appointment
from organizations.permissions import grant
from organizations.reference import add_child
from teams.models import Team, TeamPost
from teams.views.team_list import TeamList
from tests.core.list_checks import assert_constant_queries, assert_sorts_by_index, assert_tampering_is_told, queries_of

pytestmark = pytest.mark.django_db
URL = reverse("teams:team_list")


@pytest.fixture
def add(office):
    """A filed team, put there directly: lists count, filings have their own tests."""
    made = []

    def make(code="150400", **facts):
        number = len(made) + 1
        place = add_child(
            office(code), code=f"T{code}9{number:03d}", name=facts.pop("name", f"第{number}红十字列表救援队（演示）"),
            short_name=f"列表{number}", level="team", division_id=office(code).division_id,
        )  # fmt: skip
        captain = facts.pop("captain", "阿拉坦·苏都")
        facts = {
            "status": "filed",
            "filing_no": f"NMHS-{code}-2025-{number:04d}",
            "filed_on": date(2025, 5, 1),
            **facts,
        }
        team = Team(organization=place, level="league_city", main_category_id="aquatic", duty_phone="13800000031")
        for name, value in facts.items():
            setattr(team, name, value)
        team.save()
        if captain:
            TeamPost.objects.create(team=team, role="captain", name=captain, starts_on=date(2025, 5, 1))
        made.append(team)
        return team

    return make


def count(client, **asked):
    page = client.get(URL, asked)
    assert page.context["notes"] == [], asked
    return page.context["paginator"].count


def test_filters_find_what_they_say(as_user, region, add, office):
    year = timezone.localdate().year
    add(formation="named", registration="civil", host_org_name="演示蓝天中心", uscc="52150400MJY0000010")
    add("150404", level="banner_county", main_category_id="mountain", other_categories=["aquatic"], confirmed_year=year)
    add("150200", captain="", status="rectifying", registration="document", formation="direct")
    client = as_user(region)
    expected = [
        ({"status": "on_file"}, 3), ({"status": "rectifying"}, 1), ({"level": "banner_county"}, 1),
        ({"category": "aquatic"}, 3), ({"main": "aquatic", "status": "on_file"}, 2), ({"category": "mountain"}, 1),
        ({"formation": "named"}, 1), ({"registration": "document"}, 1), ({"office_level": "banner_county"}, 1),
        ({"office_level": "league_city", "status": "on_file"}, 2), ({"attention": "unconfirmed"}, 2),
        ({"attention": "to_confirm"}, 2), ({"attention": "this_year"}, 1),
        ({"attention": "no_captain", "status": "on_file"}, 1),
        ({"attention": "filing"}, 0), ({"attention": "drift"}, 0),
        ({"under": office("150400").pk, "status": "on_file"}, 2), ({"q": "演示蓝天"}, 1), ({"q": "NMHS-150200"}, 1),
        ({"q": "52150400MJY"}, 1), ({"q": "列表2"}, 1), ({"q": "第3红十字"}, 1),
    ]  # fmt: skip
    for asked, number in expected:
        assert count(client, **asked) == number, asked


def test_each_sees_the_teams_below(as_user, chifeng, songshan, baotou, region_system, add):
    add()
    add("150404")
    for user, number in ((chifeng, 2), (songshan, 1), (baotou, 0)):
        assert count(as_user(user), status="on_file") == number
    assert as_user(region_system).get(URL).status_code == 403


def test_list_takes_the_same_queries_however_long(as_user, region, add):
    made = []

    def grow(to):
        while len(made) < to:
            made.append(add(other_categories=["mountain"]))

    assert_constant_queries(as_user(region), URL + "?view=", grow, steps=(1, 3, 12))


def test_list_keeps_the_rules_of_lists(as_user, region, add):
    add()
    assert_sorts_by_index(TeamList)
    assert_tampering_is_told(as_user(region), URL)


def test_export_masks_phones_unless_whole(as_user, chifeng, add, tmp_path):
    add(other_categories=["mountain", "relief"])
    client = as_user(chifeng)
    cols = "name,categories,captain,duty_phone,status"

    def rows(response):
        path = tmp_path / "x.xlsx"
        path.write_bytes(b"".join(response.streaming_content))
        return [[cell.value for cell in row] for row in load_workbook(path).active.iter_rows()]

    found = rows(client.get(URL, {"export": "xlsx", "cols": cols, "status": "on_file"}))
    assert found[2] == ["第1红十字列表救援队（演示）", "赈济、山野搜救", "阿拉坦·苏都", "138****0031", "已备案"]
    whole = f"{URL}?export=xlsx&full=1&cols={cols}&status=on_file"
    assert client.get(whole).status_code == 200  # asks what for
    assert rows(client.post(whole, {"reason": "应急值守联络"}))[2][3] == "13800000031"
    assert client.get(URL, {"export": "pdf"})["Content-Type"] == "application/pdf"


def test_list_as_at_a_day(as_user, region, add):
    team = add()
    Team.objects.filter(pk=team.pk).update(status="rectifying")
    today = timezone.localdate().isoformat()
    client = as_user(region)
    assert count(client, at=today, status="rectifying") == 1
    assert count(client, at=today, attention="no_captain", status="on_file") == 0
    assert count(client, at="2025-01-01") == 0
    page = client.get(URL, {"at": today, "attention": "drift"})
    assert "只能看现在" in page.context["notes"][0]


# -- summary ----------------------------------------------------------------------------------------------
SUMMARY = reverse("teams:team_summary")


def test_summary_counts_by_branch_and_its_numbers_open_the_list(as_user, region, chifeng, add):
    add()
    add("150404", level="banner_county", captain="")
    add("150200", status="suspended")
    client = as_user(region)
    assert len(queries_of(client, SUMMARY)) <= 10
    for group in ("level", "status", "category", "formation", "upkeep"):
        page = client.get(SUMMARY, {"by": group})
        for row in page.context["lines"]:
            for cell in row["cells"]:
                if cell["number"]:
                    listed = client.get(cell["url"])
                    assert listed.context["paginator"].count == cell["number"], cell
                    assert listed.context["notes"] == []
    lines = {row["line"].label: row["line"].counts for row in client.get(SUMMARY).context["lines"]}
    assert (lines["赤峰市"]["on_file"], lines["包头市"]["on_file"], lines["合计"]["on_file"]) == (2, 1, 3)
    upkeep = {row["line"].label: row["line"].counts for row in client.get(SUMMARY, {"by": "upkeep"}).context["lines"]}
    assert upkeep["合计"]["no_captain"] == 1
    own = {row["line"].label: row["line"].counts for row in as_user(chifeng).get(SUMMARY).context["lines"]}
    assert own["松山区"]["banner_county"] == 1
    assert own["赤峰市（本级）"]["on_file"] == 1
    assert own["合计"]["on_file"] == 2


def test_a_captain_of_two_teams_chooses_between_them(as_user, captain, add):
    first, second = add(), add("150200")
    for team in (first, second):
        grant(Appointment.objects.create(user=captain, role="captain", organization=team.organization))
    client = as_user(captain)
    assert count(client) == 3
    assert count(client, under=str(second.organization.pk)) == 1
    offered = client.get(URL).context["filter"].form["under"].field.queryset
    assert set(offered) == {captain.organization, first.organization, second.organization}


def test_summary_is_offered_to_those_of_an_office(as_user, captain, chifeng):
    """A team's own people would add up nothing and be told 0."""
    teams = reverse("teams:team_list")
    assert SUMMARY not in as_user(captain).get(teams).content.decode()
    assert as_user(captain).get(SUMMARY)["Location"] == teams
    assert SUMMARY in as_user(chifeng).get(teams).content.decode()


def test_summary_exports(as_user, region, baotou, add, office, tmp_path):
    add()
    client = as_user(region)
    answer = client.get(SUMMARY, {"export": "xlsx"})
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    rows = [[cell.value for cell in row] for row in load_workbook(path).active.iter_rows()]
    assert rows[1][:2] == ["机构", "在册"]
    assert rows[-1][:2] == ["合计", 1]
    assert client.get(SUMMARY, {"export": "pdf", "by": "category"})["Content-Type"] == "application/pdf"
    assert as_user(baotou).get(SUMMARY, {"under": office("150400").pk}).status_code == 404


# -- metrics ----------------------------------------------------------------------------------------------
def test_metrics_count_what_their_lists_show(as_user, region, chifeng, add):
    add()
    add("150404", level="banner_county", captain="", confirmed_year=timezone.localdate().year)
    add("150200", level="region")
    expected = {
        "teams_on_file": (3, 2), "teams_region": (1, 0), "teams_league_city": (1, 1), "teams_banner_county": (1, 1),
        "teams_unconfirmed": (2, 1), "teams_with_drift": (0, 0), "teams_without_captain": (1, 1),
        "filings_filed": (0, 0), "filings_waiting": (0, 0), "filings_overdue": (0, 0),
    }  # fmt: skip
    period = Period.of_year(timezone.localdate().year)
    for name, numbers in expected.items():
        metric = metrics.get(name)
        for user, number in zip((region, chifeng), numbers, strict=True):
            assert metric(user.organization, period).value == number, name
            if name.startswith("teams_"):
                page = as_user(user).get(metric.url(user.organization, period))
                assert page.context["paginator"].count == number, name


# -- API --------------------------------------------------------------------------------------------------
def test_api_gives_the_same_rows_masked(as_user, chifeng, songshan, region_system, add):
    add()
    add("150404", level="banner_county")
    url = reverse("api:team-list")
    found = as_user(chifeng).get(url, {"status": "on_file"}).json()
    assert found["count"] == 2
    first = next(row for row in found["results"] if row["level"] == "league_city")
    assert (first["duty_phone"], first["posts"][0]["name"]) == ("138****0031", "阿拉坦·苏都")
    assert as_user(chifeng).get(url, {"level": "banner_county"}).json()["count"] == 1
    assert as_user(songshan).get(reverse("api:team-detail", args=[first["id"]])).status_code == 404
    assert as_user(region_system).get(url).status_code == 403
    assert len(queries_of(as_user(chifeng), url)) <= 10
