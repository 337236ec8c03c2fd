"""Account requests page by page: draft, autosave, hand-in, return, decision; who may, and what is told."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from core.models import Job, Notice, WorkflowEvent
from organizations import accounts
from organizations.forms import RequestForm
from organizations.models import AccountRequest, Appointment, Organization, User
from organizations.requests import problems
from organizations.views.requests import RequestList
from organizations.workflow import WORKFLOW
from tests.core.list_checks import assert_constant_queries, assert_sorts_by_index, assert_tampering_is_told, queries_of
from tests.organizations.helpers import COMPLETE, appointment_of, drafted, messages_of, opened, submitted

pytestmark = pytest.mark.django_db
LIST = reverse("organizations:request_list")


def url(name: str, record: AccountRequest) -> str:
    return reverse(f"organizations:request_{name}", args=[record.pk])


def typed(record: AccountRequest, **facts) -> dict:
    return {**COMPLETE, "email": "", "starts_on": "", "note": "", "version": record.version, **facts}


# -- drafting -----------------------------------------------------------------------------------------
def test_draft_begins_with_place_and_name(as_user, songshan):
    client = as_user(songshan)
    new = reverse("organizations:request_create")
    assert client.get(new).status_code == 200
    assert not AccountRequest.objects.exists()
    response = client.post(new, {"organization": songshan.organization.pk, "name": "敖特根巴雅尔·孟和"})
    record = AccountRequest.objects.get()
    assert response["Location"] == url("edit", record)
    assert (record.applicant, record.state, record.number) == (songshan, "draft", None)


def test_place_is_one_the_person_may_ask_for(as_user, songshan, baotou, member):
    response = as_user(songshan).post(
        reverse("organizations:request_create"), {"organization": baotou.organization.pk, "name": "甲"}
    )
    assert "organization" in response.context["form"].errors
    assert as_user(member).get(reverse("organizations:request_create")).status_code == 403


def test_draft_is_saved_with_anything_missing_or_wrong(as_user, songshan):
    record = drafted(songshan, name="", username="", role="")
    facts = {"name": "", "username": "有 汉字", "email": "不是邮箱", "phone": "12", "version": 1, "action": "save"}
    response = as_user(songshan).post(url("edit", record), facts, follow=True)
    record.refresh_from_db()
    assert (record.username, record.email, record.phone) == ("有 汉字", "不是邮箱", "12")
    assert "草稿已保存，还有 6 项要补。" in messages_of(response)


def test_draft_saves_itself_and_does_not_get_in_its_own_way(as_user, songshan):
    record = drafted(songshan)
    client = as_user(songshan)
    answer = client.post(url("draft", record), typed(record, name="第一次"))
    assert "已自动保存" in answer.content.decode()
    # The page still carries version 1 when the person presses the button: the own save is no stranger.
    client.post(url("edit", record), typed(record, name="第二次", action="save"))
    record.refresh_from_db()
    assert (record.name, record.version) == ("第二次", 3)


def test_draft_changed_by_a_colleague_is_shown_not_overwritten(as_user, songshan, region_security):
    record = drafted(songshan)
    colleague = opened(region_security, songshan.organization, "colleague", "clerk", name="同事（演示）")
    as_user(colleague).post(url("edit", record), typed(record, phone="13900000000", action="save"))
    client = as_user(songshan)
    answer = client.post(url("draft", record), typed(record, name="我写的"))
    assert "在别处改过" in answer.content.decode()
    response = client.post(url("edit", record), typed(record, name="我写的", action="save"))
    clash = response.context["stale"][0]
    assert (clash.name, clash.old, clash.new) == ("phone", "13800000009", "13900000000")
    form = response.context["form"]
    assert form["name"].value() == "我写的"
    assert form["phone"].value() == "13900000000"  # not touched here, so theirs is taken
    client.post(url("edit", record), typed(record, name="我写的", phone="13900000000", version=form["version"].value()))
    record.refresh_from_db()
    assert (record.name, record.phone) == ("我写的", "13900000000")


def test_autosave_of_what_was_handed_in_is_refused(as_user, songshan):
    record = submitted(songshan)
    assert as_user(songshan).post(url("draft", record), typed(record)).status_code == 409


# -- handing in ---------------------------------------------------------------------------------------
def test_draft_handed_in_in_the_same_instant_is_not_overwritten(as_user, songshan, monkeypatch):
    """A colleague presses 提交 after this page has asked whether the request is still open, and before it saves."""
    client, real = as_user(songshan), RequestForm.is_valid

    def handed_in_meanwhile(form) -> bool:
        valid = real(form)
        WORKFLOW.perform(AccountRequest.objects.get(pk=form.instance.pk), "submit", by=songshan)
        return valid

    monkeypatch.setattr(RequestForm, "is_valid", handed_in_meanwhile)
    record = drafted(songshan)
    assert client.post(url("draft", record), typed(record, name="迟了一步")).status_code == 409
    other = drafted(songshan, username="wangxm2")
    response = client.post(url("edit", other), typed(other, name="迟了一步"), follow=True)
    assert "已经提交的申请不能再改" in messages_of(response)[0]
    assert set(AccountRequest.objects.values_list("name", "state")) == {(COMPLETE["name"], "submitted")}


def test_hand_in_draws_a_number_and_tells_who_decides(as_user, songshan, region_security):
    record = drafted(songshan)
    response = as_user(songshan).post(url("edit", record), typed(record, action="submit"), follow=True)
    record.refresh_from_db()
    year = timezone.localdate().year
    assert (record.state, record.number) == ("submitted", f"ZH-150404-{year}-0001")
    assert f"已提交，编号 {record.number}" in messages_of(response)[0]
    event = WorkflowEvent.objects.of(record).get()
    assert (event.action, event.by, event.from_state, event.to_state) == ("submit", songshan, "draft", "submitted")
    notice = Notice.objects.get()
    assert (notice.recipient, notice.url) == (region_security, record.get_absolute_url())


def test_nearest_administrator_is_told_and_all_above_may_decide(region_security, chifeng, songshan):
    league = opened(region_security, chifeng.organization, "cf-security", "security_admin")
    record = submitted(songshan)
    assert {notice.recipient for notice in Notice.objects.all()} == {league}
    for decider in (league, region_security):
        assert AccountRequest.objects.to_decide(decider).get() == record


def test_incomplete_hand_in_is_shown_at_the_fields(as_user, songshan):
    record = drafted(songshan)
    facts = typed(record, username="chifeng", role="", basis="", phone="12", email="x", action="submit")
    response = as_user(songshan).post(url("edit", record), facts)
    assert set(response.context["form"].errors) == {"username", "role", "basis", "phone", "email"}
    record.refresh_from_db()
    assert (record.state, record.username, record.number) == ("draft", "chifeng", None)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "张\u200b三"}, "name"),
        ({"username": ""}, "username"),
        ({"username": "X"}, "username"),
        ({"role": "captain"}, "role"),
        ({"phone": "110"}, "phone"),
        ({"email": "x@"}, "email"),
        ({"basis": ""}, "basis"),
        ({"starts_on": timezone.localdate() - timedelta(days=1)}, "starts_on"),
        ({"starts_on": date.max}, "starts_on"),
    ],
)
def test_what_keeps_a_request_from_being_handed_in(songshan, facts, field):
    record = drafted(songshan, **facts)
    assert set(problems(record)) == {field}
    with pytest.raises(ValidationError):
        WORKFLOW.perform(record, "submit", by=songshan)


def test_name_that_another_request_asks_for_is_told(songshan, chifeng):
    first = submitted(chifeng)
    assert first.number in problems(drafted(songshan))["username"]


def test_second_press_is_harmless(as_user, songshan):
    record = drafted(songshan)
    client = as_user(songshan)
    client.post(url("move", record), {"action": "submit"})
    response = client.post(url("move", record), {"action": "submit"}, follow=True)
    assert messages_of(response)[-1] == "这一步已经办过了。"
    assert WorkflowEvent.objects.of(record).count() == 1
    assert Notice.objects.count() == 1


def test_incomplete_move_leads_back_to_the_form(as_user, songshan):
    record = drafted(songshan, basis="")
    response = as_user(songshan).post(url("move", record), {"action": "submit"})
    assert response["Location"] == url("edit", record)


# -- deciding -----------------------------------------------------------------------------------------
def test_return_comments_fields_and_the_form_links_to_them(as_user, songshan, region_security):
    record = submitted(songshan)
    decide = as_user(region_security)
    page = decide.get(url("move", record), {"action": "return_for_changes"})
    assert "现填：wangxm" in page.content.decode()
    assert "13800000009" not in page.content.decode()
    facts = {"action": "return_for_changes", "comment": "请改两处", "field_username": "用全拼", "field_basis": "写文号"}
    decide.post(url("move", record), facts)
    record.refresh_from_db()
    event = WorkflowEvent.objects.of(record).last()
    assert (record.state, event.facts) == ("returned", {"fields": {"username": "用全拼", "basis": "写文号"}})
    form = as_user(songshan).get(url("edit", record)).content.decode()
    assert 'href="#id_username"' in form
    assert "用全拼" in form
    assert songshan.notices.get().url == url("edit", record)


def test_resubmission_goes_back_to_who_returned_it_with_its_changes(as_user, songshan, region_security, chifeng):
    opened(region_security, chifeng.organization, "cf-security", "security_admin")
    record = submitted(songshan)
    Notice.objects.all().delete()
    record = WORKFLOW.perform(
        record, "return_for_changes", by=region_security, comment="改", fields={"basis": "写文号"}
    )
    number = record.number
    as_user(songshan).post(url("edit", record), typed(record, basis="内红赈发〔2026〕1号", action="submit"))
    record.refresh_from_db()
    assert (record.state, record.number) == ("submitted", number)
    assert Notice.objects.get(kind="request_resubmitted").recipient == region_security
    changed = as_user(region_security).get(record.get_absolute_url()).context["changed"]
    assert [(line["label"], line["old"], line["new"]) for line in changed] == [
        ("任职依据", "会议纪要第1号", "内红赈发〔2026〕1号")
    ]


def test_changed_telephone_and_address_are_masked_for_who_reads(as_user, songshan, region_security, leader):
    record = submitted(songshan, email="wang@example.org")
    record = WORKFLOW.perform(record, "return_for_changes", by=region_security, comment="改")
    facts = typed(record, phone="13900000008", email="ming@example.org", action="submit")
    as_user(songshan).post(url("edit", record), facts)
    page = as_user(leader).get(record.get_absolute_url())
    assert [line["new"] for line in page.context["changed"]] == ["139****0008", "m***@example.org"]
    for whole in ("13800000009", "13900000008", "wang@", "ming@"):
        assert whole not in page.content.decode()


def test_return_without_words_is_refused(as_user, songshan, region_security):
    record = submitted(songshan)
    for action in ("return_for_changes", "reject"):
        response = as_user(region_security).post(url("move", record), {"action": action, "comment": " "})
        assert response.context["form"].errors["comment"]
    record.refresh_from_db()
    assert record.state == "submitted"


def test_approval_makes_account_duty_and_paper(as_user, songshan, region_security, django_capture_on_commit_callbacks):
    record = submitted(songshan, email="w@example.org")
    with django_capture_on_commit_callbacks(execute=True):
        response = as_user(region_security).post(url("move", record), {"action": "approve"}, follow=True)
    record.refresh_from_db()
    account = User.objects.get(username="wangxm")
    assert (record.state, record.account) == ("approved", account)
    assert record.decided_at
    assert not account.has_usable_password()
    held = appointment_of(account)
    assert (held.role, held.organization, held.appointed_by) == ("clerk", songshan.organization, region_security)
    assert response.redirect_chain[-1][0] == account.get_absolute_url()
    assert "设一次性密码" in response.content.decode()
    assert songshan.notices.get(kind="request_approved")
    assert Job.objects.get(kind="account_slip").state == "ready", Job.objects.get().message
    page = as_user(songshan).get(record.get_absolute_url())
    paper = page.context["papers"].get()
    assert (paper.number, paper.title, paper.issuer) == (record.number, "账号开通单", "内蒙古自治区红十字会")
    assert "王小明" not in paper.subject


def test_approval_that_cannot_be_carried_out_changes_nothing(as_user, songshan, region_security):
    record = submitted(songshan)
    opened(region_security, songshan.organization, "wangxm")  # somebody took the name meanwhile
    response = as_user(region_security).post(url("move", record), {"action": "approve"}, follow=True)
    assert "这个登录名已经有人用了。" in messages_of(response)
    record.refresh_from_db()
    assert record.state == "submitted"
    assert not Appointment.objects.filter(user__username="wangxm").exists()


def test_later_start_is_kept(songshan, region_security):
    day = timezone.localdate() + timedelta(days=4)
    record = WORKFLOW.perform(submitted(songshan, starts_on=day), "approve", by=region_security)
    assert timezone.localdate(record.account.appointments.get().starts_at) == day


def test_nobody_decides_on_the_own_request(as_user, region_security, chifeng):
    accounts.appoint(
        chifeng, role="security_admin", organization=chifeng.organization, by=region_security, basis="兼任"
    )
    record = submitted(chifeng)
    assert as_user(chifeng).post(url("move", record), {"action": "approve"}).status_code == 403
    assert record not in AccountRequest.objects.to_decide(chifeng)
    assert {notice.recipient for notice in Notice.objects.exclude(kind="appointment_begun")} == {region_security}


def test_successor_in_the_duty_sees_what_came_in_before(as_user, songshan, region_security, chifeng):
    record = submitted(songshan)
    successor = opened(region_security, chifeng.organization, "cf-security", "security_admin")
    response = as_user(successor).get(LIST, {"queue": "mine"})
    assert [row.record for row in response.context["table"].rows] == [record]
    as_user(successor).post(url("move", record), {"action": "reject", "comment": "已有账号"})
    record.refresh_from_db()
    assert record.state == "rejected"


def test_a_page_from_before_it_was_handed_in_anew_decides_nothing(as_user, songshan, region_security):
    record = submitted(songshan)
    page = as_user(region_security).get(record.get_absolute_url())
    version = page.context["version"]
    assert f'name="version" value="{version}"' in page.content.decode()
    WORKFLOW.perform(record, "return_for_changes", by=region_security, comment="请补")
    WORKFLOW.perform(record, "resubmit", by=songshan)
    late = as_user(region_security).post(url("move", record), {"action": "approve", "version": version}, follow=True)
    assert "这条记录改过" in messages_of(late)[0]
    record.refresh_from_db()
    assert record.state == "submitted"


def test_second_decider_is_told_who_was_first(as_user, songshan, region_security, chifeng):
    league = opened(region_security, chifeng.organization, "cf-security", "security_admin")
    record = submitted(songshan)
    WORKFLOW.perform(record, "reject", by=region_security, comment="已有账号")
    response = as_user(league).post(url("move", record), {"action": "approve"}, follow=True)
    assert "安其尔（演示）已先一步办理" in messages_of(response)[0]
    page = as_user(league).get(url("move", record), {"action": "reject"}, follow=True)
    assert "不能再办“不予开户”" in messages_of(page)[0]


def test_who_may_not(as_user, songshan, chifeng, baotou, member):
    record = submitted(songshan)
    for action in ("approve", "return_for_changes", "reject"):
        facts = {"action": action, "comment": "x"}
        assert as_user(chifeng).post(url("move", record), facts).status_code == 403
        assert as_user(baotou).post(url("move", record), facts).status_code == 404
        assert as_user(member).post(url("move", record), facts).status_code == 404
    assert as_user(chifeng).post(url("move", record), {"action": "withdraw"}).status_code == 403
    assert as_user(songshan).post(url("move", record), {"action": "nonsense"}).status_code == 400
    record.refresh_from_db()
    assert record.state == "submitted"


def test_proxy_asks_for_the_office_it_stands_in_for(as_user, chifeng, songshan, office):
    place = office("150421")
    Organization.objects.filter(pk=place.pk).update(has_staff=False, proxy=chifeng.organization)
    record = submitted(User.objects.get(pk=chifeng.pk), place)
    assert WorkflowEvent.objects.of(record).get().acting_for == place.name
    assert f"代 {place.name}" in as_user(chifeng).get(record.get_absolute_url()).content.decode()


def test_withdrawn_is_closed(as_user, songshan):
    record = submitted(songshan)
    as_user(songshan).post(url("move", record), {"action": "withdraw"})
    record.refresh_from_db()
    assert record.state == "withdrawn"
    response = as_user(songshan).get(url("edit", record), follow=True)
    assert "已经提交的申请不能再改" in messages_of(response)[0]


def test_get_changes_nothing(as_user, songshan, region_security):
    record = submitted(songshan)
    client = as_user(region_security)
    client.get(record.get_absolute_url())
    client.get(url("move", record), {"action": "return_for_changes"})
    assert client.get(url("move", record), {"action": "approve"}).status_code == 404
    assert client.get(url("draft", record)).status_code == 405
    record.refresh_from_db()
    assert record.state == "submitted"


def test_page_keeps_the_query_budget(as_user, songshan, region_security):
    record = submitted(songshan)
    assert len(queries_of(as_user(region_security), record.get_absolute_url())) <= 10


# -- list ---------------------------------------------------------------------------------------------
def test_queues(as_user, songshan, captain, region_security, chifeng):
    first, second = submitted(songshan), submitted(captain, username="aodeng", role="secretary")
    draft = drafted(songshan, username="third")

    def found(user: User, **query: str) -> set[AccountRequest]:
        return {row.record for row in as_user(user).get(LIST, query).context["table"].rows}

    assert found(region_security, queue="mine") == {first, second}
    assert found(songshan, queue="ours") == {draft}
    assert found(songshan, queue="waiting") == {first}
    assert found(chifeng) == {first, second, draft}
    assert found(captain) == {second}
    assert found(chifeng, state="draft") == {draft}
    assert found(chifeng, q=second.number) == {second}


def test_list_keeps_its_query_count(as_user, region_security, songshan):
    def grow(step: int) -> None:
        for index in range(step):
            if not AccountRequest.objects.filter(username=f"many-{step}-{index}").exists():
                submitted(songshan, username=f"many-{step}-{index}")

    assert_constant_queries(as_user(region_security), LIST, grow, steps=(1, 3, 12))


def test_list_takes_tampering_and_sorts_by_index(as_user, region):
    assert_tampering_is_told(as_user(region), LIST)
    assert_sorts_by_index(RequestList)
