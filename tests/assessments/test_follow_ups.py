"""What a year's result leads to: written down by the region, carried out and reported, said to be done by another."""

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from io import BytesIO
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from assessments.follow_ups.workflow import FOLLOW_UP
from assessments.models import FollowUp, Review
from assessments.restructuring import left_undone
from assessments.views.follow_ups import FollowUpList
from assessments.waiting import to_conclude
from core.models import Notice, SavedView, WorkflowEvent
from core.workflow import MoveNotAllowed
from organizations.models import Appointment, Organization, User
from organizations.permissions import grant
from organizations.reference import add_child
from organizations.tree import in_the_way
from tests.assessments import annual
from tests.core.list_checks import assert_constant_queries, assert_sorts_by_index, assert_tampering_is_told, queries_of
from tests.people.leaks import text_of

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


def at(route: str, *args: Any) -> str:
    return reverse(f"assessments:{route}", args=args)


def decided(region: User, captain: User, chifeng: User, state: str = "decided", **facts: Any) -> Review:
    year = annual.campaign(region, public_from="2026-03-01", public_until="2026-03-07", **facts)
    return annual.in_state(state, year, captain.organization, captain, chifeng, region)


def failed(review: Review) -> Review:
    """The same with 不合格 as its result."""
    review.result = review.campaign.standard.conclusions.get(key="unqualified")
    review.save()
    return review


def made(review: Review, by: User, **facts: Any) -> FollowUp:
    facts = {"kind": "rectify", "what": "演示：补训两名操舟手", "responsible": review.organization,
             "due_on": timezone.localdate() + timedelta(days=30), **facts}  # fmt: skip
    return FollowUp.objects.create(review=review, made_by=by, **facts)


def second(place: Organization, role: str) -> User:
    other = User.objects.create_user(f"second-{role}", name="另一位（演示）", organization=place)
    grant(Appointment.objects.create(user=other, role=role, organization=place))
    return other


def test_from_the_result_to_done(region: User, captain: User, chifeng: User, baotou: User, as_user: As) -> None:
    review = failed(decided(region, captain, chifeng))
    top, team = as_user(region), as_user(captain)
    assert "登记后续动作（如限期整改）以后才能办结" in top.get(review.get_absolute_url()).content.decode()

    # the region writes it down; without a day 限期整改 is not kept
    new = at("followup_create", review.pk)
    said = {"kind": "rectify", "what": "补训两名操舟手", "due_on": ""}
    said["responsible"] = str(top.get(new).context["form"]["responsible"].value())  # the team, unless said otherwise
    assert "限期整改要填写期限" in top.post(new, said).content.decode()
    said["what"] = "补训两名操舟手\r\n1. 理论\t2 天"
    said["due_on"] = f"{timezone.localdate() + timedelta(days=30)}"
    top.post(new, said)
    one = FollowUp.objects.get()
    assert Notice.objects.filter(recipient=captain, kind="follow_up", url=one.get_absolute_url()).exists()
    page = team.get(at("followup_list"), {"queue": "ours"}).content.decode()
    assert "补训两名操舟手" in page
    assert "年度考核的后续动作：限期整改" in text_of(team.get("/")), "it waits on the home page too"
    assert as_user(baotou).get(one.get_absolute_url()).status_code == 404

    # the team says what it did; it cannot say that it is done
    assert team.post(at("followup_move", one.pk), {"action": "finish", "done_on": "2026-11-01"}).status_code == 403
    assert "另一位" not in team.get(f"{at('followup_move', one.pk)}?action=report").content.decode()
    team.post(at("followup_move", one.pk), {"action": "report", "outcome": "两人\r\n已取证"})
    assert Notice.objects.filter(recipient=region, kind="follow_up").exists()
    assert "补训两名操舟手" in top.get(at("followup_list"), {"queue": "mine"}).content.decode()
    assert [task.hint for task in top.get("/").context["tasks"] if task.when == "待确认"] == ["两人\r\n已取证"]
    assert [line["who"] for line in team.get("/").context["waiting"]] == ["自治区确认"]

    # not yet; then it is
    top.post(at("followup_move", one.pk), {"action": "give_back", "words": "请附\r\n证书"})
    colleague = as_user(chifeng).get(one.get_absolute_url()).content.decode()
    assert "要求补充" in colleague, "also who got no notice reads what is lacking"
    assert Notice.objects.filter(recipient=captain, body="请附\r\n证书").exists()
    team.post(at("followup_move", one.pk), {"action": "report", "outcome": "两人已取证，附证书"})
    top.post(at("followup_move", one.pk), {"action": "finish", "done_on": f"{timezone.localdate()}"})
    one.refresh_from_db()
    assert (one.outcome, one.done_by, one.done_on) == ("两人已取证，附证书", region, timezone.localdate())
    page = top.get(one.get_absolute_url()).content.decode()
    assert "已完成" in page
    assert "两人已取证" in page
    assert "补训两名操舟手" not in top.get(f"{at('followup_list')}?view=").content.decode()
    assert "补训两名操舟手" in top.get(at("followup_list"), {"state": "done"}).content.decode()


