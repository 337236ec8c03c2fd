"""Enrolment by members, results row by row, certificates in one step, own pages."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import Notice
from organizations.models import Organization, User
from people.models import Certificate, Membership
from people.states import CertificateState
from people.workflow import CERTIFICATE
from tests.core.list_checks import queries_of
from tests.people import builders as people
from tests.training import builders
from training.choices import Listing, Outcome
from training.models import Activity, ActivityTeam, Participation, Teaching
from training.participants.enrolling import enrol, open_to
from training.participants.places import QUIET, fill_up
from training.records.awarding import to_award
from training.workflow import WORKFLOW

pytestmark = pytest.mark.django_db
MINE = "/me/training/"


@pytest.fixture
def team(captain: User) -> Organization:
    return captain.organization


@pytest.fixture
def membership(team: Organization, member: User) -> Membership:
    """The demo member, linked to a person of the team."""
    return people.ready(team, 1, person=people.person(1, user=member))


def coming(host: Organization, by: User, **facts: Any) -> Activity:
    """A training in ten days that one can enrol in until the day after tomorrow."""
    starts = timezone.now() + timedelta(days=10)
    facts.setdefault("enrols_until", timezone.localdate() + timedelta(days=2))
    return builders.training(host, by, starts_at=starts, summary="", **facts)


def said(client: Client, name: str, pk: int, /, **data: Any) -> str:
    return client.post(reverse(f"training:{name}", args=[pk]), data, follow=True).content.decode()


# -- enrolment ------------------------------------------------------------------------------------------------
def test_member_enrols_is_accepted_and_told_and_withdraws(
    team: Organization, captain: User, member: User, membership: Membership, as_user: Callable[[User], Client]
) -> None:
    course = coming(team, captain, places=3)
    client, keeper = as_user(member), as_user(captain)
    page = client.get(MINE)
    assert [line["left"] for line in page.context["offered"]] == [3]
    assert "已报名" in said(client, "my_enrol", course.pk)
    assert "已经报名了" in said(client, "my_enrol", course.pk)
    row = Participation.objects.get(activity=course)
    assert row.listing == Listing.ASKED
    assert Notice.objects.filter(recipient=captain, kind="enrolment_asked").count() == 1
    said(keeper, "people_act", course.pk, act="accept", row=[row.pk])
    row.refresh_from_db()
    assert row.listing == Listing.LISTED
    assert Notice.objects.filter(recipient=member, kind="enrolment_accepted").exists()
    assert "已取消报名" in said(client, "my_withdraw", row.pk)
    row.refresh_from_db()
    assert row.listing == Listing.REMOVED
    assert Notice.objects.filter(recipient=captain, kind="enrolment_withdrawn").exists()
    assert "已报名" in said(client, "my_enrol", course.pk)


def test_who_comes_when_it_is_full_waits_and_moves_up(
    team: Organization, captain: User, member: User, membership: Membership, as_user: Callable[[User], Client]
) -> None:
    course = coming(team, captain, places=1)
    first, last = (enrol(course, people.member(team, number).person, by=captain, wait=number > 2) for number in (2, 3))
    client, keeper = as_user(member), as_user(captain)
    assert "排候补" in client.get(MINE).content.decode()
    assert "可以排候补" in said(client, "my_enrol", course.pk)
    assert "第 2 位" in said(client, "my_enrol", course.pk, wait="1")
    assert "已经报名了" in said(client, "my_enrol", course.pk, wait="1")
    row = Participation.objects.get(activity=course, person=membership.person)
    assert "候补第 2 位，有人退出时依次补上" in client.get(MINE).content.decode()
    page = keeper.get(reverse("training:activity_people", args=[course.pk])).content.decode()
    assert "2 人候补" in page
    said(keeper, "people_act", course.pk, act="remove", row=[first.pk])
    assert state_of(first, last, row) == ["removed", "asked", "waiting"]
    said(keeper, "people_act", course.pk, act="decline", row=[last.pk], reason="名额有限")
    assert state_of(last, row) == ["removed", "asked"]
    assert Notice.objects.filter(recipient=member, kind="enrolment_moved_up").count() == 1
    late = enrol(course, people.member(team, 4).person, by=captain, wait=True)
    form = reverse("training:activity_edit", args=[course.pk, "course"])
    course.refresh_from_db()
    keeper.post(form, {"training_kind": "first_aid", "enrols_until": f"{course.enrols_until}", "places": "2",
                       "version": course.version, "action": "save"})  # fmt: skip
    assert state_of(late, row) == ["asked", "asked"]
    Activity.objects.filter(pk=course.pk).update(starts_at=timezone.now() - timedelta(hours=1))
    Participation.objects.filter(pk=late.pk).update(listing=Listing.WAITING)
    said(keeper, "people_act", course.pk, act="remove", row=[row.pk])
    assert state_of(late) == ["waiting"], "it has begun"


def test_nobody_moves_up_while_the_number_of_places_is_being_typed(
    team: Organization, captain: User, as_user: Callable[[User], Client]
) -> None:
    """The page saved itself while the field stood empty: as many as one likes, and everybody who waited was told that
    there was a place."""
    course = coming(team, captain, places=1)
    rows = [enrol(course, people.member(team, number).person, by=captain, wait=True) for number in (2, 3, 4)]
    keeper, facts = as_user(captain), {"training_kind": "first_aid", "enrols_until": f"{course.enrols_until}"}

    def typed(route: str, places: str) -> None:
        version = Activity.objects.get(pk=course.pk).version
        url = reverse(f"training:{route}", args=[course.pk, "course"])
        keeper.post(url, {**facts, "places": places, "version": version, "action": "save"})

    typed("activity_autosave", "")
    assert state_of(*rows) == ["asked", "waiting", "waiting"]
    typed("activity_autosave", "2")
    assert state_of(*rows) == ["asked", "waiting", "waiting"]
    fill_up()
    assert state_of(*rows) == ["asked", "waiting", "waiting"], "somebody may still be typing"
    fill_up(timezone.now() + QUIET)
    assert state_of(*rows) == ["asked", "asked", "waiting"], "the page was left without a press on save"
    typed("activity_autosave", "3")
    typed("activity_edit", "3")
    assert state_of(*rows) == ["asked", "asked", "asked"]


def state_of(*rows: Participation) -> list[str]:
    for row in rows:
        row.refresh_from_db()
    return [row.listing for row in rows]


def test_two_trainings_at_the_same_time_are_told(
    team: Organization, captain: User, member: User, membership: Membership, as_user: Callable[[User], Client]
) -> None:
    client = as_user(member)
    one, other = coming(team, captain, title="绳索（演示）"), coming(team, captain, title="心理（演示）")
    page = said(client, "my_enrol", one.pk)
    assert "去不了的请取消一个" not in page
    assert "同一时间您还有“绳索（演示）”" in page
    assert "去不了的请取消一个" in said(client, "my_enrol", other.pk)
    assert len(queries_of(client, MINE)) <= 10


def test_who_was_to_come_is_told_that_it_is_cancelled_and_held_after_all(
    team: Organization, captain: User, member: User, songshan: User, membership: Membership,
    as_user: Callable[[User], Client],
) -> None:  # fmt: skip
    course = coming(team, captain)
    ActivityTeam.objects.create(activity=course, organization=songshan.organization)
    row = builders.listed(course, membership)[0]
    off = WORKFLOW.perform(course, "cancel", by=captain, reason="沙尘暴红色预警")
    page = as_user(member).get(MINE).content.decode()
    assert "已取消" in page
    assert "沙尘暴红色预警" in page
    for user in (member, songshan):
        (told,) = Notice.objects.filter(recipient=user, kind="activity_cancelled")
        assert told.body == "沙尘暴红色预警"
    assert not Notice.objects.filter(recipient=captain, kind="activity_cancelled").exists()
    back = WORKFLOW.perform(off, "revive", by=captain)
    assert Notice.objects.filter(recipient=member, kind="activity_revived").count() == 1
    said(as_user(captain), "people_act", back.pk, act="remove", row=[row.pk], reason="人员调整")
    (gone,) = Notice.objects.filter(recipient=member, kind="enrolment_removed")
    assert (gone.title, gone.body) == (f"您已不在名单里：{back}", "人员调整")
    assert "人员调整" in as_user(member).get(MINE).content.decode()
    Activity.objects.filter(pk=back.pk).update(starts_at=timezone.now() - timedelta(days=2))
    back.refresh_from_db()
    WORKFLOW.perform(back, "cancel", by=captain, reason="没有办成")
    assert Notice.objects.filter(recipient=songshan, kind="activity_cancelled").count() == 1, "it was to be long ago"


def test_declined_with_a_reason_that_the_member_reads(
    team: Organization, captain: User, member: User, membership: Membership, as_user: Callable[[User], Client]
) -> None:
    course = coming(team, captain)
    row = enrol(course, membership.person, by=member)
    keeper = as_user(captain)
    assert "要写明理由" in said(keeper, "people_act", course.pk, act="decline", row=[row.pk])
    said(keeper, "people_act", course.pk, act="decline", row=[row.pk], reason="请先完成初级培训")
    assert "请先完成初级培训" in as_user(member).get(MINE).content.decode()
    assert "没有被接受" in said(as_user(member), "my_enrol", course.pk)


def test_full_over_and_not_open_are_told(
    team: Organization, captain: User, member: User, membership: Membership, as_user: Callable[[User], Client]
) -> None:
    client = as_user(member)
    full = coming(team, captain, places=1)
    builders.listed(full, people.member(team, 2))
    assert "名额已满" in said(client, "my_enrol", full.pk)
    over = coming(team, captain, enrols_until=timezone.localdate() - timedelta(days=1))
    assert "截止" in said(client, "my_enrol", over.pk)
    drill = builders.drill(team, captain)
    assert client.post(reverse("training:my_enrol", args=[drill.pk])).status_code == 404
    assert Participation.objects.filter(person=membership.person).count() == 0


def test_open_to_joined_teams_and_below_an_office(
    team: Organization, captain: User, chifeng: User, baotou: User, membership: Membership
) -> None:
    ours, wide, far = (
        coming(team, captain), coming(chifeng.organization, chifeng), coming(baotou.organization, baotou),
    )  # fmt: skip
    assert set(open_to(membership.person)) == {ours, wide}
    assert far not in open_to(membership.person)
    closed = coming(team, captain, enrols_until=None)
    assert closed not in open_to(membership.person)


def test_who_is_in_no_team_any_more_cannot_be_accepted(
    team: Organization, captain: User, member: User, membership: Membership, as_user: Callable[[User], Client]
) -> None:
    course = coming(team, captain)
    row = enrol(course, membership.person, by=member)
    Membership.objects.filter(pk=membership.pk).update(
        state="ended", left_on=timezone.localdate(), end_kind="voluntary"
    )
    assert "已经不在报名时的队伍里" in said(as_user(captain), "people_act", course.pk, act="accept", row=[row.pk])
    row.refresh_from_db()
    assert row.listing == Listing.ASKED


# -- results --------------------------------------------------------------------------------------------------
def typed(rows: list[Participation], *outcomes: tuple[str, str]) -> dict[str, str]:
    data = {}
    for row, (outcome, score) in zip(rows, outcomes, strict=True):
        data |= {f"outcome-{row.pk}": outcome, f"score-{row.pk}": score, f"version-{row.pk}": str(row.version)}
    return data


@pytest.fixture
def course(team: Organization, captain: User) -> Activity:
    made = builders.training(team, captain)
    there = builders.listed(made, *(people.member(team, number) for number in (1, 2, 3)))
    builders.present(made, there)
    return made


def test_results_are_saved_row_by_row(course: Activity, captain: User, as_user: Callable[[User], Client]) -> None:
    rows, client = list(course.participations.order_by("pk")), as_user(captain)
    url = reverse("training:activity_results", args=[course.pk])
    Participation.objects.filter(pk=rows[2].pk).update(outcome="failed", version=7)  # somebody else, meanwhile
    data = typed(rows, ("passed", "88.5"), ("passed", "101"), ("passed", "60"))
    page = client.post(url, data)
    shown = page.content.decode()
    assert "成绩是 0 到 100 的数" in shown
    assert "别人刚改过：不合格" in shown
    assert 'value="101"' in shown
    assert [(row.outcome, row.score) for row in course.participations.order_by("pk")] == [
        ("passed", pytest.approx(88.5)), ("", None), ("failed", None),
    ]  # fmt: skip
    assert rows[0].tracked_events.filter(outcome="passed").exists()
    rows = list(course.participations.order_by("pk"))
    client.post(url, typed(rows, ("passed", "88.5"), ("", ""), ("failed", "")) | {"rest": "passed"})
    assert list(course.participations.order_by("pk").values_list("outcome", flat=True)) == [
        "passed", "passed", "failed",
    ]  # fmt: skip


def test_a_hundred_results_in_few_queries(
    team: Organization, captain: User, as_user: Callable[[User], Client], django_assert_max_num_queries: Any
) -> None:
    made = builders.training(team, captain)
    url, client = reverse("training:activity_results", args=[made.pk]), as_user(captain)
    few = queries_of(client, url)
    rows = builders.listed(made, *(people.member(team, number) for number in range(1, 101)))
    builders.present(made, rows)
    assert len(queries_of(client, url)) == len(few) <= 10
    with django_assert_max_num_queries(25):
        client.post(url, typed(rows, *[("passed", "80")] * 100))
    assert made.participations.filter(outcome=Outcome.PASSED).count() == 100


def test_teachings_by_catalogue_or_by_name(course: Activity, captain: User, as_user: Callable[[User], Client]) -> None:
    client = as_user(captain)
    assert "请选择师资，或者填写姓名" in said(client, "teaching_create", course.pk, topic="心肺复苏")
    said(client, "teaching_create", course.pk, name="外请老师", topic="心肺复苏", lessons="4")
    again = said(client, "teaching_create", course.pk, name="外请老师", topic="心肺复苏", lessons="4")
    assert "已经登记过同样的授课" in again
    teaching = Teaching.objects.get(activity=course)
    said(client, "teaching_edit", teaching.pk, name="外请老师", topic="包扎")
    teaching.refresh_from_db()
    assert teaching.topic == "包扎"
    said(client, "teaching_remove", teaching.pk)
    assert not course.teachings.exists()


# -- certificates ---------------------------------------------------------------------------------------------
def sheet(client: Client, activity: Activity, **more: Any) -> tuple[str, dict[str, Any]]:
    url = reverse("training:activity_certificates", args=[activity.pk])
    page = client.get(url, {"kind": "first_aid"})
    data = {"kind": "first_aid", "issuer": "演示红十字会", "issued_on": timezone.localdate().isoformat()}
    for line in page.context["lines"]:
        prefix = line.form.prefix
        data |= {f"{prefix}-held": line.held.pk if line.held else 0, f"{prefix}-act": "skip", f"{prefix}-number": ""}
    return url, data | {"prefix_text": "CF-", "first_number": "001", **more}


def test_certificates_to_those_who_passed_in_one_step_and_never_twice(
    course: Activity, captain: User, chifeng: User, as_user: Callable[[User], Client]
) -> None:
    rows = list(course.participations.order_by("pk"))
    Participation.objects.filter(pk__in=[row.pk for row in rows[:2]]).update(outcome="passed", version=2)
    client = as_user(captain)
    assert "kinds" in client.get(reverse("training:activity_certificates", args=[course.pk])).context
    url, data = sheet(client, course)
    assert "已登记 2 本证书" in client.post(url, data, follow=True).content.decode()
    client.post(url, data, follow=True)
    given = list(Certificate.objects.order_by("pk"))
    assert [one.number for one in given] == ["CF-001", "CF-002"]
    assert given[0].state == CertificateState.REPORTED  # the captain does not verify
    rows[0].refresh_from_db()
    assert rows[0].certificate == given[0]
    CERTIFICATE.perform(given[0], "end", by=chifeng if given[0].state == "verified" else captain, reason="登记有误")
    assert [row.pk for row in to_award(course)] == [rows[0].pk]  # it can be given again


def test_second_window_is_told_whom_the_first_has_given_theirs(
    course: Activity, captain: User, as_user: Callable[[User], Client]
) -> None:
    """It read that everybody left had been marked as 不发, and nothing of those who were gone."""
    rows = list(course.participations.order_by("pk"))
    course.participations.update(outcome="passed")
    people.certificate(rows[2].person, number="YS-9")  # good for years: left out unless asked for
    client = as_user(captain)
    url, data = sheet(client, course)
    data["membership"] = [line.membership.pk for line in client.get(url, {"kind": "first_aid"}).context["lines"]]
    assert "已登记 2 本证书" in client.post(url, data, follow=True).content.decode()
    again = client.post(url, data, follow=True)
    assert "原来在名单里的 2 人已经发过证" in again.content.decode()
    assert Certificate.objects.count() == 3


def test_who_has_one_is_renewed_or_kept_and_a_taken_number_is_named(
    course: Activity, captain: User, as_user: Callable[[User], Client]
) -> None:
    rows = list(course.participations.order_by("pk"))
    course.participations.update(outcome="passed")
    old = people.certificate(rows[0].person, state=CertificateState.REPORTED, number="ALT-1")
    other = people.certificate(people.member(course.host, 9).person, number="CF-001")
    client = as_user(captain)
    url, data = sheet(client, course, **{f"p{rows[0].person_id}-act": "renew"})
    refused = client.post(url, data).content.decode()
    assert "不能发，谁都还没有发" in refused
    assert Certificate.objects.count() == 2
    client.post(url, data | {"first_number": "101"})
    old.refresh_from_db()
    assert (old.state, other.state) == (CertificateState.ENDED, CertificateState.VERIFIED)
    assert course.participations.exclude(certificate=None).count() == 3


def test_certificate_ended_again_names_the_one_it_took_the_place_of(
    course: Activity, captain: User, chifeng: User, as_user: Callable[[User], Client]
) -> None:
    """The result was put right: not passed. The old paper ran for another year, and its holder stood without any."""
    row = course.participations.order_by("pk")[0]
    Participation.objects.filter(pk=row.pk).update(outcome="passed")
    old = people.certificate(row.person, number="YS-OLD")
    client = as_user(chifeng)
    url, data = sheet(client, course, **{f"p{row.person_id}-act": "renew"})
    client.post(url, data)
    new = Certificate.objects.exclude(pk=old.pk).get()
    move = reverse("people:certificate_move", args=[new.pk])
    said = "以前的 YS-OLD 已经停用，不会自动恢复"
    assert said in client.get(move, {"action": "end"}).content.decode()
    people.certificate(row.person, number="YS-THIRD")
    assert said not in client.get(move, {"action": "end"}).content.decode()


def test_who_passed_and_holds_a_good_one_does_not_wait_for_another(
    course: Activity, captain: User, as_user: Callable[[User], Client]
) -> None:
    course.course_version = builders.course(course.host, certificate_kind_id="first_aid").versions.get()
    course.save()
    rows = list(course.participations.order_by("pk"))
    course.participations.update(outcome="passed")
    people.certificate(rows[0].person)  # entered with the roster
    people.certificate(rows[1].person, number="OLD-1", expires_on=timezone.localdate() + timedelta(days=20))
    client, results = as_user(captain), reverse("training:activity_results", args=[course.pk])
    page = client.get(results).content.decode()
    assert ("给合格的 2 人发证" in page, "合格的有 1 人已经有还在有效期的同种证书" in page) == (True, True)
    url, data = sheet(client, course, **{f"p{rows[1].person_id}-act": "add"})
    client.post(url, data)
    page = client.get(results).content.decode()
    assert ("人发证" in page, "换发或另发" in page) == (False, True)
    url, data = sheet(client, course, **{f"p{rows[0].person_id}-act": "add", "first_number": "201"})
    client.post(url, data)
    assert course.participations.exclude(certificate=None).count() == 3
    assert "换发或另发" not in client.get(results).content.decode()


def test_strangers_and_those_without_the_right_stay_out(
    course: Activity, baotou: User, leader: User, as_user: Callable[[User], Client]
) -> None:
    for name in ("activity_results", "activity_certificates"):
        url = reverse(f"training:{name}", args=[course.pk])
        assert as_user(baotou).get(url).status_code == 404
        assert as_user(leader).post(url).status_code == 403
    assert as_user(leader).get(reverse("training:activity_results", args=[course.pk])).status_code == 200


def test_confirmed_results_do_not_change_but_certificates_can_still_be_given(
    course: Activity, captain: User, chifeng: User, as_user: Callable[[User], Client]
) -> None:
    course.participations.update(outcome="passed")
    record = WORKFLOW.perform(WORKFLOW.perform(course, "submit", by=captain), "confirm", by=chifeng)
    client, rows = as_user(captain), list(record.participations.order_by("pk"))
    assert "名单不能再改" in said(
        client, "activity_results", record.pk, **typed(rows, ("failed", ""), ("failed", ""), ("failed", ""))
    )
    url, data = sheet(client, record)
    client.post(url, data)
    assert record.participations.exclude(certificate=None).count() == 3


def test_each_office_gives_them_to_its_own_where_they_were_earned(
    chifeng: User, captain: User, songshan: User, baotou: User, as_user: Callable[[User], Client]
) -> None:
    made = builders.training(chifeng.organization, chifeng)
    near, far = people.member(captain.organization, 1), people.member(songshan.organization, 2)
    for one in (near, far):
        ActivityTeam.objects.create(activity=made, organization=one.organization)
    builders.present(made, builders.listed(made, near, far, outcome="passed"))
    page, certificates = (reverse(f"training:activity_{name}", args=[made.pk]) for name in ("results", "certificates"))
    client = as_user(chifeng)
    assert "1 人不在您维护的队伍里，由其队伍的管理单位在这里发证" in client.get(page).content.decode()
    url, data = sheet(client, made)
    client.post(url, data)
    assert set(to_award(made)) == {made.participations.get(person=far.person)}
    theirs = as_user(songshan)
    assert certificates in theirs.get(page).content.decode()
    url, data = sheet(theirs, made, first_number="201")
    assert data["issuer"]
    assert "已登记 1 本证书" in theirs.post(url, data, follow=True).content.decode()
    assert not to_award(made)
    assert "不在您维护的队伍里" not in client.get(page).content.decode()
    assert as_user(baotou).get(certificates).status_code == 404


def test_a_result_put_right_after_the_certificate_is_told_until_it_is_ended(
    course: Activity, captain: User, chifeng: User, as_user: Callable[[User], Client]
) -> None:
    rows = list(course.participations.order_by("pk"))
    course.participations.update(outcome="passed")
    client, page = as_user(captain), reverse("training:activity_results", args=[course.pk])
    client.post(*sheet(client, course))
    given = Certificate.objects.get(person=rows[0].person)
    record = WORKFLOW.perform(WORKFLOW.perform(course, "submit", by=captain), "confirm", by=chifeng)
    record = WORKFLOW.perform(record, "reopen", by=chifeng, comment="成绩不对", fields={"results": "第一个人没有合格"})
    sheet_page = client.get(record.get_absolute_url())
    assert [part["asked"] for part in sheet_page.context["elsewhere"] if part["url"] == page] == [True]
    rows = list(course.participations.order_by("pk"))
    answer = client.post(page, typed(rows, ("failed", "40"), ("passed", ""), ("passed", "")), follow=True)
    assert "1 人发了证书，现在不在合格的人里" in answer.content.decode()
    assert given.get_absolute_url() in answer.content.decode()
    again = WORKFLOW.perform(record, "resubmit", by=captain)
    told = as_user(chifeng).get(again.get_absolute_url()).context["told"]
    assert "有 1 人按这次培训发了证书，现在不在合格的人里，证书还有效。" in told
    CERTIFICATE.perform(given, "end", by=chifeng if given.state == "verified" else captain, reason="登记有误")
    assert "现在不在合格的人里" not in client.get(page).content.decode()


def test_a_training_is_not_cancelled_while_certificates_of_it_stand(
    course: Activity, captain: User, as_user: Callable[[User], Client]
) -> None:
    course.participations.update(outcome="passed")
    client = as_user(captain)
    client.post(*sheet(client, course))
    assert "已经按这次培训发了 3 本证书" in said(client, "activity_move", course.pk, action="cancel", reason="没有办")
    course.refresh_from_db()
    assert course.state == "draft"


# -- own pages ------------------------------------------------------------------------------------------------
def test_own_page_shows_hours_results_and_certificates_and_nobody_elses(
    team: Organization, captain: User, member: User, membership: Membership, baotou: User,
    as_user: Callable[[User], Client],
) -> None:  # fmt: skip
    made = builders.training(team, captain, title="急救培训（演示）")
    row = builders.listed(made, membership)[0]
    builders.present(made, [row])
    Participation.objects.update(
        outcome="passed", score="91.5", certificate=people.certificate(membership.person, number="X-1")
    )
    page = as_user(member).get(MINE).content.decode()
    for word in ("急救培训（演示）", "8 小时", "合格", "91.5", "救护员证", "记录还没有确认"):
        assert word in page, word
    assert as_user(baotou).get(MINE).status_code == 302  # linked to no person
    assert as_user(captain).post(reverse("training:my_withdraw", args=[row.pk])).status_code in (302, 404)
    row.refresh_from_db()
    assert row.listing == Listing.LISTED
    kept = as_user(captain).get(reverse("training:person_activities", args=[membership.person_id]))
    assert "急救培训（演示）" in kept.content.decode()
    assert as_user(baotou).get(reverse("training:person_activities", args=[membership.person_id])).status_code == 404
    assert len(queries_of(as_user(member), MINE)) <= 10


def test_began_already_is_not_withdrawn(
    team: Organization, captain: User, member: User, membership: Membership, as_user: Callable[[User], Client]
) -> None:
    made = builders.training(team, captain)
    row = builders.listed(made, membership)[0]
    assert "培训已经开始" in said(as_user(member), "my_withdraw", row.pk)
