"""Teams × steps: what stands where, what is late, whom a reminder reaches."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.annual import campaign_matrix, urging
from assessments.annual.reminders import occasion, reviews_due
from assessments.follow_ups.reminders import follow_ups_due, follow_ups_reported
from assessments.follow_ups.workflow import FOLLOW_UP
from assessments.models import Campaign, Objection, Review
from core import reminders
from core.models import Notice, WorkflowEvent
from organizations.models import Organization, User
from organizations.nearest import nearest_holders, nearest_holders_each
from organizations.roles import Right
from tests.assessments import annual, builders
from tests.assessments.test_follow_ups import decided, made
from tests.core.list_checks import assert_constant_queries, queries_of
from tests.people.leaks import text_of

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


def yesterday() -> date:
    return timezone.localdate() - timedelta(days=1)


def at(route: str, *args: Any) -> str:
    return reverse(f"assessments:{route}", args=args)


@pytest.fixture
def year(region: User) -> Campaign:
    """Its first day has passed."""
    ahead = timezone.localdate() + timedelta(days=20)
    return annual.campaign(region, report_by=yesterday(), score_by=ahead, decide_by=ahead + timedelta(days=10))


@pytest.fixture
def teams(
    year: Campaign, region: User, captain: User, chifeng: User, office: Callable[[str], Organization]
) -> list[Review]:
    """In 赤峰 one that is decided and one that is late, in 包头 one that is late."""
    return [
        annual.in_state("decided", year, captain.organization, captain, chifeng, region),
        annual.review(year, office("150404"), snapshot=False),
        annual.review(year, office("150203")),
    ]


def places(answer: Any) -> list[str]:
    return [row["review"].organization.name for group in answer.context["groups"] for row in group["rows"]]


def test_the_matrix_says_where_each_stands(teams: list[Review], year: Campaign, region: User, as_user: As) -> None:
    page = as_user(region).get(at("campaign_matrix", year.pk))
    assert [group["place"].code for group in page.context["groups"]] == ["150200", "150400"]
    paths = [row["review"].organization.path for group in page.context["groups"] for row in group["rows"]]
    assert paths == sorted(paths)
    text = page.content.decode()
    for words in ("已报送", "已考核", "已审定", "优秀", "待公示", "超期 1 天", "没有取数", "已取数"):
        assert words in text, words
    heads = {str(head["label"]): (head["done"], head["waiting"], head["late"]) for head in page.context["matrix"].heads}
    assert heads["队伍报送"] == (1, 2, 2)
    assert heads["自治区审定"] == (1, 0, 0)
    assert at("campaign_matrix", year.pk) in as_user(region).get(year.get_absolute_url()).content.decode()


def test_a_team_that_has_left_is_shown_until_the_region_says_whether_it_takes_part(
    teams: list[Review], year: Campaign, region: User, chifeng: User, as_user: As
) -> None:
    gone = teams[1]
    gone.team.status, gone.team.exit_on = "exited", yesterday()
    gone.team.save()
    client = as_user(region)
    page = client.get(year.get_absolute_url())
    assert [one["pk"] for one in page.context["numbers"].left] == [gone.pk]
    assert "1 支队伍已经退出，还没有报送" in text_of(page)
    assert "已退出" in text_of(client.get(at("campaign_matrix", year.pk)))
    assert f"队伍已于 {yesterday()} 退出" in text_of(as_user(chifeng).get(gone.get_absolute_url()))
    client.post(
        at("review_move", gone.pk), {"action": "exempt", "version": gone.version, "reason": "队伍已退出（演示）"}
    )
    assert Review.objects.get(pk=gone.pk).state == "exempt"
    assert client.get(year.get_absolute_url()).context["numbers"].left == []


def test_the_year_names_the_objections_it_waits_for(
    teams: list[Review], year: Campaign, region: User, as_user: As
) -> None:
    said = "1 支队伍有异议或申诉待答复"
    assert said not in as_user(region).get(year.get_absolute_url()).content.decode()
    Objection.objects.create(
        review=teams[0], kind="objection", raised_by="演示群众", received_on=yesterday(), what="演示", created_by=region
    )
    page = as_user(region).get(year.get_absolute_url()).content.decode()
    assert said in page
    assert f"{at('campaign_matrix', year.pk)}?objections=1" in page


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({"late": "1"}, [1, 2]), ({"with": "region"}, [0]), ({"with": "team", "late": "1"}, [1, 2]),
        ({"with": "office"}, []), ({"objections": "1"}, [0]), ({"with": "nobody"}, [0, 1, 2]),
        ({"under": "150400"}, [0, 1]), ({"league": "150200"}, [2]), ({"page": "99"}, [0, 1, 2]),
    ],
)  # fmt: skip
def test_filters_choose(
    asked: dict[str, str], shown: list[int], teams: list[Review], year: Campaign, region: User, as_user: As,
    office: Callable[[str], Organization],
) -> None:  # fmt: skip
    Objection.objects.create(
        review=teams[0], kind="objection", raised_by="演示群众", received_on=yesterday(), what="演示", created_by=region
    )
    asked = {name: str(office(value).pk) if name in ("under", "league") else value for name, value in asked.items()}
    page = as_user(region).get(at("campaign_matrix", year.pk), asked)
    assert sorted(places(page)) == sorted(teams[one].organization.name for one in shown)
    sheet = text_of(as_user(region).get(at("campaign_matrix", year.pk), {**asked, "export": "xlsx"}))
    if "league" not in asked:  # a spreadsheet has all leagues
        assert all((team.organization.name in sheet) == (number in shown) for number, team in enumerate(teams))


def test_everybody_sees_his_own(
    teams: list[Review], year: Campaign, captain: User, chifeng: User, baotou: User, member: User, as_user: As
) -> None:
    page = at("campaign_matrix", year.pk)
    assert places(as_user(captain).get(page)) == [teams[0].organization.name]
    assert len(places(as_user(chifeng).get(page))) == 2
    assert places(as_user(baotou).get(page)) == [teams[2].organization.name]
    assert as_user(member).get(page).status_code == 403
    draft = builders.campaign(chifeng, 2024, standard=year.standard, opened=False)
    assert as_user(chifeng).get(at("campaign_matrix", draft.pk)).status_code == 404


def test_many_teams_are_shown_league_by_league(
    teams: list[Review], year: Campaign, region: User, as_user: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("assessments.annual.campaign_matrix", "assessments.views.campaign_matrix"):
        monkeypatch.setattr(f"{module}.ON_ONE_PAGE", 1)
    top, url = as_user(region), at("campaign_matrix", year.pk)
    first = top.get(url)
    assert places(first) == [teams[2].organization.name]
    assert [one["n"] for one in first.context["leagues"]] == [1, 2]
    second = top.get(first.context["leagues"][1]["url"])
    assert len(places(second)) == 1
    assert len(places(top.get(second.context["next_url"]))) == 1
    assert first.context["matrix"].heads[0]["waiting"] == 2  # heads count all of them


def test_queries_stay_the_same(year: Campaign, region: User, chifeng: User, as_user: As) -> None:
    free = iter(Organization.objects.filter(level="banner_county").order_by("path"))

    def grow(step: int) -> None:
        while year.reviews.count() < step:
            builders.review(year, annual.team(next(free)))

    for url in (at("campaign_matrix", year.pk), f"{at('campaign_remind', year.pk)}?step=report"):
        assert_constant_queries(as_user(region), url, grow, steps=(1, 3, 40))
    assert len(queries_of(as_user(chifeng), at("campaign_matrix", year.pk))) <= 10


# -- reminding ----------------------------------------------------------------------------------------------------
def test_reminding_in_one_step(
    teams: list[Review], year: Campaign, region: User, captain: User, chifeng: User, baotou: User, as_user: As
) -> None:
    top, url = as_user(region), f"{at('campaign_remind', year.pk)}?step=report"
    page = top.get(url)
    assert {one.place.pk for one in page.context["reached"]} == {one.organization_id for one in teams[1:]}
    assert Notice.objects.filter(kind="review_report_due").count() == 0
    told = page.context["people"]
    assert told
    answer = top.post(url, {"words": "请抓紧（演示）"}, follow=True).content.decode()
    assert "已提醒" in answer
    assert "1 个单位现在没有人能办理" in answer
    notices = Notice.objects.filter(kind="review_report_due")
    assert notices.count() == told
    assert all(one.body.startswith("请抓紧（演示）") for one in notices)
    assert not notices.filter(recipient=captain).exists()  # has handed in

    # once a day; who reminded whom is kept, and the campaign page shows it
    assert "今天都提醒过了" in top.post(url, follow=True).content.decode()
    assert notices.count() == told
    event = WorkflowEvent.objects.of(year).get(action="remind")
    assert (event.by, event.facts["people"], event.facts["places"]) == (region, told, 2)
    assert "提醒记录" in top.get(year.get_absolute_url()).content.decode()


def test_an_office_reminds_its_own_teams_only(
    teams: list[Review], year: Campaign, chifeng: User, captain: User, member: User, as_user: As
) -> None:
    url = at("campaign_remind", year.pk)
    page = as_user(chifeng).get(url, {"step": "report"})
    assert [one.place.pk for one in page.context["reached"]] == [teams[1].organization_id]
    for user, step in ((chifeng, "score"), (captain, "report"), (member, "report")):
        assert as_user(user).post(f"{url}?step={step}").status_code == 403, (user, step)
    assert as_user(chifeng).get(url, {"step": "other"}).status_code == 400
    # a place that is not his does not make it all of his
    assert as_user(chifeng).post(f"{url}?step=report&under={teams[2].organization_id}").status_code == 404
    assert not Notice.objects.filter(kind="review_report_due").exists()


def test_offices_that_have_not_scored(year: Campaign, region: User, captain: User, chifeng: User, as_user: As) -> None:
    annual.in_state("submitted", year, captain.organization, captain, chifeng, region)
    as_user(region).post(f"{at('campaign_remind', year.pk)}?step=score")
    assert Notice.objects.filter(recipient=chifeng, kind="review_score_due").exists()
    answer = as_user(region).post(f"{at('campaign_remind', year.pk)}?step=report", follow=True)
    assert "没有要提醒的" in answer.content.decode()


def test_a_closed_year_is_not_reminded_of(year: Campaign, region: User, as_user: As) -> None:
    year.state = "closed"
    year.closed_at = timezone.now()
    year.save()
    answer = as_user(region).post(f"{at('campaign_remind', year.pk)}?step=report", follow=True)
    assert "没有在进行" in answer.content.decode()
    assert not list(reviews_due())


@pytest.mark.parametrize("right", [Right.REPORT_ASSESSMENT, Right.SCORE_ASSESSMENT, Right.VIEW_TEAM])
def test_the_nearest_of_many_places_are_those_of_each(cast: Any, right: Right) -> None:
    places = list(Organization.objects.filter(path__startswith=cast["chifeng"].organization.path))
    places.append(cast["region"].organization)
    each = {place.pk: [one.pk for one in nearest_holders(right, place)] for place in places}
    assert {pk: [one.pk for one in found] for pk, found in nearest_holders_each(right, places).items()} == each
    assert any(each.values())


# -- by themselves --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("left", "name"),
    [(15, ""), (14, "14"), (12, "14"), (11, ""), (3, "3"), (1, "3"), (0, "0"), (-2, "0"), (-3, ""), (-6, ""),
     (-7, "late-1"), (-13, "late-1"), (-14, "late-2")],
)  # fmt: skip
def test_occasions(left: int, name: str) -> None:
    due = date(2026, 1, 15)
    assert occasion(due, due - timedelta(days=left)) == (f"{due}-{name}" if name else "")


def test_days_remind_each_side_once(
    year: Campaign, region: User, captain: User, chifeng: User, office: Callable[[str], Organization]
) -> None:
    late, waits = annual.review(year, captain.organization), annual.written(annual.review(year, office("150402")))
    Review.objects.filter(pk=waits.pk).update(state="submitted", submitted_by=captain)
    day = year.score_by - timedelta(days=3)
    sent = list(reviews_due(day))
    kinds = {(reminder.kind, person) for reminder in sent for person in reminder.recipients}
    assert {("review_report_due", captain), ("review_score_due", chifeng)} <= kinds
    for reminder in sent:
        assert reminders._send(reminder) == 1
    assert list(reviews_due(day)) == []
    assert list(reviews_due(year.decide_by)) != []
    assert Review.objects.get(pk=late.pk).state == "draft"  # nothing is decided


def test_the_region_is_reminded_of_what_it_decides(year: Campaign, region: User, captain: User, chifeng: User) -> None:
    annual.in_state("scored", year, captain.organization, captain, chifeng, region)
    sent = [one for one in reviews_due(year.decide_by) if one.kind == "review_decide_due"]
    assert [person for one in sent for person in one.recipients] == [region]
    assert "待审定" in sent[0].title


def test_follow_ups_remind(region: User, captain: User, chifeng: User) -> None:
    one = made(decided(region, captain, chifeng), region)
    sent = list(follow_ups_due(one.due_on - timedelta(days=14)))
    assert [(list(each.recipients), each.url) for each in sent] == [([captain], one.get_absolute_url())]
    assert "超期 7 天" in next(iter(follow_ups_due(one.due_on + timedelta(days=7)))).title
    assert list(follow_ups_due(one.due_on - timedelta(days=20))) == []
    FOLLOW_UP.perform(one, "report", by=captain, outcome="已办")
    assert list(follow_ups_due(one.due_on)) == []
    waiting = list(follow_ups_reported(timezone.localdate() + timedelta(days=8)))
    assert [list(each.recipients) for each in waiting] == [[region]]


def test_looking_reminds_nobody(teams: list[Review], year: Campaign, region: User, as_user: As) -> None:
    before = Notice.objects.count(), WorkflowEvent.objects.count()
    for step in urging.STEPS:
        assert as_user(region).get(at("campaign_remind", year.pk), {"step": step}).status_code == 200
    as_user(region).get(at("campaign_matrix", year.pk))
    assert (Notice.objects.count(), WorkflowEvent.objects.count()) == before
    assert campaign_matrix.ON_ONE_PAGE >= 300