def test_the_same_for_several_teams_at_once(
    region: User, captain: User, chifeng: User, songshan: User, office: Callable[[str], Organization], as_user: As
) -> None:
    """The home page leads there; each team gets its own, whoever carries out several is told once, nothing twice."""
    review = failed(decided(region, captain, chifeng))
    year = review.campaign
    others = []
    for n in (1, 2):
        facts = {"code": f"T1504049{n}", "name": f"演示{n}队", "short_name": f"演示{n}队", "level": "team",
                 "division_id": "150404"}  # fmt: skip
        place = add_child(office("150404"), **facts)
        others.append(failed(annual.in_state("decided", year, place, songshan, chifeng, region)))
    top, page = as_user(region), at("followup_create_several", year.pk)
    assert page in [task.url for task in top.get("/").context["tasks"]]

    context = top.get(page).context
    assert {row.pk for row in context["rows"]} == {review.pk, *(one.pk for one in others)}
    assert context["tabs"][0]["count"] == 3
    said = {"kind": "rectify", "what": "补登保险（演示）", "who": "office", "due_on": f"{timezone.localdate()}"}
    assert "没有选中任何一支队伍" in top.post(page, said).content.decode()
    picks = [f"{one.pk}:{one.version}" for one in (review, *others)]
    assert "限期整改要填写期限" in top.post(page, {**said, "due_on": "", "pick": picks}).content.decode()

    picks[0] = f"{review.pk}:{review.version - 1}"  # decided anew since the page was opened
    answer = top.post(page, {**said, "pick": picks}, follow=True).content.decode()
    assert "已为 2 支队伍登记" in answer
    assert "这条记录改过" in answer
    made_ones = FollowUp.objects.order_by("pk")
    assert {(one.review_id, one.responsible, one.made_by) for one in made_ones} == {
        (one.pk, office("150404"), region) for one in others
    }  # fmt: skip
    told = Notice.objects.filter(recipient=songshan, kind="follow_up")
    assert ["等 2 支队伍" in one.title and "queue=ours" in one.url for one in told] == [True]

    again = top.post(page, {**said, "pick": picks[1:2]}, follow=True).content.decode()
    assert "已经登记过同样的后续动作" in again
    assert FollowUp.objects.count() == 2
    assert as_user(chifeng).post(page, {**said, "pick": picks}).status_code == 403


def test_teams_of_another_year_are_not_taken_in(region: User, captain: User, chifeng: User, as_user: As) -> None:
    """A forged key: of a review of another campaign, and of one without a result."""
    review = decided(region, captain, chifeng)
    other = annual.campaign(region, year=2024, standard=review.campaign.standard)
    page = at("followup_create_several", other.pk)
    said = {"kind": "fund", "what": "配发装备", "who": "team", "pick": [f"{review.pk}:{review.version}", "x", "9:9"]}
    as_user(region).post(page, said)
    assert not FollowUp.objects.exists()


def test_every_move_is_told_and_a_second_press_does_nothing(
    region: User, captain: User, chifeng: User, as_user: As
) -> None:
    one = made(decided(region, captain, chifeng), region)
    team, move = as_user(captain), at("followup_move", one.pk)
    said = {"action": "report", "outcome": "两人已取证", "version": "1"}
    team.post(move, said)
    assert "这一步已经办过了" in team.post(move, said, follow=True).content.decode()
    other = {**said, "outcome": "三人已取证"}
    assert "改过" in team.post(move, other, follow=True).content.decode(), "the page that was open is an old one"
    top = as_user(region)
    top.post(move, {"action": "give_back", "words": "请附证书"})
    team.post(move, {"action": "report", "outcome": "已附"})
    top.post(move, {"action": "finish", "done_on": f"{timezone.localdate()}"})
    assert "这一步已经办过了" in top.post(
        move, {"action": "finish", "done_on": f"{timezone.localdate()}"}, follow=True
    ).content.decode()  # fmt: skip
    events = WorkflowEvent.objects.of(one)
    assert [(event.action, event.by, event.to_state) for event in events] == [
        ("report", captain, "reported"), ("give_back", region, "open"), ("report", captain, "reported"),
        ("finish", region, "done"),
    ]  # fmt: skip
    assert [event.facts.get("words") for event in events][1] == "请附证书"
    assert "请附证书" in text_of(team.get(one.get_absolute_url())), "also once it was answered"


