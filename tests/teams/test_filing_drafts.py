"""A draft page by page: kept whatever is wrong, saved while one types, shared by two, handed in once."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.attachments.storing import attach
from core.models import Attachment, WorkflowEvent
from organizations.models import Appointment
from teams.desk.queue import changes_in_words
from teams.filings.drafting import LONGEST, MOST_POSTS, begin, keep
from teams.filings.proposal import Proposal
from teams.models import ExitItem, FieldComment, Filing, Team
from teams.workflow import WORKFLOW
from tests.core.list_checks import queries_of
from tests.core.sample_files import pdf
from tests.organizations.helpers import messages_of, opened
from tests.teams import builders

pytestmark = pytest.mark.django_db
BASE = {"base_division": "", "base_address": "演示路 1 号", "latitude": "42.25781", "longitude": "118.88694"}
BASE |= {"duty_phone": "0476-1234567"}


def url(name: str, filing: Filing, *more: str) -> str:
    return reverse(f"teams:filing_{name}", args=[filing.pk, *more])


def section(filing: Filing, key: str) -> str:
    return url("section", filing, key)


def kept(filing: Filing) -> dict:
    return Filing.objects.get(pk=filing.pk).payload


def colleague(region_security, chifeng):
    return opened(region_security, chifeng.organization, "colleague", "clerk", name="同事（演示）")


HABITS = {
    "registration": {
        "uscc": (" 5215 0000 mjy0 0000 0c ", "52150000MJY000000C"), "annual_check_year": ("２０２５年度", "2025"),
        "civil_on": ("2024年3月5日", "2024-03-05"), "filing_doc_no": ("赤红发[2024]第7号", "赤红发〔2024〕7号"),
    },
    "category": {"planned_size": ("30人", "30")},
    "base": {
        "latitude": ("北纬42°15′28″", "42.25778"), "longitude": ("118.88694000001", "118.88694"),
        "duty_phone": ("０４７６－1234567 转801", "0476-1234567-801"),
    },
    "management": {
        "posts-0-name": ("乌兰图雅.阿拉坦其其格", "乌兰图雅·阿拉坦其其格"),
        "posts-0-phone": ("138 0000 1234", "13800001234"), "posts-0-starts_on": ("2026.3.5", "2026-03-05"),
    },
}  # fmt: skip


@pytest.mark.parametrize("part", HABITS)
def test_what_is_typed_by_habit_is_understood_as_in_a_list(as_user, chifeng, office, part):
    draft = builders.drafted(chifeng, office("150400"))
    typed = {name: written for name, (written, _meant) in HABITS[part].items()}
    as_user(chifeng).post(section(draft, part), {**typed, "posts-0-role": "captain", "version": draft.version})
    payload = kept(draft)
    there = {f"posts-0-{name}": value for name, value in payload["posts"][0].items()} | payload
    assert {name: there[name] for name in typed} == {name: meant for name, (_written, meant) in HABITS[part].items()}


@pytest.mark.parametrize("box", ["latitude", "longitude"])
def test_both_numbers_copied_from_a_map_into_one_box_go_to_their_own(as_user, chifeng, office, box):
    draft = builders.drafted(chifeng, office("150400"), latitude="", longitude="")
    pasted = {"latitude": "", "longitude": "", box: "118.88694,42.25781"}
    as_user(chifeng).post(section(draft, "base"), {**BASE, **pasted, "version": draft.version})
    assert (kept(draft)["latitude"], kept(draft)["longitude"]) == ("42.25781", "118.88694")


def test_a_wrong_paper_is_taken_back_on_its_page(chifeng, office):
    draft = builders.drafted(chifeng, office("150400"))
    builders.paper(draft, "application", chifeng)
    client = Client(enforce_csrf_checks=True)  # as a browser: what the page does not carry is not there
    client.force_login(chifeng)
    page = client.get(section(draft, "papers")).content.decode()
    (form,) = re.findall(r'<form method="post" action="(/files/[^"]+/withdraw/)">(.*?)</form>', page, re.DOTALL)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form[1])
    typed = {"csrfmiddlewaretoken": token[1], "reason": "传错了"}
    response = client.post(form[0], typed, headers={"Referer": f"http://testserver{section(draft, 'papers')}"})
    assert response["Location"].endswith(section(draft, "papers"))  # and not to the filing's own page
    assert not Attachment.objects.of(draft).current().exists()


def test_a_day_that_cannot_be_is_shown_where_it_can_be_mended(as_user, chifeng, office):
    draft = builders.drafted(chifeng, office("150400"), founded_on="2024-02-31", civil_on="2999-01-01")
    client = as_user(chifeng)
    page = client.get(section(draft, "name")).content.decode()
    assert '<input type="text" name="founded_on" value="2024-02-31"' in page  # a picker would show nothing of it
    page = client.get(section(draft, "registration")).content.decode()
    assert '<input type="date" name="civil_on" value="2999-01-01"' in page


# -- beginning --------------------------------------------------------------------------------------------
def test_registration_begins_with_place_and_name(as_user, chifeng, office):
    client, page = as_user(chifeng), reverse("teams:filing_begin")
    assert client.get(page).status_code == 200
    assert [stop.duty for stop in client.get(f"{page}?kind=register").context["stops"]] == ["登记", "审定备案"]
    assert not Filing.objects.exists()
    typed = {
        "office": office("150400").pk,
        "level": "league_city",
        "name": "赤峰市 红十字新队  ᠤᠯᠠᠭᠠᠨ  ᠵᠠᠭᠠᠯᠮᠠᠢ ",
        "uscc": "",
        "host_org_name": "",
    }
    response = client.post(page, typed)
    filing = Filing.objects.get()
    assert response["Location"] == url("edit", filing)
    assert (filing.title, filing.level, filing.state, filing.created_by) == (
        "赤峰市红十字新队ᠤᠯᠠᠭᠠᠨ ᠵᠠᠭᠠᠯᠮᠠᠢ",  # words of Mongolian script stay apart
        "league_city",
        "draft",
        chifeng,
    )


def test_a_like_team_is_shown_before_one_is_created(as_user, chifeng, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    client, page = as_user(chifeng), reverse("teams:filing_begin")
    typed = {"office": office("150400").pk, "level": "league_city", "name": team.name, "uscc": "", "host_org_name": ""}
    response = client.post(page, typed)
    assert team.filing_no in response.content.decode()
    assert Filing.objects.count() == 1  # the one that filed the team
    client.post(page, {**typed, "name": "赤峰市红十字测试救援二队", "confirmed": "1"})
    assert Filing.objects.filter(state="draft").get().title == "赤峰市红十字测试救援二队"


def test_a_leaving_that_cannot_be_laid_out_is_not_begun(chifeng, region, office, monkeypatch):
    """A draft without its checklist could never be finished, and nobody could begin another."""
    team = builders.filed(chifeng, office("150400"), region)
    monkeypatch.setattr(ExitItem.objects, "bulk_create", lambda rows: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        begin("exit", by=chifeng, team=team)
    assert not Filing.objects.filter(team=team, kind="exit").exists()


def test_what_was_withdrawn_or_rejected_is_begun_again_with_what_it_said(as_user, chifeng, region, baotou, office):
    client, page = as_user(chifeng), reverse("teams:filing_begin") + "?kind=register&like="
    former = builders.submitted(chifeng, office("150400"))
    assert client.get(f"{page}{former.pk}").status_code == 403  # it is being reviewed
    WORKFLOW.perform(former, "reject", by=region, comment="请另定名称")
    assert f"like={former.pk}" in client.get(former.get_absolute_url()).content.decode()
    form = client.get(f"{page}{former.pk}").context["form"]
    names = ("office", "level", "name")
    assert [form[name].value() for name in names] == [office("150400").pk, "league_city", former.title]
    typed = {"office": office("150400").pk, "level": "league_city", "name": "赤峰市红十字另名队（演示）"}
    client.post(f"{page}{former.pk}", {**typed, "confirmed": "1"})
    again = Filing.objects.get(state="draft")
    assert again.payload == {**former.payload, **typed, "office": str(typed["office"]), "uscc": "", "host_org_name": ""}
    assert again.payload["posts"]
    assert as_user(baotou).get(f"{page}{former.pk}").status_code == 404
    assert as_user(region).get(former.get_absolute_url()).context["begins_again"] is False


def test_a_change_taken_back_is_begun_again_with_what_it_was_to_change(as_user, chifeng, songshan, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    former = builders.changing(team, chifeng, base_address="演示路 9 号", posts=[builders.CAPTAIN])
    client, begin_for = as_user(chifeng), reverse("teams:filing_begin_for", args=[team.pk, "change"])
    former = WORKFLOW.perform(former, "submit", by=chifeng)
    WORKFLOW.perform(former, "withdraw", by=chifeng)
    Team.objects.filter(pk=team.pk).update(duty_phone="0476-7654321")  # kept up to date since
    assert f'name="like" value="{former.pk}"' in client.get(former.get_absolute_url()).content.decode()
    assert as_user(songshan).post(begin_for, {"like": former.pk}).status_code == 404
    other = reverse("teams:filing_begin_for", args=[team.pk, "annual"])
    assert client.post(other, {"like": former.pk}).status_code == 404  # another kind asks other things
    client.post(begin_for, {"like": former.pk})
    again = Filing.objects.get(team=team, state="draft")
    said = [again.payload[name] for name in ("base_address", "duty_phone", "reason")]
    assert said == ["演示路 9 号", "0476-7654321", "队员大会选举"]
    assert [row["name"] for row in again.payload["posts"]] == [builders.CAPTAIN["name"]]
    assert "照这件重新填报" not in client.get(former.get_absolute_url()).content.decode()


def test_an_own_draft_left_half_done_is_found_again(as_user, chifeng, office):
    draft = builders.drafted(chifeng, office("150400"))
    typed = {"office": office("150400").pk, "level": "league_city", "name": draft.title}
    response = as_user(chifeng).post(reverse("teams:filing_begin"), typed)
    assert response.context["drafts"] == [draft]


@pytest.mark.parametrize(
    ("typed", "wrong"), [({"name": ""}, "name"), ({"uscc": "52150000MJ0000000X"}, "uscc"), ({"office": "0"}, "office")]
)
def test_wrong_input_at_the_beginning_is_shown(as_user, chifeng, office, typed, wrong):
    facts = {"office": office("150400").pk, "level": "league_city", "name": "赤峰市红十字新队", **typed}
    response = as_user(chifeng).post(reverse("teams:filing_begin"), facts)
    assert list(response.context["form"].errors) == [wrong]
    assert not Filing.objects.exists()


def test_only_own_offices_are_offered_and_proxied_ones_say_so(as_user, chifeng, baotou, office):
    banner = office("150430")
    banner.has_staff, banner.proxy = False, office("150400")
    banner.save()
    page = as_user(chifeng).get(reverse("teams:filing_begin") + "?kind=register").content.decode()
    assert f"{banner.name}（代办）" in page
    typed = {"office": banner.pk, "level": "banner_county", "name": "敖汉旗红十字赈济救援队（演示）"}
    assert as_user(baotou).post(reverse("teams:filing_begin"), typed).context["form"].errors
    as_user(chifeng).post(reverse("teams:filing_begin"), typed)
    assert Filing.objects.get().office == banner


def test_one_click_begins_and_the_second_click_finds_the_same(as_user, chifeng, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    client, page = as_user(chifeng), reverse("teams:filing_begin_for", args=[team.pk, "change"])
    assert client.get(page).status_code == 405
    first = client.post(page, {"section": "management"})
    filing = Filing.objects.get(kind="change")
    assert first["Location"] == section(filing, "management")
    assert client.post(page, {"section": "no-such"})["Location"] == url("edit", filing)
    other = client.post(reverse("teams:filing_begin_for", args=[team.pk, "annual"]), follow=True)
    assert "办结或撤回后才能办别的" in messages_of(other)[-1]
    assert other.redirect_chain[-1][0] == filing.get_absolute_url()


def test_what_the_status_forbids_is_told(as_user, chifeng, baotou, member, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    page = reverse("teams:filing_begin_for", args=[team.pk, "restore"])
    assert as_user(chifeng).post(page)["Location"] == team.get_absolute_url()
    assert as_user(chifeng).post(page.replace("restore", "nonsense")).status_code == 404
    assert as_user(baotou).post(page).status_code == 404
    assert as_user(region).post(page).status_code == 403
    assert not Filing.objects.filter(state="draft").exists()


# -- keeping ------------------------------------------------------------------------------------------------
def test_anything_typed_is_kept_and_wrong_input_is_said_at_once(as_user, chifeng, office):
    filing = builders.drafted(chifeng, office("150400"))
    wrong = {**BASE, "latitude": "北纬四十二度", "duty_phone": "12"}
    page = as_user(chifeng).post(
        section(filing, "base"), {**wrong, "version": filing.version, "action": "next"}, follow=True
    )
    assert page.redirect_chain[-1][0] == section(filing, "base")
    assert set(page.context["form"].errors) == {"latitude", "duty_phone"}
    assert 'value="北纬四十二度"' in page.content.decode()
    assert kept(filing)["latitude"] == "北纬四十二度"
    tasks = {part.section.key: part.state for part in as_user(chifeng).get(url("edit", filing)).context["parts"]}
    assert tasks["base"] == "有 2 处要改"


def test_saving_leads_on_and_the_last_page_back_to_the_list(as_user, chifeng, office):
    filing = builders.drafted(chifeng, office("150400"))
    client = as_user(chifeng)
    page = {**BASE, "version": filing.version}
    assert client.post(section(filing, "base"), {**page, "action": "next"})["Location"] == section(filing, "support")
    assert client.post(section(filing, "base"), {**page, "action": "save"})["Location"] == section(filing, "base")
    row = {"posts-0-role": "captain", "posts-0-name": "甲", "version": filing.version, "action": "more"}
    more = client.post(section(filing, "management"), row)["Location"]
    assert len(client.get(more).context["rows"]) == 2


def test_a_wrong_day_and_an_ended_choice_are_still_in_their_inputs(as_user, chifeng, office):
    filing = builders.drafted(chifeng, office("150400"), founded_on="二〇二四年三月", main_category="no-such")
    client = as_user(chifeng)
    assert 'value="二〇二四年三月"' in client.get(section(filing, "name")).content.decode()
    assert 'value="no-such" selected' in client.get(section(filing, "category")).content.decode()


def test_the_page_saves_itself_and_does_not_get_in_its_own_way(as_user, chifeng, office):
    filing = builders.drafted(chifeng, office("150400"))
    client, page = as_user(chifeng), url("autosave", filing, "base")
    answer = client.post(page, {**BASE, "base_address": "第一次", "version": filing.version})
    assert "已自动保存" in answer.content.decode()
    client.post(section(filing, "base"), {**BASE, "base_address": "第二次", "version": filing.version})
    assert kept(filing)["base_address"] == "第二次"


def test_a_colleague_on_other_fields_is_not_overwritten(as_user, chifeng, region_security, office):
    filing = builders.drafted(chifeng, office("150400"))
    other = colleague(region_security, chifeng)
    opened_at = filing.version
    as_user(other).post(section(filing, "base"), {**BASE, "duty_phone": "0476-7654321", "version": opened_at})
    # this page was opened before and repeats the old telephone number
    as_user(chifeng).post(section(filing, "base"), {**BASE, "base_address": "演示路 2 号", "version": opened_at})
    now = kept(filing)
    assert (now["base_address"], now["duty_phone"]) == ("演示路 2 号", "0476-7654321")
    page = as_user(other).get(url("edit", filing)).content.decode()
    assert "改过" in page


def test_a_colleague_on_the_same_field_is_shown_and_nothing_typed_is_lost(as_user, chifeng, region_security, office):
    filing = builders.drafted(chifeng, office("150400"))
    other = colleague(region_security, chifeng)
    theirs = {**BASE, "base_address": "他写的", "duty_phone": "0476-7654321", "version": filing.version}
    as_user(other).post(section(filing, "base"), theirs)
    mine = {**BASE, "base_address": "我写的", "version": filing.version}
    assert "没有自动保存" in as_user(chifeng).post(url("autosave", filing, "base"), mine).content.decode()
    page = as_user(chifeng).post(section(filing, "base"), mine)
    table = page.content.decode().partition("<table")[2].partition("</table>")[0]
    words = re.findall(r">([^<>]+)<", table.partition("<tbody>")[2])
    assert (page.status_code, words) == (409, ["驻地地址", "演示路 1 号", "他写的", "我写的"])
    assert page.context["form"]["base_address"].value() == "我写的"
    assert page.context["form"]["duty_phone"].value() == "0476-7654321"  # not touched here: theirs stands
    again = {**mine, "duty_phone": "0476-7654321", "version": page.context["filing"].version}
    as_user(chifeng).post(section(filing, "base"), again)
    assert kept(filing)["base_address"] == "我写的"


def test_telephone_numbers_that_differ_in_the_middle_are_told_apart(as_user, chifeng, region_security, office):
    filing = builders.drafted(chifeng, office("150400"), duty_phone="")
    other = colleague(region_security, chifeng)
    for person, phone in ((other, "13800120011"), (chifeng, "13800340011")):
        page = as_user(person).post(section(filing, "base"), {**BASE, "duty_phone": phone, "version": filing.version})
    clash = page.context["stale"][0]
    assert (clash.old, clash.new, clash.mine) == ("", "13800120011", "13800340011")


@pytest.mark.parametrize("text", ["长" * 100_000, "有\x00空字节", "孤立\ud800代理"])
def test_hostile_text_neither_breaks_nor_bloats_the_draft(chifeng, office, text):
    filing = builders.drafted(chifeng, office("150400"))
    keep(filing, {"base_address": text, "state": "filed", "posts": [{"name": text, "id": 1}]}, by=chifeng, version=None)
    now = kept(filing)
    assert len(now["base_address"]) <= LONGEST
    assert "\x00" not in now["base_address"]
    assert "state" not in now
    assert set(now["posts"][0]) == {"role", "name", "phone", "origin", "starts_on", "person", "row"}


def test_ten_thousand_rows_are_refused_or_cut(as_user, chifeng, office):
    filing = builders.drafted(chifeng, office("150400"))
    rows = {f"posts-{index}-name": "某" for index in range(10_000)}
    answer = as_user(chifeng).post(section(filing, "management"), {**rows, "version": filing.version})
    assert answer.status_code == 400
    rows = {f"posts-{index}-name": "某" for index in range(200)}
    as_user(chifeng).post(section(filing, "management"), {**rows, "version": filing.version})
    assert len(kept(filing)["posts"]) == MOST_POSTS


def test_the_management_is_rows_and_an_empty_one_is_none(as_user, chifeng, office):
    filing = builders.drafted(chifeng, office("150400"))
    rows = {
        "posts-0-role": "captain",
        "posts-0-name": "甲",
        "posts-0-starts_on": "2024-03-01",
        "posts-1-role": "deputy",
    }
    for number, nobody in enumerate(("无", "暂无", "/", "—"), 3):
        rows |= {f"posts-{number}-role": "deputy", f"posts-{number}-name": nobody}
    rows |= {"posts-2-role": "captain", "posts-2-name": "乙", "posts-2-starts_on": "2124-03-01"}
    page = as_user(chifeng).post(section(filing, "management"), {**rows, "version": filing.version}, follow=True)
    assert [row["name"] for row in kept(filing)["posts"]] == ["甲", "乙"]
    assert "日期不能晚于今天" in page.content.decode()
    checked = as_user(chifeng).get(url("hand_in", filing))
    assert "队长应为 1 名，现为 2 名。" in [item["finding"].message for item in checked.context["warnings"]]


def test_strange_sections_and_strangers(as_user, chifeng, baotou, region, leader, office):
    filing = builders.drafted(chifeng, office("150400"))
    assert as_user(chifeng).get(section(filing, "nonsense")).status_code == 404
    assert as_user(chifeng).get(section(filing, "exit")).status_code == 404  # of another kind of filing
    assert as_user(chifeng).post(url("autosave", filing, "papers")).status_code == 404
    for name in ("edit", "hand_in"):
        assert as_user(baotou).get(url(name, filing)).status_code == 404
        assert as_user(region).get(url(name, filing)).status_code == 403
    typed = {**BASE, "base_address": "别人写的", "version": filing.version}
    assert as_user(baotou).post(section(filing, "base"), typed).status_code == 404
    assert as_user(leader).post(section(filing, "base"), typed).status_code == 403
    assert as_user(leader).post(url("autosave", filing, "base"), typed).status_code == 403
    assert kept(filing)["base_address"] == "演示路 1 号"


def test_looking_changes_nothing(as_user, chifeng, office):
    filing = builders.drafted(chifeng, office("150400"))
    before = Filing.objects.values().get(pk=filing.pk)
    client = as_user(chifeng)
    pages = [url("edit", filing), url("hand_in", filing), url("detail", filing), url("form", filing)]
    pages += [
        section(filing, key) for key in ("name", "registration", "category", "management", "base", "support", "papers")
    ]
    for page in pages:
        assert client.get(page).status_code == 200, page
    assert Filing.objects.values().get(pk=filing.pk) == before


def test_pages_keep_their_query_count(as_user, chifeng, office):
    filing = builders.drafted(chifeng, office("150400"))
    client = as_user(chifeng)
    counts = {}
    keys = ("name", "registration", "category", "management", "base", "support", "papers")
    for page in (url("edit", filing), url("hand_in", filing), *(section(filing, key) for key in keys)):
        counts[page] = len(queries_of(client, page))
    assert max(counts.values()) <= 10, counts


# -- handing in -----------------------------------------------------------------------------------------------
def test_the_checks_lead_to_the_fields(as_user, chifeng, office):
    filing = builders.drafted(
        chifeng, office("150400"), registration="civil", uscc="52150000MJ0000000X", latitude="22",
        founded_on="2124-01-01",
    )  # fmt: skip
    page = as_user(chifeng).get(url("hand_in", filing))
    leads = {item["finding"].message: item["url"] for item in page.context["blocking"]}
    assert leads["统一社会信用代码的校验位不对，请核对是否抄错。"] == section(filing, "registration") + "#id_uscc"
    assert leads["成立日期：日期不能晚于今天。"] == section(filing, "name") + "#id_founded_on"
    assert leads["缺材料：申请书。"] == section(filing, "papers") + "#papers"
    assert "坐标不在内蒙古范围内" in page.context["warnings"][0]["finding"].message
    assert as_user(chifeng).post(url("hand_in", filing), {"version": filing.version}).status_code == 302
    assert Filing.objects.get().state == "draft"


def test_handing_in_tells_number_and_who_has_it_and_the_second_press_too(as_user, chifeng, office):
    filing = builders.drafted(chifeng, office("150400"))
    builders.papers(filing, chifeng)
    client, press = as_user(chifeng), {"version": Filing.objects.get().version}
    done = messages_of(client.post(url("hand_in", filing), press, follow=True))
    number = Filing.objects.get().number
    assert f"受理号 {number}" in done[0]
    assert "内蒙古自治区红十字会（审定备案）" in done[0]
    again = messages_of(client.post(url("hand_in", filing), press, follow=True))
    assert again == [f"已经提交过了，受理号 {number}，不用再提交。"]
    assert WorkflowEvent.objects.of(filing).count() == 1


def test_handed_in_meanwhile_by_a_colleague(as_user, chifeng, region_security, office):
    filing = builders.drafted(chifeng, office("150400"))
    builders.papers(filing, chifeng)
    other = colleague(region_security, chifeng)
    WORKFLOW.perform(filing, "submit", by=builders.read(other))
    client = as_user(chifeng)
    page = client.post(
        section(filing, "base"), {**BASE, "base_address": "晚了", "version": filing.version}, follow=True
    )
    assert page.redirect_chain[-1][0] == filing.get_absolute_url()
    assert "已经提交的备案件不能再改" in messages_of(page)[0]
    saved = client.post(url("autosave", filing, "base"), {**BASE, "base_address": "晚了", "version": filing.version})
    assert saved.status_code == 409
    assert "先一步办理" in messages_of(client.post(url("hand_in", filing), {"version": 1}, follow=True))[0]
    assert kept(filing)["base_address"] == "演示路 1 号"


def test_changed_meanwhile_is_not_handed_in_unseen(as_user, chifeng, region_security, office):
    filing = builders.drafted(chifeng, office("150400"))
    builders.papers(filing, chifeng)
    other = colleague(region_security, chifeng)
    as_user(other).post(section(filing, "base"), {**BASE, "base_address": "改了", "version": filing.version})
    page = as_user(chifeng).post(url("hand_in", filing), {"version": filing.version}, follow=True)
    assert "这件备案在别处改过" in messages_of(page)[0]
    assert Filing.objects.get().state == "draft"


def test_an_ended_appointment_ends_in_the_middle(as_user, chifeng, office):
    filing = builders.drafted(chifeng, office("150400"))
    client = as_user(chifeng)
    assert client.get(url("edit", filing)).status_code == 200
    Appointment.objects.filter(user=chifeng, role="clerk").update(ends_at=timezone.now())
    typed = {**BASE, "base_address": "任期外", "version": filing.version}
    for page in (section(filing, "base"), url("autosave", filing, "base"), url("hand_in", filing)):
        assert client.post(page, typed).status_code == 403, page
    assert kept(filing)["base_address"] == "演示路 1 号"


def test_returned_lands_on_what_was_said_and_goes_back_to_who_returned_it(as_user, chifeng, region, office):
    filing = builders.submitted(chifeng, office("150400"))
    FieldComment.objects.create(filing=filing, round_no=1, field="base_address", text="门牌号不对", by=region)
    FieldComment.objects.create(filing=filing, round_no=1, field="posts.captain", text="请核对", by=region)
    FieldComment.objects.create(filing=filing, round_no=1, field="papers.roster", text="缺签名", by=region)
    assert "门牌号不对" not in as_user(chifeng).get(filing.get_absolute_url()).content.decode()  # not sent yet
    WORKFLOW.perform(filing, "return_for_changes", by=builders.read(region), comment="三处请改")
    client = as_user(chifeng)
    page = client.get(filing.get_absolute_url())
    assert [remark.name for remark in page.context["remarks"]] == ["posts.captain", "base_address", "papers.roster"]
    assert f'href="{section(filing, "management")}#posts"' in page.content.decode()
    tasks = {part.section.key: part.state for part in client.get(url("edit", filing)).context["parts"]}
    assert (tasks["base"], tasks["management"]) == ("退回 1 处", "退回 1 处")
    here = client.get(section(filing, "base")).content.decode()
    assert "门牌号不对" in here
    client.post(section(filing, "base"), {**BASE, "base_address": "演示路 9 号", "version": filing.version + 9})
    tasks = {part.section.key: part.state for part in client.get(url("edit", filing)).context["parts"]}
    assert (tasks["base"], tasks["management"], tasks["papers"]) == ("已填", "退回 1 处", "退回 1 处")
    not_mended = client.get(url("hand_in", filing)).context["not_mended"]
    assert [remark.name for remark in not_mended] == ["posts.captain", "papers.roster"], "said once more before it goes"
    attach(filing, SimpleUploadedFile("签过名的.pdf", pdf(pages=20), "application/pdf"), kind="roster", by=chifeng)
    not_mended = client.get(url("hand_in", filing)).context["not_mended"]
    assert [remark.name for remark in not_mended] == ["posts.captain"]
    assert "由退回的" in client.get(url("hand_in", filing)).content.decode()
    done = client.post(url("hand_in", filing), {"version": Filing.objects.get().version}, follow=True)
    assert "已重新提交" in messages_of(done)[0]
    assert Filing.objects.get().current_office.code == "150000"


def test_a_clean_renewal_takes_two_clicks(as_user, chifeng, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    client = as_user(chifeng)
    begun = client.post(reverse("teams:filing_begin_for", args=[team.pk, "annual"]))
    page = client.get(begun["Location"])
    assert page.context["blocking"] == []
    assert "与实际一致，提交" in page.content.decode()
    filing = Filing.objects.get(kind="annual")
    client.post(url("hand_in", filing), {"version": page.context["filing"].version})
    filing.refresh_from_db()
    assert (filing.state, filing.changed, filing.year) == ("submitted", 0, timezone.localdate().year)
    filing = WORKFLOW.perform(filing, "return_for_changes", by=region, comment="驻地门牌号有变化，请核对。")
    page = client.get(begun["Location"]).content.decode()
    assert "驻地门牌号有变化，请核对。" in page, "what was said stands where it is mended"
    assert "退回修改" in page


def test_from_one_renewal_handed_in_to_the_next(as_user, chifeng, region, office):
    """An office with many teams goes from one to the next; which is busy otherwise or not its own is passed over."""
    names = ("甲", "乙", "丙", "丁")
    first, second, busy, confirmed = (
        builders.filed(chifeng, office("150400"), region, name=f"赤峰市红十字{name}救援队（演示）") for name in names
    )
    year = timezone.localdate().year
    Team.objects.update(filed_on=f"{year - 1}-03-01")
    Team.objects.filter(pk=confirmed.pk).update(confirmed_year=year)
    begin("change", by=chifeng, team=busy)
    filings = [begin("annual", by=chifeng, team=team) for team in (first, second)]  # the second is begun, not handed in
    client = as_user(chifeng)
    assert "接着确认" not in client.get(filings[0].get_absolute_url()).content.decode()
    page = client.post(url("hand_in", filings[0]), {"version": filings[0].version}, follow=True)
    assert page.context["to_confirm"] == [second]
    assert "还有 1 支" in page.content.decode()
    assert as_user(region).get(filings[0].get_absolute_url()).context["to_confirm"] == []
    onward = reverse("teams:filing_begin_for", args=[second.pk, "annual"])
    assert client.post(onward)["Location"] == url("edit", filings[1])
    page = client.post(url("hand_in", filings[1]), {"version": filings[1].version}, follow=True)
    assert page.context["to_confirm"] == []


def test_withdrawing(as_user, chifeng, region, office):
    filing = builders.submitted(chifeng, office("150400"))
    assert as_user(region).post(url("withdraw", filing)).status_code == 403
    as_user(chifeng).post(url("withdraw", filing), {"comment": "先不办"})
    assert Filing.objects.get().state == "withdrawn"
    assert WorkflowEvent.objects.of(filing).last().comment == "先不办"
    assert "不能再办“撤回”" in messages_of(as_user(chifeng).post(url("withdraw", filing), follow=True))[0]


# -- leaving ----------------------------------------------------------------------------------------------------
def test_the_exit_checklist_is_kept_up_also_while_offices_read(as_user, chifeng, region, baotou, office):
    team = builders.filed(chifeng, office("150400"), region)
    flag = builders.flag(team)
    filing = WORKFLOW.perform(builders.leaving(team, chifeng), "submit", by=chifeng)
    client, page = as_user(chifeng), url("exit_item", filing, "emblem")
    done = {"emblem-done_on": "2026-11-02", "emblem-note": "交回红十字会库房", "version": 1}
    assert "还有没有收回的" in client.post(page, done).content.decode()
    assert as_user(region).post(page, done).status_code == 403
    assert as_user(baotou).post(page, done).status_code == 404
    type(flag).objects.filter(pk=flag.pk).update(returned=2)
    assert "已保存" in messages_of(client.post(page, done, follow=True))[0]
    item = ExitItem.objects.get(filing=filing, task="emblem")
    assert (str(item.done_on), item.note, item.done_by) == ("2026-11-02", "交回红十字会库房", chifeng)
    event = WorkflowEvent.objects.of(filing).last()
    assert (event.action, event.facts["task"]) == ("exit_item", "emblem")
    story = client.get(f"{filing.get_absolute_url()}?tab=story").context["history"]
    assert story[0]["comment"] == "标志物收回：2026-11-02 交回红十字会库房"
    again = client.post(page, {**done, "emblem-note": "交回库房"}).content.decode()  # the version of before
    assert "别人改过" in again
    assert 'value="交回库房"' in again
    client.post(page, {"reopen": "1", "emblem-note": "有一面没有交", "version": 2})
    item.refresh_from_db()
    assert item.done_on is None


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"members-done_on": "2026-11-02", "members-note": ""}, "请写明去向"),
        ({"members-done_on": "2126-11-02", "members-note": "转入"}, "不能晚于今天"),
    ],
)
def test_wrong_input_in_the_checklist_is_told(as_user, chifeng, region, office, typed, told):
    team = builders.filed(chifeng, office("150400"), region)
    filing = builders.leaving(team, chifeng)
    page = as_user(chifeng).post(url("exit_item", filing, "members"), {**typed, "version": 1}).content.decode()
    assert told in page
    assert f'value="{typed["members-done_on"]}"' in page  # nothing has to be typed again
    assert as_user(chifeng).post(url("exit_item", filing, "nonsense")).status_code == 404


# -- what belongs to a choice that is not made -----------------------------------------------------------------
WRONG = "52150000MJ0000000X"


def test_what_was_typed_under_another_choice_is_kept_and_stops_nothing(as_user, chifeng, office):
    """The form hides it: whoever chose 发文备案 after all cannot see what would have to be emptied."""
    draft = builders.drafted(chifeng, office("150400"), registration="civil", uscc=WRONG, civil_on="2024-02-31")
    assert set(Proposal.of(draft).errors) == {"uscc", "civil_on"}
    client = as_user(chifeng)
    typed = {"registration": "document", "action": "save", "version": draft.version}
    client.post(section(draft, "registration"), typed)
    fresh = Filing.objects.get(pk=draft.pk)
    proposal = Proposal.of(fresh)
    assert (proposal.errors, proposal.values["uscc"], "uscc" in proposal.changed) == ({}, "", False)
    assert fresh.payload["uscc"] == WRONG
    page = client.get(section(fresh, "registration")).content.decode()
    assert f'value="{WRONG}"' in page, "it is there again when the choice is"
    assert "校验位" not in page
    back = keep(fresh, {"registration": "civil"}, by=chifeng, version=fresh.version)
    assert "uscc" in Proposal.of(back).errors


def test_what_is_on_file_under_another_choice_stays_unless_emptied(chifeng, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    Team.objects.filter(pk=team.pk).update(registration="civil", uscc="52150000MJY000000D", civil_type="52")
    draft = begin("change", by=chifeng, team=Team.objects.get(pk=team.pk))
    typed = {"registration": "document", "uscc": WRONG, "civil_type": ""}
    draft = keep(draft, typed, by=chifeng, version=draft.version)
    proposal = Proposal.of(draft)
    assert {"registration", "civil_type"} <= set(proposal.changed)
    assert "uscc" not in proposal.changed
    assert proposal.values["uscc"] == "52150000MJY000000D"
    assert "统一社会信用代码" not in changes_in_words(draft)
