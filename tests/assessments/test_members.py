"""队员能力测评: a team is scored on one sheet, finished onto its members' records, taken back; who may and who not."""

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from assessments.models import MemberAssessment, MemberScore, Standard
from assessments.views.member_list import MemberAssessmentList
from organizations.models import Organization, User
from people.models import Capability, Membership
from tests.assessments.builders import assessed, member_standard
from tests.core.list_checks import (
    MOST_QUERIES,
    assert_constant_queries,
    assert_sorts_by_index,
    assert_tampering_is_told,
    queries_of,
)
from tests.people import builders

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
LIST = "/member-assessments/"


@pytest.fixture
def team(captain: User) -> Organization:
    return captain.organization


@pytest.fixture
def paper() -> Standard:
    return member_standard()


def text(response: Any) -> str:
    return response.content.decode()


def sheet_url(team: Organization, paper: Standard) -> str:
    return reverse("assessments:member_sheet", args=[team.pk, paper.pk])


def typed(one: MemberAssessment, **answers: str) -> dict[str, str]:
    """``a``, ``b``, ``c`` for the three lines; with the version the page showed."""
    lines = dict(zip("abc", one.standard.indicators.exclude(method="heading"), strict=True))
    cells = {f"c-{one.pk}-{lines[name].pk}": value for name, value in answers.items()}
    return {**cells, f"version-{one.pk}": str(one.version)}


FULL = {"a": "1", "b": "25", "c": "24"}


def finished(client: Client, member: Membership, by: User, paper: Standard) -> MemberAssessment:
    one = assessed(member, by, standard=paper)
    client.post(one.get_absolute_url(), {**typed(one, **FULL), "finish": "1"})
    one.refresh_from_db()
    assert one.finished_at is not None
    return one


# -- the story ------------------------------------------------------------------------------------------------
def test_a_team_is_assessed_from_the_choice_of_people_to_the_record(
    as_user: SignIn, captain: User, team: Organization, paper: Standard
) -> None:
    members = [builders.member(team, number) for number in (1, 2, 3)]
    client = as_user(captain)
    url = f"{reverse('assessments:member_create')}?organization={team.pk}"
    assert members[0].person.name in text(client.get(url))
    facts = {"standard": paper.pk, "assessed_on": "2026-03-02", "assessors": "演示测评组"}
    response = client.post(url, {**facts, "membership": [row.pk for row in members]})
    assert response["Location"] == sheet_url(team, paper)
    one, two, three = MemberAssessment.objects.order_by("pk")
    page = text(client.get(sheet_url(team, paper)))
    assert page.count("3 项没评") == 3

    first = {**typed(one, **FULL), **typed(two, a="0", b="/"), **typed(three, a="1", b="31")}
    page = text(client.post(sheet_url(team, paper), first))
    assert "已保存 2 人的评分" in page
    assert "有 1 行没有保存" in page
    assert "体能：应为 0 到 30 的数" in page
    assert 'value="31"' in page  # what was typed is still there
    assert MemberScore.objects.filter(assessment=three).count() == 0

    two.refresh_from_db()
    response = client.post(sheet_url(team, paper), {**typed(two, c="8"), "finish": "1"}, follow=True)
    assert "已完成 2 人的测评" in text(response)
    assert "（还有 3 项没有评）" in text(response)  # the third
    found = {row.person: row for row in Capability.objects.all()}
    assert found[one.person].subject == "演示队员能力"
    assert (found[one.person].result, found[two.person].result) == ("优秀", "不合格")
    assert found[one.person].valid_until.isoformat() == "2028-03-02"
    assert found[two.person].valid_until is None, "nothing was reached that could last"
    two.refresh_from_db()
    assert two.total == Decimal("28.57")  # 20 of 70: what does not apply counts on neither side
    assert two.conclusion is not None
    assert three.person.name in text(client.get(sheet_url(team, paper)))
    assert one.person.name not in text(client.get(sheet_url(team, paper)))
    standing = text(client.get(reverse("people:person_standing", args=[one.person_id])))
    assert "演示队员能力" in standing
    tab = text(client.get(reverse("assessments:person_assessments", args=[one.person_id])))
    assert one.get_absolute_url() in tab


