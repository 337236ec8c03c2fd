"""The table of moves: every state × every action, who may not, and what has to be so before."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.gradings.commenting import comment
from assessments.gradings.starting import begin
from assessments.gradings.workflow import WORKFLOW
from assessments.models import Grading, PanelMember, TeamGrade
from assessments.states import GRADING_STEPS, GradingState
from core.models import Notice, WorkflowEvent
from core.workflow import MoveNotAllowed
from organizations.models import Appointment, User
from organizations.permissions import grant
from organizations.tree import move_office
from people.models import Person
from teams.models import Team
from tests.assessments import builders as standards
from tests.assessments import gradings as builders
from tests.people import builders as people
from tests.people.leaks import text_of
from tests.teams.builders import read

BY_TEAM = {"submit", "resubmit", "take_back", "abandon"}
pytestmark = pytest.mark.django_db


def test_table_and_steps_are_the_same_moves() -> None:
    assert {move.action: move.step for move in WORKFLOW.moves} == GRADING_STEPS


def prepared(record: Grading, action: str, office: User, region: User) -> dict[str, Any]:
    """What the move needs besides the right and the state."""
    if action == "begin_on_site":
        if record.state == GradingState.PANEL and not record.panel.exists():
            builders.seated(record, office)
        return {"site_on": timezone.localdate(), "site_place": "演示训练场"}
    if action == "finish_on_site" and record.state == GradingState.ON_SITE:
        builders.scored(record, office)
    if action == "publicise":
        return builders.publicity()
    if action == "grant" and record.state == GradingState.PUBLICITY:
        builders.publicity_over(record)
    if action == "deliberate_again" and record.state in GRADING_STEPS[action].sources:
        builders.objected(record, office, answered_by=region)
    return {}


@pytest.mark.parametrize("state", GradingState)
def test_every_action_in_every_state(
    state: str, captain: User, chifeng: User, baotou: User, member: User, leader: User, region: User
) -> None:
    """Each move is tried on the same record and rolled back."""
    record = builders.in_state(state, captain, chifeng)
    for other in (baotou, member, leader, region):
        assert WORKFLOW.available_actions(record, read(other)) == [], "seeing is not deciding"
    for action in GRADING_STEPS:
        with transaction.atomic():
            _try(Grading.objects.get(pk=record.pk), action, captain, chifeng, region)
            transaction.set_rollback(True)


def _try(record: Grading, action: str, captain: User, chifeng: User, region: User) -> None:
    facts = prepared(record, action, chifeng, region)
    state, by, wrong = record.state, captain if action in BY_TEAM else chifeng, captain
    legal = state in GRADING_STEPS[action].sources
    assert (action in {move.action for move in WORKFLOW.available_actions(record, read(by))}) == legal, action
    if action not in BY_TEAM:
        assert action not in {move.action for move in WORKFLOW.available_actions(record, read(wrong))}
    if not legal:
        with pytest.raises(MoveNotAllowed):
            builders.move(record, action, by, **facts)
        assert Grading.objects.get(pk=record.pk).state == state
        return
    before = Grading.objects.get(pk=record.pk)
    fresh = builders.move(before, action, by, **facts)
    assert fresh.state == GRADING_STEPS[action].target
    assert fresh.version == before.version + 1
    event = WorkflowEvent.objects.of(record).last()
    assert (event.from_state, event.to_state, event.by) == (state, fresh.state, by)


def test_the_office_returns_and_does_not_take_back(captain: User, chifeng: User) -> None:
    """赤峰 keeps the team and reports for it as well: beside “通过初核” the page must not offer it the team's move."""
    record = builders.in_state("submitted", captain, chifeng)
    assert "take_back" not in {move.action for move in WORKFLOW.available_actions(record, read(chifeng))}
    with pytest.raises(MoveNotAllowed, match="请退回修改"):
        builders.move(record, "take_back", chifeng)


