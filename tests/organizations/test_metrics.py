"""Metrics of this subject: the number, the rows behind it, and the list that the number opens, are one."""

import io

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core import metrics
from core.metrics import Period
from core.models import AccessLog
from organizations import accounts
from organizations.models import Organization
from organizations.workflow import WORKFLOW
from tests.core.list_checks import queries_of
from tests.organizations.helpers import opened, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(region_security, chifeng, songshan, baotou):
    """Something to count for every metric, and something beside it that must not count."""
    Organization.objects.filter(pk=songshan.organization.pk).update(has_staff=False, proxy=chifeng.organization)
    opened(region_security, chifeng.organization, "cf-security", "security_admin")
    opened(region_security, baotou.organization, "idle")
    closed = opened(region_security, songshan.organization, "closed", "clerk")
    accounts.deactivate(closed, by=region_security, reason="调离")
    WORKFLOW.perform(submitted(songshan), "reject", by=region_security, comment="x")
    submitted(songshan, username="waiting")


EXPECTED = {  # region, 赤峰
    "offices": (116, 13),
    "offices_unstaffed": (1, 1),
    "leagues_without_security": (11, 0),
    "accounts": (13, 5),
    "accounts_without_duty": (1, 0),
    "accounts_opened": (14, 6),
    "requests_decided": (1, 1),
}


@pytest.mark.parametrize("name", list(EXPECTED))
def test_number_rows_and_list_are_one(name, as_user, world, region, chifeng):
    metric, period = metrics.get(name), Period.of_year(timezone.localdate().year)
    for user, expected in zip((region, chifeng), EXPECTED[name], strict=True):
        measure = metric(user.organization, period)
        assert (measure.value, measure.records.count()) == (expected, expected)
        page = as_user(user).get(metric.url(user.organization, period))
        assert page.context["paginator"].count == expected
        assert page.context["notes"] == []


def test_every_metric_is_expected_here():
    assert {metric.name for metric in metrics.every()} >= set(EXPECTED)


def test_statistics_page_breaks_down_without_losing_any(as_user, world, region):
    client = as_user(region)
    url = reverse("portal:statistics")
    for name, (expected, _league) in EXPECTED.items():
        context = client.get(url, {"by": name}).context
        shown = {line["metric"].name: line["value"] for line in context["numbers"]}
        assert shown[name] == expected
        assert sum(line["value"] for line in context["branches"]) == expected
    assert len(queries_of(client, url)) <= 10


def test_statistics_of_a_place_one_does_not_see(as_user, chifeng, baotou, region, assessor, captain):
    url = reverse("portal:statistics")
    client = as_user(chifeng)
    assert client.get(url).context["scope"] == chifeng.organization
    for scope in (str(baotou.organization.pk), str(region.organization.pk), "x", "999999999999"):
        assert client.get(url, {"scope": scope}).status_code == 404
    assert client.get(url, {"year": "1999", "by": "nonsense"}).context["scope"] == chifeng.organization
    assert "没有可看的统计" in as_user(assessor).get(url).content.decode()
    assert as_user(captain).get(url).context["scope"] == captain.organization


def test_statistics_go_into_a_spreadsheet(as_user, world, chifeng):
    response = as_user(chifeng).get(reverse("portal:statistics"), {"export": "xlsx"})
    rows = list(load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.iter_rows(values_only=True))
    assert rows[1] == ("类别", "项目", "数", "单位", "说明")
    assert ("机构和账号", "在用账号", EXPECTED["accounts"][1], "个", "可以登录的账号") in rows
    assert list(dict.fromkeys(row[0] for row in rows[2:])) == [
        "队伍和备案", "队员", "培训演练", "测评考核", "机构和账号"
    ]  # fmt: skip
    assert AccessLog.objects.get(kind="exported").detail["list"] == "portal:statistics"