def test_who_is_being_assessed_is_not_begun_twice(
    as_user: SignIn, captain: User, team: Organization, paper: Standard
) -> None:
    going, new = builders.member(team, 1), builders.member(team, 2)
    assessed(going, captain, standard=paper)
    url = f"{reverse('assessments:member_create')}?organization={team.pk}"
    data = {"standard": paper.pk, "membership": [going.pk, new.pk]}
    response = as_user(captain).post(url, data, follow=True)
    assert "已建立 1 人的评分表" in text(response)
    assert "1 人正在评分，接着评就行" in text(response)
    assert MemberAssessment.objects.count() == 2


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"membership": []}, "请勾选要测评的队员"),
        ({"standard": ""}, "测评标准"),
        ({"assessed_on": "2025-12-31"}, "还没有生效"),
        ({"assessed_on": "2090-01-01"}, "日期不能晚于今天"),
        ({"assessors": "张 13800000001"}, "不要写证件号码和手机号"),
    ],
)
def test_what_was_wrong_is_told_and_nothing_begins(
    as_user: SignIn, captain: User, team: Organization, paper: Standard, facts: dict[str, Any], said: str
) -> None:
    row = builders.member(team, 1)
    url = f"{reverse('assessments:member_create')}?organization={team.pk}"
    assert said in text(as_user(captain).post(url, {"standard": paper.pk, "membership": [row.pk], **facts}))
    assert not MemberAssessment.objects.exists()


# -- cells ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("answers", "said", "kept"),
    [
        ({"b": "２５．５"}, "", {"b": "25.5"}),  # typed with a Chinese keyboard
        ({"c": "不适用"}, "不能选不适用", {}),
        ({"b": "-1"}, "应为 0 到 30 的数", {}),
        ({"b": "1e9"}, "应为 0 到 30 的数", {}),
        ({"b": "nan"}, "应为 0 到 30 的数", {}),
        ({"b": "2.555"}, "应为 0 到 30 的数", {}),
        ({"a": "2"}, "应为不小于 0 的数", {}),
        ({"c": "9" * 15}, "应为不小于 0 的数", {}),
    ],
)
def test_cells(
    as_user: SignIn, captain: User, team: Organization, answers: dict[str, str], said: str, kept: dict[str, str]
) -> None:
    one = assessed(builders.member(team, 1), captain)
    response = as_user(captain).post(one.get_absolute_url(), typed(one, **answers), follow=True)
    assert said in text(response)
    assert [str(row.points.normalize()) for row in MemberScore.objects.all()] == list(kept.values())


def test_a_cell_is_emptied_and_a_remark_kept(as_user: SignIn, captain: User, team: Organization) -> None:
    one = assessed(builders.member(team, 1), captain)
    client, url = as_user(captain), one.get_absolute_url()
    first = typed(one, **FULL)
    name = next(iter(first))
    client.post(url, {**first, f"note-{name}": "证书在队部"})
    one.refresh_from_db()
    assert "没有改动" in text(client.post(url, {**typed(one, a="1"), f"note-{name}": "证书在队部"}, follow=True))
    page = client.get(url)
    entry = next(entry for entry in page.context["history"] if entry["label"] == "评分")
    assert entry["who"] == captain.name
    assert {"label": "持有效的应急救护证书", "old": "", "new": "有（证书在队部）"} in entry["changes"]
    bad = {**typed(one), f"note-{name}": "电话 13800000001"}
    assert "意见里不要写证件号码和手机号" in text(client.post(url, bad))
    client.post(url, typed(one, a=""))
    assert MemberScore.objects.get(indicator__code="1.1").value is None
    page = text(client.post(url, {**typed(one), "finish": "1"}, follow=True))
    assert "（" not in page or "还有 1 项没有评" in page
    assert not Capability.objects.exists()


def test_what_somebody_else_changed_meanwhile_is_told(as_user: SignIn, captain: User, team: Organization) -> None:
    one = assessed(builders.member(team, 1), captain)
    client, stale = as_user(captain), typed(one, b="10")
    client.post(one.get_absolute_url(), typed(one, b="20"))
    page = text(client.post(one.get_absolute_url(), stale))
    assert "别人刚改过这一行" in page
    assert 'value="10"' in page
    assert MemberScore.objects.get().points == 20


