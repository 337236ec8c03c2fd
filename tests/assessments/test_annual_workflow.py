"""The table of moves of a review: every state × every action, who may not, and what follows."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from django.utils import timezone

from assessments.annual.answers import LEAGUE, REGION, TEAM, answers, sheet
from assessments.annual.batch import conclude_all, publicise_all
from assessments.annual.enrolling import enrol, waiting_to_be_added
from assessments.annual.scores import Given, agree, keep
from assessments.annual.workflow import CAMPAIGN, REVIEW
from assessments.choices import ScoredBy
from assessments.models import Adjustment, Campaign, Objection, Review, ReviewScore
from assessments.states import CAMPAIGN_STEPS, REVIEW_STEPS, ReviewState
from assessments.waiting import to_conclude, to_reconsider
from core.models import Notice, WorkflowEvent
from core.workflow import MoveNotAllowed
from organizations.models import Organization, User
from organizations.tree import move_office
from tests.assessments import annual
from tests.people.leaks import text_of
from tests.teams import builders

BY = {"submit": "captain", "resubmit": "captain", "take_back": "captain", "score": "chifeng",
      "return_for_changes": "chifeng"}  # fmt: skip
FACTS = {"exempt": {"reason": "演示"}, "reconsider": {"reason": "演示"}}
PAST = {"public_from": date(2026, 3, 1), "public_until": date(2026, 3, 7)}
pytestmark = pytest.mark.django_db


@pytest.fixture
def year(region: User) -> Campaign:
    return annual.campaign(region, **PAST)


@pytest.fixture
def made(year: Campaign, captain: User, chifeng: User, region: User) -> Callable[[str], Review]:
    return lambda state: annual.in_state(state, year, captain.organization, captain, chifeng, region)


def test_tables_and_steps_are_the_same_moves() -> None:
    assert {move.action: move.step for move in REVIEW.moves} == REVIEW_STEPS
    assert {move.action: move.step for move in CAMPAIGN.moves} == CAMPAIGN_STEPS


@pytest.mark.parametrize("state", ReviewState)
def test_every_state_and_action(state: str, made: Callable[[str], Review], cast: dict[str, User], baotou: User) -> None:
    record = made(state)
    assert REVIEW.available_actions(record, baotou) == []
    for action, step in REVIEW_STEPS.items():
        by, facts = cast[BY.get(action, "region")], FACTS.get(action, {})
        legal = state in step.sources
        assert (action in {move.action for move in REVIEW.available_actions(record, by)}) == legal, action
        point = transaction.savepoint()
        if legal:
            fresh = REVIEW.perform(record, action, by=by, comment="依据", **facts)
            assert (fresh.state, fresh.version) == (step.target, record.version + 1), action
            event = WorkflowEvent.objects.of(record).last()
            assert (event.from_state, event.to_state, event.by) == (state, fresh.state, by)
        else:
            with pytest.raises(MoveNotAllowed):
                REVIEW.perform(record, action, by=by, comment="依据", **facts)
            assert Review.objects.get(pk=record.pk).state == state
        transaction.savepoint_rollback(point)


WHO = {  # action → who else may not, besides another league
    "submit": ("region", "songshan", "member"),  # 赤峰 keeps the team, and reports for it
    "take_back": ("chifeng", "region", "member"),  # whoever scores returns it
    "score": ("captain", "region", "songshan", "member"),
    "return_for_changes": ("captain", "region"),
    "decide": ("captain", "chifeng", "songshan"),
    "publicise": ("captain", "chifeng"),
    "conclude": ("captain", "chifeng"),
    "reconsider": ("captain", "chifeng"),
    "exempt": ("captain", "chifeng"),
}


@pytest.mark.parametrize("action", WHO)
def test_who_may_not(action: str, made: Callable[[str], Review], cast: dict[str, User]) -> None:
    record = made(min(REVIEW_STEPS[action].sources))
    for username in WHO[action]:
        with pytest.raises(MoveNotAllowed) as refused:
            REVIEW.perform(record, action, by=cast[username], comment="依据", **FACTS.get(action, {}))
        assert refused.value.code == "permission", username


def test_nobody_scores_what_he_handed_in_nor_decides_what_he_scored(
    made: Callable[[str], Review], chifeng: User, region: User
) -> None:
    record = made("submitted")
    Review.objects.filter(pk=record.pk).update(submitted_by=chifeng)
    with pytest.raises(MoveNotAllowed, match="自己报送"):
        REVIEW.perform(record, "score", by=chifeng)
    Review.objects.filter(pk=record.pk).update(state="scored", submitted_by=None, scored_by=region)
    with pytest.raises(MoveNotAllowed, match="自己考核过"):
        REVIEW.perform(Review.objects.get(pk=record.pk), "decide", by=region)


def test_hand_in_names_everything_that_is_missing(year: Campaign, captain: User) -> None:
    record = annual.review(year, captain.organization)
    with pytest.raises(ValidationError) as refused:
        REVIEW.perform(record, "submit", by=captain)
    said = "".join(refused.value.messages)
    for words in ("“基本情况”还没有写", "“1.3 没有安全责任事故”还没有自评", "“2.1 现场组织”", "述职人"):
        assert words in said
    assert "党建" not in said  # what may be left out


def test_hand_in_waits_for_the_day_of_the_records(region: User, captain: User) -> None:
    year = annual.builders.campaign(region, 2026, data_until=timezone.localdate().replace(month=12, day=31))
    record = annual.written(annual.review(year, captain.organization, snapshot=False))
    with pytest.raises(ValidationError, match="截止"):
        REVIEW.perform(record, "submit", by=captain)


# -- whose answer counts --------------------------------------------------------------------------------------
def test_records_answer_for_everybody_until_somebody_says_otherwise(made: Callable[[str], Review]) -> None:
    record = made("draft")
    assert answers(record, TEAM)["1.1"].value == Decimal(24)
    annual.answered(record, TEAM, {"1.1": {"value": Decimal(26), "note": "两人漏登"}})
    assert answers(record, TEAM)["1.1"].value == Decimal(26)
    assert answers(record, LEAGUE)["1.1"].value == Decimal(24)  # the office reads the records


def test_what_the_office_did_not_touch_is_not_the_teams(made: Callable[[str], Review], chifeng: User) -> None:
    record = made("submitted")
    ReviewScore.objects.filter(review=record, scored_by=LEAGUE).delete()
    assert "2.1" not in answers(record, LEAGUE)
    with pytest.raises(ValidationError, match=r"2\.1"):
        REVIEW.perform(record, "score", by=chifeng)
    assert agree(record, by=chifeng) == len(annual.HAND)
    assert answers(record, LEAGUE)["2.1"].points == Decimal(35)
    annual.answered(record, TEAM, {"2.1": {"points": Decimal(39)}})
    assert answers(record, LEAGUE)["2.1"].points == Decimal(35)  # what was agreed to stays


def test_region_starts_from_the_office_and_says_why_it_differs(made: Callable[[str], Review], region: User) -> None:
    record = made("scored")
    assert answers(record, REGION) == answers(record, LEAGUE)
    line = record.campaign.standard.indicators.get(code="2.1")
    keep(record, REGION, {line.pk: Given(points=Decimal(30), seen="|||")}, by=region)
    with pytest.raises(ValidationError, match="请写明原因"):
        REVIEW.perform(record, "decide", by=region)
    keep(record, REGION, {line.pk: Given(points=Decimal(30), note="现场有缺项", seen="|30||")}, by=region)
    done = REVIEW.perform(record, "decide", by=region)
    assert (done.self_total, done.league_total, done.total) == (Decimal(95), Decimal(95), Decimal(90))
    assert str(done.result) == "优秀"


def test_adjustments_count_where_they_were_known(made: Callable[[str], Review], region: User) -> None:
    record = made("scored")
    for kind, points in (("penalty", 10), ("bonus", 3)):
        Adjustment.objects.create(review=record, kind=kind, points=points, what="演示", grounds="演示", made_by=region)
    assert sheet(record, TEAM).total == sheet(record, LEAGUE).total == Decimal(95)
    assert sheet(record, REGION).total == Decimal(88)
    Adjustment.objects.filter(kind="penalty").update(ended_at=timezone.now(), end_reason="演示")
    assert sheet(record, REGION).total == Decimal(98)
    Adjustment.objects.create(review=record, kind="veto", what="演示", grounds="演示", made_by=region)
    assert str(REVIEW.perform(record, "decide", by=region).result) == "不合格"


def test_office_differing_from_the_team_says_why(made: Callable[[str], Review], chifeng: User) -> None:
    record = made("submitted")
    line = record.campaign.standard.indicators.get(code="2.1")
    keep(record, LEAGUE, {line.pk: Given(points=Decimal(20), seen="|35||")}, by=chifeng)
    with pytest.raises(ValidationError, match="考核意见"):
        REVIEW.perform(record, "score", by=chifeng)


# -- after the decision ---------------------------------------------------------------------------------------
def test_reconsidered_keeps_the_former_result_in_history(
    made: Callable[[str], Review], region: User, captain: User
) -> None:
    record = made("final")
    with pytest.raises(ValidationError, match="理由"):
        REVIEW.perform(record, "reconsider", by=region)
    facts = {"review": record, "kind": "appeal", "raised_by": "演示", "received_on": date(2026, 3, 10), "what": "演示"}
    Objection.objects.create(
        **facts, outcome="upheld", answer="演示", answered_by=region, answered_at=timezone.now(), created_by=captain
    )
    fresh = REVIEW.perform(record, "reconsider", by=region)
    assert (fresh.state, fresh.revision, fresh.total, fresh.result) == ("scored", 2, None, None)
    former = WorkflowEvent.objects.of(record).last().facts["former"]
    assert former == {"revision": 1, "total": "95.00", "result": "优秀"}


def test_concluded_only_after_publicity_and_without_open_objections(
    made: Callable[[str], Review], region: User, captain: User, year: Campaign, as_user: Callable[[User], Client]
) -> None:
    record = made("publicity")
    Review.objects.filter(pk=record.pk).update(public_until=timezone.localdate())
    with pytest.raises(ValidationError, match="还没有结束"):
        REVIEW.perform(record, "conclude", by=region)
    Review.objects.filter(pk=record.pk).update(public_until=date(2026, 3, 7))
    facts = {"review": record, "kind": "objection", "raised_by": "演示", "received_on": date(2026, 3, 2)}
    Objection.objects.create(**facts, what="演示", created_by=captain)
    with pytest.raises(ValidationError, match="没有答复"):
        REVIEW.perform(record, "conclude", by=region)
    Objection.objects.update(outcome="upheld", answer="属实（演示）", answered_at=timezone.now())
    with pytest.raises(ValidationError, match="重新审定"):
        REVIEW.perform(record, "conclude", by=region)
    assert conclude_all(year, by=region) == (0, 1)
    assert not to_conclude(region, timezone.localdate()).exists()
    assert list(to_reconsider(region)) == [record]
    assert not to_reconsider(captain).exists()
    assert "有异议或申诉成立，待重新审定" in text_of(as_user(region).get("/"))
    REVIEW.perform(record, "reconsider", by=region)
    assert not to_reconsider(region).exists()


def test_a_later_publicity_leaves_the_days_of_an_earlier_one(
    made: Callable[[str], Review], region: User, year: Campaign, as_user: Callable[[User], Client],
    office: Callable[[str], Organization],
) -> None:  # fmt: skip
    """Results are published in several goes; what was promised with the first stands, and each ends on its own day."""
    today, first = timezone.localdate(), made("decided")
    promised = today, today + timedelta(days=6)
    publicise_all(year, *promised, by=region)
    facts = {"state": "decided", "total": 95, "result": first.result, "decided_at": timezone.now()}
    second = annual.review(year, office("150402"), **facts)
    page = as_user(region)
    form = page.get(f"/assessments/campaigns/{year.pk}/publicise/")
    assert form.context["form"].initial["public_from"] == today
    gone = today - timedelta(days=8), today - timedelta(days=2)
    publicise_all(year, *gone, by=region)
    assert list(Review.objects.order_by("pk").values_list("public_from", "public_until")) == [promised, gone]
    assert list(to_conclude(region, today)) == [second]
    assert conclude_all(year, by=region) == (1, 0)
    first.refresh_from_db()
    assert first.state == "publicity"
    assert f"公示到 {promised[1]}" in text_of(page.get(f"/assessments/campaigns/{year.pk}/"))
    with pytest.raises(ValidationError, match=f"{promised[1]}"):
        conclude_all(year, by=region)


def test_moves_are_told_to_whose_turn_it_is(made: Callable[[str], Review], chifeng: User, captain: User) -> None:
    record = made("submitted")
    assert Notice.objects.filter(recipient=chifeng, kind="review_submitted").exists()
    REVIEW.perform(record, "return_for_changes", by=chifeng, comment="请补", fields={"basics": "演示"})
    assert Notice.objects.filter(recipient=captain, kind="review_returned").exists()


# -- the campaign ---------------------------------------------------------------------------------------------
def test_opening_asks_every_team_on_file_on_the_day(
    region: User, captain: User, office: Callable[[str], Organization]
) -> None:
    annual.team(captain.organization)
    late = annual.team(office("150404"), filing_no="NMHS-late", filed_on=date(2026, 2, 1))
    gone = annual.team(office("150421"), filing_no="NMHS-gone", status="exited", exit_on=date(2025, 6, 1))
    left_since = annual.team(office("150422"), filing_no="NMHS-since", status="exited", exit_on=date(2026, 1, 9))
    year = annual.campaign(region, opened=False)
    fresh = CAMPAIGN.perform(year, "open", by=region)
    asked = dict(fresh.reviews.values_list("team", "office__code"))
    assert asked[captain.organization.team.pk] == "150400"
    assert left_since.pk in asked
    assert late.pk not in asked
    assert gone.pk not in asked
    assert enrol(fresh) == 0  # again adds nobody
    assert list(waiting_to_be_added(fresh)) == [late]


def test_thousands_are_asked_in_two_statements(
    region: User, captain: User, django_assert_num_queries: Callable[..., object]
) -> None:
    annual.team(captain.organization)
    year = annual.campaign(region)
    with django_assert_num_queries(2):
        assert enrol(year) == 1


def test_closed_only_when_all_are_done(made: Callable[[str], Review], region: User, year: Campaign) -> None:
    record = made("publicity")
    with pytest.raises(ValidationError, match="1 支队伍"):
        CAMPAIGN.perform(year, "close", by=region)
    REVIEW.perform(record, "conclude", by=region)
    CAMPAIGN.perform(year, "close", by=region)
    with pytest.raises(MoveNotAllowed, match="没有在进行"):
        REVIEW.perform(record, "reconsider", by=region, reason="演示")


@pytest.mark.parametrize("state", ["returned", "submitted", "scored"])
def test_what_the_former_league_noted_does_not_go_to_the_new_one(
    state: str, made: Callable[[str], Review], cast: dict[str, User], region_system: User
) -> None:
    """The new one would send points and opinion in its own name without having looked. History keeps them; the team's
    answers go along."""
    record = made("scored" if state == "scored" else "submitted")
    if state != "scored":
        Review.objects.filter(pk=record.pk).update(league_opinion="装备抽查不合格（演示）")
    if state == "returned":
        REVIEW.perform(record, "return_for_changes", by=cast["chifeng"], comment="请补")
    lines = record.scores.filter(scored_by=ScoredBy.LEAGUE)
    assert lines.exclude(points=None).exists(), "something was noted"
    move_office(record.organization, to=cast["baotou"].organization, by=region_system)
    if state == "scored":
        assert lines.exclude(points=None).exists(), "what was sent stands"
        REVIEW.perform(record, "score_again", by=cast["region"], comment="请重新考核")
    fresh = Review.objects.get(pk=record.pk)
    assert (fresh.office, fresh.league_opinion) == (cast["baotou"].organization, "")
    assert {(line.value, line.points, line.note) for line in lines} == {(None, None, "")}
    assert lines.model.tracked_events.rel.related_model.objects.filter(scored_by=ScoredBy.LEAGUE, points=35).exists()
    assert record.scores.filter(scored_by=ScoredBy.TEAM, points=35).exists()
    if state == "submitted":
        with pytest.raises(ValidationError, match="没有评"):
            REVIEW.perform(fresh, "score", by=builders.read(cast["baotou"]))


@pytest.mark.parametrize("state", ["draft", "submitted", "scored"])
def test_a_review_follows_its_team_to_the_new_league(
    state: str, made: Callable[[str], Review], cast: dict[str, User], region_system: User
) -> None:
    """What was scored stays under the name of who scored it, unless the region has it scored again."""
    record, chifeng, baotou = made(state), cast["chifeng"], cast["baotou"]
    move_office(record.organization, to=baotou.organization, by=region_system)
    fresh = Review.objects.get(pk=record.pk)
    assert fresh.office == (chifeng if state == "scored" else baotou).organization
    if state != "submitted":
        action, by = ("submit", "captain") if state == "draft" else ("score_again", "region")
        fresh = REVIEW.perform(fresh, action, by=cast[by], comment="请重新考核")
    assert (fresh.office, fresh.state) == (baotou.organization, "submitted")
    assert REVIEW.available_actions(fresh, builders.read(chifeng)) == []
    assert REVIEW.available_actions(fresh, builders.read(baotou)) != []
    assert Notice.objects.filter(recipient=baotou, kind__startswith="review_").exists()