@pytest.mark.parametrize("state", [state for state, _label in FollowUp.State.choices])
def test_moves_go_from_the_states_of_the_table_alone(state: str, region: User, captain: User, chifeng: User) -> None:
    """Every (state × action), and none else past the database."""
    one = made(decided(region, captain, chifeng), region)
    second_one = second(region.organization, "reviewer")
    facts = {"report": {"outcome": "好"}, "finish": {"done_on": timezone.localdate(), "outcome": "好"},
             "give_back": {"words": "缺"}, "end": {"words": "错"}}  # fmt: skip
    way = {"open": [], "reported": ["report"], "done": ["report", "finish"], "ended": ["end"]}[state]
    for action in way:
        one = FOLLOW_UP.perform(one, action, by=captain if action == "report" else region, **facts[action])
    assert one.state == state
    for move in FOLLOW_UP.moves:
        who = captain if move.action == "report" else second_one
        if state in move.sources:
            with transaction.atomic():
                assert FOLLOW_UP.perform(one, move.action, by=who, **facts[move.action]).state == move.target
                transaction.set_rollback(True)
        else:
            with pytest.raises(MoveNotAllowed):
                FOLLOW_UP.perform(one, move.action, by=who, **facts[move.action])
    if state in ("done", "ended"):
        with pytest.raises(DatabaseError), transaction.atomic():
            FollowUp.objects.filter(pk=one.pk).update(state="open", done_on=None, ended_on=None, reported_at=None)


def test_an_office_that_has_still_to_report_is_not_closed(
    region: User, captain: User, chifeng: User, office: Callable[[str], Organization]
) -> None:
    """Also told of a team before it leaves: nobody would be left to report."""
    place = office("150404")
    one = made(decided(region, captain, chifeng), region, responsible=place)
    words = "1 项没有完成的考核后续动作"
    assert words in in_the_way(place, timezone.localdate())
    assert words in left_undone(place)
    FOLLOW_UP.perform(one, "end", by=region, words="登记错了")
    assert words not in in_the_way(place, timezone.localdate())


def test_unqualified_is_not_concluded_before(region: User, captain: User, chifeng: User, as_user: As) -> None:
    review = failed(decided(region, captain, chifeng, "publicity"))
    top = as_user(region)
    refused = top.post(at("review_move", review.pk), {"action": "conclude"}, follow=True)
    assert "请先登记后续动作" in refused.content.decode()
    assert not to_conclude(region, timezone.localdate()).exists()  # nor is it offered
    answer = top.post(at("campaign_conclude", review.campaign_id), follow=True)
    assert "不合格还没有登记后续动作" in answer.content.decode()
    assert "1 支队伍不合格，还没有登记后续动作" in text_of(top.get(review.campaign.get_absolute_url()))
    these = {"year": f"{review.campaign.year}", "step": "unfollowed"}
    assert review.organization.name in top.get(at("review_list"), these).content.decode()
    one = made(review, region)
    top.post(at("followup_move", one.pk), {"action": "end", "words": "写错了"})
    assert Review.objects.get(pk=review.pk).state == "publicity"
    with pytest.raises(ValidationError):
        annual.REVIEW.perform(review, "conclude", by=region)  # one that was ended does not count
    made(review, region)
    assert "还没有登记后续动作" not in text_of(top.get(review.campaign.get_absolute_url()))
    assert review.organization.name not in top.get(at("review_list"), these).content.decode()
    top.post(at("review_move", review.pk), {"action": "conclude"})
    assert Review.objects.get(pk=review.pk).state == "final"


def test_qualified_needs_none(region: User, captain: User, chifeng: User) -> None:
    assert decided(region, captain, chifeng, "final").state == "final"


def test_whoever_reported_does_not_say_that_it_is_done(region: User, captain: User, chifeng: User, as_user: As) -> None:
    one = made(decided(region, captain, chifeng), region, responsible=region.organization)
    top = as_user(region)
    top.post(at("followup_move", one.pk), {"action": "report", "outcome": "已拨经费"})
    assert "要由别人确认" in top.get(one.get_absolute_url()).content.decode()
    answer = top.post(at("followup_move", one.pk), {"action": "finish", "done_on": "2026-11-01"}, follow=True)
    assert "要由别人确认" in answer.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUp.objects.filter(pk=one.pk).update(done_by=region, done_on="2026-11-01")
    other = second(region.organization, "reviewer")
    as_user(other).post(at("followup_move", one.pk), {"action": "finish", "done_on": "2026-11-01"})
    one.refresh_from_db()
    assert one.done_by == other


