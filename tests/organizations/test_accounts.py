"""Accounts: open, passwords, close, reopen, move; who may, where, and what is left behind."""

import io
import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core.models import AccessLog
from organizations import accounts
from organizations.models import Appointment, Organization, User
from organizations.permissions import access, forget
from organizations.roles import Right
from organizations.views.accounts import UserList
from tests.core.list_checks import assert_constant_queries, assert_sorts_by_index, assert_tampering_is_told, queries_of
from tests.organizations.helpers import messages_of, opened

pytestmark = pytest.mark.django_db
LIST = reverse("organizations:user_list")


@pytest.fixture
def newcomer(region_security, songshan) -> User:
    return opened(region_security, songshan.organization, role="clerk", phone="13800000001", email="a@example.org")


@pytest.fixture
def league_security(region_security, chifeng) -> User:
    return opened(region_security, chifeng.organization, "cf-security", "security_admin")


def create_url(place: Organization) -> str:
    return reverse("organizations:user_create", args=[place.pk])


# -- opening ------------------------------------------------------------------------------------------
def test_new_account_with_duty_shows_its_password_once(as_user, region_security, songshan):
    client = as_user(region_security)
    facts = {"name": "敖登格日乐", "username": "aodeng", "role": "clerk", "basis": "通知第2号", "phone": "13800000001"}
    response = client.post(create_url(songshan.organization), facts)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    account = User.objects.get(username="aodeng")
    password = response.context["password"]
    assert account.check_password(password)
    assert password in response.content.decode()
    assert account.must_change_password
    assert account.tracked_events.get(pgh_label="insert").pgh_context["user"] == region_security.pk
    held = Appointment.objects.get(user=account)
    assert (held.role, held.organization, held.appointed_by) == ("clerk", songshan.organization, region_security)
    assert access(account).held
    page = client.get(account.get_absolute_url()).content.decode()
    assert password not in page


def test_bad_input_is_shown_and_nothing_is_made(as_user, region_security, songshan):
    facts = {"name": "", "username": "有汉字", "phone": "123", "role": "captain", "basis": ""}
    response = as_user(region_security).post(create_url(songshan.organization), facts)
    assert set(response.context["form"].errors) == {"name", "username", "phone", "role"}
    assert not User.objects.filter(name="").exists()


@pytest.mark.parametrize("phone", ["138 0000-0001", "１３８０００００００１", "+86 13800000001", "0086-138-0000-0001"])
def test_what_a_chinese_keyboard_or_a_copy_gives_is_understood(as_user, region_security, songshan, phone):
    facts = {"name": "敖登格日乐", "username": " Ａｏdeng", "phone": phone}
    as_user(region_security).post(create_url(songshan.organization), facts)
    assert User.objects.get(username="aodeng").phone == "13800000001"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("张\u200b三", "看不见的字符"), ("张三\u202egnp.", "看不见的字符"), ("\ufeff张三", "看不见的字符"),
        ("张\u2066三", "看不见的字符"), ("张三🙂", "“🙂”是表情符号"),
    ],
)  # fmt: skip
def test_name_that_no_paper_can_bear_is_refused(as_user, region_security, songshan, name, why):
    facts = {"name": name, "username": "zhangsan", "role": "", "basis": ""}
    response = as_user(region_security).post(create_url(songshan.organization), facts)
    assert why in response.context["form"].errors["name"][0]


@pytest.mark.parametrize("name", ["ᠮᠣᠩᠭᠣᠯ\u180e\u180b\u202f\u200dᠪᠢᠴᠢᠭ", "敖特根巴雅尔·孟和", "𠮷田"])
def test_name_in_any_script_is_taken(as_user, region_security, songshan, name):
    facts = {"name": name, "username": "zhangsan", "role": "", "basis": ""}
    response = as_user(region_security).post(create_url(songshan.organization), facts)
    assert User.objects.get(username="zhangsan").name == name
    assert name in response.content.decode()


def test_duty_needs_its_ground_and_cannot_begin_yesterday(as_user, region_security, songshan):
    yesterday = timezone.localdate() - timedelta(days=1)
    facts = {"name": "甲", "username": "jia", "role": "clerk", "starts_on": yesterday.isoformat()}
    response = as_user(region_security).post(create_url(songshan.organization), facts)
    assert set(response.context["form"].errors) == {"starts_on", "basis"}


