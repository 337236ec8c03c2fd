"""The queue of the desk: what is in it, in which order, and what lies below."""

from datetime import timedelta

import pytest
from django.utils import timezone

from teams.desk.queue import Part
from teams.filings.drafting import begin
from teams.models import Filing
from teams.workflow import WORKFLOW
from tests.core.list_checks import assert_constant_queries, queries_of
from tests.teams import builders

pytestmark = pytest.mark.django_db
DESK = "/desk/"


def names(response) -> list[str]:
    return [row["entry"].filing.name for row in response.context["entries"]]


def copies(filing: Filing, number: int) -> None:
    """More of the same in the queue, as rows: how they came there is no matter to the page."""
    step = filing.current_step
    this = filing.rounds.get()
    for index in range(number):
        twin = Filing.objects.get(pk=filing.pk)
        twin.pk, twin.team, twin.title = None, None, f"复制{index}"
        twin.number = f"BA-150400-2026-9{Filing.objects.count():03d}"
        twin.save(force_insert=True)
        this.pk, this.filing = None, twin
        this.save(force_insert=True)
        step.pk, step.filing = None, twin
        step.save(force_insert=True)
        Filing.objects.filter(pk=twin.pk).update(current_step=step)


def test_oldest_due_first_with_what_changes_and_who_has_it(chifeng, region, office, as_user):
    team = builders.filed(chifeng, office("150400"), region)
    change = builders.changing(team, chifeng, base_address="演示路 9 号", duty_phone="0476-7654321")
    change = WORKFLOW.perform(change, "submit", by=chifeng)
    new = builders.submitted(chifeng, office("150400"), name="赤峰市红十字新建队（演示）")
    day = timezone.localdate()
    Filing.objects.filter(pk=new.pk).update(due_on=day - timedelta(days=3), assignee=region)
    response = as_user(region).get(DESK)
    entries = [row["entry"] for row in response.context["entries"]]
    assert [(e.filing.pk, e.about, e.when, e.late, e.mine, e.chip) for e in entries] == [
        (new.pk, "盟市级", "超期 3 天", True, True, "检查通过"),
        (change.pk, "驻地地址、24 小时值班电话", "剩 15 天", False, False, "检查通过"),
    ]
    counts = response.context["counts"]
    assert (counts["all"], counts["register"], counts["change"], counts["late"], counts["mine"]) == tuple("21111")
    for query, found in (("kind=change", [change]), ("only=late", [new]), ("only=mine", [new]), ("kind=exit", [])):
        assert [row["entry"].filing for row in as_user(region).get(f"{DESK}?{query}").context["entries"]] == found
    assert names(as_user(chifeng).get(DESK)) == []


def test_nonsense_in_the_address_is_the_whole_queue():
    part = Part.of({"kind": "x'", "only": "all", "page": "-1", "part": "?"})
    assert (part, part.query) == (Part(), "")
    assert Part.of({"page": "99999999"}).page == 1


def test_a_superior_sees_what_lies_below_and_may_only_urge(songshan, chifeng, region, leader, office, as_user):
    filing = builders.submitted(songshan, office("150404"), name="松山区红十字救援队（演示）", level="banner_county")
    assert names(as_user(region).get(DESK)) == []
    assert names(as_user(region).get(f"{DESK}?part=below")) == [filing.name]
    page = as_user(region).get(f"{DESK}{filing.pk}/?part=below")
    assert (page.context["decides"], page.context["may_urge"]) == (False, True)
    assert "moves" not in page.context
    assert "dialog-" not in page.content.decode()
    assert as_user(leader).get(f"{DESK}{filing.pk}/").context["may_urge"] is False
    assert names(as_user(chifeng).get(DESK)) == [filing.name]
    assert names(as_user(chifeng).get(f"{DESK}?part=below")) == []


def test_who_took_part_has_it_not_in_the_queue(chifeng, region, office, as_user):
    """A clerk who handed in the first round does not decide the second, which a colleague handed in."""
    filing = builders.submitted(chifeng, office("150400"))
    assert names(as_user(region).get(DESK)) == [filing.name]
    assert Filing.objects.to_decide(builders.read(chifeng)).count() == 0


def test_another_office_finds_nothing(chifeng, baotou, office, as_user):
    filing = builders.submitted(chifeng, office("150400"))
    assert names(as_user(baotou).get(DESK)) == []
    assert as_user(baotou).get(f"{DESK}{filing.pk}/").status_code == 404


def test_constant_queries_and_pages(chifeng, region, office, as_user):
    filing = builders.submitted(chifeng, office("150400"))
    grown = {"rows": 1}

    def grow(more: int) -> None:
        copies(Filing.objects.get(pk=filing.pk), more)
        grown["rows"] += more

    assert_constant_queries(as_user(region), DESK, grow)
    page = as_user(region).get(DESK)
    assert (len(page.context["entries"]), page.context["left"]) == (30, str(grown["rows"] - 30))
    assert len(as_user(region).get(f"{DESK}?page=2").context["entries"]) == grown["rows"] - 30


def test_the_sheet_takes_the_same_queries_whatever_is_on_it(chifeng, region, office, as_user):
    team = builders.filed(chifeng, office("150400"), region)
    filing = begin("annual", by=chifeng, team=team)
    builders.papers(filing, chifeng)
    WORKFLOW.perform(filing, "submit", by=chifeng)
    client, url = as_user(region), f"{DESK}{filing.pk}/"
    before = len(queries_of(client, url))
    copies(Filing.objects.get(pk=filing.pk), 5)
    found = queries_of(client, url)
    assert len(found) == before
    assert len(found) <= 10, "\n".join(found)
