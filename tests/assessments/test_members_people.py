"""What members' assessments hang on a person: two records become one, a name is taken off, a copy is taken away."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from assessments.members.finishing import finish
from assessments.models import MemberAssessment, MemberScore, Standard
from core.history.as_at import events_of
from organizations.models import Organization, User
from people.merging.merging import merge
from people.merging.unmerging import undo
from people.models import Capability, Person
from people.privacy.own_copy import gather
from people.privacy.scrubbing import scrub
from tests.assessments.builders import assessed, member_standard
from tests.people import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(captain: User) -> Organization:
    return captain.organization


def complete(row: Any, by: User, paper: Standard, **facts: Any) -> MemberAssessment:
    """All three lines scored, with a remark."""
    one = assessed(row, by, standard=paper, **facts)
    for line, facts_of in zip(
        paper.indicators.exclude(method="heading"), ({"value": 1}, {"points": 25}, {"value": 24}), strict=True
    ):
        MemberScore.objects.create(assessment=one, indicator=line, note="演示备注·腿伤", **facts_of)
    return one


def done(row: Any, by: User, paper: Standard) -> MemberAssessment:
    one = complete(row, by, paper)
    assert len(finish(MemberAssessment.objects.filter(pk=one.pk), by=by).done) == 1
    one.refresh_from_db()
    return one


def test_merge_brings_sheets_and_records_along_and_back(team: Organization, captain: User, chifeng: User) -> None:
    kept, ceased = builders.member(team, 1), builders.member(team, 2)
    paper = member_standard()
    first, second = done(kept, captain, paper), done(ceased, captain, paper)
    made = merge(kept.person, ceased.person, taken=[], by=chifeng, reason="同一个人", document_reason="换过证件")
    assert set(MemberAssessment.objects.values_list("person", flat=True)) == {kept.person_id}
    assert set(Capability.objects.values_list("person", flat=True)) == {kept.person_id}
    undo(made, by=chifeng)
    second.refresh_from_db()
    assert (second.person, first.person) == (ceased.person, kept.person)
    assert second.capability is not None
    assert second.capability.person == ceased.person


def test_anonymised_the_remarks_go_and_the_points_stay(team: Organization, captain: User) -> None:
    one = done(builders.member(team, 1), captain, member_standard())
    name = one.person.name
    scrub([one.person])
    one.refresh_from_db()
    assert (one.assessors, one.total, str(one.conclusion)) == ("", 95, "优秀")
    for model in (MemberAssessment, MemberScore, Capability):
        event = events_of(model)
        stored = [*model._default_manager.values_list(), *event._default_manager.values_list()]  # type: ignore[attr-defined]
        for secret in (name, "演示备注·腿伤", "演示测评组"):
            assert secret not in str(stored), (model, secret)


def test_an_anonymised_person_is_not_finished(team: Organization, captain: User) -> None:
    one = complete(builders.member(team, 1), captain, member_standard())
    scrub([one.person])
    assert finish(MemberAssessment.objects.all(), by=captain).open[0][1] == "档案已经匿名化"


def test_own_copy_holds_the_sheet(team: Organization, captain: User) -> None:
    one = done(builders.member(team, 1), captain, member_standard())
    parts = gather(Person.objects.get(pk=one.person_id), whole=False)
    assert [line["结论"] for line in parts["能力测评评分表"]] == ["优秀"]
    assert len(parts["能力测评得分"]) == 3


def test_the_database_keeps_a_finished_sheet(team: Organization, captain: User) -> None:
    one = done(builders.member(team, 1), captain, member_standard())
    score = one.scores.first()
    assert score is not None
    for act in (
        lambda: MemberScore.objects.filter(pk=score.pk).update(points=1),
        lambda: score.delete(),
        lambda: MemberAssessment.objects.filter(pk=one.pk).update(total=1),
        lambda: MemberAssessment.objects.filter(pk=one.pk).update(finished_at=None),
        lambda: MemberAssessment.objects.filter(pk=one.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
