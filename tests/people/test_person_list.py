"""The list of people: who stands in it, once; filters, search, export, as at a day; finding by a whole number; API."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from organizations.models import Organization
from organizations.reference import add_child
from people.filters.persons import PersonFilter
from people.models import Disclosure, HourRecord, Mandate, Membership, Person
from people.views.persons import PersonList
from people.workflow import MEMBERSHIP
from portal.demo.cast import TEAM_CODE
from tests.core.list_checks import assert_constant_queries, assert_sorts_by_index, assert_tampering_is_told
from tests.people import builders

pytestmark = pytest.mark.django_db
URL = reverse("people:person_list")


@pytest.fixture
def team(cast):
    return Organization.objects.get(code=TEAM_CODE)


@pytest.fixture
def other(office):
    return add_child(
        office("150200"), code="T15020099", name="包头山地救援队（演示）", short_name="包头山地", level="team",
        division_id="150200",
    )  # fmt: skip


def names(client, **asked):
    page = client.get(URL, {"view": "", **asked})
    assert page.context["notes"] == [], asked
    return sorted(row.person.name for row in page.context["page_obj"])


def test_filters_find_what_they_say(as_user, region, team, office):
    year = timezone.localdate().year
    builders.member(team, 1, person=builders.person(1, name="甲", ethnicity="蒙古族", rc_member_no="HY-1"))
    young = builders.person(2, name="乙", id_number=builders.citizen(2, birth=f"{year - 20}0101"))
    builders.member(team, 2, person=young, state="probation")
    away = builders.member(team, 3, person=builders.person(3, name="丙", political="01", division_id="150404"))
    Membership.objects.filter(pk=away.pk).update(presence="leave")
    builders.award(away.person, level="national", awarded_on=date(year - 1, 5, 1))
    Mandate.objects.create(person=young, kind="council", organization=office("150400"), starts_on=date(year - 1, 1, 1))
    Person.objects.filter(pk=young.pk).update(volunteer_no="ZY-2", volunteer_on=date(year - 1, 1, 1))
    HourRecord.objects.create(
        person=young, organization=team, kind="training", on=date(year, 1, 2), hours=4, what="复训"
    )
    client = as_user(region)
    expected = [
        ({}, "甲乙丙"), ({"status": "now"}, "甲乙丙"), ({"status": "full"}, "甲丙"), ({"status": "probation"}, "乙"),
        ({"status": "away"}, "丙"), ({"status": "left"}, ""), ({"sex": "1"}, "甲丙"), ({"sex": "2"}, "乙"),
        ({"age": "18"}, "乙"), ({"age": "31"}, "甲丙"), ({"ethnicity": "蒙古族"}, "甲"), ({"division": "150404"}, "丙"),
        ({"division": "150400"}, "丙"), ({"rc": "true"}, "甲"), ({"rc": "false"}, "乙丙"),
        ({"volunteer": "true"}, "乙"),
        ({"volunteer": "true", "year": year - 2}, ""), ({"award": "any"}, "丙"), ({"award": "national"}, "丙"),
        ({"award": "city"}, ""), ({"award": "any", "year": year}, ""), ({"award": "any", "year": year - 1}, "丙"),
        ({"mandate": "council"}, "乙"), ({"mandate": "supervisor"}, ""), ({"mandate": "any", "year": year - 2}, ""),
        ({"hours": "training"}, "乙"), ({"hours": "service"}, ""), ({"under": office("150400").pk}, "甲乙丙"),
        ({"under": team.pk}, "甲乙丙"), ({"under": office("150200").pk}, ""), ({"q": "丙"}, "丙"),
        ({"q": "ZY-2"}, "乙"),
    ]  # fmt: skip
    for asked, found in expected:
        assert names(client, **asked) == sorted(found), asked


def test_party_members_are_found_only_where_they_may_be_known(as_user, region, chifeng, team):
    builders.member(team, person=builders.person(1, name="甲", political="01"))
    assert names(as_user(chifeng), party="true") == ["甲"]
    assert names(as_user(region), party="true") == []


def test_one_in_two_teams_is_one_head(as_user, region, baotou, chifeng, team, other):
    both = builders.member(team, 1).person
    builders.member(other, person=both)
    builders.member(other, 2)
    page = as_user(region).get(URL)
    assert page.context["paginator"].count == 2
    row = next(row for row in page.context["page_obj"] if row.person_id == both.pk)
    assert row.organization == team  # the main team
    assert set(row.team_names) == {team.short_name, other.short_name}
    for user, place in ((chifeng, team), (baotou, other)):
        seen = as_user(user).get(URL)
        rows = [row for row in seen.context["page_obj"] if row.person_id == both.pk]
        assert [row.organization for row in rows] == [place]
        assert rows[0].team_names == [place.short_name]  # the other office's team is not told
    assert names(as_user(region), under=other.pk) == sorted(["李志强", both.name])


def test_who_left_every_team_is_found_where_they_were(as_user, chifeng, baotou, team, other):
    gone = builders.member(team, 1)
    moved = builders.member(team, 2)
    for membership in (gone, moved):
        MEMBERSHIP.perform(membership, "end", by=chifeng, left_on=timezone.localdate(), end_kind="voluntary")
    builders.member(other, person=moved.person)
    client = as_user(chifeng)
    assert names(client, status="left") == [gone.person.name]
    assert names(client) == [gone.person.name]
    assert client.get(moved.person.get_absolute_url()).status_code == 404
    assert names(as_user(baotou)) == [moved.person.name]


def test_as_at_a_day_shows_who_was_in_the_team(as_user, chifeng, team):
    gone = builders.member(team, 1)
    client = as_user(chifeng)
    today = timezone.localdate().isoformat()
    assert names(client, at=today) == [gone.person.name]
    assert names(client, at="2025-01-01") == []
    MEMBERSHIP.perform(gone, "end", by=chifeng, left_on=timezone.localdate(), end_kind="voluntary")
    assert names(client, at=today) == []
    assert names(client, at=today, status="left") == [gone.person.name]


def test_list_takes_the_same_queries_however_long(as_user, region, chifeng, team):
    made = []

    def grow(to):
        while len(made) < to:
            made.append(builders.member(team, len(made) + 1))

    assert_constant_queries(as_user(region), f"{URL}?view=", grow)


def test_list_keeps_the_rules_of_lists(as_user, region, team, monkeypatch):
    builders.member(team)
    few = PersonFilter.base_filters["ethnicity"].extra  # one of fifty-seven peoples, of a hundred divisions, is enough
    monkeypatch.setitem(few, "choices", few["choices"][:2])
    monkeypatch.delitem(PersonFilter.base_filters, "division")
    assert_sorts_by_index(PersonList)
    assert_tampering_is_told(as_user(region), URL)


def test_strangers_see_nobody_and_some_not_even_the_list(as_user, baotou, member, region_system, team):
    builders.member(team)
    assert names(as_user(baotou)) == []
    assert as_user(member).get(URL).status_code == 403
    assert as_user(region_system).get(URL).status_code == 403


# -- finding by a whole number ----------------------------------------------------------------------------
def test_whole_numbers_find_their_holder_without_standing_in_an_address(as_user, chifeng, baotou, team):
    person = builders.member(team, 1).person
    number = builders.citizen(1)
    for typed in (number, f" {number[:6]} {number[6:]}", "13800000001"):
        answer = as_user(chifeng).post(reverse("people:person_find"), {"number": typed})
        assert answer["Location"] == person.get_absolute_url()
        answer = as_user(chifeng).get(URL, {"q": typed, "sex": "1"})
        assert answer["Location"] == person.get_absolute_url()
        answer = as_user(chifeng).get(URL, {"q": typed}, headers={"HX-Request": "true", "HX-Target": "table"})
        assert answer["HX-Redirect"] == person.get_absolute_url()
    answer = as_user(baotou).post(reverse("people:person_find"), {"number": number}, follow=True)
    assert "没有这个号码" in answer.content.decode()
    assert number not in answer.content.decode()
    assert as_user(baotou).get(URL, {"q": number, "sex": "1"})["Location"] == f"{URL}?sex=1"


def test_a_number_of_two_people_opens_neither(as_user, chifeng, team):
    for number in (1, 2):
        builders.member(team, number, person=builders.person(number, mobile="13800000099"))
    answer = as_user(chifeng).post(reverse("people:person_find"), {"number": "13800000099"}, follow=True)
    assert "不止一个人" in answer.content.decode()


# -- exports ----------------------------------------------------------------------------------------------
def rows_of(response, tmp_path):
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"".join(response.streaming_content))
    return [[cell.value for cell in row] for row in load_workbook(path).active.iter_rows()]


def test_export_is_masked_unless_whole_and_then_each_person_can_read_it(as_user, chifeng, region, team, tmp_path):
    people = [builders.member(team, number).person for number in (1, 2)]
    cols = "name,id_number,mobile,team,state"
    asked = {"export": "xlsx", "cols": cols}
    client = as_user(chifeng)
    found = rows_of(client.get(URL, asked), tmp_path)
    assert found[2] == [people[0].name, people[0].id_masked, "138****0001", team.short_name, "正式"]
    assert Disclosure.objects.count() == 0
    whole = f"{URL}?export=xlsx&full=1&cols={cols}"
    assert client.get(whole).status_code == 200  # asks what for
    assert client.post(whole, {"reason": "短"}).status_code == 200
    assert Disclosure.objects.count() == 0
    with CaptureQueriesContext(connection) as captured:
        found = rows_of(client.post(whole, {"reason": "投保名单，交保险公司"}), tmp_path)
    assert sum('INSERT INTO "people_disclosure"' in query["sql"] for query in captured) == 1
    assert found[2][1:3] == [builders.citizen(1), "13800000001"]
    noted = Disclosure.objects.order_by("person").values_list("person", "what", "by", "reason")
    assert list(noted) == [(person.pk, "export", chifeng.pk, "投保名单，交保险公司") for person in people]
    # the region sees below, but gives away nobody's numbers of other offices' teams
    assert len(rows_of(as_user(region).post(whole, {"reason": "投保名单，交保险公司"}), tmp_path)) == 2
    assert client.get(URL, {"export": "pdf"})["Content-Type"] == "application/pdf"


# -- API --------------------------------------------------------------------------------------------------
def test_api_shows_the_same_people_masked(as_user, chifeng, baotou, region, team, other):
    both = builders.member(team, 1).person
    builders.member(other, person=both)
    answer = as_user(chifeng).get(reverse("api:person-list"))
    person = answer.json()["results"][0]
    assert (person["name"], person["id_number"], person["mobile"]) == (both.name, both.id_masked, "138****0001")
    assert [row["team"] for row in person["memberships"]] == [team.name]
    assert "political" not in person
    assert as_user(chifeng).get(reverse("api:membership-list")).json()["count"] == 1
    assert as_user(region).get(reverse("api:membership-list"), {"current": "true"}).json()["count"] == 2
    assert as_user(region).get(reverse("api:person-list"), {"q": both.name}).json()["count"] == 1
    assert as_user(region).get(reverse("api:person-list"), {"q": builders.citizen(1)}).json()["count"] == 0
    alone = builders.member(team, 2).person
    assert as_user(baotou).get(reverse("api:person-list")).json()["count"] == 1
    assert as_user(baotou).get(reverse("api:person-detail", args=[alone.pk])).status_code == 404
    assert as_user(baotou).post(reverse("api:person-list")).status_code == 405
