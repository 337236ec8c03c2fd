"""The roster of a team: who is on it, what it says of them, the three numbers, filters, days gone by, files."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core import metrics
from core.models import Notice
from organizations.models import Organization
from organizations.reference import add_child
from people.choices import Presence
from people.models import Certificate, Cover, Membership, Person, Policy
from people.readiness import NEEDS
from people.states import CertificateState
from people.workflow import MEMBERSHIP
from portal.demo.cast import TEAM_CODE
from teams.models import Team
from tests.core.list_checks import assert_constant_queries, assert_sorts_by_index, assert_tampering_is_told
from tests.people import builders

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def place(cast) -> Organization:
    return Organization.objects.get(code=TEAM_CODE)


@pytest.fixture
def url(place) -> str:
    return reverse("teams:team_members", args=[Team.objects.get(organization=place).pk])


def names(client, url, **asked) -> list[str]:
    page = client.get(url, asked or {"view": ""})
    assert page.context["notes"] == [], asked
    return sorted(row.person.name for row in page.context["page_obj"])


def test_who_may_open_it(as_user, captain, chifeng, region, member, baotou, region_system, url, place):
    builders.ready(place, 1)
    for user in (captain, chifeng, region):
        page = as_user(user).get(url, {"view": ""})
        assert page.status_code == 200
        text = page.content.decode()
        assert "敖特根巴雅尔·孟和" in text
        assert builders.citizen(1) not in text
        assert "150404**********" in text
    assert as_user(member).get(url).status_code == 403  # sees the team, not what is noted of its members
    assert url not in as_user(member).get(reverse("teams:team_detail", args=[place.team.pk])).content.decode()
    assert as_user(baotou).get(url).status_code == 404
    assert as_user(region_system).get(url).status_code == 404
    assert as_user(captain).get(reverse("teams:roster_of", args=[place.pk])).url == url
    assert as_user(baotou).get(reverse("teams:roster_of", args=[place.pk])).status_code == 404


def test_keepers_may_tick_and_others_only_read(as_user, captain, region, url, place):
    builders.ready(place, 1)
    assert "data-pick" in as_user(captain).get(url, {"view": ""}).content.decode()
    page = as_user(region).get(url, {"view": ""}).content.decode()
    assert "data-pick" not in page
    assert 'id="bulk"' not in page


def test_roster_takes_few_queries_however_long(as_user, captain, place, url):
    made: list[Membership] = []

    def grow(to):
        while len(made) < to:
            made.append(builders.ready(place, len(made) + 1, group=f"{len(made)}组"))

    assert_constant_queries(as_user(captain), url + "?view=", grow, steps=(1, 3, 12))


def _squad(place) -> dict[str, Membership]:
    """One of everything that a filter looks for."""
    full = builders.ready(place, 1, group="激流组")  # 敖特根巴雅尔·孟和
    uninsured = builders.member(place, 2, kind="staff")  # 李志强
    builders.certificate(uninsured.person, expires_on=TODAY() + timedelta(days=40))
    probation = builders.member(place, 3, state="probation")  # 乌仁图雅
    away = builders.ready(place, 4, presence=Presence.LEAVE, away_until=TODAY() + timedelta(days=9))  # 额尔德尼其其格
    Certificate.objects.filter(person=away.person).update(expires_on=TODAY() - timedelta(days=1))
    Cover.objects.filter(person=away.person).update(ends_on=TODAY() + timedelta(days=20))
    reported = builders.member(place, 5)  # 张伟
    builders.certificate(reported.person, state=CertificateState.REPORTED)
    Person.objects.filter(pk=full.person_id).update(political="01")
    ended = builders.member(place, 6)  # 苏日嘎拉图
    Membership.objects.filter(pk=ended.pk).update(state="ended", left_on=TODAY(), end_kind="voluntary", is_main=False)
    return {"full": full, "uninsured": uninsured, "probation": probation, "away": away, "ended": ended}


MENG, LI, WU, E, ZHANG, SU = "敖特根巴雅尔·孟和", "李志强", "乌仁图雅", "额尔德尼其其格", "张伟", "苏日嘎拉图"
FILTERS: list[tuple[dict[str, str], list[str]]] = [
    ({}, [MENG, LI, WU, E, ZHANG]),
    ({"ready": "deployable"}, [MENG]),
    ({"ready": "not"}, [LI, WU, E, ZHANG]),
    ({"ready": "certified"}, [MENG, LI]),
    ({"lacks": "certified"}, [WU, E, ZHANG]),
    ({"lacks": "full"}, [WU]),
    ({"lacks": "present"}, [E]),
    ({"certificate": "in_30"}, []),
    ({"certificate": "in_60"}, [LI]),
    ({"certificate": "in_90"}, [LI]),
    ({"certificate": "expired"}, [E]),
    ({"certificate": "reported"}, [ZHANG]),
    ({"certificate": "none"}, [WU]),
    ({"insurance": "none"}, [LI, WU, ZHANG]),
    ({"insurance": "insured"}, [MENG, E]),
    ({"insurance": "ending"}, [E]),
    ({"group": "激流组"}, [MENG]),
    ({"state": "probation"}, [WU]),
    ({"state": "ended"}, [SU]),
    ({"state": "all"}, [MENG, LI, WU, E, ZHANG, SU]),
    ({"kind": "staff"}, [LI]),
    ({"presence": "leave"}, [E]),
    ({"presence": "active"}, [MENG, LI, WU, ZHANG]),
    ({"party": "true"}, [MENG]),
    ({"q": "孟和"}, [MENG]),
    ({"q": builders.citizen(2)}, [LI]),
    ({"q": "13800000003"}, [WU]),
]


def test_filters_find_what_they_say(as_user, captain, url, place):
    _squad(place)
    client = as_user(captain)
    for asked, expected in FILTERS:
        assert names(client, url, **asked) == sorted(expected), asked


def test_who_has_renewed_is_on_no_list_of_what_runs_out(as_user, captain, url, place):
    """The old certificate stays on record for ever; it is not to be chased."""
    for number, days in ((1, 20), (2, -5)):
        person = builders.member(place, number).person
        builders.certificate(person, expires_on=TODAY() + timedelta(days=days))
    client = as_user(captain)
    found = [{"certificate": "in_30"}, {"certificate": "in_90"}, {"certificate": "expired"}]
    assert [names(client, url, **asked) for asked in found] == [[MENG], [MENG], [LI]]
    for person in Person.objects.filter(memberships__organization=place):
        builders.certificate(person, number=f"NEW-{person.pk}", issued_on=TODAY())
    assert [names(client, url, **asked) for asked in found] == [[], [], []]
    found = metrics.counted([metrics.get("members_expiring")], place, metrics.Period.of_year(TODAY().year))
    assert found["members_expiring"].value == 0


def test_insurance_that_begins_tomorrow_is_said_and_makes_nobody_deployable_today(as_user, captain, url, place):
    tomorrow = TODAY() + timedelta(days=1)
    person = builders.member(place, 1).person
    builders.certificate(person)
    builders.policy(place, person, starts_on=tomorrow)
    page = as_user(captain).get(url, {"view": ""})
    text = page.content.decode()
    assert f"{tomorrow.isoformat()} 起" in text
    assert "未投保" not in text
    assert [figure.number for figure in page.context["figures"]] == [1, 1, 0]
    assert names(as_user(captain), url, insurance="none") == [MENG]


def test_political_status_is_no_filter_without_the_right_to_see_it(as_user, region, captain, leader, url, place):
    _squad(place)
    page = as_user(leader).get(url, {"party": "true"})
    assert "party" not in page.context["filter"].form.fields
    assert page.context["paginator"].count == 5
    # the region reveals at its own teams only: it is told nothing about this one
    assert as_user(region).get(url, {"party": "true"}).context["paginator"].count == 0


def test_numbers_open_the_lists_of_those_counted_and_of_those_who_miss_them(as_user, captain, url, place):
    _squad(place)
    client = as_user(captain)
    figures = client.get(url, {"view": ""}).context["figures"]
    assert [(figure.label, figure.number) for figure in figures] == [("在册", 5), ("持证", 2), ("可出动", 1)]
    for figure in figures:
        assert client.get(figure.url).context["paginator"].count == figure.number, figure.label
        for reason in figure.reasons:
            assert client.get(reason["url"]).context["paginator"].count == reason["number"], reason["label"]
    told = {str(reason["label"]) for reason in figures[2].reasons}
    assert told == {str(need.label) for need in NEEDS if need.key in ("full", "present", "certified", "insured")}
    detail = client.get(reverse("teams:team_detail", args=[place.team.pk]))
    assert [figure.number for figure in detail.context["figures"]] == [5, 2, 1]


def test_papers_of_the_team_say_the_numbers_to_whoever_may_see_them(as_user, captain, member, place):
    from io import BytesIO  # what only this test needs

    from pypdf import PdfReader

    _squad(place)
    for route in ("teams:team_sheet", "teams:team_register"):
        for user, there in ((captain, True), (member, False)):
            answer = as_user(user).get(reverse(route, args=[place.team.pk]))
            text = PdfReader(BytesIO(b"".join(answer.streaming_content))).pages[0].extract_text().replace(" ", "")
            assert ("在册5人" in text and "可出动1人" in text) is there


def test_as_at_a_day_lists_who_belonged_then(as_user, captain, url, place):
    squad = _squad(place)
    day = TODAY() - timedelta(days=100)
    Membership.objects.filter(pk=squad["full"].pk).update(joined_on=TODAY() - timedelta(days=5))
    Membership.objects.filter(pk=squad["ended"].pk).update(left_on=TODAY() - timedelta(days=50))
    page = as_user(captain).get(url, {"at": day.isoformat()})
    found = sorted(row.person.name for row in page.context["page_obj"])
    assert found == sorted([LI, WU, E, ZHANG, SU])
    assert page.context["figures"][0].number == 5
    assert "data-pick" not in page.content.decode()
    # what was written up afterwards is in it; a list that reads the history says that it leaves that out
    later = "那天以后才登记进来的不在里面"
    assert later not in page.content.decode()
    assert later in as_user(captain).get(reverse("people:person_list"), {"at": day.isoformat()}).content.decode()


def test_a_list_keeps_the_rules_of_lists(as_user, captain, region, url, place):
    from people.views.roster_list import MemberList  # its own test reads it as the code does

    _squad(place)
    assert_tampering_is_told(as_user(captain), url)
    assert_tampering_is_told(as_user(region), reverse("people:member_list"))
    assert_sorts_by_index(MemberList)


def test_files_hold_masked_numbers_and_only_who_was_ticked(as_user, captain, url, place, tmp_path):
    squad = _squad(place)
    client = as_user(captain)
    keys = [squad["full"].pk, squad["uninsured"].pk]
    answer = client.get(url, {"export": "xlsx", "membership": keys})
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    rows = [[cell.value for cell in row] for row in load_workbook(path).active.iter_rows()]
    text = str(rows)
    assert len(rows) == 4
    assert "2 人" in rows[0][0]
    assert builders.citizen(1) not in text
    assert "可出动" in text
    assert client.get(url, {"export": "pdf"})["Content-Type"] == "application/pdf"
    assert client.get(url, {"membership": "1; drop"}).context["notes"]


def test_below_an_office_everybody_stands_once_where_asked(as_user, region, chifeng, baotou, captain, place, office):
    other = add_child(
        office("150400"), code="T15040099", name="第二支（演示）", short_name="第二支", level="team",
        division_id="150400",
    )  # fmt: skip
    both = builders.ready(place, 1)
    builders.member(other, person=both.person)
    builders.member(other, 2)
    url = reverse("people:member_list")
    for user, rows in ((region, 3), (chifeng, 3), (captain, 1), (baotou, 0)):
        assert as_user(user).get(url, {"view": ""}).context["paginator"].count == rows
    client = as_user(region)
    assert client.get(url, {"heads": "once"}).context["paginator"].count == 2
    assert client.get(url, {"heads": "once", "ready": "deployable"}).context["paginator"].count == 1
    assert client.get(url, {"under": office("150400").pk, "own": "true"}).context["paginator"].count == 3
    assert client.get(url, {"under": office("150000").pk, "own": "true"}).context["paginator"].count == 0
    assert client.get(url, {"kept": "true"}).context["paginator"].count == 0
    assert as_user(chifeng).get(url, {"kept": "true"}).context["paginator"].count == 3


def test_teams_and_offices_say_the_three_numbers(as_user, region, chifeng, member, place, office):
    _squad(place)
    Team.objects.filter(organization=place).update(status="filed", filing_no="NMHS-150400-2026-0001")
    page = as_user(region).get(reverse("teams:team_list"), {"cols": "name,registered,certified,deployable"})
    link = reverse("teams:team_members", args=[place.team.pk])
    text = page.content.decode()
    assert f'<a href="{link}?view=">5</a>' in text
    assert f'<a href="{link}?ready=certified">2</a>' in text
    assert f'<a href="{link}?ready=deployable">1</a>' in text
    hidden = as_user(member).get(reverse("teams:team_list"), {"cols": "name,registered"}).content.decode()
    assert f'<a href="{link}' not in hidden
    client = as_user(region)
    summary = client.get(reverse("teams:team_summary"), {"by": "members"})
    lines: dict[str, Any] = {
        shown["line"].label: {str(cell["label"]): cell for cell in shown["cells"]} for shown in summary.context["lines"]
    }
    for label, number in (("在册队员", 5), ("持证队员", 2), ("可出动队员", 1)):
        for line in ("赤峰市", "合计"):
            cell = lines[line][label]
            assert cell["number"] == number
            assert client.get(cell["url"]).context["paginator"].count == number


def test_statistics_count_heads(as_user, region, place, office):
    squad = _squad(place)
    other = add_child(
        office("150200"), code="T15020099", name="包头第二支（演示）", short_name="包头第二支", level="team",
        division_id="150200",
    )  # fmt: skip
    builders.member(other, person=squad["full"].person)
    expected = {
        "members_registered": 5, "members_certified": 2, "members_deployable": 1, "members_insured": 2,
        "members_expiring": 1, "memberships": 6, "members_party": 1,
    }  # fmt: skip
    scope, period = office("150000"), metrics.Period.of_year(TODAY().year)
    found = metrics.counted([metrics.get(name) for name in expected], scope, period)
    assert {name: measure.value for name, measure in found.items()} == expected
    client = as_user(region)
    for name, number in expected.items():
        url = metrics.get(name).url(scope, period)
        assert not url or client.get(url).context["paginator"].count == number, name
    assert Policy.objects.count() == 2
    page = client.get(reverse("portal:statistics"), {"by": "members_registered"})
    assert sum(branch["value"] for branch in page.context["branches"]) == 5


def test_somebody_who_left_is_listed_with_the_ended(as_user, captain, place, url):
    from tests.teams.builders import read  # rights are kept on the object

    membership = builders.ready(place, 1)
    MEMBERSHIP.perform(membership, "end", by=read(captain), left_on=TODAY(), end_kind="age", end_reason="")
    client = as_user(captain)
    assert names(client, url) == []
    assert names(client, url, state="ended") == ["敖特根巴雅尔·孟和"]


def test_who_leaves_and_keeps_a_duty_is_told_to_those_who_keep_the_accounts(captain, chifeng, region_security, place):
    membership = builders.ready(place, 1)
    Person.objects.filter(pk=membership.person_id).update(user=captain)
    other = builders.ready(place, 2)
    for row in (membership, other):
        row = Membership.objects.get(pk=row.pk)
        MEMBERSHIP.perform(row, "end", by=chifeng, left_on=TODAY(), end_kind="voluntary")
    told = Notice.objects.get(kind="duty_still_held")
    assert (told.recipient, told.url) == (region_security, captain.get_absolute_url())
    assert told.title == f"{captain}已离开{place}，账号还任“队长”"


def test_summary_opens_the_list_of_a_single_banner(as_user, chifeng, office):
    team = add_child(
        office("150404"), code="T15040499", name="松山第二支（演示）", short_name="松山第二支", level="team",
        division_id="150404",
    )  # fmt: skip
    Team.objects.create(organization=team, status="filed", filing_no="NMHS-150404-2026-0009")
    builders.ready(team, 1)
    client = as_user(chifeng)
    page = client.get(reverse("teams:team_summary"), {"under": office("150400").pk, "by": "members"})
    line = next(shown for shown in page.context["lines"] if "松山" in shown["line"].label)
    for cell in line["cells"]:
        found = client.get(cell["url"])
        assert found.context["notes"] == []
        assert found.context["paginator"].count == cell["number"] == 1