def test_hand_in_numbers_freezes_and_finds_the_office(captain: User, chifeng: User) -> None:
    record = builders.applied(captain)
    for number in range(1, 4):
        people.member(record.team.organization, number)
    handed_in = builders.move(record, "submit", captain)
    year = timezone.localdate().year
    assert handed_in.number == f"CP-150400-{year}-0001"
    assert handed_in.office == chifeng.organization, "the standard names the league for 3 级"
    assert handed_in.claims.get(indicator__code="1.1").value == 3
    people.member(record.team.organization, 4)
    again = builders.move(builders.move(handed_in, "take_back", captain), "submit", captain)
    assert again.number == handed_in.number
    assert again.claims.get(indicator__code="1.1").value == 4
    assert Notice.objects.filter(recipient=chifeng, kind="grading_submitted").count() == 2


def test_a_better_grade_lies_with_the_region(captain: User, region: User) -> None:
    record = builders.applied(captain)
    Grading.objects.filter(pk=record.pk).update(applied_grade="2")
    assert builders.move(record, "submit", captain).office == region.organization


def test_where_only_the_author_could_decide_it_goes_above(captain: User, chifeng: User, region: User) -> None:
    record = builders.applied(captain)
    assert builders.move(record, "submit", chifeng).office == region.organization


def test_incomplete_is_refused_with_every_reason(captain: User) -> None:
    record = builders.applied(captain)
    builders.say(record, "1.3", value=None)
    Grading.objects.filter(pk=record.pk).update(applied_grade="")
    with pytest.raises(ValidationError) as refused:
        builders.move(record, "submit", captain)
    assert refused.value.messages == ["还没有选申请等级。", "“1.3 没有安全责任事故”还没有填。"]
    record.refresh_from_db()
    assert (record.state, record.number) == ("draft", None)


def test_what_is_missing_of_a_long_standard_is_told_section_by_section(captain: User) -> None:
    """Two hundred lines would otherwise be two hundred sentences."""
    lines: list[dict[str, Any]] = [{"code": f"{top}", "name": "组", "method": "heading"} for top in (1, 2)]
    for top, many in ((1, 12), (2, 2)):
        lines += [
            {"code": f"{top}.{number}", "parent": f"{top}", "name": f"第{number}项", "method": "threshold", "points": 5,
             "requirements": {"3": "4"}, "more_is_better": False, "evidence": "记录"}
            for number in range(1, many + 1)
        ]  # fmt: skip
    record = begin(builders.team(), standards.standard(code="long", lines=lines), "3", by=captain)
    with pytest.raises(ValidationError) as refused:
        builders.move(record, "submit", captain)
    codes = "、".join(f"1.{number}" for number in range(1, 13))
    assert refused.value.messages == [
        f"“1 组”还有 12 项没有填（{codes}）。", "“2.1 第1项”还没有填。", "“2.2 第2项”还没有填。",
    ]  # fmt: skip
    record.claims.update(value=1)
    with pytest.raises(ValidationError, match="“1 组”有 12 项没有证明材料，也没有写情况说明"):
        builders.move(record, "submit", captain)


@pytest.mark.parametrize("action", ["accept", "return_for_changes", "decline"])
def test_nobody_decides_for_the_own_team(action: str, captain: User, chifeng: User) -> None:
    record = builders.in_state("submitted", captain, chifeng)
    belongs = people.member(record.team.organization, 1)
    Person.objects.filter(pk=belongs.person_id).update(user=chifeng)
    with pytest.raises(MoveNotAllowed) as refused:
        builders.move(record, action, chifeng)
    assert refused.value.code == "permission"
    assert "回避" in str(refused.value.message)
    assert not Grading.objects.waiting_for(read(chifeng)).exists()


def test_nobody_decides_on_what_he_handed_in(captain: User, chifeng: User, cast: dict[str, User]) -> None:
    """The author has been made a reviewer at the office since."""
    record = builders.in_state("submitted", captain, chifeng)
    grant(Appointment.objects.create(user=cast["baotou"], role="reviewer", organization=chifeng.organization))
    Grading.objects.filter(pk=record.pk).update(submitted_by=cast["baotou"])
    with pytest.raises(MoveNotAllowed) as refused:
        builders.move(record, "accept", cast["baotou"])
    assert "自己报送" in str(refused.value.message)
    assert builders.move(record, "accept", chifeng).state == "panel"


