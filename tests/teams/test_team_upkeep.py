"""What a team keeps up to date without a filing, and what the offices above may do about it."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from core.models import Notice, WorkflowEvent
from teams.models import Coverage, EmblemItem, Team, TeamPost
from tests.teams import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(chifeng, region, office):
    return builders.filed(builders.read(chifeng), office("150400"), builders.read(region))


def url(name, record):
    return reverse(f"teams:{name}", args=[record.pk])


def sent(page, **typed):
    """What a browser would send: the form as it stands, with what is typed over it."""
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in {**values, **typed}.items() if value is not None}


def test_facts_without_filing_are_changed_directly(as_user, team, chifeng):
    client = as_user(chifeng)
    Team.objects.filter(pk=team.pk).update(maintained_at=timezone.make_aware(timezone.datetime(2026, 1, 1)))
    page = client.get(url("team_edit", team))
    typed = sent(page, duty_phone="0476-7654321", short_name="赤峰激流队", site_type="rented", funding=["donation"])
    assert client.post(url("team_edit", team), typed).status_code == 302
    fresh = Team.objects.select_related("organization").get(pk=team.pk)
    assert (fresh.duty_phone, fresh.site_type, fresh.funding) == ("0476-7654321", "rented", ["donation"])
    assert (fresh.organization.short_name, fresh.version) == ("赤峰激流队", team.version + 1)
    assert fresh.maintained_at.year == timezone.now().year
    assert fresh.maintained_at > timezone.make_aware(timezone.datetime(2026, 1, 2))
    assert not {"level", "annual_check_year"} & set(page.context["form"].fields)  # only of what is registered there
    last = fresh.tracked_events.filter(duty_phone="0476-7654321").first()
    assert last.pgh_context["user"] == chifeng.pk


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"longitude": ""}, "经度和纬度要一起填"),
        ({"latitude": "不知道"}, "数字"),
        ({"duty_phone": "123"}, "电话"),
        (
            {"duty_phone": "0476-7654321/138 0000 0012"},
            "这里只填一个电话，写了 2 个：0476-7654321、13800000012。请只留一个。",
        ),
        ({"short_name": ""}, "请填写简称"),
        ({"annual_check_year": "1066"}, "1990"),
    ],
)
def test_bad_facts_are_told(as_user, team, chifeng, typed, words):
    client = as_user(chifeng)
    Team.objects.filter(pk=team.pk).update(registration="civil")
    page = client.post(url("team_edit", team), sent(client.get(url("team_edit", team)), **typed))
    assert page.status_code == 200
    assert words in page.content.decode()


def test_point_outside_the_region_is_saved_with_a_warning(as_user, team, chifeng):
    client = as_user(chifeng)
    typed = sent(client.get(url("team_edit", team)), latitude="42.25781", longitude="18.88694")
    page = client.post(url("team_edit", team), typed, follow=True)
    assert "坐标不在内蒙古范围内" in page.content.decode()


def test_second_person_is_shown_what_the_first_changed(as_user, team, chifeng):
    client = as_user(chifeng)
    typed = sent(client.get(url("team_edit", team)), duty_phone="0476-1111111")
    Team.objects.filter(pk=team.pk).update(duty_phone="0476-2222222", version=team.version + 1)
    page = client.post(url("team_edit", team), typed)
    assert [(clash.name, clash.new) for clash in page.context["stale"]] == [("duty_phone", "0476-2222222")]
    assert Team.objects.get(pk=team.pk).duty_phone == "0476-2222222"


def test_insiders_without_the_duty_are_refused_and_get_changes_nothing(as_user, team, leader, chifeng):
    names = ("team_edit", "post_create", "coverage_create", "emblem_create")
    for name in names:
        assert as_user(leader).get(url(name, team)).status_code == 403, name
        assert as_user(chifeng).get(url(name, team)).status_code == 200, name
    assert as_user(leader).post(url("post_end", team.posts.first())).status_code == 403
    assert as_user(chifeng).get(url("post_end", team.posts.first())).status_code == 200
    assert Team.objects.get(pk=team.pk).version == team.version
    assert not TeamPost.objects.exclude(ends_on=None).exists()


def test_team_that_left_is_not_changed(as_user, team, chifeng):
    Team.objects.filter(pk=team.pk).update(status="exited", exit_on=date(2026, 1, 1))
    page = as_user(chifeng).post(url("team_edit", team), {"duty_phone": "0476-1111111"}, follow=True)
    assert "队伍现在是“已退出”，不能这样修改" in page.content.decode()


def test_posts_are_entered_put_right_and_ended(as_user, team, chifeng):
    client = as_user(chifeng)
    typed = {
        "role": "safety",
        "name": "其其格",
        "phone": "13800000041",
        "origin": "appointed",
        "starts_on": "2026-01-05",
    }
    assert client.post(url("post_create", team), typed).status_code == 302
    twice = client.post(url("post_create", team), typed)
    assert "其其格已经登记为安全员" in twice.content.decode()
    post = TeamPost.objects.get(team=team, role="safety")
    page = client.get(url("post_edit", post))
    assert client.post(url("post_edit", post), sent(page, name="其木格")).status_code == 302
    early = client.post(url("post_end", post), {"ends_on": "2025-12-31", "end_reason": "调离"})
    assert "离任日期不能早于任职日期" in early.content.decode()
    assert client.post(url("post_end", post), {"ends_on": "2026-02-01", "end_reason": "调离"}).status_code == 302
    post.refresh_from_db()
    assert (post.name, post.ends_on, post.end_reason) == ("其木格", date(2026, 2, 1), "调离")
    again = client.post(url("post_end", post), {"ends_on": "2026-02-02", "end_reason": "x"}, follow=True)
    assert "已经登记离任了" in again.content.decode()


def test_captain_is_not_entered_or_put_right_here_only_ended(as_user, team, chifeng):
    client = as_user(chifeng)
    captain = team.posts.get(role="captain")
    refused = client.post(url("post_create", team), {"role": "captain", "name": "甲", "starts_on": "2026-01-05"})
    assert refused.status_code == 200
    page = client.get(url("post_edit", captain), follow=True)
    assert "队长、副队长的任职按备案变更" in page.content.decode()
    day = timezone.localdate().isoformat()
    assert client.post(url("post_end", captain), {"ends_on": day, "end_reason": "调离"}).status_code == 302
    assert Team.objects.get(pk=team.pk).filed_facts["posts"][0]["name"] == "阿拉坦·苏都"
    assert "与备案不一致" in client.get(url("team_detail", team)).content.decode()


def test_coverage_is_entered_once_and_ended(as_user, team, chifeng):
    client = as_user(chifeng)
    typed = {"division": "152500", "part": "东部", "starts_on": "2026-01-05"}
    assert client.post(url("coverage_create", team), typed).status_code == 302
    twice = client.post(url("coverage_create", team), typed)
    assert "这个范围已经登记了" in twice.content.decode()
    row = Coverage.objects.get(team=team)
    early = client.post(url("coverage_end", row), {"ends_on": "2026-01-01", "version": row.version})
    assert "止的日期不能早于起的日期" in early.content.decode()
    assert client.post(url("coverage_end", row), {"ends_on": "2026-02-01", "version": row.version}).status_code == 302
    assert "东部" not in client.get(url("team_detail", team)).content.decode()


def test_emblem_register_counts_what_is_still_out(as_user, team, chifeng):
    client = as_user(chifeng)
    typed = {"kind": "uniform", "description": "作训服", "quantity": "30", "issued_on": "2026-01-05"}
    assert client.post(url("emblem_create", team), typed).status_code == 302
    item = EmblemItem.objects.get(team=team)
    settle = url("emblem_settle", item)
    for wrong, words in (
        ({"returned": "31"}, "不能多于数量"), ({"written_off": "1"}, "请在说明中写明去向"),
        ({"settled_on": "2025-01-01", "returned": "1"}, "早于启用日期"), ({"returned": "0"}, "没有可登记的"),
    ):  # fmt: skip
        assert words in client.post(settle, sent(client.get(settle), **wrong)).content.decode(), wrong
    assert (
        client.post(settle, sent(client.get(settle), returned="10", written_off="2", note="磨损销毁")).status_code
        == 302
    )
    item.refresh_from_db()
    undone = sent(client.get(settle), returned="0", written_off="0")
    assert client.post(settle, undone).status_code == 302
    assert client.post(settle, sent(client.get(settle), returned="10", written_off="2")).status_code == 302
    edit = url("emblem_edit", item)
    assert "数量不能比这少" in client.post(edit, sent(client.get(edit), quantity="5")).content.decode()
    assert client.get(url("team_emblem", team)).context["totals"] == {
        "quantity": 30, "returned": 10, "written_off": 2, "left": 18,
    }  # fmt: skip


# -- standing -------------------------------------------------------------------------------------------
def test_reviewers_above_order_rectification_end_it_and_suspend(as_user, team, chifeng, region, captain):
    client = as_user(region)
    page = client.get(url("team_standing", team), {"action": "order_rectification"})
    assert "责令整改" in page.content.decode()
    bare = client.post(url("team_standing", team), {"action": "order_rectification"})
    assert bare.status_code == 200
    client.post(url("team_standing", team), {"action": "order_rectification", "reason": "标志使用不规范"})
    fresh = Team.objects.get(pk=team.pk)
    assert (fresh.status, fresh.status_reason) == ("rectifying", "标志使用不规范")
    assert Notice.objects.filter(recipient=chifeng, kind="team_standing").exists()
    again = client.post(url("team_standing", team), {"action": "order_rectification", "reason": "再次"}, follow=True)
    assert "不能再办“责令整改”" in again.content.decode()
    as_user(chifeng).post(url("team_standing", team), {"action": "end_rectification", "reason": "已复查合格"})
    assert Team.objects.get(pk=team.pk).status_reason == ""
    client.post(url("team_standing", team), {"action": "suspend", "reason": "安全事故调查"})
    assert Team.objects.get(pk=team.pk).status == "suspended"
    actions = list(WorkflowEvent.objects.of(team).values_list("action", flat=True))
    assert actions == ["order_rectification", "end_rectification", "suspend"]
    story = [str(entry["label"]) for entry in client.get(url("team_history", team)).context["entries"]]
    assert "暂停" in story


def test_nobody_else_judges_a_team(as_user, team, songshan, leader, baotou):
    typed = {"action": "suspend", "reason": "不是我管的"}
    assert as_user(leader).post(url("team_standing", team), typed).status_code == 403
    assert as_user(songshan).post(url("team_standing", team), typed).status_code == 404
    assert as_user(baotou).post(url("team_standing", team), typed).status_code == 404
    assert Team.objects.get(pk=team.pk).status == "filed"


# -- papers ----------------------------------------------------------------------------------------------
def test_one_page_is_one_page_however_much_there_is(as_user, team, chifeng, leader):

    for number in range(30):
        TeamPost.objects.create(
            team=team, role="instructor", name=f"敖特根巴雅尔·孟和第{number}", starts_on=date(2026, 1, 1)
        )
    Coverage.objects.bulk_create(
        Coverage(team=team, division_id=code, part="东部和东南部沿边境一线各苏木", starts_on=date(2026, 1, 1))
        for code in ("150402", "150403", "150404", "150421", "150422", "150423", "150424", "150425", "150426", "150428")
    )
    Team.objects.filter(pk=team.pk).update(base_address="很长的地址" * 40, host_org_name="名称很长的社会组织" * 10)
    answer = as_user(chifeng).get(url("team_sheet", team))
    assert "%E4%B8%80%E9%A1%B5%E7%BA%B8.pdf" in answer["Content-Disposition"]
    sheet = PdfReader(BytesIO(b"".join(answer.streaming_content)))
    pages = sheet.pages
    assert (len(pages), sheet.metadata.title) == (1, f"{team.name}一页纸")
    assert "0476-1234567" in pages[0].extract_text()
    masked = b"".join(as_user(leader).get(url("team_sheet", team)).streaming_content)
    assert "0476-1234567" not in PdfReader(BytesIO(masked)).pages[0].extract_text()
    form = PdfReader(BytesIO(b"".join(as_user(chifeng).get(url("team_register", team)).streaming_content)))
    assert "示例样式" in form.pages[0].extract_text()


def test_an_address_that_names_its_banner_is_printed_once(as_user, team, chifeng):
    for address in ("演示路 1 号", "赤峰市松山区演示路 1 号"):
        Team.objects.filter(pk=team.pk).update(base_division="150404", base_address=address)
        for paper in ("team_sheet", "team_register"):
            printed = b"".join(as_user(chifeng).get(url(paper, team)).streaming_content)
            text = "".join(page.extract_text() for page in PdfReader(BytesIO(printed)).pages)
            assert text.replace("\n", "").count("松山区") == 1