@pytest.mark.parametrize("state", ["draft", "scored"])
def test_before_the_decision_there_is_nothing_to_follow(
    state: str, region: User, captain: User, chifeng: User, as_user: As
) -> None:
    review = decided(region, captain, chifeng, state)
    answer = as_user(region).get(at("followup_create", review.pk), follow=True)
    assert "审定以后才能登记" in answer.content.decode()
    assert as_user(captain).get(at("followup_create", review.pk)).status_code == 403


def test_what_is_over_is_left_as_it_is(region: User, captain: User, chifeng: User, as_user: As) -> None:
    one = made(decided(region, captain, chifeng), region)
    top = as_user(region)
    assert "理由" in top.get(f"{at('followup_move', one.pk)}?action=end").content.decode()
    top.post(at("followup_move", one.pk), {"action": "end", "words": "改为暂停"})
    for user, action in ((captain, "report"), (region, "finish"), (region, "end"), (region, "give_back")):
        answer = as_user(user).post(at("followup_move", one.pk), {"action": action, "words": "x"}, follow=True)
        assert "现在是“已撤销”" in answer.content.decode(), action
    assert "已经了结" in top.get(at("followup_edit", one.pk), follow=True).content.decode()
    assert "改为暂停" in top.get(one.get_absolute_url()).content.decode()
    assert top.get(f"{at('followup_move', one.pk)}?action=other").status_code == 400


def test_changed_by_two_is_told(region: User, captain: User, chifeng: User, as_user: As) -> None:
    one = made(decided(region, captain, chifeng), region)
    top, edit = as_user(region), at("followup_edit", one.pk)
    said = {"kind": "rectify", "what": "补训三名操舟手", "responsible": one.responsible_id, "due_on": f"{one.due_on}"}
    top.post(edit, {**said, "version": "1"})
    assert [clash.name for clash in top.post(edit, {**said, "what": "另一件", "version": "1"}).context["stale"]] == [
        "what"
    ]
    one.refresh_from_db()
    assert (one.what, one.version) == ("补训三名操舟手", 2)


@pytest.mark.parametrize(
    ("kind", "link"), [("suspend", "action=suspend"), ("leave", "/exit/"), ("rectify", "order_rectification")]
)
def test_the_team_itself_is_changed_in_its_own_record(
    kind: str, link: str, region: User, captain: User, chifeng: User, songshan: User, as_user: As
) -> None:
    one = made(decided(region, captain, chifeng), region, kind=kind)
    pages = [as_user(user).get(one.get_absolute_url()).content.decode() for user in (region, chifeng, songshan)]
    assert any(link in page for page in pages)
    assert Review.objects.get(pk=one.review_id).team.status == "filed"


def test_looking_changes_nothing_and_costs_little(region: User, captain: User, chifeng: User, as_user: As) -> None:
    review = decided(region, captain, chifeng)
    one = made(review, region)
    before = FollowUp.objects.values().get()
    for user, action in ((captain, "report"), (region, "finish"), (region, "end")):
        assert as_user(user).get(f"{at('followup_move', one.pk)}?action={action}").status_code == 200
    assert as_user(region).get(at("followup_edit", one.pk)).status_code == 200
    assert FollowUp.objects.values().get() == before
    found = queries_of(as_user(captain), one.get_absolute_url())
    assert len(found) <= 10, "\n".join(found)
    assert len(queries_of(as_user(region), review.get_absolute_url())) <= 12


def test_the_list_keeps_to_the_house(region: User, captain: User, chifeng: User, as_user: As) -> None:
    review = decided(region, captain, chifeng)

    def grow(step: int) -> None:
        while review.follow_ups.count() < step:
            made(review, region)

    top = as_user(region)
    assert_constant_queries(top, at("followup_list"), grow, steps=(1, 2, 8))
    assert_sorts_by_index(FollowUpList)
    assert_tampering_is_told(top, at("followup_list"))
    answer = top.get(at("followup_list"), {"export": "xlsx"})
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content) if answer.streaming else answer.content)).active
    assert sheet is not None
    rows = {row[0].value: [cell.value for cell in row] for row in sheet.iter_rows(min_row=3)}
    assert any(isinstance(value, datetime) for value in rows["演示：补训两名操舟手"]), "a day Excel can sort"


def test_saved_views_of_before_name_the_state_as_the_list_does_now(region: User) -> None:
    query = "state=todo&kind=rectify&cols=team%2Cstanding"
    kept = SavedView.objects.create(user=region, list_name="assessments:followup_list", name="整改", query=query)
    other = SavedView.objects.create(user=region, list_name="training:problem_list", name="整改", query="state=todo")
    import_module("assessments.migrations.0013_follow_up_views").rename(apps, None)
    kept.refresh_from_db()
    other.refresh_from_db()
    assert (kept.query, other.query) == ("state=open&kind=rectify&cols=team%2Cstate", "state=todo")
