"""Each check of the table: what it finds, what it leaves alone, and that data decides how much it weighs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from teams.facts import facts_of
from teams.filings.checks import CHECKS, check, findings_of
from teams.filings.drafting import begin, keep
from teams.filings.proposal import Proposal
from teams.models import CheckSetting, Filing, Team
from teams.rules.limits import LIMITS
from tests.teams import builders

pytestmark = pytest.mark.django_db
TWO_CAPTAINS = [builders.CAPTAIN, {**builders.CAPTAIN, "name": "包玉山"}, *builders.DEPUTIES]

# check, what is typed instead, the field it is found at
FOUND = [
    ("values", {"uscc": "52150000MJ0000000X", "registration": "civil"}, "uscc"),
    ("values", {"filing_doc_no": "赤红发(2024)7号"}, "filing_doc_no"),
    ("values", {"filing_doc_no": "赤红发〔2024〕第07号"}, "filing_doc_no"),
    ("values", {"founded_on": "2124-03-01"}, "founded_on"),
    ("values", {"latitude": "122"}, "latitude"),
    ("values", {"duty_phone": "110"}, "duty_phone"),
    ("values", {"posts": [{**builders.CAPTAIN, "starts_on": "2124-01-01"}, *builders.DEPUTIES]}, "posts-0-starts_on"),
    ("values", {"posts": [{**builders.CAPTAIN, "role": "safety"}]}, "posts-0-role"),
    ("required", {"name": " "}, "name"),
    ("required", {"level": ""}, "level"),
    ("required", {"filing_doc_no": ""}, "filing_doc_no"),
    ("required", {"registration": "civil"}, "uscc"),
    ("required", {"formation": "named"}, "host_org_name"),
    ("name_pattern", {"name": "赤峰蓝天队伍协会"}, "name"),
    ("uscc_type", {"uscc": "52150000MJ0000000K", "civil_type": "51", "registration": "civil"}, "uscc"),
    ("captains", {"posts": TWO_CAPTAINS}, "posts.captain"),
    ("captains", {"posts": builders.DEPUTIES}, "posts.captain"),
    ("deputies", {"posts": [builders.CAPTAIN, builders.DEPUTIES[0]]}, "posts.deputy"),
    ("one_post_each", {"posts": [builders.CAPTAIN, {**builders.DEPUTIES[0], "name": "阿拉坦·苏都"}]}, "posts.captain"),
    ("in_region", {"latitude": "22.5"}, "latitude"),
    ("in_region", {"longitude": ""}, "latitude"),
    ("in_region", {"latitude": "42.2", "longitude": "142.1"}, "latitude"),
    ("base_within", {"base_division": "150203"}, "base_division"),
    ("document_year", {"filing_doc_on": "2023-12-30"}, "filing_doc_on"),
    ("registered", {"registration": "pending"}, "registration"),
    ("papers", {}, "papers"),
]
# check, what is typed instead: it says nothing
QUIET = [
    ("values", {}),
    ("required", {}),
    ("required", {"registration": "pending", "filing_doc_no": "", "filing_doc_on": ""}),
    ("name_pattern", {"name": "赤峰市红十字测试救援队（演示）"}),
    ("captains", {}),
    ("deputies", {}),
    ("one_post_each", {}),
    ("in_region", {"latitude": "", "longitude": ""}),
    ("in_region", {}),
    ("base_within", {"base_division": "150402"}),
    ("document_year", {"filing_doc_on": "2024-12-30"}),
    ("registered", {}),
    ("name_taken", {}),
    ("same_uscc", {}),
    ("same_host", {}),
]


def found(proposal: Proposal, key: str) -> list[str]:
    return [finding.field for finding in check(proposal).findings if finding.key == key]


def proposed(office, kind: str = "register", team: Team | None = None, **facts) -> Proposal:
    place = office("150400")
    payload = {**builders.FACTS, "office": str(place.pk), **facts}
    return Proposal(kind, payload, place, team, facts_of(team) if team else {})


@pytest.mark.parametrize(("key", "typed", "field"), FOUND)
def test_a_check_finds(chifeng, office, key, typed, field):
    proposal = proposed(office, **typed)
    if key == "papers":
        proposal = Proposal.of(builders.drafted(chifeng, office("150400")))
    assert field in found(proposal, key)


@pytest.mark.parametrize(("key", "typed"), QUIET)
def test_a_check_leaves_alone(office, key, typed):
    assert found(proposed(office, **typed), key) == []


def test_the_naming_office_is_not_lower_than_the_team(office):
    named = {"formation": "named", "host_org_name": "演示协会"}
    assert found(proposed(office, **named, naming_org=str(office("150404").pk)), "naming_level") == ["naming_org"]
    assert found(proposed(office, **named, naming_org=str(office("150000").pk)), "naming_level") == []


def test_doubles_are_found_and_the_team_itself_is_none(chifeng, region, office):
    named = {"formation": "named", "naming_org": str(office("150000").pk)}
    alike = {"host_org_name": "演示协会", "uscc": "", **named}
    team = builders.filed(chifeng, office("150400"), region, **alike)
    Team.objects.filter(pk=team.pk).update(uscc="51150000MJ00000000")
    again = proposed(office, **alike)
    assert (found(again, "name_taken"), found(again, "same_host")) == (["name"], ["host_org_name"])
    assert found(proposed(office, name="赤 峰市红十字测试救援队"), "name_taken") == ["name"]
    own = proposed(office, "change", team, **alike)
    assert (found(own, "name_taken"), found(own, "same_host")) == ([], [])


def test_a_name_on_file_is_not_asked_about_every_year(chifeng, region, office):
    """The office agreed to it; only another one is looked at."""
    team = builders.filed(chifeng, office("150400"), region, name="赤峰蓝天协会")
    for kind in ("annual", "change", "restore"):
        assert found(proposed(office, kind, team, name="赤峰蓝天协会"), "name_pattern") == []
        assert found(proposed(office, kind, team, name="赤峰蓝天服务协会"), "name_pattern") == ["name"]


def test_a_name_that_another_filing_proposes(chifeng, office):
    builders.submitted(chifeng, office("150400"))
    assert found(proposed(office), "name_proposed") == ["name"]
    builders.drafted(chifeng, office("150400"), name="赤峰市红十字二队")
    assert found(proposed(office, name="赤峰市红十字二队"), "name_proposed") == []  # a draft is nobody else's matter


def test_a_change_changes_something(chifeng, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    filing = begin("change", by=chifeng, team=team)
    assert found(Proposal.of(filing), "changes_something") == ["changes"]
    filing = keep(filing, {"planned_size": "31"}, by=chifeng, version=filing.version)
    assert found(Proposal.of(filing), "changes_something") == []


def test_a_new_captain_is_not_left_with_the_telephone_and_day_of_the_old_one(chifeng, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    captain, first, second = facts_of(team)["posts"]
    new = {**captain, "name": "包玉山", "phone": "13800001999", "starts_on": "2026-10-01"}
    for posts, told in (
        ([captain, first, second], []),
        ([new, first, second], []),
        ([{**new, "phone": ""}, first, second], []),
        ([{**new, "phone": captain["phone"]}, first, second], ["posts.captain"]),
        ([{**new, "starts_on": captain["starts_on"]}, first, second], ["posts.captain"]),
        ([{**captain, "name": "包玉山"}, first, second], ["posts.captain"] * 2),
        ([captain, first, {**second, "name": "包玉山"}], ["posts.deputy"]),
        ([captain, first, second, {**second, "name": "包玉山"}], []),  # nobody left: elected on the same day
        ([{**first, "role": "captain"}, second], ["posts.captain"]),  # the deputy took over, his own day left standing
    ):
        assert found(proposed(office, "change", team, posts=posts), "phone_of_former") == told, posts


def test_a_year_is_confirmed_once_and_not_beforehand(chifeng, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    filing = begin("annual", by=chifeng, team=team)
    assert found(Proposal.of(filing), "year_once") == []
    future = Proposal(
        "annual", {**filing.payload, "year": str(timezone.localdate().year + 1)}, filing.office, team, filing.before
    )
    assert found(future, "year_once") == ["year"]
    Filing.objects.filter(pk=filing.pk).update(kind="annual", year=filing.year)
    assert found(Proposal.of(filing), "maintained") == []
    Team.objects.filter(pk=team.pk).update(maintained_at=timezone.now() - timedelta(days=200))
    assert found(Proposal.of(Filing.objects.get(pk=filing.pk)), "maintained") == ["changes"]


def test_the_civil_check_of_an_annual_confirmation(office):
    year = timezone.localdate().year
    civil = {"registration": "civil", "year": str(year)}
    assert found(proposed(office, "annual", **civil, annual_check_year=""), "civil_check") == ["annual_check_year"]
    assert found(proposed(office, "annual", **civil, annual_check_year=str(year - 3)), "civil_check") != []
    assert found(proposed(office, "annual", **civil, annual_check_year=str(year - 1)), "civil_check") == []


def test_leaving(chifeng, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    filing = builders.leaving(team, chifeng, exit_on="2020-01-01")
    assert found(Proposal.of(filing), "exit_day") == ["exit_on"]
    assert len(found(Proposal.of(filing), "exit_tasks")) == 4
    builders.account_for(filing, chifeng, "emblem")
    assert "exit.emblem" not in found(Proposal.of(filing), "exit_tasks")


def test_data_decides_how_much_a_finding_weighs(office):
    def proposal():
        return proposed(office, posts=TWO_CAPTAINS)  # each look reads the settings anew, as each page does

    assert [finding.blocks for finding in check(proposal()).findings if finding.key == "captains"] == [False]
    CheckSetting.objects.filter(key="captains").update(severity=2, source="演示规定")
    strict = [finding for finding in check(proposal()).findings if finding.key == "captains"]
    assert (strict[0].blocks, strict[0].source) == (True, "演示规定")
    CheckSetting.objects.filter(key="captains").update(severity=0)
    assert found(proposal(), "captains") == []


def test_what_can_only_be_right_does_not_depend_on_data(office):
    CheckSetting.objects.filter(key__in=["values", "required"]).update(severity=0)
    assert found(proposed(office, name=""), "required") == ["name"]


def test_findings_are_frozen_as_plain_values(office):
    report = check(proposed(office, posts=TWO_CAPTAINS))
    assert findings_of(report.as_json()) == report.findings
    assert report.findings == sorted(report.findings, key=lambda finding: -finding.severity)


def test_every_check_has_its_line_in_the_data(cast):
    limits = {limit.key for limit in LIMITS}
    assert {each.key for each in CHECKS} | limits == set(CheckSetting.objects.values_list("key", flat=True))
