"""The panel through the browser: the office asks people, they declare, score, finish; differences are settled."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pgtrigger
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.choices import PanelDuty
from assessments.forms.panel import SettleForm
from assessments.gradings.conditions import site_problems
from assessments.models import Grading, Indicator, PanelMember, ScoreMark, SettledScore
from assessments.panel.members import hindrances, leave
from assessments.panel.words import steps_of
from core.attachments import attach
from core.history.as_at import events_of
from core.models import Notice
from organizations.models import User
from teams.models import Team
from tests.assessments import builders
from tests.core.list_checks import queries_of
from tests.core.sample_files import image
from tests.organizations.helpers import messages_of
from tests.people import builders as people

pytestmark = pytest.mark.django_db
AsUser = Callable[[User], Client]


@pytest.fixture
def team(captain: User) -> Team:
    return Team.objects.get(organization=captain.organization)


@pytest.fixture
def forming(team: Team, captain: User, region: User) -> Grading:
    """Held by the region, its panel still empty."""
    return builders.on_site(team, captain, region.organization, state="panel")


@pytest.fixture
def scoring(team: Team, captain: User, region: User, assessor: User, baotou: User) -> Grading:
    return builders.on_site(team, captain, region.organization, assessor, baotou)


def url(role: str, *args: Any) -> str:
    return reverse(f"assessments:{role}", args=[getattr(one, "pk", one) for one in args])


def said(response: Any) -> str:
    return " ".join(messages_of(response))


# -- putting it together --------------------------------------------------------------------------------------
def test_office_asks_people_and_sees_what_speaks_against_them(
    as_user: AsUser, region: User, assessor: User, chifeng: User, forming: Grading
) -> None:
    client, page = as_user(region), url("panel_edit", forming)
    found = client.get(f"{page}?q=测评员").content.decode()
    assert "测评员（演示）" in found
    assert "请为组长" in found
    near = client.get(f"{page}?q={chifeng.name[:3]}").content.decode()
    assert "在队伍的管理单位任职" in near
    assert PanelMember.objects.count() == 0
    answer = client.post(url("panel_appoint", forming), {"user": assessor.pk, "duty": "lead"}, follow=True)
    assert "等他声明无利害关系" in said(answer)
    member = forming.panel.get()
    assert (member.user, member.duty, member.appointed_by) == (assessor, PanelDuty.LEAD, region)
    assert Notice.objects.get(recipient=assessor).url == url("my_panels")
    assert hindrances(forming) == ["测评员（演示）还没有声明无利害关系。"]
    assert "专家组至少 3 人，现在 1 人。" in client.get(page).content.decode()


def test_who_is_tied_to_the_team_is_refused_with_the_reason(
    as_user: AsUser, region: User, chifeng: User, member: User, forming: Grading
) -> None:
    client = as_user(region)
    answer = client.post(url("panel_appoint", forming), {"user": chifeng.pk, "duty": "member"}, follow=True)
    assert "应当回避：在队伍的管理单位任职" in said(answer)
    assert client.post(url("panel_appoint", forming), {"user": member.pk}).status_code == 404
    assert not forming.panel.exists()


def test_one_lead_nobody_twice_and_nobody_once_it_scores(
    as_user: AsUser, region: User, assessor: User, baotou: User, forming: Grading
) -> None:
    client, ask = as_user(region), url("panel_appoint", forming)
    client.post(ask, {"user": assessor.pk, "duty": "lead"})
    assert "已经在专家组里" in said(client.post(ask, {"user": assessor.pk, "duty": "member"}, follow=True))
    assert "已经有组长" in said(client.post(ask, {"user": baotou.pk, "duty": "lead"}, follow=True))
    client.post(ask, {"user": baotou.pk, "duty": "member"})
    client.post(url("panel_lead", forming.panel.get(user=baotou)))
    assert dict(forming.panel.values_list("user__username", "duty")) == {"assessor": "member", "baotou": "lead"}
    Grading.objects.update(state="on_site")
    client.post(url("panel_leave", forming.panel.get(user=assessor)), {"reason": "有事"})
    again = client.post(ask, {"user": assessor.pk, "duty": "member"}, follow=True)
    assert "现在是“现场测评”，不能这样办。" in said(again)
    assert "有事" in client.get(url("panel_edit", forming)).content.decode()
    assert forming.panel.filter(left_on=None).count() == 1


def test_lead_who_is_recused_leaves_a_panel_that_needs_another(
    as_user: AsUser, region: User, assessor: User, baotou: User, scoring: Grading
) -> None:
    lead, recuse = as_user(assessor), url("panel_recuse", scoring.panel.get(user=assessor))
    assert "要由组织单位另设一名组长" in lead.get(recuse).content.decode()
    lead.post(recuse, {"reason": "与队长是亲属"})
    assert "（组长）退出" in region.notices.get(kind="panel_left").title
    assert lead.get(url("differences", scoring)).status_code in (403, 404)
    office, page = as_user(region), url("panel_edit", scoring)
    assert "专家组没有组长" in office.get(page).content.decode()
    assert any("没有组长" in one for one in site_problems(scoring))
    office.post(url("panel_lead", scoring.panel.get(user=baotou)))
    assert "专家组没有组长" not in office.get(page).content.decode()
    assert not any("没有组长" in one for one in site_problems(scoring))


def test_office_elsewhere_and_insiders_are_kept_out(
    as_user: AsUser, captain: User, chifeng: User, baotou: User, forming: Grading
) -> None:
    for user, status in ((captain, 403), (chifeng, 403), (baotou, 404)):
        client = as_user(user)
        assert client.get(url("panel_edit", forming)).status_code == status
        assert client.post(url("panel_appoint", forming), {"user": baotou.pk}).status_code == status
        assert client.get(url("differences", forming)).status_code == status


# -- an assessor's own ----------------------------------------------------------------------------------------
def test_assessor_declares_and_then_scores(as_user: AsUser, assessor: User, forming: Grading) -> None:
    row = builders.seat(forming, assessor, declared=False)
    client = as_user(assessor)
    tasks = client.get(url("my_panels")).content.decode()
    assert "演示训练基地" in tasks
    assert "0 / 4" in tasks
    blank = client.post(url("panel_declare", row))
    assert "请勾选声明" in blank.content.decode()
    client.post(url("panel_declare", row), {"sure": "on"})
    row.refresh_from_db()
    assert row.declared_at is not None
    assert "等现场测评开始" in client.get(url("my_panels")).content.decode()
    Grading.objects.update(state="on_site")
    assert url("score_page", forming) in client.get(url("my_panels")).content.decode()


def test_declaration_is_refused_where_the_records_say_otherwise(
    as_user: AsUser, assessor: User, region: User, forming: Grading
) -> None:
    row = builders.seat(forming, assessor, declared=False)
    people.member(forming.team.organization, person=people.person(90, user=assessor))
    client = as_user(assessor)
    assert "是这支队伍的队员" in client.get(url("panel_declare", row)).content.decode()
    assert "应当回避" in client.post(url("panel_declare", row), {"sure": "on"}).content.decode()
    row.refresh_from_db()
    assert row.declared_at is None
    client.post(url("panel_recuse", row), {"reason": "我是这支队的队员"})
    row.refresh_from_db()
    assert row.left_reason == "我是这支队的队员"
    assert Notice.objects.get(recipient=region).title.startswith("测评员（演示）（成员）退出")
    assert client.get(url("score_page", forming)).status_code == 404
    assert "我是这支队的队员" in client.get(url("my_panels")).content.decode()


def test_own_pages_are_nobody_elses(
    as_user: AsUser, region: User, baotou: User, forming: Grading, assessor: User
) -> None:
    row = builders.seat(forming, assessor)
    for user in (region, baotou):
        client = as_user(user)
        for page in (url("panel_declare", row), url("panel_recuse", row), url("score_page", forming)):
            assert client.get(page).status_code == 404
        assert client.get(url("my_panels")).status_code == 200


def test_my_panels_asks_the_same_few_times(as_user: AsUser, assessor: User, captain: User, scoring: Grading) -> None:
    client = as_user(assessor)
    few = len(queries_of(client, url("my_panels")))
    for number in range(3):
        standard = builders.standard(code=f"test-more-{number}")
        builders.on_site(scoring.team, captain, scoring.office, assessor, standard=standard)  # type: ignore[arg-type]
    assert len(queries_of(client, url("my_panels"))) == few <= 10


def test_panel_pages_ask_few_times(as_user: AsUser, region: User, scoring: Grading, forming_pages: list[str]) -> None:
    client = as_user(region)
    for page in forming_pages:
        assert len(queries_of(client, page)) <= 12, page


@pytest.fixture
def forming_pages(scoring: Grading) -> list[str]:
    return [url("panel_edit", scoring), url("differences", scoring), f"{url('differences', scoring)}?all=1"]


# -- scoring --------------------------------------------------------------------------------------------------
def send(client: Client, user: User, *marks: dict[str, Any]) -> Any:
    body = {"user": user.pk, "now": timezone.now().isoformat(), "device": "演示", "marks": list(marks)}
    return client.post(url("score_take"), json.dumps(body), content_type="application/json")


def raw(grading: Grading, code: str, **answer: Any) -> dict[str, Any]:
    indicator = grading.standard.indicators.get(code=code).pk
    at = timezone.now().isoformat()
    return {"id": str(uuid4()), "grading": grading.pk, "indicator": indicator, "at": at, **answer}


def test_tablet_gets_the_sheet_and_sends_scores(
    as_user: AsUser, assessor: User, baotou: User, scoring: Grading
) -> None:
    client = as_user(assessor)
    builders.claimed(scoring, "1.1", 24)
    builders.scored(scoring.panel.get(user=baotou), "2.1", points=11)
    assert client.get(url("score_page", scoring)).status_code == 200
    sheet = client.get(url("score_state", scoring)).json()
    assert sheet["grading"]["why"] == ""
    lines = {one["code"]: one for one in sheet["indicators"]}
    assert lines["1.1"]["required"] == "不少于 15 人"
    assert lines["1.1"]["claim"]["frozen"] == "24"
    assert lines["2.1"]["evidence"] == "现场测评记录"
    assert sheet["marks"] == []  # the other assessor's are his
    good, bad = raw(scoring, "2.1", points="30"), raw(scoring, "2.1", points="99")
    answer = send(client, assessor, good, bad, {"id": "x"}).json()
    assert [one["state"] for one in answer["results"]] == ["stored", "refused", "refused"]
    assert answer["results"][2]["message"] == "这条评分没有编号。"
    assert [one["points"] for one in client.get(url("score_state", scoring)).json()["marks"]] == ["30"]
    assert send(client, baotou, good).status_code == 409
    assert client.post(url("score_take"), "{", content_type="application/json").status_code == 400


def test_what_was_scored_before_one_left_is_answered_for(
    as_user: AsUser, assessor: User, chifeng: User, scoring: Grading
) -> None:
    """Recused with scores still on the tablet: it opens, hears who uses it, and each score is refused with why.
    Otherwise they would wait there for ever, and every page would say so."""
    client = as_user(assessor)
    leave(scoring.panel.get(user=assessor), by=assessor, reason="与队长有亲属关系")
    state = client.get(url("score_state", scoring))
    assert (state.status_code, state.json()["user"]) == (404, assessor.pk)
    assert set(state.json()) == {"user", "csrf", "now"}, "and nothing of the team"
    assert client.get(url("score_page", scoring)).status_code == 200
    answer = send(client, assessor, raw(scoring, "2.1", points="30")).json()
    assert [(one["state"], one["message"]) for one in answer["results"]] == [
        ("refused", "您已退出这个专家组，评分不再收。")
    ]
    for page in ("score_finish", "score_page"):
        assert as_user(chifeng).get(url(page, scoring)).status_code == 404, "whoever never sat there"


def test_finish_says_what_is_missing_and_then_closes(
    as_user: AsUser, assessor: User, region: User, scoring: Grading
) -> None:
    client, member = as_user(assessor), scoring.panel.get(user=assessor)
    missing = client.get(url("score_finish", scoring)).content.decode()
    assert "还有 4 项没有评" in missing
    assert "还有 4 项没有评" in said(client.post(url("score_finish", scoring), follow=True))
    for code, answer in (("1.1", {"value": 20}), ("1.2", {"value": 4}), ("1.3", {"value": 1}), ("2.1", {"points": 30})):
        builders.scored(member, code, **answer)
    assert "20 人" in client.get(url("score_finish", scoring)).content.decode()
    client.post(url("score_finish", scoring))
    member.refresh_from_db()
    assert member.finished_at is not None
    late = send(client, assessor, raw(scoring, "2.1", points="31")).json()["results"]
    assert "您已完成评分" in late[0]["message"]
    own = client.post(url("panel_reopen", member), follow=True)
    assert "自己的评分请组织单位的其他人重新打开" in said(own)
    assert as_user(region).post(url("panel_reopen", member)).status_code == 302
    again = send(client, assessor, raw(scoring, "2.1", points="31")).json()["results"]
    assert again[0]["state"] == "stored"


def test_evidence_hangs_on_the_own_score(as_user: AsUser, assessor: User, baotou: User, scoring: Grading) -> None:
    one = scoring.standard.indicators.get(code="2.1")
    client, page = as_user(assessor), url("score_evidence", scoring, one)
    assert "还没有评分" in client.get(page).content.decode()
    mark = builders.scored(scoring.panel.get(user=assessor), "2.1", points=30)
    assert str(mark.pk) in client.get(page).content.decode()
    assert list(ScoreMark.objects.visible_to(assessor)) == [mark]
    assert not ScoreMark.objects.visible_to(baotou).exists()
    photo = SimpleUploadedFile("现场.png", image("PNG"), "image/png")
    attach(mark, photo, kind="evidence", by=assessor)
    builders.scored(scoring.panel.get(user=assessor), "2.1", minutes=1, points=31)
    assert "现场.png" in client.get(page).content.decode()  # it came with the earlier score
    assert client.get(url("score_state", scoring)).json()["photos"] == {str(one.pk): 1}
    scoring.panel.update(finished_at=timezone.now())
    shown = client.get(f"{url('differences', scoring)}?all=1").content.decode()
    assert "现场.png" in shown


# -- differences ----------------------------------------------------------------------------------------------
@pytest.fixture
def differing(scoring: Grading, assessor: User, baotou: User) -> Grading:
    """The lead gives 30, the other 10; both have finished."""
    for user, points in ((assessor, 30), (baotou, 10)):
        builders.scored(scoring.panel.get(user=user), "2.1", points=points)
    scoring.panel.update(finished_at=timezone.now())
    return scoring


def test_lead_settles_a_difference_with_a_reason(
    as_user: AsUser, assessor: User, region: User, differing: Grading
) -> None:
    client, page = as_user(assessor), url("differences", differing)
    shown = client.get(page).content.decode()
    assert "有 1 项评分不一致" in shown
    assert "结束现场测评" not in shown
    assert "包头经办（演示）" in shown
    settle = url("difference_settle", differing, differing.standard.indicators.get(code="2.1"))
    blank = client.post(settle, {"points": "22", "opened": "0"})
    assert list(blank.context["form"].errors) == ["reason"]
    assert "0 到 40 分之间" in client.post(settle, {"points": "50", "reason": "合议", "opened": "0"}).content.decode()
    client.post(settle, {"points": "22", "reason": "复看录像\r\n后合议", "opened": "0"})
    row = SettledScore.objects.get()
    assert (row.points, row.settled_by, row.reason) == (22, assessor, "复看录像\r\n后合议")
    stale = as_user(region).post(settle, {"points": "25", "reason": "再议", "opened": "0"})
    assert "已由别人认定" in stale.content.decode()
    assert "<b>22 分</b>" in stale.content.decode(), "at what, and why"
    assert "复看录像" in stale.content.decode()
    as_user(region).post(settle, {"points": "25", "reason": "再议", "opened": "1"})
    after = as_user(region).get(page).content.decode()
    assert "各项都有结果" in after
    assert after.count("2.1 现场组织：认定") == 2
    assert "结束现场测评" in client.get(page).content.decode(), "the lead goes on from where he settled the last one"
    for state in ("deliberation", "publicity"):
        Grading.objects.update(state=state)
    closed = as_user(region).post(settle, {"points": "1", "reason": "迟", "opened": "2"}, follow=True)
    assert "现在是“公示中”" in said(closed)


def test_what_was_settled_before_an_assessor_joined_or_left_is_marked(
    as_user: AsUser, region: User, differing: Grading
) -> None:
    """The one who took another's place had no say in it: the panel looks at it once more."""
    settle = url("difference_settle", differing, differing.standard.indicators.get(code="2.1"))
    client, given = as_user(region), {"points": "22", "reason": "合议（演示）"}
    client.post(settle, {**given, "opened": "0"})
    assert "认定后换过专家" not in client.get(url("differences", differing)).content.decode()
    facts = {"duty": "member", "appointed_by": region, "finished_at": timezone.now()}
    PanelMember.objects.create(grading=differing, user=region, **facts)
    assert "认定后换过专家" in client.get(url("differences", differing)).content.decode()
    client.post(settle, {**given, "opened": "1"})
    assert "认定后换过专家" not in client.get(url("differences", differing)).content.decode()
    # one whose score it weighed is out for a conflict of interest: it may not come to the same without him
    leave(differing.panel.filter(duty="member").first(), reason="近亲属在队（演示）", by=region)
    with pgtrigger.ignore():
        gone = events_of(PanelMember).objects.exclude(left_on=None)
        gone.update(pgh_created_at=timezone.now())  # the whole test is one transaction, and began before
    assert "认定后换过专家" in client.get(url("differences", differing)).content.decode()
    client.post(settle, {**given, "opened": "2"})
    assert "认定后换过专家" not in client.get(url("differences", differing)).content.decode()