# -- finished, taken back ------------------------------------------------------------------------------------
def test_finished_it_changes_no_more(as_user: SignIn, captain: User, team: Organization, paper: Standard) -> None:
    client = as_user(captain)
    one = finished(client, builders.member(team, 1), captain, paper)
    for url, data in (
        (one.get_absolute_url(), typed(one, b="1")),
        (reverse("assessments:member_edit", args=[one.pk]), {"assessors": "别人", "version": one.version}),
    ):
        assert "测评已经完成，不能再改" in text(client.post(url, data, follow=True))
    client.post(sheet_url(team, paper), {**typed(one, b="1"), "finish": "1"})
    assert MemberScore.objects.get(indicator__code="1.2").points == 25
    assert Capability.objects.count() == 1
    # nor on the person's page: the record follows the sheet
    record = Capability.objects.get()
    assert "来自能力测评评分表" in text(client.get(record.get_absolute_url()))
    for way in ("standing_edit", "standing_end"):
        url = reverse(f"people:{way}", args=["capability", record.pk])
        assert "来自能力测评评分表" in text(client.post(url, {"reason": "x", "result": "优秀"}, follow=True))
    record.refresh_from_db()
    assert record.ended_at is None


def test_taken_back_the_record_ends_and_a_new_sheet_begins(
    as_user: SignIn, captain: User, team: Organization, paper: Standard
) -> None:
    client = as_user(captain)
    one = finished(client, builders.member(team, 1), captain, paper)
    url = reverse("assessments:member_take_back", args=[one.pk])
    assert "内容需要改正" in text(client.post(url, {"reason": ""}))
    client.get(url)
    assert Capability.objects.get().ended_at is None  # looking changes nothing
    response = client.post(url, {"reason": "算错了时长"}, follow=True)
    record = Capability.objects.get()
    assert (record.end_reason, record.ended_at is None) == ("算错了时长", False)
    again = MemberAssessment.objects.under_way().get()
    assert response.redirect_chain[-1][0] == again.get_absolute_url()
    assert again.scores.count() == one.scores.count() == 3
    assert "算错了时长" in text(client.get(one.get_absolute_url()))
    assert "只有已完成的测评可以作废" in text(client.post(url, {"reason": "再来"}, follow=True))
    client.post(again.get_absolute_url(), {**typed(again, c="8"), "finish": "1"})
    assert [(row.result, row.ended_at is None) for row in Capability.objects.order_by("pk")] == [
        ("优秀", False), ("合格", True),
    ]  # fmt: skip


# -- who -------------------------------------------------------------------------------------------------------
def test_nobody_scores_himself(as_user: SignIn, captain: User, team: Organization, paper: Standard) -> None:
    mine, other = builders.member(team, 1), builders.member(team, 2)
    mine.person.user = captain
    mine.person.save()
    client = as_user(captain)
    create = f"{reverse('assessments:member_create')}?organization={team.pk}"
    offered = text(client.get(create))
    assert f'name="membership" value="{other.pk}"' in offered
    assert f'name="membership" value="{mine.pk}"' not in offered
    client.post(create, {"standard": paper.pk, "membership": [mine.pk]})
    assert not MemberAssessment.objects.exists()
    own, theirs = assessed(mine, captain, standard=paper), assessed(other, captain, standard=paper)
    page = text(client.get(sheet_url(team, paper)))
    assert "本人，由别人评分" in page
    client.post(sheet_url(team, paper), {**typed(own, **FULL), **typed(theirs, **FULL), "finish": "1"})
    assert Capability.objects.get().person == other.person
    assert client.post(own.get_absolute_url(), typed(own, **FULL)).status_code == 403
    assert MemberScore.objects.filter(assessment=own).count() == 0