def test_panel_needs_three_a_lead_and_declarations(captain: User, chifeng: User) -> None:
    record = builders.in_state("panel", captain, chifeng)
    panel = builders.seated(record, chifeng, count=2)
    type(panel[0]).objects.filter(pk=panel[0].pk).update(duty="member", declared_at=None)
    with pytest.raises(ValidationError) as refused:
        builders.move(record, "begin_on_site", chifeng)
    said = " ".join(refused.value.messages)
    for part in ("至少 3 人", "没有组长", "专家0（演示）", "日期", "地点"):
        assert part in said


def test_site_is_closed_when_everybody_has_finished_also_by_the_lead(captain: User, chifeng: User) -> None:
    record = builders.in_state("on_site", captain, chifeng)
    with pytest.raises(ValidationError, match="还没有完成评分"):
        builders.move(record, "finish_on_site", chifeng)
    builders.scored(record, chifeng)
    lead, other = (record.panel.get(user__username=f"judge{n}").user for n in (0, 1))
    with pytest.raises(MoveNotAllowed):
        builders.move(record, "finish_on_site", other)
    gone = record.panel.exclude(user=lead).first()
    PanelMember.objects.filter(pk=gone.pk).update(left_on=timezone.localdate(), left_reason="演示：临时回避")
    with pytest.raises(ValidationError, match="现在 2 人。请先调整专家组"):
        builders.move(record, "finish_on_site", lead)  # the panel would be smaller than one may begin with
    PanelMember.objects.filter(pk=gone.pk).update(left_on=None, left_reason="")
    done = builders.move(record, "finish_on_site", lead)
    assert done.state == "deliberation"
    again = builders.move(done, "score_again", chifeng)
    assert not again.panel.exclude(finished_at=None).exists(), "whoever had finished scores on"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"result": "2"}, "不能高于"),
        ({"result": ""}, "不能高于"),
        ({"deliberation": " "}, "评议意见"),
        ({"public_until": timezone.localdate()}, "不少于 5 天"),
        ({"public_from": timezone.localdate() - builders.DAY}, "不能早于现场测评"),
        ({"public_from": None}, "起止日期"),
    ],
)
def test_what_is_made_public_is_looked_at(facts: dict[str, Any], said: str, captain: User, chifeng: User) -> None:
    record = builders.in_state("deliberation", captain, chifeng)
    with pytest.raises(ValidationError, match=said):
        builders.move(record, "publicise", chifeng, **builders.publicity(**facts))


def test_a_publicity_held_on_paper_is_recorded_afterwards(captain: User, chifeng: User) -> None:
    record, today = builders.in_state("deliberation", captain, chifeng), timezone.localdate()
    Grading.objects.filter(pk=record.pk).update(site_on=today - 20 * builders.DAY)
    days = {"public_from": today - 9 * builders.DAY, "public_until": today - 2 * builders.DAY}
    record = builders.move(record, "publicise", chifeng, **builders.publicity(**days))
    assert builders.move(record, "grant", chifeng).state == "granted"


def test_too_few_points_give_no_grade(captain: User, chifeng: User, as_user: Callable[[User], Client]) -> None:
    builders.standard(
        conclusions=({"key": "3", "name": "3 级", "min_total": 60, "min_public": 70, "organiser": "league_city"},)
    )
    record = builders.in_state("deliberation", captain, chifeng)
    builders._settle(record, "1.3", chifeng, value=0)  # a veto
    page = reverse("assessments:grading_result", args=[record.pk])
    shown = text_of(as_user(chifeng).get(page))
    assert "公共科目不低于 70 分，现有 60 分" in shown, "not only that it reaches nothing, but why"
    assert "一票否决：1.3" in shown
    with pytest.raises(ValidationError, match="没有达到任何一档"):
        builders.move(record, "publicise", chifeng, **builders.publicity())


def test_a_result_may_be_lower_than_applied_for(captain: User, region: User) -> None:
    record = builders.applied(captain)
    Grading.objects.filter(pk=record.pk).update(applied_grade="1")
    record = builders.move(record, "submit", captain)
    record = builders.move(record, "accept", region)
    builders.seated(record, region)
    record = builders.move(record, "begin_on_site", region, site_on=timezone.localdate(), site_place="演示训练场")
    builders.scored(record, region)
    record = builders.move(record, "finish_on_site", region)
    with pytest.raises(ValidationError):
        builders.move(record, "publicise", region, **builders.publicity(result="1"))
    record = builders.move(record, "publicise", region, **builders.publicity())
    assert (record.result, record.applied_grade, record.total) == ("3", "1", 95)


