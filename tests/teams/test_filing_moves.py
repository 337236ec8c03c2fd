"""The table of moves: every state × every action, the way through the offices, and who may not."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core.models import Job, Notice, WorkflowEvent
from core.workflow import MoveNotAllowed
from organizations.models import Appointment, Organization, User
from organizations.permissions import grant
from organizations.tree import place_team
from teams.facts import row_of
from teams.filings.drafting import begin, keep
from teams.models import CheckSetting, Filing, FilingRule, FilingStep, RulePaper, RuleStep, Team, TeamPost
from teams.states import FILING_STEPS, FilingState
from teams.workflow import MOVES, WORKFLOW
from tests.organizations.helpers import opened
from tests.teams import builders

ASKING = {"submit", "resubmit", "withdraw"}
# accept needs a step that passes on, confirm a rule without 批复: they have tests of their own
ACTIONS = [action for action in FILING_STEPS if action not in {"accept", "confirm"}]
pytestmark = pytest.mark.django_db


def in_state(state, chifeng, region, office) -> Filing:
    """A registration of 赤峰 brought to ``state`` by legal moves."""
    if state in ("draft", "withdrawn"):
        record = builders.drafted(chifeng, office("150400"))
        builders.papers(record, chifeng)
        return WORKFLOW.perform(record, "withdraw", by=chifeng) if state == "withdrawn" else record
    record = builders.submitted(chifeng, office("150400"))
    action = {"returned": "return_for_changes", "rejected": "reject"}.get(state)
    if action:
        return WORKFLOW.perform(record, action, by=region, comment="请补材料")
    if state in ("approved", "filed"):
        record = WORKFLOW.perform(record, "approve", by=region)
    return WORKFLOW.perform(record, "issue", by=region, **builders.REPLY) if state == "filed" else record


def test_table_and_steps_are_the_same_moves():
    assert {move.action: move.step for move in MOVES} == FILING_STEPS


@pytest.mark.parametrize("state", FilingState)
def test_every_state_and_action(state, chifeng, region, office):
    """Each move is tried on the same record and rolled back."""
    record = in_state(state, chifeng, region, office)
    for action in ACTIONS:
        with transaction.atomic():
            _try(Filing.objects.get(pk=record.pk), action, builders.read(chifeng if action in ASKING else region))
            transaction.set_rollback(True)


def _try(record, action, by):
    state = record.state
    facts = builders.REPLY if action == "issue" else {}
    offered = action in {move.action for move in WORKFLOW.available_actions(record, by)}
    legal = state in FILING_STEPS[action].sources
    assert offered == legal, action
    if legal:
        fresh = WORKFLOW.perform(record, action, by=by, comment="依据", **facts)
        assert fresh.state == FILING_STEPS[action].target, action
        event = WorkflowEvent.objects.of(record).last()
        assert (event.from_state, event.to_state, event.by, event.comment) == (state, fresh.state, by, "依据")
    else:
        with pytest.raises(MoveNotAllowed):
            WORKFLOW.perform(record, action, by=by, comment="依据", **facts)
        record.refresh_from_db()
        assert record.state == state


def test_a_league_team_is_registered_reviewed_and_filed(chifeng, region, office):
    filing = builders.submitted(chifeng, office("150400"))
    assert filing.number == f"BA-150400-{filing.created_at.year}-0001"
    assert (filing.current_office.code, filing.current_step.duty) == ("150000", "file")
    assert Team.objects.filter(organization__name=builders.FACTS["name"]).count() == 0  # nothing before it is filed
    WORKFLOW.perform(filing, "approve", by=region)
    filing = WORKFLOW.perform(filing, "issue", by=region, **builders.REPLY)
    team = filing.team
    assert (team.name, team.status, str(team.filed_on)) == (builders.FACTS["name"], "filed", "2026-03-02")
    assert team.filing_no.startswith("NMHS-150400-")
    assert team.organization.parent_path == office("150400").path
    assert [str(post) for post in team.posts.all()] == ["队长 阿拉坦·苏都", "副队长 李志强", "副队长 敖特根巴雅尔·孟和"]
    assert team.other_categories == ["mountain"]
    assert Job.objects.filter(kind="filing_certificate").count() == 1
    assert [step.state for step in filing.steps.all()] == ["done", "done"]


def test_a_banner_team_goes_banner_league_region(songshan, chifeng, region, office):
    facts = {"name": "松山区红十字赈济救援队（演示）", "level": "banner_county", "main_category": "relief"}
    filing = builders.submitted(songshan, office("150404"), **facts)
    assert filing.current_office.code == "150400"
    with pytest.raises(MoveNotAllowed):  # the region sees it and does not act in it
        WORKFLOW.perform(filing, "accept", by=region)
    filing = WORKFLOW.perform(filing, "accept", by=chifeng)
    assert (filing.state, filing.current_office.code) == ("submitted", "150000")
    with pytest.raises(MoveNotAllowed):  # the league is done with it
        WORKFLOW.perform(filing, "accept", by=chifeng)
    WORKFLOW.perform(filing, "approve", by=region)
    assert WORKFLOW.perform(filing, "issue", by=region, **builders.REPLY).team.level == "banner_county"


def test_a_banner_does_not_pass_over_its_league_with_a_team_of_a_higher_level(songshan, chifeng, region, office):
    filing = builders.submitted(songshan, office("150404"), name="松山区红十字赈济救援队（演示）", level="league_city")
    assert (filing.current_office.code, filing.current_step.duty) == ("150400", "review")
    filing = WORKFLOW.perform(filing, "accept", by=chifeng)
    assert (filing.current_office.code, filing.current_step.is_final) == ("150000", True)


def test_a_proxy_hands_in_and_its_own_review_is_merged(chifeng, region, office):
    banner = office("150430")
    banner.has_staff, banner.proxy = False, office("150400")
    banner.save()
    facts = {"name": "敖汉旗红十字赈济救援队（演示）", "level": "banner_county"}
    filing = builders.submitted(builders.read(chifeng), banner, **facts)
    assert [step.state for step in filing.steps.all()] == ["done", "merged", "current"]
    assert filing.steps.first().acting_for == banner.name
    assert filing.rounds.get().acting_for == banner.name
    assert filing.current_office.code == "150000"
    assert WORKFLOW.perform(filing, "approve", by=region).state == "approved"


def test_an_office_hears_of_the_team_it_is_given(chifeng, songshan, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    filing = builders.changing(team, chifeng, office=str(office("150404").pk))
    filing = WORKFLOW.perform(WORKFLOW.perform(filing, "submit", by=chifeng), "confirm", by=region)
    assert filing.team.organization.parent_path == office("150404").path
    told = Notice.objects.get(recipient=songshan, kind="filing_received")
    assert (told.title, told.url) == (f"{team.name}划归本单位管理（{filing.number}）", team.get_absolute_url())


def test_who_hands_a_team_over_is_told_without_a_link_that_leads_nowhere(chifeng, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    filing = builders.changing(team, chifeng, office=str(office("150200").pk))
    filing = WORKFLOW.perform(WORKFLOW.perform(filing, "submit", by=chifeng), "confirm", by=region)
    told = Notice.objects.filter(recipient=chifeng, kind="filing_filed").latest("pk")
    assert (told.url, "划归别的单位" in told.body) == ("", True)
    assert not Filing.objects.visible_to(chifeng).filter(pk=filing.pk).exists()


def test_a_captain_hands_in_and_the_managing_office_registers_first(chifeng, captain, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    grant(Appointment.objects.create(user=captain, role="captain", organization=team.organization))
    captain = builders.read(captain)
    posts = [{**builders.CAPTAIN, "name": "包玉山", "starts_on": "2026-03-01"}, *builders.DEPUTIES]
    filing = WORKFLOW.perform(builders.changing(team, captain, posts=posts), "submit", by=captain)
    assert (filing.current_office.code, filing.current_step.duty) == ("150400", "register")
    filing = WORKFLOW.perform(filing, "accept", by=chifeng)
    filing = WORKFLOW.perform(filing, "confirm", by=region)
    assert filing.state == "filed"
    now = [post.name for post in TeamPost.objects.filter(team=team, role="captain").current()]
    assert now == ["包玉山"]
    former = TeamPost.objects.get(team=team, role="captain", name="阿拉坦·苏都")
    assert str(former.ends_on) == "2026-03-01"  # the day the successor began
    assert TeamPost.objects.filter(team=team, role="deputy").current().count() == 2


def test_returned_goes_back_to_the_step_that_returned_it(songshan, chifeng, region, office):
    facts = {"name": "松山区红十字赈济救援队（演示）", "level": "banner_county"}
    filing = builders.submitted(songshan, office("150404"), **facts)
    WORKFLOW.perform(filing, "accept", by=chifeng)
    filing = WORKFLOW.perform(filing, "return_for_changes", by=region, comment="两处", fields={"name": "请核对"})
    assert (filing.state, filing.current_office) == ("returned", None)
    filing = keep(filing, {"base_address": "演示路 2 号"}, by=songshan, version=filing.version)
    filing = WORKFLOW.perform(filing, "resubmit", by=songshan)
    assert (filing.current_office.code, filing.round_no) == ("150000", 2)
    assert [row.payload["base_address"] for row in filing.rounds.all()] == ["演示路 1 号", "演示路 2 号"]


def test_nobody_decides_on_what_he_handed_in(region, office, chifeng):
    """A region's own team: the same office decides, by somebody else."""
    grant(Appointment.objects.create(user=region, role="clerk", organization=office("150000")))
    region = builders.read(region)
    facts = {"name": "内蒙古红十字赈济救援队（演示）", "level": "region"}
    filing = builders.submitted(region, office("150000"), **facts)
    assert filing.current_office.code == "150000"
    with pytest.raises(MoveNotAllowed) as caught:
        WORKFLOW.perform(filing, "approve", by=region)
    assert "别人" in str(caught.value.message)


