"""汇总表, numbers and API of teams: the same rows by three doors, and nothing of anybody else's."""

from datetime import date

import pytest
from django.urls import reverse

from core import metrics
from core.metrics import Period
from core.models import AccessLog
from teams.models import Filing, Team, TeamPost
from tests.core.list_checks import assert_constant_queries
from tests.teams import builders

pytestmark = pytest.mark.django_db
URL = reverse("teams:team_summary")
NAMES = ("teams_on_file", "teams_unconfirmed", "teams_without_captain", "filings_filed", "filings_waiting")


@pytest.fixture
def two(chifeng, region, office) -> tuple[Team, Team]:
    """A water team of 赤峰市 that has lost its captain, and one of 松山区 that was confirmed this year."""
    by, decider = builders.read(chifeng), builders.read(region)
    first = builders.filed(by, office("150400"), decider)
    TeamPost.objects.filter(team=first, role="captain").update(ends_on=date(2026, 3, 1))
    second = builders.filed(
        by,
        office("150400"),
        decider,
        name="赤峰市红十字赈济救援队",
        main_category="relief",
        filing_doc_no="赤红发〔2024〕8号",
    )
    Team.objects.filter(pk=first.pk).update(filed_on=date(2024, 3, 5))
    Team.objects.filter(pk=second.pk).update(confirmed_year=2026)
    return first, second


def cells(page) -> dict[str, dict[str, dict]]:
    """Line → column → cell of the table on the page."""
    return {
        shown["line"].label: {str(cell["label"]): cell for cell in shown["cells"]} for shown in page.context["lines"]
    }


EXPECTED = {
    "level": {"在册": 2, "盟市级": 2, "旗县级": 0},
    "status": {"已备案": 2, "已退出": 0},
    "category": {"水上救生": 1, "赈济": 1},
    "formation": {"直接建立": 2, "红十字会发文备案": 2},
    "upkeep": {"没有队长": 1, "本年度已确认": 1, "本年度没有确认": 1},
}


def test_every_number_is_the_length_of_the_list_it_opens(as_user, region, two):
    client = as_user(region)
    for group, columns in EXPECTED.items():
        table = cells(client.get(URL, {"by": group}))
        for column, number in columns.items():
            assert table["合计"][column]["number"] == table["赤峰市"][column]["number"] == number, column
            assert table["包头市"][column]["number"] == 0
            if number:
                page = client.get(table["合计"][column]["url"])
                assert page.context["page_obj"].paginator.count == number, column


def test_a_league_sees_its_own_and_a_stranger_nothing_of_it(as_user, chifeng, baotou, assessor, office, two):
    mine = cells(as_user(chifeng).get(URL))
    assert mine["合计"]["在册"]["number"] == 2
    assert as_user(baotou).get(URL, {"under": office("150400").pk}).status_code == 404
    assert cells(as_user(baotou).get(URL))["合计"]["在册"]["number"] == 0
    assert as_user(assessor).get(URL).status_code == 403


def test_the_table_leaves_as_a_file_and_that_is_noted(as_user, chifeng, two):
    for number, kind in enumerate(("xlsx", "pdf"), 1):
        answer = as_user(chifeng).get(URL, {"export": kind})
        assert len(b"".join(answer.streaming_content)) > 1000
        assert AccessLog.objects.filter(kind="exported", user=chifeng).count() == number


def test_numbers_agree_with_their_lists(as_user, region, chifeng, office, two):
    builders.submitted(builders.read(chifeng), office("150400"), name="赤峰市红十字在办救援队")
    Filing.objects.filter(state="submitted").update(due_on=date(2024, 1, 1))
    scope, period, client = office("150000"), Period.of_year(2026), as_user(region)
    found = metrics.counted([metrics.get(name) for name in (*NAMES, "filings_overdue")], scope, period)
    values = {name: measure.value for name, measure in found.items()}
    assert values == {
        "teams_on_file": 2, "teams_unconfirmed": 1, "teams_without_captain": 1, "filings_filed": 2,
        "filings_waiting": 1, "filings_overdue": 1,
    }  # fmt: skip
    for name in NAMES[:3]:
        page = client.get(metrics.get(name).url(scope, period))
        assert page.context["page_obj"].paginator.count == values[name], name
    elsewhere = metrics.counted([metrics.get(name) for name in NAMES], office("150200"), period)
    assert {measure.value for measure in elsewhere.values()} == {0}


# -- API ------------------------------------------------------------------------------------------------
def test_api_gives_what_the_list_gives(as_user, chifeng, baotou, assessor, two):
    client, url = as_user(chifeng), reverse("api:team-list")
    assert client.get(url, {"status": "filed"}).json()["count"] == 2  # the third is the team of the cast
    assert client.get(url, {"main": "relief"}).json()["results"][0]["name"] == "赤峰市红十字赈济救援队"
    assert client.get(url, {"q": "赈济"}).json()["count"] == 1
    item = reverse("api:team-detail", args=[two[1].pk])
    body = client.get(item)
    assert "13800000011" not in body.content.decode()
    assert next(post["phone"] for post in body.json()["posts"]) == "138****0011"
    assert client.post(url, {}).status_code == client.delete(item).status_code == 405
    assert as_user(baotou).get(url).json()["count"] == 0
    assert as_user(baotou).get(item).status_code == 404
    assert as_user(assessor).get(url).status_code == 403


def test_summary_and_api_ask_the_same_however_many(as_user, chifeng, region, office):
    def grow(step: int) -> None:
        for index in range(Team.objects.count(), step):
            builders.filed(
                builders.read(chifeng), office("150400"), builders.read(region), name=f"赤峰市红十字{index}号救援队",
                filing_doc_no=f"赤红发〔2024〕{index + 10}号",
            )  # fmt: skip

    assert_constant_queries(as_user(chifeng), URL, grow, steps=(1, 2))
    assert_constant_queries(as_user(chifeng), reverse("api:team-list"), grow, steps=(2, 3))