def test_an_office_is_assessed_team_by_team(as_user: SignIn, songshan: User, paper: Standard) -> None:
    url = f"{reverse('assessments:member_create')}?organization={songshan.organization_id}"
    response = as_user(songshan).get(url, follow=True)
    assert "请选一支救援队" in text(response)
    assert "先选队伍" in text(response)


def test_outsiders_find_nothing_and_who_only_reads_may_not_write(
    as_user: SignIn, captain: User, leader: User, baotou: User, team: Organization, paper: Standard
) -> None:
    one = assessed(builders.member(team, 1), captain, standard=paper)
    pages = (one.get_absolute_url(), sheet_url(team, paper))
    for url in pages:
        assert as_user(baotou).get(url).status_code == 404
        assert as_user(baotou).post(url, typed(one, **FULL)).status_code == 404
        assert as_user(leader).get(url).status_code == 200
        assert as_user(leader).post(url, typed(one, **FULL)).status_code == 403
    assert one.person.name not in text(as_user(baotou).get(LIST))
    assert as_user(leader).get(reverse("assessments:member_create")).status_code == 403
    assert not MemberScore.objects.exists()


def test_a_member_reads_the_own_finished_sheets(
    as_user: SignIn, captain: User, member: User, team: Organization, paper: Standard
) -> None:
    row, other = builders.member(team, 1), builders.member(team, 2)
    row.person.user = member
    row.person.save()
    client = as_user(member)
    assert "在这里看到" in text(client.get(reverse("assessments:my_assessments")))
    one = finished(as_user(captain), row, captain, paper)
    theirs = finished(as_user(captain), other, captain, paper)
    url = reverse("assessments:my_assessment", args=[one.pk])
    assert url in text(client.get(reverse("assessments:my_assessments")))
    assert "达到 24 一档" in text(client.get(url))
    assert client.get(reverse("assessments:my_assessment", args=[theirs.pk])).status_code == 404


# -- the list --------------------------------------------------------------------------------------------------
def test_the_list_narrows_and_exports_without_numbers(
    as_user: SignIn, captain: User, chifeng: User, team: Organization, paper: Standard
) -> None:
    done = finished(as_user(captain), builders.member(team, 1), captain, paper)
    going = assessed(builders.member(team, 2), captain, standard=paper)
    client = as_user(chifeng)
    for query, expected in (
        ("state=finished", [done]),
        ("state=open", [going]),
        ("state=taken_back", []),
        ("conclusion=excellent", [done]),
        ("conclusion=-", []),
        (f"standard={paper.pk}&under={team.pk}", [going, done]),
        (f"q={done.person.name}", [done]),
        ("expiring=lapsed", []),
    ):
        rows = client.get(f"{LIST}?view=&{query}").context["table"].data.data
        assert rows == expected, query
    answer = client.get(f"{LIST}?export=xlsx")
    cells = [cell.value for row in load_workbook(BytesIO(b"".join(answer.streaming_content))).active for cell in row]
    assert done.person.name in cells
    assert "评分中" in cells
    assert not any(done.person.id_number in str(cell) or done.person.id_masked in str(cell) for cell in cells)
    assert done.person.id_number not in text(client.get(LIST))
    assert_tampering_is_told(client, LIST)
    assert_sorts_by_index(MemberAssessmentList)


def test_queries_of_list_and_sheet(as_user: SignIn, captain: User, team: Organization, paper: Standard) -> None:
    made = 0

    def grow(to: int) -> None:
        nonlocal made
        for number in range(made, to):
            finished_row = assessed(builders.member(team, number + 1), captain, standard=paper)
            MemberScore.objects.create(assessment=finished_row, indicator=paper.indicators.get(code="1.2"), points=3)
        made = max(made, to)

    client = as_user(captain)
    assert_constant_queries(client, LIST, grow, steps=(1, 3, 10))
    made = 0
    MemberScore.objects.all().delete()
    assert_constant_queries(client, sheet_url(team, paper), lambda to: None, steps=(1, 2))
    one = MemberAssessment.objects.first()
    assert one is not None
    for url in (one.get_absolute_url(), reverse("assessments:person_assessments", args=[one.person_id])):
        sql = queries_of(client, url)
        assert len(sql) <= MOST_QUERIES, "\n".join(sql)