def test_lead_scores_before_he_sees_the_others(as_user: AsUser, assessor: User, baotou: User, scoring: Grading) -> None:
    answer = as_user(assessor).get(url("differences", scoring), follow=True)
    assert "您完成自己的评分后" in said(answer)
    assert as_user(baotou).get(url("differences", scoring)).status_code == 403


def test_deliberation_is_the_offices(as_user: AsUser, assessor: User, region: User, differing: Grading) -> None:
    Grading.objects.update(state="deliberation")
    settle = url("difference_settle", differing, differing.standard.indicators.get(code="1.3"))
    assert as_user(assessor).get(settle).status_code == 403
    as_user(region).post(settle, {"has": "1", "reason": "查阅记录", "opened": "0"})
    assert SettledScore.objects.get().value == 1


def test_a_count_of_one_team_is_settled_in_words() -> None:
    """The assessors' answers read 已确认 and 没有确认; the field asks for the number behind them."""
    one = Indicator(method="threshold", metric="teams_unconfirmed", unit="支")
    assert SettleForm(indicator=one).fields["value"].help_text == "填 0 为已确认，填 1 为没有确认"
    one.method, one.steps, one.more_is_better = "steps", [{"from": "0", "points": "2"}], False
    assert steps_of(one) == ["填 0 为已确认，填 1 为没有确认", "已确认得 2 分"]  # the tablet reads the same
    assert SettleForm(indicator=Indicator(method="threshold", unit="人")).fields["value"].help_text == "人"