def test_incomplete_is_not_handed_in_and_says_what(chifeng, office):
    filing = begin("register", by=chifeng, office=office("150400"))
    filing = keep(filing, {"uscc": "52150000MJ0000000X"}, by=chifeng, version=filing.version)
    with pytest.raises(ValidationError) as caught:
        WORKFLOW.perform(filing, "submit", by=chifeng)
    assert "请填写队伍级别。" in caught.value.messages
    assert any("校验位" in message for message in caught.value.messages)
    filing.refresh_from_db()
    assert (filing.state, filing.number) == ("draft", None)


def test_nothing_completes_until_all_is_accounted_for(chifeng, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    flag = builders.flag(team)
    filing = WORKFLOW.perform(builders.leaving(team, chifeng), "submit", by=chifeng)
    with pytest.raises(ValidationError) as caught:
        WORKFLOW.perform(filing, "approve", by=region)
    assert "标志物收回" in caught.value.messages[0]
    builders.account_for(filing, chifeng)
    with pytest.raises(ValidationError) as caught:
        WORKFLOW.perform(filing, "approve", by=region)
    assert "队旗" in caught.value.messages[0]
    flag.returned = 2
    flag.save()
    WORKFLOW.perform(filing, "approve", by=region)
    filing = WORKFLOW.perform(filing, "issue", by=region, **builders.REPLY)
    team = filing.team
    assert (team.status, str(team.exit_on), team.exit_kind) == ("exited", "2026-11-01", "voluntary")
    assert not Organization.objects.in_force(timezone.localdate() + timedelta(days=1)).filter(pk=team.organization_id)


def test_one_filing_at_a_time(chifeng, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    begin("change", by=chifeng, team=team)
    with pytest.raises(ValidationError) as caught:
        begin("annual", by=chifeng, team=team)
    assert "没有办结" in caught.value.messages[0]


def test_the_final_step_can_become_a_copy(songshan, chifeng, region, office):
    RuleStep.objects.filter(rule__kind="register", rule__level="banner_county", duty="file").update(duty="copy")
    facts = {"name": "松山区红十字赈济救援队（演示）", "level": "banner_county"}
    filing = builders.submitted(songshan, office("150404"), **facts)
    WORKFLOW.perform(filing, "approve", by=chifeng)
    filing = WORKFLOW.perform(filing, "issue", by=chifeng, **builders.REPLY)
    assert [step.state for step in filing.steps.all()] == ["done", "done", FilingStep.State.COPIED]
    assert filing.team.filing_no.startswith("NMHS-150404-")


def test_the_auditor_reads_a_draft_field_by_field_and_no_whole_telephone(chifeng, office, region_audit, as_user):
    filing = builders.drafted(chifeng, office("150400"))
    event = filing.tracked_events.latest("pgh_id")
    page = as_user(region_audit).get(reverse("audit:detail", args=["filingevent", event.pk]))
    assert page.status_code == 200
    text = page.content.decode()
    assert "驻地地址" in text
    assert "演示路 1 号" in text
    assert "阿拉坦·苏都" in text
    assert "13800000011" not in text
    assert "base_address" not in text


# -- what happens meanwhile -----------------------------------------------------------------------------
def second_clerk(office):
    """Another clerk of 赤峰市, who reviews for the region as well."""
    person = opened(User.objects.get(username="region-security"), office("150400"), "cf-two", "clerk")
    grant(Appointment.objects.create(user=person, role="reviewer", organization=office("150000")))
    return builders.read(person)


def test_who_has_the_duty_now_hears_of_what_a_former_clerk_handed_in(songshan, chifeng, region_security, office):
    facts = {"name": "松山区红十字赈济救援队（演示）", "level": "banner_county"}
    filing = builders.submitted(songshan, office("150404"), **facts)
    opened(region_security, office("150404"), "next", "clerk")
    heard = Notice.objects.filter(kind="filing_returned").values_list("recipient__username", flat=True)
    filing = WORKFLOW.perform(filing, "return_for_changes", by=chifeng, comment="请补")
    assert set(heard.all()) == {"songshan"}  # still his
    filing = WORKFLOW.perform(filing, "resubmit", by=songshan)
    Appointment.objects.filter(user=songshan).update(ends_at=timezone.now())
    WORKFLOW.perform(Filing.objects.get(pk=filing.pk), "return_for_changes", by=chifeng, comment="还要补")
    assert sorted(heard.all()) == ["next", "songshan", "songshan"]


def test_of_an_exit_the_office_began_its_next_clerk_hears_and_not_the_captain(
    chifeng, captain, region, region_security, office
):
    team = builders.filed(chifeng, office("150400"), region)
    grant(Appointment.objects.create(user=captain, role="captain", organization=team.organization))
    filing = WORKFLOW.perform(builders.leaving(team, chifeng, exit_kind="failed"), "submit", by=chifeng)
    opened(region_security, office("150400"), "next", "clerk")
    Appointment.objects.filter(user=chifeng).update(ends_at=timezone.now())
    WORKFLOW.perform(Filing.objects.get(pk=filing.pk), "return_for_changes", by=region, comment="请补")
    heard = Notice.objects.filter(kind="filing_returned").values_list("recipient__username", flat=True)
    assert set(heard) == {"chifeng", "next"}


def test_who_handed_in_an_earlier_round_does_not_decide_the_later(chifeng, region, office):
    other = second_clerk(office)
    filing = builders.submitted(other, office("150400"))
    filing = WORKFLOW.perform(filing, "return_for_changes", by=region, comment="请补")
    filing = WORKFLOW.perform(filing, "resubmit", by=chifeng)  # by another clerk of the same office
    assert filing.submitted_by == chifeng
    with pytest.raises(MoveNotAllowed, match="前一轮"):
        WORKFLOW.perform(filing, "approve", by=builders.read(other))
    assert list(Filing.objects.to_decide(builders.read(other))) == []
    assert list(Filing.objects.to_decide(region)) == [filing]


def test_returned_at_the_registration_and_handed_in_by_the_office_is_registered(chifeng, captain, region, office):
    """Else the only clerk would have to decide on what he handed in himself."""
    team = builders.filed(chifeng, office("150400"), region)
    grant(Appointment.objects.create(user=captain, role="captain", organization=team.organization))
    captain = builders.read(captain)
    filing = WORKFLOW.perform(builders.changing(team, captain, base_address="演示路 9 号"), "submit", by=captain)
    filing = WORKFLOW.perform(filing, "return_for_changes", by=chifeng, comment="我来改")
    filing = WORKFLOW.perform(filing, "resubmit", by=chifeng)
    assert [step.state for step in filing.steps.all()] == ["done", "current"]
    assert filing.current_office.code == "150000"


def test_a_team_does_not_stop_the_leaving_that_its_office_began(chifeng, captain, region, office, as_user):
    """Its own it may take back, and whoever handed in hears when somebody else did."""
    team = builders.filed(chifeng, office("150400"), region)
    grant(Appointment.objects.create(user=captain, role="captain", organization=team.organization))
    captain = builders.read(captain)
    filing = builders.leaving(team, chifeng, exit_kind="failed")
    client = as_user(captain)
    for state in ("draft", "submitted"):
        assert client.get(filing.get_absolute_url()).context["may_withdraw"] is False
        for route, more in (("withdraw", []), ("hand_in", []), ("end_members", []), ("exit_item", ["emblem"])):
            address = reverse(f"teams:filing_{route}", args=[filing.pk, *more])
            assert client.post(address, {"left_on": "2026-11-01"}).status_code == 403
        assert client.get(reverse("teams:filing_edit", args=[filing.pk])).status_code == 403
        assert list(Filing.objects.to_mend(captain)) == []
        if state == "draft":
            filing = WORKFLOW.perform(filing, "submit", by=chifeng)
    WORKFLOW.perform(filing, "withdraw", by=chifeng)
    other = [{**builders.CAPTAIN, "name": "另一位"}, *builders.DEPUTIES]
    filing = WORKFLOW.perform(builders.changing(team, chifeng, posts=other), "submit", by=chifeng)
    assert client.get(filing.get_absolute_url()).context["may_withdraw"] is False  # who is to lead it after him
    assert client.post(reverse("teams:filing_withdraw", args=[filing.pk])).status_code == 403
    filing = WORKFLOW.perform(filing, "return_for_changes", by=region, comment="请补")
    filing = WORKFLOW.perform(filing, "resubmit", by=captain)  # he may mend it, and still not stop it
    assert client.post(reverse("teams:filing_withdraw", args=[filing.pk])).status_code == 403
    WORKFLOW.perform(filing, "withdraw", by=chifeng)
    filing = builders.leaving(team, captain)
    assert list(Filing.objects.to_mend(captain)) == [filing]
    filing = WORKFLOW.perform(filing, "submit", by=captain)
    assert WORKFLOW.perform(filing, "withdraw", by=chifeng).state == "withdrawn"
    told = Notice.objects.filter(recipient=captain, kind="filing_withdrawn").latest("pk")
    assert told.title == f"{chifeng}撤回了退出：{team}"


def test_agreed_can_be_returned_but_not_withdrawn(chifeng, region, office):
    filing = builders.submitted(chifeng, office("150400"))
    filing = WORKFLOW.perform(filing, "approve", by=region)
    with pytest.raises(MoveNotAllowed) as caught:
        WORKFLOW.perform(filing, "withdraw", by=chifeng)
    assert caught.value.code == "state"
    filing = WORKFLOW.perform(filing, "return_for_changes", by=region, comment="文号有误")
    step = filing.steps.get(is_final=True)
    assert (step.state, step.decided_by, step.decided_at) == ("pending", None, None)
    filing = WORKFLOW.perform(filing, "resubmit", by=chifeng)
    assert (filing.state, filing.assignee) == ("submitted", region)


def test_the_proxy_decides_in_the_name_of_the_office(chifeng, captain, region, office):
    banner = office("150430")
    banner.has_staff, banner.proxy = False, office("150400")
    banner.save()
    facts = {"name": "敖汉旗红十字赈济救援队（演示）", "level": "banner_county"}
    chifeng = builders.read(chifeng)
    team = builders.filed(chifeng, banner, region, **facts)
    grant(Appointment.objects.create(user=captain, role="captain", organization=team.organization))
    captain = builders.read(captain)
    filing = WORKFLOW.perform(builders.changing(team, captain, base_address="演示路 9 号"), "submit", by=captain)
    assert filing.current_office == banner
    filing = WORKFLOW.perform(filing, "accept", by=chifeng)
    assert [step.state for step in filing.steps.all()] == ["done", "merged", "current"]
    assert filing.steps.first().acting_for == banner.name
    assert WorkflowEvent.objects.of(filing).last().acting_for == banner.name


def test_a_rule_tightened_meanwhile_does_not_hold_up_what_is_under_way(chifeng, region, office):
    filing = builders.submitted(chifeng, office("150400"))
    rule = FilingRule.objects.get(kind="register", level="league_city")
    RulePaper.objects.filter(rule=rule, paper="insurance").update(required=True)
    FilingRule.objects.filter(pk=rule.pk).update(needs_reply=False, needs_meeting=True)
    CheckSetting.objects.filter(key="in_region").update(severity=2)
    WORKFLOW.perform(filing, "approve", by=region)
    assert WORKFLOW.perform(filing, "issue", by=region, **builders.REPLY).state == "filed"


def test_a_step_added_meanwhile_holds_from_the_next_hand_in(songshan, chifeng, region, office):
    facts = {"name": "松山区红十字赈济救援队（演示）", "level": "banner_county"}
    filing = builders.submitted(songshan, office("150404"), **facts)
    RuleStep.objects.filter(rule__kind="register", rule__level="banner_county", duty="review").delete()
    filing = WORKFLOW.perform(filing, "return_for_changes", by=chifeng, comment="请补")
    filing = WORKFLOW.perform(filing, "resubmit", by=songshan)
    assert [step.state for step in filing.steps.all()] == ["ended", "ended", "ended", "done", "current"]
    assert filing.current_office.code == "150000"


def test_the_name_taken_since_the_hand_in_is_told_before_agreeing(chifeng, region, office):
    filing = builders.submitted(chifeng, office("150400"))
    other = builders.filed(chifeng, office("150400"), region, name="赤峰市红十字另一救援队（演示）")
    Organization.objects.filter(pk=other.organization_id).update(name=filing.name)
    with pytest.raises(ValidationError, match="不能重名"):
        WORKFLOW.perform(filing, "approve", by=region)
    assert WORKFLOW.perform(filing, "return_for_changes", by=region, comment="换名称").state == "returned"


def test_what_was_kept_up_directly_meanwhile_is_not_undone(chifeng, region, office):
    """A telephone brought up to date while the change lay as a draft, a short name while it was reviewed."""
    team = builders.filed(chifeng, office("150400"), region)
    filing = builders.changing(team, chifeng, base_address="演示路 9 号")
    Team.objects.filter(pk=team.pk).update(duty_phone="0476-7654321")
    filing = WORKFLOW.perform(filing, "submit", by=chifeng)
    assert (filing.changed, filing.payload["duty_phone"]) == (1, "0476-7654321")
    Organization.objects.filter(pk=team.organization_id).update(short_name="新简称")
    team.posts.filter(name="李志强").update(ends_on="2026-01-01", end_reason="调离")
    WORKFLOW.perform(filing, "confirm", by=region)
    team = Team.objects.get(pk=team.pk)
    assert (team.duty_phone, team.base_address, team.organization.short_name) == (
        "0476-7654321",
        "演示路 9 号",
        "新简称",
    )
    assert "李志强" not in [post.name for post in team.posts.current()]


def test_who_left_meanwhile_does_not_come_back_with_a_new_captain(chifeng, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    posts = [{**builders.CAPTAIN, "name": "包玉山", "starts_on": "2026-03-01"}, *builders.DEPUTIES]
    filing = WORKFLOW.perform(builders.changing(team, chifeng, posts=posts), "submit", by=chifeng)
    team.posts.filter(name="李志强").update(ends_on="2026-01-01", end_reason="调离")
    WORKFLOW.perform(filing, "confirm", by=region)
    assert sorted(post.name for post in team.posts.current()) == ["包玉山", "敖特根巴雅尔·孟和"]


def test_who_left_while_the_draft_lay_does_not_come_back_either(chifeng, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    new = {**builders.CAPTAIN, "name": "包玉山", "starts_on": "2026-03-01"}
    deputies = [row_of(post) for post in team.posts.filter(role="deputy")]
    filing = builders.changing(team, chifeng, posts=[new, *deputies])
    team.posts.filter(name="李志强").update(ends_on="2026-01-01", end_reason="调离")
    filing = WORKFLOW.perform(filing, "submit", by=chifeng)
    WORKFLOW.perform(filing, "confirm", by=region)
    assert sorted(post.name for post in team.posts.current()) == ["包玉山", "敖特根巴雅尔·孟和"]


def test_the_office_that_manages_it_now_is_where_it_starts(chifeng, region, office):
    """The team was placed under another office while its change lay as a draft."""
    team = builders.filed(chifeng, office("150400"), region)
    filing = builders.changing(team, chifeng, base_address="演示路 9 号")
    place_team(team.organization, under=office("150404"), by=chifeng)
    songshan = builders.read(User.objects.get(username="songshan"))
    filing = WORKFLOW.perform(filing, "submit", by=songshan)
    assert (filing.office.code, filing.changed) == ("150404", 1)


def test_the_main_category_is_not_said_again_among_the_others(chifeng, region, office):
    team = builders.filed(
        chifeng, office("150400"), region, main_category="aquatic", other_categories=["mountain", "sar"]
    )
    change = builders.changing(team, chifeng, main_category="mountain")
    change = WORKFLOW.perform(change, "submit", by=chifeng)
    WORKFLOW.perform(change, "confirm", by=region)
    team.refresh_from_db()
    assert (team.main_category_id, team.other_categories) == ("mountain", ["sar"])


def test_a_short_name_that_nobody_chose_follows_the_name(chifeng, region, office):
    for number, short in enumerate(("", "阿旗一队")):
        name = f"阿鲁科尔沁旗红十字水上救生与山野搜救综合应急救援{'一二'[number]}队"
        team = builders.filed(chifeng, office("150400"), region, name=name, short_name=short)
        change = builders.changing(team, chifeng, name=f"阿旗红十字{'一二'[number]}队")
        change = WORKFLOW.perform(change, "submit", by=chifeng)
        WORKFLOW.perform(change, "confirm", by=region)
        place = Organization.objects.get(pk=team.organization_id)
        assert (place.name, place.short_name) == (f"阿旗红十字{'一二'[number]}队", short or "阿旗红十字一队")


def test_a_team_leaves_on_its_day_and_not_before(chifeng, region, office):
    tomorrow = timezone.localdate() + timedelta(days=1)
    filing = builders.leaving(builders.filed(chifeng, office("150400"), region), chifeng, exit_on=str(tomorrow))
    builders.account_for(filing, chifeng)
    filing = WORKFLOW.perform(filing, "submit", by=chifeng)
    assert "还没有到" in filing.rounds.get().findings[0]["message"]
    filing = WORKFLOW.perform(filing, "approve", by=region)
    with pytest.raises(ValidationError, match=f"{tomorrow} 还没有到"):
        WORKFLOW.perform(filing, "issue", by=region, **builders.REPLY)
    assert Team.objects.get(pk=filing.team_id).status == "filed"
