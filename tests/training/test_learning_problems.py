"""Problems found in a drill: written down, put right, accepted, told when they are due."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import Notice, WorkflowEvent
from core.workflow import MoveNotAllowed
from organizations.models import Appointment, Organization, User
from organizations.permissions import grant
from people.models import Membership, Person
from tests.core.list_checks import assert_constant_queries, assert_sorts_by_index, assert_tampering_is_told
from tests.people import builders as people
from tests.training import builders
from tests.training.builders import downloaded
from training.models import Activity, Problem
from training.reminders_problems import problems_due, problems_unaccepted
from training.settings import DUE
from training.states import PROBLEM_STEPS, ProblemState
from training.views.problem_list import ProblemList
from training.workflow import PROBLEM

pytestmark = pytest.mark.django_db
LIST = "/problems/"
TODAY = timezone.localdate


@pytest.fixture
def team(captain: User) -> Organization:
    return captain.organization


@pytest.fixture
def drill(team: Organization, captain: User) -> Activity:
    return builders.drill(team, captain)


@pytest.fixture
def problem(drill: Activity, captain: User) -> Problem:
    return builders.problem(drill, captain)


def said(client: Client, name: str, pk: int, /, **data: Any) -> str:
    return client.post(reverse(f"training:{name}", args=[pk]), data, follow=True).content.decode()


# -- the table ------------------------------------------------------------------------------------------------
def in_state(problem: Problem, state: str, captain: User, chifeng: User) -> Problem:
    if state == ProblemState.OPEN:
        return problem
    problem = PROBLEM.perform(problem, "report", by=captain, fix="换了发动机")
    return problem if state == ProblemState.FIXED else PROBLEM.perform(problem, "accept", by=chifeng)


@pytest.mark.parametrize("action", PROBLEM_STEPS)
@pytest.mark.parametrize("state", ProblemState.values)
def test_every_state_and_action(problem: Problem, captain: User, chifeng: User, state: str, action: str) -> None:
    problem = in_state(problem, state, captain, chifeng)
    by = captain if action == "report" else chifeng
    facts: dict[str, Any] = {"report": {"fix": "换了发动机"}, "reopen": {"due_on": TODAY()}}.get(action, {})
    legal = state in PROBLEM_STEPS[action].sources
    assert legal == (action in {move.action for move in PROBLEM.available_actions(problem, by)})
    if legal:
        fresh = PROBLEM.perform(problem, action, by=by, comment="理由", **facts)
        assert fresh.state == PROBLEM_STEPS[action].target
        assert WorkflowEvent.objects.of(problem).last().action == action
    else:
        with pytest.raises(MoveNotAllowed):
            PROBLEM.perform(problem, action, by=by, comment="理由", **facts)
        problem.refresh_from_db()
        assert problem.state == state


def test_nobody_accepts_what_he_reported_and_a_report_says_what_was_done(problem: Problem, captain: User) -> None:
    with pytest.raises(ValidationError):
        PROBLEM.perform(problem, "report", by=captain, fix=" ")
    fixed = PROBLEM.perform(problem, "report", by=captain, fix="换了发动机")
    with pytest.raises(MoveNotAllowed) as refused:
        PROBLEM.perform(fixed, "accept", by=captain)
    assert refused.value.code == "permission"


def test_what_the_only_clerk_reports_for_a_team_without_a_captain_is_accepted_above(
    problem: Problem, captain: User, chifeng: User, region: User
) -> None:
    """A team that has left, or whose captain is named to put it right himself: nobody at all could accept it."""
    Appointment.objects.filter(user=captain).update(ends_at=timezone.now())
    fixed = PROBLEM.perform(problem, "report", by=chifeng, fix="器材移交市红十字会，已换发动机")
    notice = Notice.objects.get(kind="problem_fixed")
    assert notice.recipient == region
    (reminder,) = problems_unaccepted(TODAY() + timedelta(days=7))
    assert reminder.recipients == [region]
    with pytest.raises(MoveNotAllowed):
        PROBLEM.perform(fixed, "accept", by=chifeng)
    assert PROBLEM.perform(fixed, "accept", by=region).state == ProblemState.CLOSED


def test_who_is_named_to_put_it_right_is_told_sees_it_and_does_not_accept_it(
    drill: Activity, team: Organization, captain: User, chifeng: User, member: User, as_user: Callable[[User], Client]
) -> None:
    """A member without any right to problems reads of it on the own page."""
    owner = people.member(team, 1, person=people.person(1, name="敖特根巴雅尔·孟和（演示）", user=member)).person
    facts = {"what": "救援绳磨损", "organization": team.pk, "owner": "敖特根巴雅尔·孟和", "due_on": TODAY().isoformat()}
    as_user(captain).post(reverse("training:problem_create", args=[drill.pk]), facts)
    problem = Problem.objects.get()
    assert problem.owner_person == owner
    told = Notice.objects.get(recipient=member)
    assert (told.title, told.url) == ("由您负责整改：救援绳磨损", reverse("training:my_activities"))
    assert "救援绳磨损" in as_user(member).get(told.url).content.decode()
    assert [one.recipients for one in problems_due()] == [[captain], [member]]
    edited = {**facts, "what": "救援绳磨损两根", "version": problem.version}
    as_user(captain).post(reverse("training:problem_edit", args=[problem.pk]), edited)
    assert Notice.objects.filter(recipient=member).count() == 1, "told once, of the same one"
    Person.objects.filter(pk=owner.pk).update(user=captain)
    fixed = PROBLEM.perform(Problem.objects.get(), "report", by=chifeng, fix="换了")
    with pytest.raises(MoveNotAllowed, match="由您负责"):
        PROBLEM.perform(fixed, "accept", by=captain)
    Person.objects.filter(pk=owner.pk).update(user=member)
    PROBLEM.perform(Problem.objects.get(), "accept", by=captain)
    assert "救援绳磨损" not in as_user(member).get(told.url).content.decode()
    PROBLEM.perform(Problem.objects.get(), "reopen", by=captain, comment="又断了", due_on=TODAY())
    assert Notice.objects.filter(recipient=chifeng, kind="problem_reopened").exists()
    told = Notice.objects.get(recipient=member, kind="problem_reopened")
    assert (told.title, told.url) == ("问题要重新整改：救援绳磨损两根", reverse("training:my_activities"))


def test_who_reported_and_is_in_office_no_more_is_not_the_only_one_to_hear_of_a_refusal(
    problem: Problem, captain: User, chifeng: User, member: User
) -> None:
    """Nobody at the place heard that the problem was open again."""
    owner = people.member(problem.organization, 1, person=people.person(1, user=member)).person
    Problem.objects.filter(pk=problem.pk).update(owner=owner.name, owner_person=owner)
    fixed = PROBLEM.perform(Problem.objects.get(), "report", by=captain, fix="换了")
    User.objects.filter(pk=captain.pk).update(is_active=False, deactivated_at=timezone.now())
    secretary = User.objects.create_user("secretary", organization=problem.organization)
    grant(Appointment.objects.create(user=secretary, role="secretary", organization=problem.organization))
    PROBLEM.perform(fixed, "refuse", by=chifeng, comment="还是打不着火")
    told = Notice.objects.filter(kind="problem_refused").values_list("recipient", flat=True)
    assert set(told) == {secretary.pk, member.pk}


def test_who_is_named_and_leaves_hears_no_more_of_it_and_the_keepers_see_it(
    drill: Activity, team: Organization, captain: User, member: User, as_user: Callable[[User], Client]
) -> None:
    there = people.member(team, 1, person=people.person(1, user=member))
    problem = builders.problem(
        drill, captain, owner=there.person.name, owner_person=there.person, due_on=TODAY(), what="救援绳磨损"
    )
    own = reverse("training:my_activities")
    assert "救援绳磨损" in as_user(member).get(own).content.decode()
    Membership.objects.filter(pk=there.pk).update(state="ended", left_on=TODAY(), end_kind="voluntary")
    assert [one.recipients for one in problems_due()] == [[captain]]
    assert "救援绳磨损" not in as_user(member).get(own).content.decode()
    client = as_user(captain)
    for page in (problem.get_absolute_url(), reverse("training:activity_problems", args=[drill.pk])):
        assert "已不在整改单位" in client.get(page).content.decode()


def test_a_place_hears_at_once_of_what_another_gives_it(
    team: Organization, captain: User, chifeng: User, as_user: Callable[[User], Client]
) -> None:
    record = builders.confirmed(team, captain, chifeng, people.member(team, 1))
    facts = {"what": "方案没有写撤离路线", "organization": team.pk, "due_on": TODAY().isoformat()}
    said(as_user(chifeng), "problem_create", record.pk, **facts)
    problem = Problem.objects.get()
    told = Notice.objects.get(recipient=captain, kind="problem_given")
    assert told.title == f"由{team.short_name}整改：方案没有写撤离路线"
    assert told.url == problem.get_absolute_url()
    edit = {**facts, "what": "方案没有写撤离路线和集合点", "version": problem.version}
    said(as_user(chifeng), "problem_edit", problem.pk, **edit)
    assert Notice.objects.filter(recipient=captain, kind="problem_given").count() == 1
    mine = builders.drill(team, captain)
    said(as_user(captain), "problem_create", mine.pk, **facts)
    assert Notice.objects.filter(kind="problem_given").count() == 1, "what one writes down for oneself is known"
    again = said(as_user(captain), "problem_create", mine.pk, **facts)
    assert "已经登记过同样的问题" in again, "sent, brought back and sent again: each would have to be put right"
    assert mine.problems.count() == 1


def test_opened_again_it_has_a_new_day_and_the_history_tells_it_once(
    drill: Activity, captain: User, chifeng: User, as_user: Callable[[User], Client]
) -> None:
    """It kept its day, and was overdue the moment it was opened; the history told each move a second time, as a change
    of its state."""
    long_ago, soon = TODAY() - timedelta(days=40), TODAY() + timedelta(days=14)
    problem = in_state(builders.problem(drill, captain, due_on=long_ago), ProblemState.CLOSED, captain, chifeng)
    client, move = as_user(chifeng), reverse("training:problem_move", args=[problem.pk])
    asked = client.get(move, {"action": "reopen"}).context["form"]
    assert asked["due_on"].value() == TODAY() + timedelta(days=DUE.shipped)
    wrong = {"action": "reopen", "comment": "又打不着火", "due_on": long_ago.isoformat()}
    assert "不能早于今天" in client.post(move, wrong).content.decode()
    assert "due_on" in client.post(move, {"action": "reopen", "comment": "又打不着火"}).context["form"].errors
    client.post(move, {**wrong, "due_on": soon.isoformat()})
    problem.refresh_from_db()
    assert (problem.state, problem.due_on) == (ProblemState.OPEN, soon)
    assert not Problem.objects.overdue().exists()
    assert f"{soon} 前整改" in Notice.objects.get(recipient=captain, kind="problem_reopened").body
    story = client.get(problem.get_absolute_url()).context["history"]
    assert [entry["label"] for entry in story] == ["重新整改", "验收销号", "报告已整改", "建立"]
    assert story[0]["changes"] == [{"label": "整改期限", "old": str(long_ago), "new": str(soon)}]


# -- pages ----------------------------------------------------------------------------------------------------
def test_from_the_drill_to_closed(
    drill: Activity, team: Organization, captain: User, chifeng: User, as_user: Callable[[User], Client]
) -> None:
    owner = people.member(team, 1, person=people.person(1, name="敖特根巴雅尔·孟和"))
    client, office = as_user(captain), as_user(chifeng)
    form = client.get(reverse("training:problem_create", args=[drill.pk])).context["form"]
    assert form["due_on"].value() == TODAY() + timedelta(days=DUE.shipped)
    due = TODAY() + timedelta(days=9)
    page = said(
        client, "problem_create", drill.pk, what="冲锋舟：\r\n发动机启动失败", measure="1. 检修\r\n2. 备一台",
        organization=team.pk, owner=owner.person.name,
        due_on=due.isoformat(),
    )  # fmt: skip
    assert "问题已登记" in page
    problem = Problem.objects.get()
    assert (problem.owner_person, problem.due_on, problem.created_by) == (owner.person, due, captain)
    move = reverse("training:problem_move", args=[problem.pk])
    assert "整改情况" in client.get(move, {"action": "report"}).content.decode()
    problem.refresh_from_db()
    assert problem.state == "open"  # a GET changes nothing
    assert client.post(move, {"action": "report", "fix": ""}).context["form"].errors
    client.post(move, {"action": "report", "fix": "1. 换了发动机\r\n2. 备了一台"})
    assert "理由" in office.get(move, {"action": "refuse"}).content.decode()
    office.post(move, {"action": "refuse", "comment": "没有照片\r\n也没有发票"})
    page = client.get(problem.get_absolute_url()).content.decode()
    above = page.split("变更记录")[0]
    assert "验收没有通过" in above
    assert "没有照片" in above, "what is to be done now stands at the top, not in the history alone"
    client.post(move, {"action": "report", "fix": "换了发动机，附照片"})
    office.post(move, {"action": "accept"})
    problem.refresh_from_db()
    assert (problem.state, problem.closed_by) == ("closed", chifeng)
    assert "验收没有通过" not in office.get(problem.get_absolute_url()).content.decode()
    assert "已经办过了" in said(office, "problem_move", problem.pk, action="accept")


def test_wrong_input_is_shown_and_a_stale_form_compared(
    drill: Activity, problem: Problem, captain: User, baotou: User, as_user: Callable[[User], Client]
) -> None:
    client = as_user(captain)
    wrong = client.post(reverse("training:problem_create", args=[drill.pk]), {"organization": baotou.organization.pk})
    assert {"what", "organization", "due_on"} <= set(wrong.context["form"].errors)
    Problem.objects.filter(pk=problem.pk).update(measure="别人写的", version=5)
    data = {"what": "改了", "organization": problem.organization_id, "due_on": TODAY().isoformat(), "version": 1}
    stale = client.post(reverse("training:problem_edit", args=[problem.pk]), data)
    assert "别人写的" in stale.content.decode()


def test_after_the_hand_in_the_office_writes_them_down(
    team: Organization, captain: User, chifeng: User, leader: User, baotou: User, as_user: Callable[[User], Client]
) -> None:
    record = builders.confirmed(team, captain, chifeng, people.member(team, 1))
    data = {"what": "方案没有写撤离路线", "organization": team.pk, "due_on": TODAY().isoformat()}
    assert "由确认单位登记" in said(as_user(captain), "problem_create", record.pk, **data)
    assert "问题已登记" in said(as_user(chifeng), "problem_create", record.pk, **data)
    url = reverse("training:problem_create", args=[record.pk])
    assert as_user(leader).get(url).status_code == 403
    assert as_user(baotou).get(url).status_code == 404
    assert as_user(baotou).get(Problem.objects.get().get_absolute_url()).status_code == 404
    found = as_user(chifeng).get(url, {"pick": "1"}).context["places"]
    assert {line["url"] for line in found} >= {f"{url}?place={chifeng.organization.pk}"}


def test_list_filters_and_keeps_to_its_queries(
    drill: Activity, captain: User, baotou: User, as_user: Callable[[User], Client]
) -> None:
    late = builders.problem(drill, captain, what="超期的", due_on=TODAY() - timedelta(days=3))
    soon = builders.problem(drill, captain, what="快到期的", due_on=TODAY() + timedelta(days=5))
    done = builders.problem(drill, captain, what="已销号的", state="closed", closed_at=timezone.now())
    client = as_user(captain)

    def shown(**query: str) -> set[str]:
        return {row.what for row in client.get(LIST, query).context["page_obj"]}

    assert shown(due="overdue") == {late.what}
    assert shown(due="soon") == {late.what, soon.what}
    assert shown(due="7") == shown(due="30") == {soon.what}
    assert done.what not in shown(q="")
    assert shown(state="closed") == {done.what}
    assert shown(state="all", year=str(drill.starts_at.year)) == {late.what, soon.what, done.what}
    assert "超期 3 天" in client.get(LIST).content.decode()
    assert downloaded(client, f"{LIST}?export=xlsx")
    assert list(as_user(baotou).get(LIST).context["page_obj"]) == []
    assert_sorts_by_index(ProblemList)
    assert_tampering_is_told(client, LIST)
    at = client.get(LIST, {"at": (TODAY() - timedelta(days=1)).isoformat()})
    assert list(at.context["page_obj"]) == []
    assert_constant_queries(
        client, f"{LIST}?view=", lambda step: [builders.problem(drill, captain) for _ in range(step)]
    )


# -- reminders ------------------------------------------------------------------------------------------------
def test_keepers_hear_before_on_and_after_the_day_and_acceptors_of_what_lies(
    drill: Activity, captain: User, chifeng: User
) -> None:
    day = TODAY()
    problem = builders.problem(drill, captain, due_on=day)

    def told(offset: int) -> list[str]:
        return [one.once.rpartition(f"{day}-")[2] for one in problems_due(day + timedelta(days=offset))]

    assert [told(offset) for offset in (-8, -7, -5, -4, 0, 2, 3, 7, 8, 14)] == [
        [], ["7"], ["7"], [], ["0"], ["0"], [], ["late-1"], ["late-1"], ["late-2"],
    ]  # fmt: skip
    assert captain in next(iter(problems_due(day))).recipients
    fixed = PROBLEM.perform(problem, "report", by=captain, fix="换了")
    assert list(problems_due(day)) == list(problems_unaccepted(day + timedelta(days=6))) == []
    reminder = next(iter(problems_unaccepted(day + timedelta(days=7))))
    assert captain not in reminder.recipients
    assert chifeng in reminder.recipients
    assert reminder.url == fixed.get_absolute_url()
