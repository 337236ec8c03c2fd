"""Accounts from a spreadsheet: checked row by row by the page's own form; all or none."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from xlsxwriter import Workbook

from organizations.models import Appointment, User
from tests.organizations.helpers import opened

pytestmark = pytest.mark.django_db
URL = reverse("organizations:user_import")
HEAD = ["姓名（必填）", "账号", "所在单位", "岗位", "手机号", "邮箱", "任职起", "任职依据"]
GOOD = ["敖登格日乐", "aodeng", "赤峰市松山区红十字会", "经办", "13800000001", "", "", "通知第1号"]


def sheet(*rows: list[str]) -> SimpleUploadedFile:
    buffer = io.BytesIO()
    with Workbook(buffer) as book:
        page = book.add_worksheet()
        for index, row in enumerate([HEAD, *rows]):
            page.write_row(index, 0, row)
    return SimpleUploadedFile("名册.xlsx", buffer.getvalue())


def upload(client, *rows: list[str]):
    return client.post(URL, {"file": sheet(*rows)}, follow=True)


def test_rows_become_accounts_with_duties_after_confirmation(as_user, region_security, songshan):
    client = as_user(region_security)
    second = ["那仁图雅", "narentuya", "150400", "", "", "", "", ""]
    checked = upload(client, GOOD, second)
    assert checked.context["stage"] == "preview", checked.context.get("form") and checked.context["form"].errors
    assert not User.objects.filter(username="aodeng").exists()
    done = client.post(checked.redirect_chain[-1][0], follow=True)
    assert done.context["stage"] == "done"
    account = User.objects.get(username="aodeng")
    held = Appointment.objects.get(user=account)
    assert (held.role, held.organization, held.basis) == ("clerk", songshan.organization, "通知第1号")
    assert held.grants.exists()
    assert not account.has_usable_password()
    assert not Appointment.objects.filter(user__username="narentuya").exists()


def test_names_and_duties_as_lists_write_them(as_user, region_security, songshan):
    client = as_user(region_security)
    rows = (
        ["王　明", "wangming", "150404", "领导", "", "", "", "通知第1号"],
        ["敖登", "aodeng2", "150404", "经办人", "", "", "", "x"],
    )
    client.post(upload(client, *rows).redirect_chain[-1][0], follow=True)
    made = {user.name: user for user in User.objects.filter(username__in=["wangming", "aodeng2"])}
    assert {name: user.appointments.get().role for name, user in made.items()} == {"王明": "leader", "敖登": "clerk"}
    edit = reverse("organizations:user_edit", args=[made["王明"].pk])
    client.post(edit, {"name": "王　小明", "phone": "", "email": "", "version": made["王明"].version})
    made["王明"].refresh_from_db()
    assert made["王明"].name == "王小明"


def test_bad_cells_are_named_and_nothing_is_taken_in(as_user, region_security):
    bad = ["", "有汉字", "没有这个单位", "局长", "123", "x", "昨天", ""]
    taken = ["甲", "chifeng", "150400", "", "", "", "", ""]
    unfit = ["乙", "unfit", "150404", "审核", "", "", "", "通知"]
    checked = upload(as_user(region_security), GOOD, bad, taken, unfit)
    text = checked.content.decode()
    for words in (
        "没有叫“没有这个单位”的单位",
        "“局长”不在可选范围内",
        "“昨天”不是日期",
        "登录名“chifeng”已经有人用了",
    ):
        assert words in text, words
    assert not User.objects.filter(username="aodeng").exists()


def test_what_a_sheet_has_no_column_for_is_written_in_the_preview(as_user, region_security, songshan):
    """And 松山区红十字会, as everybody says, is found."""
    client = as_user(region_security)
    buffer = io.BytesIO()
    with Workbook(buffer) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["姓名", "登录名", "单位", "岗位", "手机"])
        page.write_row(1, 0, ["敖登格日乐", "aodeng", "松山区红十字会", "经办", "0476-8881234"])
    checked = client.post(URL, {"file": SimpleUploadedFile("名册.xlsx", buffer.getvalue())}, follow=True)
    text, address = checked.content.decode(), checked.redirect_chain[-1][0]
    assert "任职要写明依据" in text
    assert "以 1 开头；最多" in text
    mended = {"row-2": "1", "cell-2-basis": "通知第1号", "cell-2-phone": "13800000001", "recheck": "1"}
    client.post(address, mended)
    assert client.post(address, follow=True).context["stage"] == "done"
    held = Appointment.objects.get(user__username="aodeng")
    assert (held.organization, held.basis) == (songshan.organization, "通知第1号")


def test_places_out_of_reach_do_not_exist(as_user, region_security, chifeng):
    league = opened(region_security, chifeng.organization, "cf-security", "security_admin")
    row = ["甲", "jia", "包头市红十字会", "", "", "", "", ""]
    assert "没有叫“包头市红十字会”的单位" in upload(as_user(league), row).content.decode()


def test_only_keepers_of_accounts_import(as_user, chifeng, region):
    for user in (chifeng, region):
        assert as_user(user).get(URL).status_code == 403
        assert as_user(user).post(URL, {"file": sheet(GOOD)}).status_code == 403