def test_taken_name_is_told(as_user, region_security, songshan):
    response = as_user(region_security).post(create_url(songshan.organization), {"name": "甲", "username": "chifeng"})
    assert response.context["form"].errors["username"] == ["这个登录名已经有人用了。"]


def test_only_the_keeper_of_accounts_opens_them(as_user, songshan, baotou, region, region_system):
    url = create_url(songshan.organization)
    assert as_user(songshan).get(url).status_code == 403
    assert as_user(region).post(url, {"name": "甲", "username": "jia"}).status_code == 403
    assert as_user(region_system).get(url).status_code == 403
    assert as_user(baotou).get(url).status_code == 404
    assert not User.objects.filter(username="jia").exists()


def test_league_administrator_reaches_own_tree_only(as_user, league_security, songshan, baotou, region):
    client = as_user(league_security)
    assert client.get(create_url(songshan.organization)).status_code == 200
    assert client.get(create_url(baotou.organization)).status_code == 404
    assert client.get(create_url(region.organization)).status_code == 404
    assert client.get(region.get_absolute_url()).status_code == 404
    assert client.get(reverse("organizations:user_password", args=[region.pk])).status_code == 404


def test_picking_a_place_finds_only_those_within_reach(as_user, league_security):
    response = as_user(league_security).get(reverse("organizations:user_pick"), {"q": "区"})
    names = [row["place"].name for row in response.context["places"]]
    assert names
    assert all(name.startswith("赤峰市") for name in names)


# -- what is kept from administrators --------------------------------------------------------------------
@pytest.mark.parametrize("verb", ["edit", "password", "deactivate", "reactivate", "transfer_pick"])
def test_nobody_keeps_the_own_account(as_user, region_security, verb):
    url = reverse(f"organizations:user_{verb}", args=[region_security.pk])
    assert as_user(region_security).get(url).status_code == 403


def test_account_that_serves_a_superior_office_is_kept_there(region_security, league_security, newcomer, region):
    accounts.appoint(newcomer, role="reviewer", organization=region.organization, by=region_security, basis="借调")
    assert not accounts.can_manage(league_security, newcomer)
    with pytest.raises(PermissionDenied):
        accounts.set_one_time_password(newcomer, by=league_security)
    assert accounts.can_manage(region_security, newcomer)


# -- passwords, closing ------------------------------------------------------------------------------------
def test_new_one_time_password_ends_every_session(as_user, region_security, newcomer):
    theirs = as_user(newcomer)
    assert theirs.get(reverse("portal:home")).status_code == 200
    response = as_user(region_security).post(reverse("organizations:user_password", args=[newcomer.pk]))
    newcomer.refresh_from_db()
    assert newcomer.check_password(response.context["password"])
    assert newcomer.must_change_password
    assert theirs.get(reverse("portal:home")).status_code == 302
    assert newcomer.notices.exclude(kind="appointment_begun").get().kind == "password_reset"


def test_closing_ends_duties_and_sessions_at_the_same_instant(as_user, region_security, newcomer):
    theirs = as_user(newcomer)
    url = reverse("organizations:user_deactivate", args=[newcomer.pk])
    client = as_user(region_security)
    assert "经办" in client.get(url).content.decode()
    assert client.post(url, {"reason": ""}).context["form"].errors
    client.post(url, {"reason": "调离"})
    newcomer.refresh_from_db()
    held = Appointment.objects.get(user=newcomer)
    assert (newcomer.is_active, newcomer.deactivated_reason) == (False, "调离")
    assert held.ends_at == newcomer.deactivated_at
    assert (held.ended_by, held.end_reason) == (region_security, "账号停用：调离")
    assert theirs.get(reverse("portal:home")).status_code == 302
    assert newcomer.tracked_events.order_by("pgh_id").last().deactivated_reason == "调离"


