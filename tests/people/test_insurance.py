"""Policies: entered, filled with people, looked at on a day, ended early, carried on."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from organizations.models import Organization
from organizations.reference import add_child
from people import name_list
from people.models import Cover, Membership, Policy
from portal.demo.cast import TEAM_CODE
from tests.core.list_checks import assert_constant_queries, assert_tampering_is_told
from tests.organizations.helpers import at_once
from tests.people import builders

pytestmark = pytest.mark.django_db
LIST, CREATE = reverse("people:policy_list"), reverse("people:policy_create")
FACTS = {
    "kind": "accident", "insurer": "演示财产保险公司", "number": "BX-2026-1", "death_amount": "50",
    "starts_on": "2026-01-01", "ends_on": "2026-12-31",
}  # fmt: skip
DATES = {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}


@pytest.fixture
def team(cast) -> Organization:
    return Organization.objects.get(code=TEAM_CODE)


@pytest.fixture
def second(office) -> Organization:
    facts = {"name": "赤峰二队（演示）", "short_name": "赤峰二队", "level": "team", "division_id": "150400"}
    return add_child(office("150400"), code="T15040098", **facts)


@pytest.fixture
def people(team):
    return [builders.member(team, number).person for number in range(3)]


@pytest.fixture
def policy(team) -> Policy:
    facts = {**FACTS, **{name: date.fromisoformat(day) for name, day in DATES.items()}}
    return Policy.objects.create(organization=team, **facts)


def url(name, record):
    return reverse(f"people:{name}", args=[record.pk])


def texts(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def errors_of(page) -> str:
    return " ".join(str(error) for errors in page.context["form"].errors.values() for error in errors)


# -- the policy -----------------------------------------------------------------------------------------------
def test_the_captain_enters_a_policy_and_is_led_to_its_people(as_user, team, captain):
    client = as_user(captain)
    assert client.get(CREATE).context["form"]["organization"].value() == team.pk
    page = client.post(CREATE, {**FACTS, "organization": team.pk})
    policy = Policy.objects.get()
    assert (policy.organization, policy.death_amount, page.url) == (team, 50, url("policy_people", policy))
    again = client.post(CREATE, {**FACTS, "organization": team.pk})
    assert "已经登记了" in errors_of(again)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"number": ""}, "要填写"),
        ({"ends_on": "2025-12-31"}, "不能早于"),
        ({"death_amount": "-1"}, "0"),
        ({"organization": ""}, "要填写"),
    ],
)
def test_a_wrong_policy_is_told(as_user, team, captain, typed, words):
    page = as_user(captain).post(CREATE, {**FACTS, "organization": team.pk, **typed})
    assert words in errors_of(page)
    assert not Policy.objects.exists()


def test_nobody_enters_a_policy_at_a_place_not_kept(as_user, team, baotou, member):
    page = as_user(baotou).post(CREATE, {**FACTS, "organization": team.pk})
    assert "organization" in page.context["form"].errors
    assert as_user(member).get(CREATE).status_code == 403
    assert not Policy.objects.exists()


@pytest.mark.parametrize("name", ["policy_edit", "policy_people", "policy_names", "policy_renew", "policy_end"])
def test_strangers_do_not_find_it_and_readers_do_not_change_it(as_user, policy, people, cast, name):
    typed = {**FACTS, "number": "别的", "on": "2026-06-01", "reason": "x", "names": people[0].name}
    for who, status in (("baotou", 404), ("member", 404), ("leader", 403), ("region", 403)):
        assert as_user(cast[who]).get(url(name, policy)).status_code == status
        assert as_user(cast[who]).post(url(name, policy), typed).status_code == status
    assert list(Policy.objects.values_list("number", flat=True)) == ["BX-2026-1"]
    assert not Cover.objects.exists()


def test_covers_as_long_as_the_policy_follow_its_dates_and_others_must_fit(as_user, policy, people, captain):
    client = as_user(captain)
    client.post(url("policy_people", policy), {**DATES, "membership": _keys(people[:2])})
    half = Cover.objects.create(policy=policy, person=people[2], starts_on=date(2026, 3, 1), ends_on=date(2026, 6, 30))
    typed = {**FACTS, "version": policy.version, "ends_on": "2027-01-31"}
    assert client.post(url("policy_edit", policy), typed).status_code == 302
    ends = dict(Cover.objects.values_list("person", "ends_on"))
    assert [ends[one.pk] for one in people] == [date(2027, 1, 31)] * 2 + [half.ends_on]
    page = client.post(url("policy_edit", policy), {**FACTS, "version": 2, "ends_on": "2026-05-31"})
    assert "有 1 人的保障起止不在新的期限之内" in errors_of(page)
    policy.refresh_from_db()
    assert policy.ends_on == date(2027, 1, 31)
    assert client.get(url("policy_detail", policy)).context["history"][0]["changes"][0]["label"] == "止"


def _keys(people) -> list[int]:
    return list(Membership.objects.filter(person__in=people).values_list("pk", flat=True))


# -- its people -------------------------------------------------------------------------------------------------
def test_people_of_the_team_are_ticked_and_added_once(as_user, policy, people, captain):
    client = as_user(captain)
    page = client.get(url("policy_people", policy))
    assert [row.person for row in page.context["members"]] == people
    assert not Cover.objects.exists()
    client.post(url("policy_people", policy), {**DATES, "membership": _keys(people[:1])})
    done = client.post(url("policy_people", policy), {**DATES, "membership": _keys(people)}, follow=True)
    assert "已加入 2 人" in texts(done)
    assert "1 人原来就在" in texts(done)
    assert policy.covers.count() == 3
    assert client.get(url("policy_people", policy)).context["members"] == []


def test_an_office_adds_whole_teams_or_people_of_one(as_user, team, second, people, office, chifeng):
    policy = builders.policy(office("150400"), number="统保-1")
    other = builders.member(second, 7).person
    client = as_user(chifeng)
    page = client.get(url("policy_people", policy))
    assert [(row["pk"], row["on"], row["off"]) for row in page.context["teams"]] == [(team.pk, 0, 3), (second.pk, 0, 1)]
    one = client.get(url("policy_people", policy), {"team": second.pk})
    assert [row.person for row in one.context["members"]] == [other]
    dates = {"starts_on": policy.starts_on, "ends_on": policy.ends_on}
    client.post(url("policy_people", policy), {**dates, "team": [team.pk]})
    assert set(policy.covers.values_list("person", flat=True)) == {one.pk for one in people}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"starts_on": "2025-12-31"}, "之内"),
        ({"ends_on": "2027-01-01"}, "之内"),
        ({"starts_on": "2026-06-01", "ends_on": "2026-05-01"}, "不能早于"),
        ({"membership": []}, "请勾选"),
    ],
)
def test_dates_outside_the_policy_and_an_empty_choice_are_told(as_user, policy, people, captain, typed, words):
    page = as_user(captain).post(url("policy_people", policy), {**DATES, "membership": _keys(people), **typed})
    assert words in errors_of(page)
    assert not Cover.objects.exists()


def test_people_of_other_teams_are_not_added(as_user, policy, people, second, captain):
    other = builders.member(second, 7)
    as_user(captain).post(url("policy_people", policy), {**DATES, "membership": [other.pk]})
    as_user(captain).post(url("policy_people", policy), {**DATES, "team": [second.pk]})
    assert not Cover.objects.exists()


def test_a_pasted_list_adds_all_or_nobody_and_never_repeats_a_number(as_user, policy, people, second, captain):
    stranger = builders.member(second, 7).person
    client, number = as_user(captain), people[1].id_number
    names = f"姓名\t身份证号\n{people[0].name}\n{people[1].name} {number[:6]} {number[6:14]} {number[14:].lower()}\n"
    wrong = f"{names}{stranger.name}\t{stranger.id_number}\n张三\t{people[2].id_number}\n"
    page = client.post(url("policy_names", policy), {**DATES, "names": wrong})
    faults = page.context["faults"]
    assert [fault.place for fault in faults] == [4, 5]
    assert "没有这个证件号码" in faults[0].message
    assert people[2].name in faults[1].message
    assert all(stranger.id_number not in f"{fault.shown}{fault.message}" for fault in faults)
    assert not Cover.objects.exists()
    client.post(url("policy_names", policy), {**DATES, "names": names})
    assert set(policy.covers.values_list("person", flat=True)) == {people[0].pk, people[1].pk}


def test_a_sheet_of_one_column_is_enough(as_user, policy, people, captain):
    book = Workbook()
    for row in (["被保险人姓名"], *[[one.id_number] for one in people]):
        book.active.append(row)
    file = BytesIO()
    book.save(file)
    upload = SimpleUploadedFile("名单.xlsx", file.getvalue())
    as_user(captain).post(url("policy_names", policy), {**DATES, "file": upload})
    assert policy.covers.count() == 3


def test_the_list_an_insurer_sends_is_read_below_its_heading_and_faults_name_their_sheet(
    as_user, policy, people, captain
):
    def upload(*stranger: str) -> SimpleUploadedFile:
        book = Workbook()
        first, second, hidden = book.active, book.create_sheet("续表"), book.create_sheet("往年")
        hidden.sheet_state = "hidden"
        heading = ["序号", "被保人 姓名", "证件号码", "联系电话", "保额（万元）"]
        one = [1, people[0].name, people[0].id_number, "", 50]
        for row in (["演示救援队被保险人名单"], ["投保单位：演示"], heading, one, ["合计", "1人"], ["", "制表人：甲"]):
            first.append(row)
        for row in (heading, [2, people[1].name, people[1].id_number, "", 50], *([[3, *stranger]] if stranger else [])):
            second.append(row)
        hidden.append([people[2].name, people[2].id_number])
        file = BytesIO()
        book.save(file)
        return SimpleUploadedFile("名单.xlsx", file.getvalue())

    client = as_user(captain)
    page = client.post(url("policy_names", policy), {**DATES, "file": upload("没有这人", builders.citizen(77))})
    assert [(fault.place, fault.shown[:4]) for fault in page.context["faults"]] == [("“续表”第 3 行", "没有这人")]
    assert builders.citizen(77) not in page.content.decode()
    done = client.post(url("policy_names", policy), {**DATES, "file": upload()}, follow=True)
    assert set(policy.covers.values_list("person", flat=True)) == {people[0].pk, people[1].pk}
    assert "没有读隐藏的工作表：往年" in done.content.decode()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "请粘贴名单"),
        ({"names": "没有这个人"}, "有 1 行对不上"),
        ({"file": SimpleUploadedFile("a.exe", b"MZ\0\0")}, "程序文件"),
    ],
)
def test_a_list_nobody_can_use_is_told(as_user, policy, people, captain, typed, words):
    assert words in errors_of(as_user(captain).post(url("policy_names", policy), {**DATES, **typed}))


def test_several_in_a_row_are_all_taken_or_the_row_is_told(team, people):
    """A list in two halves, as it is printed on A3, lost its right half without a word."""
    rows = Membership.objects.of_team(team)
    one, two, three = people[:3]
    halves = [
        ["序号", "姓名", "身份证号", "序号", "姓名", "身份证号"],
        ["1", one.name, one.id_number, "2", two.name, two.id_number],
        ["3", three.name, three.id_number],
    ]
    assert name_list.find(name_list.lines_in(halves), rows) == ([one, two, three], [])
    assert name_list.find(name_list.lines_of(f"{one.name}/{two.name} {one.id_number}\t{two.id_number}"), rows)[0] == [
        one,
        two,
    ]
    assert name_list.find(name_list.lines_of(f"{one.name}、{two.name}、{three.name}"), rows) == ([one, two, three], [])
    found, (fault,) = name_list.find(name_list.lines_of(f"{one.name}\t{two.name}\t演示医院"), rows)
    assert (found, "请每人写一行" in fault.message) == ([], True)


def test_no_line_of_a_list_is_left_out_without_a_word(as_user, policy, people, captain):
    """Serials, brackets, a telephone beside the name: whoever had answered so in a chat was not insured, unseen."""
    one, two, three = (person.name for person in people[:3])
    text = f"#接龙\n1. {one} 13800000001\n(2){two}（已交费）\n3{three} 1990-03-07\n合计：3人\n"
    assert name_list.find(name_list.lines_of(text), Membership.objects.current()) == (people[:3], [])
    page = as_user(captain).post(
        url("policy_names", policy), {**DATES, "names": f"{text}4. 15040419900307001\n13800000009"}
    )
    faults = page.context["faults"]
    assert [(fault.place, fault.shown) for fault in faults] == [(6, "150************01"), (7, "138******09")]
    assert {fault.message for fault in faults} == {"这一行没有读到姓名或者证件号码。"}
    assert not Cover.objects.exists()


def test_below_a_heading_only_its_column_names_the_insured(team, people):
    rows = Membership.objects.of_team(team)
    one, two, three = people[:3]
    sheet = [["投保单位", "姓名", "受益人", "证件号码"], ["演示救援队", one.name, three.name, ""],
             ["演示救援队", two.name, "", two.id_number]]  # fmt: skip
    assert name_list.find(name_list.lines_in(sheet), rows) == ([one, two], [])
    assert name_list.find(name_list.lines_in([["序号", "姓名"], [one.name]]), rows) == ([one], []), "a cell too few"


@pytest.mark.parametrize("dot", ["•", ".", "・", " · ", ""])
def test_a_name_is_found_however_its_dot_is_written(team, dot):
    who = builders.member(team, person=builders.person(7, name="敖特根巴雅尔·孟和（演示）")).person
    rows = Membership.objects.of_team(team)
    for written in (f"敖特根巴雅尔{dot}孟和", f"1\t敖特根巴雅尔{dot}孟和\t{who.id_number}"):
        assert name_list.find(name_list.lines_of(written), rows) == ([who], [])


def test_two_of_one_name_need_the_number(team, people):
    builders.member(team, 9, person=builders.person(9, name=people[0].name))
    found, faults = name_list.find(name_list.lines_of(people[0].name), Membership.objects.of_team(team))
    assert (found, len(faults)) == ([], 1)
    assert "同名" in faults[0].message


NUMBER = builders.citizen(1)


@pytest.mark.parametrize(
    ("line", "name", "number"),
    [
        (f"王　明 {NUMBER}", "王明", NUMBER),
        (f"1，敖特根巴雅尔·孟和，{NUMBER}", "敖特根巴雅尔·孟和", NUMBER),
        (f"王明{NUMBER}男", "王明", NUMBER),
        (f"王明 {NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}", "王明", NUMBER),
        ("1\t王明\t男\t13800001234", "王明", ""),
        ("John Smith, E12345678", "John Smith", "E12345678"),
        (NUMBER, "", NUMBER),
    ],
)
def test_habits_of_writing_lists(line, name, number):
    (read,) = name_list.lines_of(line)
    assert (read.name, read.number) == (name, number)


def test_a_line_says_nothing_when_it_is_blank_or_a_heading():
    assert name_list.lines_of("\n \n序号\t姓名\t身份证号\n") == []


# -- on a day ---------------------------------------------------------------------------------------------------
def test_who_is_covered_on_a_day(as_user, policy, people, captain):
    spans = (
        (date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 3, 31), date(2026, 12, 31)),
        (date(2026, 4, 1), date(2026, 4, 1)),
    )
    for one, (start, end) in zip(people, spans, strict=True):
        Cover.objects.create(policy=policy, person=one, starts_on=start, ends_on=end)
    client = as_user(captain)
    for day, covered in (("2026-03-31", [0, 1]), ("2026-04-01", [1, 2]), ("2027-01-01", [])):
        page = client.get(url("policy_detail", policy), {"on": day})
        assert [people.index(row.person) for row in page.context["table"].data] == covered
        assert page.context["covered"] == len(covered)


def test_somebody_who_went_elsewhere_is_named_and_leads_nowhere(as_user, policy, people, second, captain):
    Cover.objects.create(policy=policy, person=people[0], starts_on=policy.starts_on, ends_on=policy.ends_on)
    old = people[0].memberships.get()
    Membership.objects.filter(pk=old.pk).update(
        state="ended", left_on=timezone.localdate(), end_kind="transfer", is_main=False
    )
    builders.member(second, person=people[0])
    page = as_user(captain).get(url("policy_detail", policy)).content.decode()
    assert people[0].name in page
    assert people[0].get_absolute_url() not in page
    assert people[0].id_number not in page


# -- ending -----------------------------------------------------------------------------------------------------
def test_a_cover_ends_early_with_a_reason_and_not_twice(as_user, policy, people, captain):
    cover = Cover.objects.create(policy=policy, person=people[0], starts_on=policy.starts_on, ends_on=policy.ends_on)
    client, end = as_user(captain), url("cover_end", cover)
    assert client.get(end).status_code == 200
    for typed, words in (
        ({"on": "2027-01-01", "reason": "退队"}, "之内"),
        ({"on": "2026-05-01", "reason": ""}, "要填写"),
    ):
        assert words in errors_of(client.post(end, typed))
    assert client.post(end, {"on": "2026-05-01", "reason": "退队"}).status_code == 302
    cover.refresh_from_db()
    assert (cover.ends_on, cover.end_reason, cover.version) == (date(2026, 5, 1), "退队", 2)
    assert "已经提前终止" in texts(client.post(end, {"on": "2026-04-01", "reason": "x"}, follow=True))
    page = client.post(url("policy_people", policy), {**DATES, "membership": _keys(people[:1])}, follow=True)
    assert "没有加入的" in texts(page)
    assert cover.tracked_events.count() == 2


def test_a_cover_that_was_ended_by_a_slip_goes_on_as_before(as_user, policy, people, captain):
    until = policy.ends_on - timedelta(days=31)
    cover = Cover.objects.create(policy=policy, person=people[0], starts_on=policy.starts_on, ends_on=until)
    client, end = as_user(captain), url("cover_end", cover)
    client.post(end, {"on": "2026-05-01", "reason": "退队"})
    assert "恢复保障" in client.get(url("policy_detail", policy)).content.decode()
    assert f"2026-01-01 至 {until}" in client.get(end).content.decode()
    page = client.post(end, {"action": "restore"}, follow=True)
    assert f"保障已恢复，到 {until} 为止" in texts(page)
    cover.refresh_from_db()
    assert (cover.ends_on, cover.end_reason, cover.version) == (until, "", 3)
    client.post(end, {"action": "restore"})  # pressed twice: it is asked when it shall end
    cover.refresh_from_db()
    assert (cover.ends_on, cover.end_reason) == (until, "")


def test_a_policy_entered_by_mistake_ends_for_all(as_user, policy, people, captain):
    Cover.objects.create(policy=policy, person=people[0], starts_on=policy.starts_on, ends_on=policy.ends_on)
    Cover.objects.create(policy=policy, person=people[1], starts_on=date(2026, 8, 1), ends_on=policy.ends_on)
    as_user(captain).post(url("policy_end", policy), {"on": "2026-02-01", "reason": "登记有误"})
    ends = dict(Cover.objects.values_list("person", "ends_on"))
    assert ends == {people[0].pk: date(2026, 2, 1), people[1].pk: date(2026, 8, 1)}
    assert not policy.covers.filter(end_reason="").exists()
    assert Policy.objects.filter(pk=policy.pk).exists()


# -- carrying on --------------------------------------------------------------------------------------------------
def test_the_next_policy_takes_three_fields_and_those_who_are_still_there(as_user, policy, people, captain):
    for one in people:
        Cover.objects.create(policy=policy, person=one, starts_on=policy.starts_on, ends_on=policy.ends_on)
    Cover.objects.filter(person=people[1]).update(end_reason="退保", ends_on=date(2026, 2, 1))
    Membership.objects.filter(person=people[2]).update(
        state="ended", left_on=timezone.localdate(), end_kind="voluntary", is_main=False
    )
    client = as_user(captain)
    page = client.get(url("policy_renew", policy))
    offered = page.context["form"]
    assert (offered["starts_on"].value(), offered["ends_on"].value()) == (date(2027, 1, 1), date(2027, 12, 31))
    assert (page.context["staying"], page.context["left"]) == (1, [people[2]])
    typed = {"number": "BX-2027-1", "starts_on": "2027-01-01", "ends_on": "2027-12-31"}
    done = client.post(url("policy_renew", policy), typed, follow=True)
    fresh = Policy.objects.get(number="BX-2027-1")
    assert (fresh.insurer, fresh.death_amount, fresh.organization) == (policy.insurer, 50, policy.organization)
    covers = fresh.covers.values_list("person", "starts_on", "ends_on")
    assert list(covers) == [(people[0].pk, fresh.starts_on, fresh.ends_on)]
    assert people[2].name in texts(done)
    assert "还有 1 名在册队员不在这张保险单里" in texts(done)
    assert "已经登记了" in errors_of(client.post(url("policy_renew", policy), typed))


@pytest.mark.django_db(transaction=True)
def test_a_double_click_renews_and_adds_once(cast, as_user):
    team = Organization.objects.get(code=TEAM_CODE)
    person = builders.member(team, 1).person
    policy = builders.policy(team, person)
    typed = {"number": "下一张", "starts_on": "2027-11-01", "ends_on": "2028-10-31"}
    answers = at_once(*[lambda: as_user(cast["captain"]).post(url("policy_renew", policy), typed).status_code] * 2)
    assert sorted(answers) == [200, 302]
    fresh = Policy.objects.get(number="下一张")
    other = builders.member(team, 2)
    dates = {"starts_on": fresh.starts_on, "ends_on": fresh.ends_on, "membership": [other.pk]}
    at_once(*[lambda: as_user(cast["captain"]).post(url("policy_people", fresh), dates).status_code] * 2)
    assert fresh.covers.count() == 2


# -- lists and API ------------------------------------------------------------------------------------------------
def test_the_list_its_filters_and_what_strangers_see(as_user, team, people, captain, cast):
    spans = {"今": (-30, 300), "将完": (-300, 20), "完": (-300, -1), "后": (10, 300)}
    for number, (start, end) in spans.items():
        facts = {
            "starts_on": timezone.localdate() + timedelta(days=start),
            "ends_on": timezone.localdate() + timedelta(days=end),
        }
        builders.policy(team, people[0], number=number, **facts)
    client = as_user(captain)

    def found(**query):
        return {row.number for row in client.get(LIST, query).context["table"].data}

    assert found() == set(spans)
    assert found(standing="running") == {"今", "将完"}
    assert found(standing="30") == {"将完"}
    assert found(standing="over") == {"完"}
    assert found(standing="later") == {"后"}
    assert found(q="将完") == {"将完"}
    assert found(kind="public") == set()
    assert len(as_user(cast["region"]).get(LIST).context["table"].rows) == 4
    assert len(as_user(cast["baotou"]).get(LIST).context["table"].rows) == 0
    assert as_user(cast["member"]).get(LIST).status_code == 403
    listed = client.get("/api/policies/").json()
    rows = listed["results"] if isinstance(listed, dict) else listed
    assert {row["number"]: row["covered"] for row in rows} == {"今": 1, "将完": 1, "完": 0, "后": 0}
    assert_tampering_is_told(client, LIST)


def test_both_lists_cost_the_same_however_long(as_user, team, policy, captain):
    client = as_user(captain)

    def grow(count):
        start = Cover.objects.count()
        for number in range(start, start + count):
            builders.policy(team, builders.member(team, number).person, number=f"n-{number}")
            person = builders.member(team, number + 500).person
            Cover.objects.create(policy=policy, person=person, starts_on=policy.starts_on, ends_on=policy.ends_on)

    assert_constant_queries(client, LIST, grow, steps=(1, 5))
    assert_constant_queries(client, url("policy_detail", policy), grow, steps=(1, 5))