def test_no_grade_before_the_day_nor_over_an_objection(captain: User, chifeng: User, region: User) -> None:
    record = builders.in_state("publicity", captain, chifeng)
    with pytest.raises(ValidationError, match="公示期还没有结束"):
        builders.move(record, "grant", chifeng)
    one = builders.objected(record, chifeng)
    builders.publicity_over(record)
    with pytest.raises(ValidationError, match="没有答复"):
        builders.move(record, "grant", chifeng)
    assert not Grading.objects.waiting_for(chifeng).exists(), "nothing can be done before it is answered"
    builders.answer(one, by=read(region), outcome="upheld", words="属实（演示）")
    with pytest.raises(ValidationError, match="重新评议"):
        builders.move(record, "grant", chifeng)
    record = builders.move(record, "deliberate_again", chifeng)
    assert (record.state, record.result, record.public_until) == ("deliberation", "", None)
    Grading.objects.filter(pk=record.pk).update(site_on=one.received_on - 20 * builders.DAY)
    before = {"public_from": one.received_on - builders.DAY, "public_until": one.received_on + 9 * builders.DAY}
    with pytest.raises(ValidationError, match="不能早于收到它的那天"):
        builders.move(record, "publicise", chifeng, **builders.publicity(**before))  # the days of the former result
    record = builders.publicity_over(builders.move(record, "publicise", chifeng, **builders.publicity()))
    assert builders.move(record, "grant", chifeng).state == "granted"


def test_who_waits_for_an_answer_reads_where_it_comes_from(
    captain: User, chifeng: User, region: User, as_user: Callable[[User], Client]
) -> None:
    """The only clerk of the office wrote it down and published the result."""
    one = builders.objected(builders.in_state("publicity", captain, chifeng), chifeng)
    page = as_user(chifeng).get(one.get_absolute_url()).content.decode()
    assert "赤峰市红十字会没有可以答复的人（登记的、参加过决定的都不能答复），由内蒙古自治区红十字会答复。" in page
    builders.answer(one, by=read(region), outcome="refused", words="已查（演示）")
    assert "由谁答复" not in as_user(chifeng).get(one.get_absolute_url()).content.decode()


@pytest.mark.parametrize("state", ["publicity", "granted"])
def test_nothing_is_deliberated_again_without_a_ground(
    state: str, captain: User, chifeng: User, region: User, as_user: Callable[[User], Client]
) -> None:
    """Nor is it offered."""
    record = builders.in_state(state, captain, chifeng)
    builders.objected(record, chifeng, answered_by=region, outcome="refused")
    with pytest.raises(MoveNotAllowed, match="成立"):
        builders.move(record, "deliberate_again", chifeng)
    assert "重新评议" not in as_user(chifeng).get(record.get_absolute_url()).content.decode()
    builders.objected(record, captain, answered_by=region)
    assert "重新评议" in as_user(chifeng).get(record.get_absolute_url()).content.decode()


def test_an_upheld_appeal_takes_the_grade_back_and_it_is_given_anew(
    captain: User, chifeng: User, region: User, as_user: Callable[[User], Client]
) -> None:
    record = builders.in_state("granted", captain, chifeng)
    TeamGrade.objects.filter(grading=record).update(document_number="赤红发〔2026〕8号")
    builders.objected(record, captain, answered_by=region)
    assert "异议或申诉成立，待重新评议" in text_of(as_user(chifeng).get("/"))
    assert list(Grading.objects.waiting_for(chifeng)) == [record]
    assert not Grading.objects.waiting_for(captain).exists()
    record = builders.move(record, "deliberate_again", chifeng)
    grade = TeamGrade.objects.get(grading=record)
    assert (grade.ended_on, grade.is_held) == (timezone.localdate(), False)
    record = builders.publicity_over(builders.move(record, "publicise", chifeng, **builders.publicity()))
    asked = as_user(chifeng).get(f"{reverse('assessments:grading_move', args=[record.pk])}?action=grant")
    assert 'value="赤红发〔2026〕8号"' in asked.content.decode(), "the document is mostly the same"
    builders.move(record, "grant", chifeng)
    assert not Grading.objects.waiting_for(chifeng).exists()
    grade.refresh_from_db()
    assert grade.is_held
    assert TeamGrade.objects.count() == 1