def test_duty_that_has_not_begun_is_called_off_with_the_account(region_security, newcomer, chifeng):
    later = timezone.now() + timedelta(days=9)
    coming = accounts.appoint(
        newcomer, role="leader", organization=newcomer.organization, by=region_security, starts_at=later
    )
    accounts.deactivate(newcomer, by=region_security, reason="调离")
    coming.refresh_from_db()
    assert coming.ends_at == coming.starts_at


def test_second_closing_is_told(as_user, region_security, newcomer):
    accounts.deactivate(newcomer, by=region_security, reason="调离")
    url = reverse("organizations:user_deactivate", args=[newcomer.pk])
    response = as_user(region_security).post(url, {"reason": "调离"}, follow=True)
    assert "账号已经停用" in messages_of(response)[0]


def test_reopened_account_has_no_duties(as_user, region_security, newcomer):
    accounts.deactivate(newcomer, by=region_security, reason="误停")
    response = as_user(region_security).post(reverse("organizations:user_reactivate", args=[newcomer.pk]))
    newcomer.refresh_from_db()
    assert newcomer.check_password(response.context["password"])
    forget(newcomer)
    assert access(newcomer).held == ()


def test_portal_itself_may_close_what_nobody_uses(newcomer):
    accounts.deactivate(newcomer, by=None, reason="90 天未登录")
    assert Appointment.objects.get(user=newcomer).ended_by is None


def test_move_to_another_office_keeps_duties(as_user, region_security, newcomer, chifeng):
    url = reverse("organizations:user_transfer", args=[newcomer.pk, chifeng.organization.pk])
    response = as_user(region_security).post(url, follow=True)
    newcomer.refresh_from_db()
    assert newcomer.organization == chifeng.organization
    assert Appointment.objects.in_force().filter(user=newcomer).count() == 1
    assert "已调到" in messages_of(response)[0]


def test_closed_office_takes_no_accounts(region_security, office):
    place = office("150421")
    today = timezone.localdate()
    Organization.objects.filter(pk=place.pk).update(valid_from=today - timedelta(days=9), valid_to=today)
    place.refresh_from_db()
    with pytest.raises((ValidationError, PermissionDenied)):
        accounts.open_account(by=region_security, organization=place, username="late", name="晚到")


# -- pages --------------------------------------------------------------------------------------------------
def test_contact_data_is_masked_until_asked_for_and_that_is_recorded(as_user, region_security, region, newcomer):
    client = as_user(region_security)
    page = client.get(newcomer.get_absolute_url()).content.decode()
    assert "13800000001" not in page
    assert "a@example.org" not in page
    assert "138****0001" in page
    url = reverse("organizations:user_reveal", args=[newcomer.pk])
    assert client.get(url).status_code == 405
    assert "13800000001" in client.post(url).content.decode()
    assert AccessLog.objects.filter(kind="revealed", user=region_security).count() == 1
    assert as_user(region).post(url).status_code == 403


def test_page_is_for_those_who_see_accounts(as_user, newcomer, chifeng, baotou, member, assessor):
    url = newcomer.get_absolute_url()
    assert newcomer.username in as_user(chifeng).get(url).content.decode()
    assert as_user(baotou).get(url).status_code == 404
    assert as_user(member).get(url).status_code == 404
    assert as_user(assessor).get(url).status_code == 404


def test_own_page_is_for_everybody(as_user, member):
    client = as_user(member)
    assert client.get(member.get_absolute_url())["Location"] == reverse("organizations:my_account")
    page = client.get(reverse("organizations:my_account"))
    assert [row["appointment"].role for row in page.context["rows"]] == ["member"]
    version = User.objects.get(pk=member.pk).version
    client.post(reverse("organizations:my_account"), {"phone": "13800000002", "email": "", "version": version})
    assert User.objects.get(pk=member.pk).phone == "13800000002"


def test_own_page_leads_only_where_one_may_go(as_user, assessor, chifeng):
    for person, opens in ((chifeng, True), (assessor, False)):
        page = as_user(person).get(reverse("organizations:my_account")).content.decode()
        assert (f'href="{person.organization.get_absolute_url()}"' in page) is opens


