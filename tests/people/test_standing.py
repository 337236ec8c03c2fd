"""Awards, mandates, hours, ranks, capability: entered, corrected, taken back; counted by office and year."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from core import metrics
from core.metrics import Period
from organizations.models import Organization
from organizations.reference import add_child
from people.forms.standing import DAYS
from people.models import Award, HourRecord, Mandate, Membership, Person, Rank
from people.standing import KINDS, check_hours
from portal.demo.cast import TEAM_CODE
from tests.core.list_checks import queries_of
from tests.people import builders
from tests.people.test_person_list import rows_of

pytestmark = pytest.mark.django_db
SUMMARY = reverse("people:standing_summary")


@pytest.fixture
def team(cast):
    return Organization.objects.get(code=TEAM_CODE)


@pytest.fixture
def person(team):
    return builders.member(team, 1).person


def facts(kind, team):
    """What is typed for one record of each kind."""
    return {
        "award": {
            "name": "抗洪先进个人", "level": "province", "grantor": "演示红十字会", "awarded_on": "2026-02-01",
            "document_no": "演红发〔2026〕1号",
        },
        "mandate": {"kind": "council", "organization": _office("150400"), "term": "第七届", "starts_on": "2026-01-01"},
        "hourrecord": {"kind": "service", "on": "2026-02-01", "hours": "7.5", "what": "防火宣传",
            "organization": team.pk},
        "rankrecord": {"rank": Rank.objects.first().pk, "given_on": "2026-02-01", "basis": "考核"},
        "capability": {"subject": "绳索", "result": "合格", "assessor": "演示", "assessed_on": "2026-02-01"},
    }[kind]  # fmt: skip


def _office(code):
    return Organization.objects.get(code=code).pk


def new(person, kind):
    return reverse("people:standing_create", args=[person.pk, kind])


def text(response):
    return response.content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_is_entered_corrected_and_taken_back(as_user, captain, leader, baotou, team, person, kind):
    client, typed = as_user(captain), facts(kind, team)
    assert as_user(leader).post(new(person, kind), typed).status_code == 403
    assert as_user(baotou).post(new(person, kind), typed).status_code == 404
    again = text(client.post(new(person, kind), {"version": ""}))
    assert "errorlist" in again
    assert "---------" not in again, "an empty choice says what to do"
    assert client.post(new(person, kind), typed).status_code == 302
    record = KINDS[kind].model.objects.get()
    assert record.person == person
    page = reverse("people:person_standing", args=[person.pk])
    assert record.get_absolute_url() in text(client.get(page))
    for address in (record.get_absolute_url(), reverse("people:standing_edit", args=[kind, record.pk])):
        assert as_user(baotou).get(address).status_code == 404
    edit, end = (reverse(f"people:standing_{verb}", args=[kind, record.pk]) for verb in ("edit", "end"))
    assert as_user(leader).get(record.get_absolute_url()).status_code == 200
    assert as_user(leader).post(edit, typed).status_code == 403
    assert client.post(edit, {**typed, "version": 1})["Location"] == record.get_absolute_url()
    assert "这条记录在别处改过" in text(client.post(edit, {**typed, "version": 1}))
    assert client.get(end).status_code == 200
    assert "id_reason_error" in text(client.post(end, {"reason": ""}))
    assert as_user(leader).post(end, {"reason": "登记有误"}).status_code == 403
    client.post(end, {"reason": "登记到了别人名下"})
    record.refresh_from_db()
    assert (record.ended_at is not None, record.end_reason) == (True, "登记到了别人名下")
    for address in (edit, end):  # wrong state: told, nothing changed
        answer = client.post(address, {"reason": "再来一次", **typed}, follow=True)
        assert "已经作废" in text(answer)
    assert "登记到了别人名下" in text(client.get(record.get_absolute_url()))


def test_unknown_kinds_are_not_there(as_user, captain, person):
    assert as_user(captain).get(new(person, "person")).status_code == 404
    assert as_user(captain).get(reverse("people:standing_detail", args=["rank", 1])).status_code == 404


def test_a_day_has_twenty_four_hours(as_user, captain, team, person):
    client, typed = as_user(captain), facts("hourrecord", team)
    client.post(new(person, "hourrecord"), {**typed, "hours": "16"})
    answer = text(client.post(new(person, "hourrecord"), {**typed, "kind": "training", "hours": "8.5"}))
    assert "最多还能登记 8.0 小时" in answer
    assert HourRecord.objects.count() == 1
    client.post(new(person, "hourrecord"), {**typed, "kind": "training", "hours": "8"})
    first = HourRecord.objects.get(hours=16)
    edit = reverse("people:standing_edit", args=["hourrecord", first.pk])
    assert client.post(edit, {**typed, "hours": "15", "version": 1}).status_code == 302
    with pytest.raises(ValidationError):
        check_hours(person, date(2026, 2, 1), Decimal("1.5"))
    HourRecord.objects.filter(pk=first.pk).update(ended_at=timezone.now(), end_reason="有误")
    check_hours(person, date(2026, 2, 1), Decimal(16))


def test_dates_that_cannot_be_are_refused(as_user, captain, team, person):
    client = as_user(captain)
    mandate = {**facts("mandate", team), "ends_on": "2025-01-01"}
    assert "止的日期不能早于起的日期" in text(client.post(new(person, "mandate"), mandate))
    capability = {**facts("capability", team), "valid_until": "2025-01-01"}
    assert "有效至不能早于测评日期" in text(client.post(new(person, "capability"), capability))
    award = {**facts("award", team), "awarded_on": "2099-01-01"}
    assert "日期不能晚于今天" in text(client.post(new(person, "award"), award))
    assert (Mandate.objects.count(), Award.objects.count()) == (0, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_written_down_twice(as_user, captain, team, person, kind):
    client, typed = as_user(captain), facts(kind, team)
    first, second = (client.post(new(person, kind), typed) for _click in range(2))
    assert (first.status_code, second.status_code) == (302, 200)
    assert ("同一职务已经登记过" if kind == "mandate" else "一样的已经登记过了") in text(second)
    record = KINDS[kind].model.objects.get()
    edit = reverse("people:standing_edit", args=[kind, record.pk])
    assert client.post(edit, {**typed, "version": 1}).status_code == 302  # itself is no other
    KINDS[kind].model.objects.update(ended_at=timezone.now(), end_reason="有误")
    assert client.post(new(person, kind), typed).status_code == 302  # what was taken back stands in nobody's way


def test_an_office_is_held_again_when_it_ended(as_user, captain, team, person):
    client, typed = as_user(captain), facts("mandate", team)
    client.post(new(person, "mandate"), {**typed, "starts_on": "2020-01-01", "ends_on": "2024-12-31"})
    earlier = {**typed, "starts_on": "2019-01-01", "ends_on": "2020-01-01"}
    assert "从 2020-01-01 起" in text(client.post(new(person, "mandate"), earlier))
    assert client.post(new(person, "mandate"), {**earlier, "ends_on": "2019-12-31"}).status_code == 302
    assert client.post(new(person, "mandate"), {**typed, "starts_on": "2025-01-01"}).status_code == 302
    assert Mandate.objects.count() == 3


def test_what_was_before_somebody_was_born_or_no_half_hours_is_refused(as_user, captain, team, person):
    client = as_user(captain)
    for kind in KINDS:
        typed = facts(kind, team) | dict.fromkeys(DAYS, "1980-01-01")
        assert "早于本人的出生日期 1990-03-07" in text(client.post(new(person, kind), typed)), kind
    assert "以半小时为单位" in text(
        client.post(new(person, "hourrecord"), {**facts("hourrecord", team), "hours": "3.3"})
    )


def test_years_are_added_up_on_the_page(as_user, captain, team, person):
    for day, kind, hours in (("2025-05-01", "service", 3), ("2025-06-01", "service", 4), ("2026-01-01", "training", 8)):
        HourRecord.objects.create(person=person, organization=team, kind=kind, on=day, hours=hours, what="演示")
    HourRecord.objects.create(
        person=person, organization=team, kind="service", on="2025-05-02", hours=9, what="x", ended_at=timezone.now()
    )
    page = as_user(captain).get(reverse("people:person_standing", args=[person.pk]))
    assert page.context["years"] == [
        {"year": 2026, "service": 0, "training": 8}, {"year": 2025, "service": 7, "training": 0},
    ]  # fmt: skip


# -- counted ----------------------------------------------------------------------------------------------
@pytest.fixture
def counted(team, office, person):
    """One person in teams of two leagues and in two of one league; another in one."""
    year = timezone.localdate().year
    for code in ("150200", "150400"):
        place = add_child(
            office(code), code=f"T{code}88", name=f"演示二队{code}", short_name=f"二队{code}", level="team",
            division_id=code,
        )  # fmt: skip
        builders.member(place, person=person)
    alone = builders.member(team, 2).person
    Person.objects.filter(pk=person.pk).update(rc_member_no="HY-1", volunteer_no="ZY-1")
    Person.objects.filter(pk=alone.pk).update(volunteer_no="ZY-2", volunteer_on=date(year, 1, 1))
    builders.award(person, level="national", awarded_on=date(year, 1, 1))
    builders.award(person, level="national", awarded_on=date(year, 1, 2))
    builders.award(alone, level="city", awarded_on=date(year - 1, 1, 1))
    builders.award(alone, level="city", awarded_on=date(year, 1, 1), ended_at=timezone.now())
    Mandate.objects.create(person=person, kind="council", organization=office("150400"), starts_on=date(year, 1, 1))
    for hours, kind in ((8, "service"), (2.5, "service"), (4, "training")):
        HourRecord.objects.create(
            person=person, organization=team, kind=kind, on=date(year, 1, 1), hours=hours, what="演示"
        )
    assert Membership.objects.current().count() == 4
    return year


def lines(page):
    return {row["line"].label: {key: number for key, number in row["line"].numbers.items() if number}
            for row in page.context["lines"]}  # fmt: skip


def test_summary_counts_each_person_once_and_its_numbers_open_the_list(as_user, region, counted):
    client = as_user(region)
    assert len(queries_of(client, SUMMARY)) <= 10
    page = client.get(SUMMARY)
    whole = {
        "heads": 2, "rc": 1, "volunteer": 2, "award": 1, "award_national": 1, "mandate": 1,
        "hours_service": Decimal("10.5"), "hours_training": 4,
    }  # fmt: skip
    found = lines(page)
    assert found["赤峰市"] == found["合计"] == whole
    assert found["包头市"] == whole | {"heads": 1, "volunteer": 1}
    assert found["通辽市"] == {}
    for row in page.context["lines"]:
        for cell in row["cells"]:
            if cell["url"]:
                listed = client.get(cell["url"])
                assert listed.context["notes"] == [], cell
                if "hours" not in cell["url"]:
                    assert str(listed.context["paginator"].count) == cell["number"], cell
    before = lines(client.get(SUMMARY, {"year": counted - 1}))
    assert before["合计"] == {"heads": 2, "rc": 1, "volunteer": 1, "award": 1, "award_city": 1}


def test_summary_of_a_league_lists_its_teams_and_of_a_stranger_nothing(as_user, chifeng, baotou, team, office, counted):
    page = as_user(chifeng).get(SUMMARY)
    assert page.context["scope"] == office("150400")
    assert lines(page)[team.short_name]["heads"] == 2
    assert lines(page)["合计"]["heads"] == 2
    assert as_user(baotou).get(SUMMARY, {"under": team.pk}).status_code == 404
    assert as_user(baotou).get(SUMMARY, {"under": "x"}).status_code == 404


def test_summary_goes_out_as_a_spreadsheet(as_user, region, counted, tmp_path):
    table = rows_of(as_user(region).get(SUMMARY, {"export": "xlsx"}), tmp_path)
    assert table[1][:3] == ["机构", "在队人数（人）", "红十字会会员（人）"]
    assert table[-1][:3] == ["合计", 2, 1]


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("red_cross_members", 1), ("registered_volunteers", 2), ("people_awarded", 1), ("people_in_office", 1),
        ("people_with_service", 1), ("people_trained", 1),
    ],
)  # fmt: skip
def test_metrics_agree_with_the_lists_they_open(as_user, region, counted, name, number):
    asked, scope, period = metrics.get(name), region.organization, Period.of_year(counted)
    assert asked(scope, period).value == number
    listed = as_user(region).get(asked.url(scope, period))
    assert (listed.context["paginator"].count, listed.context["notes"]) == (number, [])