def test_a_declined_one_is_not_opened_beside_a_new_application(captain: User, chifeng: User, region: User) -> None:
    record = builders.in_state("declined", captain, chifeng)
    builders.applied(captain)
    builders.objected(record, captain, answered_by=region)
    assert record not in Grading.objects.waiting_for(chifeng), "it has been applied for anew"
    with pytest.raises(ValidationError, match="还没有办结"):
        builders.move(record, "deliberate_again", chifeng)


@pytest.mark.parametrize("state", ["panel", "on_site", "publicity"])
def test_application_of_a_team_that_has_left_the_register_is_brought_to_an_end(
    state: str, captain: User, chifeng: User, as_user: Callable[[User], Client]
) -> None:
    """Before, it stood there for ever or became a grade of a team that was none any more."""
    record = builders.in_state(state, captain, chifeng)
    client, page = as_user(chifeng), record.get_absolute_url()
    assert "队伍已经退出" not in text_of(client.get(page))
    Team.objects.filter(pk=record.team_id).update(status="exited", exit_on=timezone.localdate())
    assert "队伍已经退出" in text_of(client.get(page))
    if state == "publicity":
        with pytest.raises(ValidationError, match="队伍已经退出"):
            builders.move(builders.publicity_over(record), "grant", chifeng)
    move = reverse("assessments:grading_move", args=[record.pk])
    client.post(move, {"action": "decline", "sent": "1", "comment": "队伍已办理退出备案"})
    record.refresh_from_db()
    assert (record.state, record.result) == ("declined", "")
    called_off = Notice.objects.filter(kind="grading_declined", title__contains="不用评分了")
    assert called_off.count() == (3 if state == "on_site" else 0), "who has still to score"
    shown = text_of(client.get(page))
    assert "未定级：队伍已办理退出备案" in shown
    assert "请写明原因" not in shown
    assert not TeamGrade.objects.exists()


def test_what_the_former_league_noted_does_not_go_to_the_new_one(
    captain: User, chifeng: User, baotou: User, region_system: User
) -> None:
    """A return of the new one would send it to the team in its name; what was sent with a return stands."""
    record = builders.in_state("submitted", captain, chifeng)
    claim = record.claims.first()
    assert claim is not None
    comment(claim, "保险单看不清", by=chifeng)
    move_office(captain.organization, to=baotou.organization, by=region_system)
    claim.refresh_from_db()
    assert claim.comment == ""
    other = record.claims.last()
    assert other is not None
    comment(other, "请补证书", by=read(baotou))
    WORKFLOW.perform(Grading.objects.get(pk=record.pk), "return_for_changes", by=read(baotou), comment="请补")
    move_office(captain.organization, to=chifeng.organization, by=region_system)
    assert [one.comment for one in record.claims.exclude(comment="")] == ["请补证书"]


@pytest.mark.parametrize("state", ["submitted", "on_site", "publicity", "granted"])
def test_a_grading_follows_its_team_to_the_new_league(
    state: str, captain: User, chifeng: User, baotou: User, region_system: User
) -> None:
    record = builders.in_state(state, captain, chifeng)
    move_office(captain.organization, to=baotou.organization, by=region_system)
    fresh = Grading.objects.get(pk=record.pk)
    assert (fresh.office, fresh.state) == (baotou.organization, state)
    assert WORKFLOW.available_actions(fresh, read(chifeng)) == []
    can = WORKFLOW.available_actions(fresh, read(baotou))
    assert bool(can) is (state != "granted"), "a granted one is taken up again for an upheld appeal alone"
    assert Notice.objects.filter(recipient=baotou, kind="grading_submitted").exists() is (state != "granted")
    for grade in TeamGrade.objects.filter(grading=fresh):
        assert grade.can_edit(read(baotou))
