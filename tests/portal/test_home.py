"""工作台, menu, search, feedback: from real data, only what the person may see."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.models import Notice
from organizations import accounts
from organizations.models import AccountRequest, Appointment
from organizations.permissions import grant
from organizations.reference import add_child
from organizations.workflow import WORKFLOW
from portal.todo import shown
from teams import workflow as filings
from teams.filings.drafting import begin
from teams.models import Filing, Opinion, TeamPost
from tests.core.list_checks import assert_constant_queries
from tests.organizations.helpers import appointment_of, drafted, messages_of, opened, submitted
from tests.people import builders as people
from tests.teams import builders

pytestmark = pytest.mark.django_db
HOME, SEARCH, FEEDBACK = reverse("portal:home"), reverse("portal:search"), reverse("portal:feedback")


def tasks(client) -> list[tuple[str, str, str]]:
    return [(task.tone, task.when, task.what) for task in client.get(HOME).context["tasks"]]


def test_what_waits_for_a_decision_is_to_be_done_today(as_user, region_security, songshan):
    late, fresh = submitted(songshan), submitted(songshan, username="second")
    AccountRequest.objects.filter(pk=late.pk).update(submitted_at=timezone.now() - timedelta(days=5))
    found = tasks(as_user(region_security))
    what = "赤峰市松山区红十字会为王小明（演示）申请开户"
    assert found[:2] == [("bad", "已等 5 天", what), ("wait", "今天报来", what)]
    assert found[2] == ("off", "提示", "12 个盟市没有安全管理员")
    context = as_user(region_security).get(HOME).context
    assert context["todo"] == 2
    assert fresh.number in context["tasks"][1].hint


def test_an_office_without_its_people_is_told_whom_it_lacks(as_user, region_security, region):
    held = Appointment.objects.filter(organization=region.organization, role__in=("reviewer", "audit_admin"))
    held.update(starts_at=timezone.now() - timedelta(days=9), ends_at=timezone.now() - timedelta(days=1))
    first = as_user(region_security).get(HOME).context["tasks"][0]
    assert (first.tone, first.what) == ("warn", "本机构还没有人担任审核、审计管理员")
    assert first.url == reverse("organizations:user_create", args=[region_security.organization_id])


def test_a_league_that_begins_is_shown_where(as_user, chifeng, office):
    hint = ("off", "提示", "还没有登记救援队")
    assert hint in tasks(as_user(chifeng))
    begin("register", by=chifeng, office=office("150400"))
    assert hint not in tasks(as_user(chifeng))


def test_a_banner_with_no_team_and_nothing_to_do_reads_where_to_begin(as_user, songshan, captain, leader, office):
    """The first day: an empty list said nothing. No line to be done, for a banner may well have no team."""
    client = as_user(songshan)
    assert client.get(HOME).context["begins"]
    assert tasks(client) == []
    assert "登记救援队" in client.get(HOME).content.decode()
    for other in (captain, leader):
        assert not as_user(other).get(HOME).context["begins"]
    begin("register", by=songshan, office=office("150404"))
    assert not as_user(songshan).get(HOME).context["begins"]


def test_other_side_waits_and_then_mends(as_user, region_security, songshan):
    record = submitted(songshan)
    client = as_user(songshan)
    context = client.get(HOME).context
    assert (context["tasks"], [line["url"] for line in context["waiting"]]) == ([], [record.get_absolute_url()])
    WORKFLOW.perform(record, "return_for_changes", by=region_security, comment="改依据", fields={"basis": "写文号"})
    drafted(songshan, username="draft", name="")
    assert tasks(client) == [
        ("warn", "退回修改", "王小明（演示）的开户申请被退回，1 处要改"),
        ("off", "草稿", "（未填姓名）的开户申请还没有提交"),
    ]
    assert client.get(HOME).context["todo"] == 1


def test_ending_duty_is_shown_to_both(as_user, region_security, songshan):
    ends = timezone.now() + timedelta(days=5)
    accounts.end_appointment(appointment_of(songshan), by=region_security, reason="期满", at=ends)
    assert ("bad", "剩 5 天", "您在赤峰市松山区红十字会的“经办”职责到期") in tasks(as_user(songshan))
    assert any("宋山经（演示）在赤峰市松山区红十字会" in what for _tone, _when, what in tasks(as_user(region_security)))


def test_who_holds_no_duty_is_told_so(as_user, region_security, songshan, assessor):
    accounts.end_appointment(appointment_of(songshan), by=region_security, reason="调离")
    page = as_user(songshan).get(HOME).content.decode()
    assert ("您现在没有职责" in page, "没有要办的事" in page) == (True, False)
    assert "您现在没有职责" not in as_user(assessor).get(HOME).content.decode()


def test_year_is_of_the_own_tree(as_user, chifeng, member):
    progress = as_user(chifeng).get(HOME).context["progress"]
    assert [(str(line["label"]), line["value"], line["total"]) for line in progress] == [
        ("有专职人员的机构", 13, 13), ("有职责的账号", 4, 4), ("本年开户", 4, 0),
    ]  # fmt: skip
    assert as_user(member).get(HOME).context["progress"] == []


def test_home_keeps_the_query_budget(as_user, region_security, songshan):
    def grow(step: int) -> None:
        for index in range(step):
            if not AccountRequest.objects.filter(username=f"many-{step}-{index}").exists():
                submitted(songshan, username=f"many-{step}-{index}")

    for user in (region_security, songshan):
        assert_constant_queries(as_user(user), HOME, grow, steps=(1, 3, 12))


def test_menu_counts_and_marks_where_one_is(as_user, region_security, songshan):
    submitted(songshan)
    page = as_user(region_security).get(reverse("organizations:request_list"))
    entries = {str(entry["label"]): entry for section in page.context["menu"] for entry in section["entries"]}
    assert (entries["开户申请"]["count"], entries["开户申请"]["active"]) == (1, True)
    assert not entries["工作台"]["active"]
    assert "机构" in entries
    assert entries["通知"]["count"] == 1


# -- search -------------------------------------------------------------------------------------------
def found(client, term: str) -> set[str]:
    return {row["title"] for group in client.get(SEARCH, {"q": term}).context["groups"] for row in group["rows"]}


def test_search_finds_offices_people_and_requests(as_user, region, songshan):
    record = submitted(songshan)
    client = as_user(region)
    assert "赤峰市松山区红十字会" in found(client, "松山")
    assert found(client, "孟和") == {"敖特根巴雅尔·孟和（演示）"}
    assert found(client, "敖特根巴雅尔•孟和") == {"敖特根巴雅尔·孟和（演示）"}
    assert found(client, record.number) == {"王小明（演示）的开户申请"}
    assert found(client, "SONGSHAN") == {"宋山经（演示）"}


def test_search_shows_nothing_of_others(as_user, baotou, member, songshan):
    submitted(songshan)
    for term in ("松山", "宋山经", "王小明"):
        assert found(as_user(baotou), term) == set()
        assert found(as_user(member), term) == set()


@pytest.mark.parametrize("term", ["", " ", "\x00", "%", "'; --", "长" * 300])
def test_search_takes_anything(as_user, region, term):
    page = as_user(region).get(SEARCH, {"q": term})
    assert (page.status_code, found(as_user(region), term)) == (200, set())


def test_search_keeps_the_query_budget(as_user, region, region_security, songshan):
    def grow(step: int) -> None:
        for index in range(step):
            opened(region_security, songshan.organization, f"many-{step}-{index}", name="许多人")

    assert_constant_queries(as_user(region), f"{SEARCH}?q=许多", grow, steps=(1, 3, 12))


# -- feedback -----------------------------------------------------------------------------------------
def test_feedback_reaches_the_system_administrator(as_user, member, region_system):
    client = as_user(member)
    assert client.get(FEEDBACK).status_code == 200
    assert client.post(FEEDBACK, {"text": ""}).context["form"].errors
    response = client.post(FEEDBACK, {"text": "字太小", "page": "/offices/"}, follow=True)
    assert messages_of(response) == ["意见已送给习统明（演示），谢谢。"]
    notice = Notice.objects.get()
    assert notice.recipient == region_system
    assert "字太小" in notice.body
    assert "/offices/" in notice.body


def test_feedback_is_not_lost_while_nobody_keeps_the_system(as_user, member, region_system, region_security):
    client = as_user(member)
    Appointment.objects.filter(role="system_admin").update(ends_at=timezone.now())
    client.post(FEEDBACK, {"text": "字太小"})
    assert Notice.objects.get(kind="feedback").recipient == region_security
    Appointment.objects.filter(role="security_admin").update(ends_at=timezone.now())
    page = client.post(FEEDBACK, {"text": "没有人收的意见"})
    assert "意见没有送出" in page.context["form"].non_field_errors()[0]
    assert "没有人收的意见" in page.text
    assert Notice.objects.count() == 1


# -- filings ------------------------------------------------------------------------------------------
BANNER = {"name": "松山区红十字赈济救援队（演示）", "level": "banner_county"}


def test_filings_to_decide_stand_with_their_limit_the_latest_first(as_user, chifeng, songshan, office):
    late = builders.submitted(songshan, office("150404"), **BANNER)
    builders.submitted(songshan, office("150404"), **{**BANNER, "name": "松山区红十字供水救援队（演示）"})
    Filing.objects.filter(pk=late.pk).update(due_on=timezone.localdate() - timedelta(days=3))
    found = tasks(as_user(chifeng))
    assert found == [
        ("bad", "超期 3 天", "松山区报来新建备案：松山区红十字赈济救援队（演示）"),
        ("wait", "剩 10 天", "松山区报来新建备案：松山区红十字供水救援队（演示）"),
    ]
    context = as_user(chifeng).get(HOME).context
    assert context["todo"] == 2
    entries = {str(entry["label"]): entry["count"] for section in context["menu"] for entry in section["entries"]}
    assert (entries["备案审核"], entries["登记备案"]) == (2, None)


def test_own_filings_are_seen_lying_with_others_and_coming_back(as_user, chifeng, songshan, office):
    filing = builders.submitted(songshan, office("150404"), **BANNER)
    begin("register", by=songshan, office=office("150404"))
    client = as_user(songshan)
    context = client.get(HOME).context
    assert [task.when for task in context["tasks"]] == ["草稿"]
    assert [(line["what"], line["who"]) for line in context["waiting"]] == [
        ("松山区红十字赈济救援队（演示）的新建备案", "赤峰市审核")
    ]
    filings.WORKFLOW.perform(filing, "return_for_changes", by=chifeng, comment="改一处", fields={"name": "请核对"})
    context = client.get(HOME).context
    assert tasks(client)[0] == ("warn", "退回修改", "松山区红十字赈济救援队（演示）的新建备案被退回，1 处要改")
    assert (context["tasks"][0].hint, context["todo"], context["waiting"]) == ("改一处", 1, [])


def test_opinion_asked_of_me_is_to_be_done(as_user, chifeng, songshan, leader, region, office):
    filing = builders.submitted(songshan, office("150404"), **BANNER)
    Opinion.objects.create(filing=filing, asked=region, asked_by=chifeng, question="专业是否合适？")
    task = as_user(region).get(HOME).context["tasks"][0]
    assert (task.when, task.hint) == ("征求意见", "专业是否合适？")
    assert as_user(leader).get(HOME).context["tasks"] == []


def test_a_team_whose_captain_left_is_named_on_its_sides_home(as_user, chifeng, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    TeamPost.objects.filter(team=team, role="captain").update(ends_on=timezone.localdate())
    assert ("warn", "待备案", "1 支队伍的情况有变化，还没有报备案") in tasks(as_user(chifeng))
    assert tasks(as_user(region)) == []


def test_the_captain_of_two_teams_is_led_to_the_people_of_both(as_user, captain, office):
    """The number is of both teams, and so is the list it opens."""
    second = add_child(office("150400"), code="T1504009", name="赤峰第二救援队", short_name="赤峰二队", level="team",
                       division_id="150400")  # fmt: skip
    grant(Appointment.objects.create(user=captain, role="captain", organization=second))
    for number, team in enumerate((captain.organization, second), 1):
        person = people.member(team, number).person
        people.certificate(person, expires_on=timezone.localdate() + timedelta(days=9))
    client = as_user(captain)
    (task,) = [task for task in client.get(HOME).context["tasks"] if "证书到期" in task.what]
    assert task.what == "2 名队员有证书到期"
    page = client.get(task.url)
    assert page.context["paginator"].count == 2
    assert reverse("people:roster_import_all") in page.content.decode()
    assert reverse("people:member_create", args=[captain.organization_id]) not in page.content.decode()


def test_home_keeps_the_query_budget_with_filings(as_user, chifeng, songshan, office):
    def grow(step: int) -> None:
        for index in range(step):
            name = f"松山区红十字第{step}之{index}救援队（演示）"
            if not Filing.objects.filter(title=name).exists():
                builders.submitted(songshan, office("150404"), **{**BANNER, "name": name})

    for user in (chifeng, songshan):
        assert_constant_queries(as_user(user), HOME, grow, steps=(1, 2, 4))


def test_search_finds_teams_and_filings_of_the_own_tree_only(as_user, chifeng, region, baotou, office):
    named = {"formation": "named", "naming_org": str(office("150000").pk), "host_org_name": "赤峰演示服务中心"}
    team = builders.filed(chifeng, office("150400"), region, **named)
    number = team.filings.get().number
    for term in (team.filing_no, "赤峰演示服务中心"):
        assert found(as_user(region), term) == {team.name}
        assert found(as_user(baotou), term) == set()
    assert found(as_user(region), number) == {f"{team.name}的新建备案"}
    assert found(as_user(baotou), number) == set()


@pytest.mark.parametrize(("number", "said"), [(0, 0), (99, 99), (100, "99+")])
def test_counts_stop_where_nobody_counts_on(number, said, as_user, member):
    assert shown(number) == said
    Notice.objects.bulk_create(Notice(recipient=member, kind="x", title="提醒", url="/") for _ in range(number))
    page = as_user(member).get(HOME)
    assert (f"还有 {said} 条未读通知" in page.content.decode()) is (number > 0)