def test_get_changes_nothing(as_user, region_security, newcomer):
    client = as_user(region_security)
    before = User.objects.filter(pk=newcomer.pk).values().get()
    for verb in ("edit", "password", "deactivate", "reactivate", "transfer_pick"):
        assert client.get(reverse(f"organizations:user_{verb}", args=[newcomer.pk])).status_code == 200
    assert User.objects.filter(pk=newcomer.pk).values().get() == before


def test_page_keeps_the_query_budget(as_user, region_security, newcomer):
    assert len(queries_of(as_user(region_security), newcomer.get_absolute_url())) <= 10


# -- list ---------------------------------------------------------------------------------------------------
def test_list_shows_own_tree_only(as_user, chifeng, baotou):
    client = as_user(chifeng)
    names = {row.record.username for row in client.get(LIST).context["table"].rows}
    assert names == {"chifeng", "songshan", "captain", "member"}
    assert as_user(baotou).get(LIST, {"q": "songshan"}).context["paginator"].count == 0


def test_list_filters(as_user, region_security, region, newcomer):
    accounts.deactivate(newcomer, by=region_security, reason="调离")
    client = as_user(region)

    def found(**query: str) -> set[str]:
        return {row.record.username for row in client.get(LIST, query).context["table"].rows}

    assert found(active="false") == {"newcomer"}
    assert found(duty="false") == {"newcomer"}
    assert found(role="captain") == {"captain"}
    assert found(q="孟和") == {"member"}
    today = timezone.localdate().isoformat()
    assert "newcomer" in found(opened_after=today)
    assert found(opened_before="2020-01-01") == set()


def test_list_is_refused_without_the_right(as_user, member, assessor, region_system):
    for user in (member, assessor, region_system):
        assert as_user(user).get(LIST).status_code == 403


def test_list_keeps_its_query_count(as_user, region, region_security, songshan):
    def grow(step: int) -> None:
        for index in range(step):
            username = f"many-{step}-{index}"
            if not User.objects.filter(username=username).exists():
                opened(region_security, songshan.organization, username, "clerk")

    assert_constant_queries(as_user(region), LIST, grow, steps=(1, 3, 12))


def test_list_takes_tampering_and_sorts_by_index(as_user, region):
    assert_tampering_is_told(as_user(region), LIST)
    assert_sorts_by_index(UserList)


def rows_of(response) -> list[tuple]:
    return list(load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.iter_rows(values_only=True))


def test_full_export_needs_a_reason_and_gives_the_own_office_only(as_user, chifeng, region_security, newcomer, leader):
    opened(region_security, chifeng.organization, "own", phone="13800000002", name="本单位的（演示）")
    client, query = as_user(chifeng), f"{LIST}?export=xlsx&full=1&cols=name,phone"
    assert client.get(query).context["form"]
    assert client.post(query, {"reason": ""}).context["form"].errors
    text = str(rows_of(client.post(query, {"reason": "报自治区防汛值班表"})))
    assert "13800000002" in text
    assert "新来的（演示）" not in text  # 松山区: seen, but not the own office
    assert "报自治区防汛值班表" in text
    assert AccessLog.objects.get(kind="exported").detail["full"] is True
    assert as_user(leader).get(query).status_code == 403


def test_export_is_masked(as_user, region, newcomer):
    response = as_user(region).get(LIST, {"export": "xlsx", "cols": "name,phone,email,duties,state"})
    assert response.status_code == 200
    line = next(row for row in rows_of(response) if "新来的（演示）" in row)
    assert "138****0001" in line
    assert "经办" in line


# -- the first account ---------------------------------------------------------------------------------
def test_new_installation_gets_one_security_administrator_and_no_second(cast):
    Appointment.objects.filter(role="security_admin").update(ends_at=timezone.now(), end_reason="演示")
    call_command("open_first_account", "anquan", "安全管理员甲", stdout=(said := io.StringIO()))
    person = User.objects.get(username="anquan")
    assert (person.organization, person.must_change_password) == (Organization.objects.get(level="region"), True)
    assert Right.MANAGE_ACCOUNT in access(person)
    password = re.search(r"一次性密码：(\S+)（", said.getvalue())[1]
    assert person.check_password(password)
    with pytest.raises(CommandError, match="已有安全管理员"):
        call_command("open_first_account", "another", "另一人")
    assert not User.objects.filter(username="another").exists()
