"""Bases, instructors and what the region keeps: one office enters, every office looks up."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import Notice
from core.reminders import _send
from organizations.models import Organization, User
from tests.core.list_checks import assert_constant_queries, assert_sorts_by_index, assert_tampering_is_told, queries_of
from tests.people import builders as people
from tests.training import builders
from tests.training.builders import downloaded
from training.catalogue.reminders import agreements_ending, qualifications_ending
from training.models import Activity, Base, DrillTemplate, Instructor, Subject, Teaching, TrainingSetting
from training.settings import LESSON, value_of
from training.views.bases import BaseList
from training.views.instructors import InstructorList

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
TODAY = timezone.localdate


def said(response: Any) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def typed(**facts: Any) -> dict[str, Any]:
    return {"name": "红山训练基地（演示）", "kind": "own", "division": "150404", "categories": ["aquatic"], **facts}


# -- bases ---------------------------------------------------------------------------------------------------
def test_office_enters_a_base_and_everybody_looks_it_up(
    songshan: User, baotou: User, member: User, as_user: SignIn
) -> None:
    clerk = as_user(songshan)
    place = songshan.organization
    answer = clerk.post(
        reverse("training:base_create"), typed(organization=place.pk, kind="rented", phone="13800001234"), follow=True
    )
    base = Base.objects.get()
    assert answer.redirect_chain[-1][0] == base.get_absolute_url()
    assert "还没有写对方单位" in said(answer)
    assert "13800001234" in answer.content.decode()  # its own keeper
    far = as_user(baotou).get(base.get_absolute_url()).content.decode()
    assert "138****1234" in far
    assert "13800001234" not in far
    assert as_user(baotou).get(reverse("training:base_edit", args=[base.pk])).status_code == 403
    assert as_user(member).get(base.get_absolute_url()).status_code == 403
    assert as_user(baotou).get(reverse("training:base_detail", args=[base.pk + 999])).status_code == 404


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"name": ""}, "name"),
        ({"latitude": "42.2"}, "longitude"),
        ({"longitude": "118.8"}, "latitude"),
        ({"latitude": "142.2", "longitude": "118.8"}, "latitude"),
        ({"agreed_from": "2026-05-01", "agreed_until": "2026-04-01"}, "__all__"),
        ({"phone": "12"}, "phone"),
        ({"capacity": "0"}, "capacity"),
        ({"categories": ["nothing"]}, "categories"),
        ({"organization": "150200"}, "organization"),
    ],
)
def test_bad_facts_of_a_base_are_told_at_their_field(
    songshan: User, as_user: SignIn, facts: dict[str, Any], told: str
) -> None:
    data = typed(organization=songshan.organization_id) | facts
    answer = as_user(songshan).post(reverse("training:base_create"), data)
    assert told in answer.context["form"].errors
    assert not Base.objects.exists()


def test_a_base_sent_twice_is_entered_once(songshan: User, chifeng: User, as_user: SignIn) -> None:
    """The answer was slow and the button pressed again. Another office may have one of the same name."""
    url, data = reverse("training:base_create"), typed(organization=songshan.organization_id)
    assert as_user(songshan).post(url, data).status_code == 302
    assert "name" in as_user(songshan).post(url, data).context["form"].errors
    base = Base.objects.get()
    kept = data | {"version": base.version, "address": "红山"}
    assert as_user(songshan).post(reverse("training:base_edit", args=[base.pk]), kept).status_code == 302
    assert as_user(chifeng).post(url, typed(organization=chifeng.organization_id)).status_code == 302
    assert Base.objects.count() == 2


def test_base_ends_and_is_taken_up_again_and_its_history_says_so(songshan: User, as_user: SignIn) -> None:
    base, client = builders.base(songshan.organization), as_user(songshan)
    url = reverse("training:base_end", args=[base.pk])
    soon = timezone.now() + timedelta(days=4)
    builders.drill(songshan.organization, songshan, base=base, starts_at=soon, title="下周的演练（演示）")
    builders.drill(songshan.organization, songshan, base=base, title="上周的演练（演示）")
    asked = client.get(url).content.decode()
    assert f"还有活动定在这里，改地点的请到活动里改：{timezone.localdate(soon)} 下周的演练（演示）。" in asked
    assert "上周的演练" not in asked
    base.refresh_from_db()
    assert base.ended_on is None
    client.post(url)
    base.refresh_from_db()
    assert (base.ended_on, base.version) == (TODAY(), 2)
    listed = reverse("training:base_list")
    assert client.get(listed).context["paginator"].count == 0
    assert client.get(listed + "?status=ended").context["paginator"].count == 1
    assert "停用日期" in client.get(base.get_absolute_url()).content.decode()
    client.post(url)
    base.refresh_from_db()
    assert base.ended_on is None


def test_two_clerks_at_one_base_do_not_overwrite_each_other(songshan: User, as_user: SignIn) -> None:
    base = builders.base(songshan.organization)
    client, url = as_user(songshan), reverse("training:base_edit", args=[base.pk])
    data = {"name": base.name, "kind": "own", "division": "150404", "version": 1}
    client.post(url, data | {"capacity": "50"})
    answer = client.post(url, data | {"capacity": "60"})
    assert answer.context["form"].clashes
    assert Base.objects.get().capacity == 50


def test_what_was_held_at_a_base_is_shown_to_who_sees_it(
    captain: User, baotou: User, chifeng: User, as_user: SignIn
) -> None:
    base = builders.base(captain.organization)
    builders.drill(captain.organization, captain, base=base, title="河道救援（演示）")
    assert "河道救援" in as_user(chifeng).get(base.get_absolute_url()).content.decode()
    assert "河道救援" not in as_user(baotou).get(base.get_absolute_url()).content.decode()


def test_list_of_bases_filters_sorts_and_stays_quick(songshan: User, as_user: SignIn) -> None:
    client, place = as_user(songshan), songshan.organization
    url = reverse("training:base_list")

    def grow(number: int) -> None:
        while Base.objects.count() < number:
            builders.base(place, name=f"基地{Base.objects.count():03d}")

    assert_constant_queries(client, url, grow)
    assert_tampering_is_told(client, url)
    assert_sorts_by_index(BaseList)
    builders.base(place, name="快到期的基地", agreed_until=TODAY() + timedelta(days=20), kind="rented")
    for query in ("agreement=30", "kind=rented", "q=快到", "area=150400&agreement=90"):
        names = [row.record.name for row in client.get(f"{url}?{query}").context["table"].rows]
        assert names == ["快到期的基地"], query
    assert client.get(f"{url}?area=150200").context["paginator"].count == 0
    assert client.get(f"{url}?at={TODAY()}").status_code == 200
    assert downloaded(client, f"{url}?export=xlsx")
    assert len(queries_of(client, Base.objects.first().get_absolute_url())) <= 10  # type: ignore[union-attr]


@pytest.mark.parametrize(("days", "told"), [(91, False), (90, True), (60, False), (30, True), (28, True), (0, True)])
def test_what_runs_out_is_told_its_keepers_once(songshan: User, days: int, told: bool) -> None:
    until = TODAY() + timedelta(days=days)
    builders.base(songshan.organization, agreed_until=until)
    builders.instructor(songshan.organization, qualified_until=until)
    builders.instructor(songshan.organization, name="停用的（演示）", qualified_until=until, ended_on=TODAY())
    for _again in range(2):
        for reminder in (*agreements_ending(TODAY()), *qualifications_ending(TODAY())):
            _send(reminder)
    notices = Notice.objects.select_related("recipient").order_by("kind")
    sent = [(notice.kind, notice.recipient.username) for notice in notices]
    expected = [("base_agreement", "songshan"), ("instructor_qualification", "songshan")]
    assert sent == (expected if told else [])


# -- instructors -----------------------------------------------------------------------------------------------
def test_member_is_found_by_name_and_his_certificates_are_read(
    songshan: User, captain: User, baotou: User, as_user: SignIn, office: Callable[[str], Organization]
) -> None:
    there = people.member(captain.organization, 1)
    people.certificate(there.person, number="秘密-0001")
    client = as_user(captain)
    url = reverse("training:instructor_create")
    data = {"organization": captain.organization_id, "member": there.person.name, "categories": ["medical"]}
    answer = client.post(url, data, follow=True)
    made = Instructor.objects.get()
    assert (made.person, made.name) == (there.person, there.person.name)
    page = answer.content.decode()
    assert "救护员" in page
    assert "秘密-0001" not in page  # kinds and validity, no numbers
    assert client.post(url, data).context["form"].errors  # once
    far = as_user(baotou).get(made.get_absolute_url()).content.decode()
    assert made.name in far
    assert there.person.get_absolute_url() not in far
    assert "从队员档案读出" not in far


def test_nobody_is_found_among_members_the_keeper_does_not_see(baotou: User, captain: User, as_user: SignIn) -> None:
    there = people.member(captain.organization, 1)
    for typed_name in (there.person.name, people.citizen(1)):
        answer = as_user(baotou).post(
            reverse("training:instructor_create"), {"organization": baotou.organization_id, "member": typed_name}
        )
        assert "member" in answer.context["form"].errors
    assert not Instructor.objects.exists()


def test_outsider_is_entered_by_name_assessed_and_ended_with_a_reason(songshan: User, as_user: SignIn) -> None:
    client = as_user(songshan)
    url = reverse("training:instructor_create")
    place = songshan.organization_id
    assert "member" in client.post(url, {"organization": place}).context["form"].errors
    assert "member" in client.post(url, {"organization": place, "name": "甲", "member": "乙"}).context["form"].errors
    until = (TODAY() + timedelta(days=10)).isoformat()
    client.post(url, {"organization": place, "name": "李教员（演示）", "qualified_until": until})
    made = Instructor.objects.get()
    assessed = reverse("training:assessment_create", args=[made.pk])
    assert client.post(assessed, {"assessed_on": "2999-01-01", "what": "试讲", "outcome": "passed"}).status_code == 200
    client.post(assessed, {"assessed_on": TODAY().isoformat(), "what": "试讲（演示）", "outcome": "passed"})
    one = made.assessments.get()
    client.post(
        reverse("training:assessment_edit", args=[one.pk]),
        {"assessed_on": TODAY().isoformat(), "what": "试讲（演示）", "outcome": "failed", "version": one.version},
    )
    one.refresh_from_db()
    assert one.outcome == "failed"
    page = client.get(made.get_absolute_url()).content.decode()
    assert "剩 10 天" in page
    assert "试讲（演示）" in page
    listed = client.get(reverse("training:instructor_list") + "?qualified=30").context["table"].rows
    assert [row.record for row in listed] == [made]
    end = reverse("training:instructor_end", args=[made.pk])
    assert client.post(end, {"reason": ""}).status_code == 200
    client.post(end, {"reason": "离职"})
    made.refresh_from_db()
    assert (made.ended_on, made.end_reason) == (TODAY(), "离职")


def test_training_at_an_ended_base_or_by_somebody_no_longer_qualified_is_told(captain: User, as_user: SignIn) -> None:
    team, client = captain.organization, as_user(captain)
    day = TODAY() - timedelta(days=3)
    held = builders.training(team, captain, base=builders.base(team, agreed_from=day, agreed_until=day))
    until = day - timedelta(days=1)
    expired = builders.instructor(team, qualified_until=until)
    in_force = builders.instructor(team, name="王教员（演示）", qualified_until=day)
    for number, instructor in enumerate((expired, expired, in_force)):
        Teaching.objects.create(activity=held, instructor=instructor, name=instructor.name, topic=f"课目{number}")
    url = held.get_absolute_url()

    def told() -> list[str]:
        missing = client.get(url).context["missing"]
        return [line["finding"].message for line in missing if line["url"] and not line["finding"].blocking]

    qualified = f"李教员（演示）的师资资质到 {until} 为止，授课时已经过期。"
    assert told() == [qualified]
    Base.objects.update(agreed_from=TODAY(), agreed_until=TODAY() + timedelta(days=9))
    assert told() == [f"“演示训练基地”的协议从 {TODAY()} 起，活动时还没有开始。", qualified]
    Base.objects.update(agreed_from=until - timedelta(days=9), agreed_until=until, ended_on=until)
    assert told() == [
        f"“演示训练基地”的协议到 {until} 为止，活动时已经到期。",
        f"“演示训练基地”已于 {until} 停用，请核对训练基地。",
        qualified,
    ]
    assert len(queries_of(client, url)) <= 10


def test_outsider_entered_twice_is_saved_and_told(songshan: User, baotou: User, as_user: SignIn) -> None:
    builders.instructor(baotou.organization)
    builders.instructor(songshan.organization, ended_on=TODAY(), end_reason="离职")
    client, url = as_user(songshan), reverse("training:instructor_create")
    data = {"organization": songshan.organization_id, "name": "李教员（演示）"}
    assert "已经有一位" not in said(client.post(url, data, follow=True))
    assert "本单位的师资里已经有一位“李教员（演示）”" in said(client.post(url, data, follow=True))
    assert Instructor.objects.in_use().filter(organization=songshan.organization).count() == 2


def test_what_an_instructor_taught_is_added_up(captain: User, as_user: SignIn) -> None:
    made = builders.instructor(captain.organization)
    for number, state in enumerate(("draft", "draft", "cancelled")):
        activity = builders.training(captain.organization, captain, title=f"培训{number}（演示）")
        Teaching.objects.create(activity=activity, instructor=made, name=made.name, topic="心肺复苏", lessons=4)
        if state == "cancelled":
            Activity.objects.filter(pk=activity.pk).update(state=state)
    answer = as_user(captain).get(made.get_absolute_url())
    assert answer.context["lessons"] == 8
    assert "培训2" not in answer.content.decode()
    assert len(queries_of(as_user(captain), made.get_absolute_url())) <= 10


def test_list_of_instructors_stays_quick(songshan: User, as_user: SignIn) -> None:
    client, url = as_user(songshan), reverse("training:instructor_list")

    def grow(number: int) -> None:
        while Instructor.objects.count() < number:
            builders.instructor(songshan.organization, name=f"教员{Instructor.objects.count():03d}")

    assert_constant_queries(client, url, grow)
    assert_tampering_is_told(client, url)
    assert_sorts_by_index(InstructorList)


# -- the region -------------------------------------------------------------------------------------------------
def test_region_keeps_subjects_and_numbers(region: User, chifeng: User, as_user: SignIn) -> None:
    keeper = as_user(region)
    keeper.post(reverse("training:subject_create"), {"name": "冰面救援（演示）", "position": "5"})
    made = Subject.objects.get(name="冰面救援（演示）")
    keeper.post(
        reverse("training:subject_edit", args=[made.pk]),
        {"name": made.name, "position": "5", "ended_on": "on", "version": made.version},
    )
    made.refresh_from_db()
    assert made.ended_on == TODAY()
    url = reverse("training:setting_edit", args=["lesson_minutes"])
    assert keeper.post(url, {"value": "90"}).context["form"].errors
    keeper.post(url, {"value": "60", "source": "演示通知"})
    assert TrainingSetting.objects.get(pk="lesson_minutes").source == "演示通知"
    assert value_of(LESSON) == 60
    assert "演示通知" in keeper.get(reverse("training:setting_list")).content.decode()
    assert keeper.get(reverse("training:setting_edit", args=["nothing"])).status_code == 404
    other = as_user(chifeng)
    assert other.get(reverse("training:subject_list")).status_code == 200
    assert other.get(reverse("training:subject_create")).status_code == 403
    assert other.get(reverse("training:setting_list")).status_code == 403


def test_api_lists_what_the_pages_list_and_masks_phones(baotou: User, member: User, songshan: User,
                                                        as_user: SignIn) -> None:  # fmt: skip
    base = builders.base(songshan.organization)
    builders.instructor(songshan.organization)
    course = builders.course(songshan.organization)
    client = as_user(baotou)
    rows = client.get(reverse("api:base-list")).json()["results"]
    assert [(row["id"], row["phone"]) for row in rows] == [(base.pk, "138****1234")]
    assert client.get(reverse("api:instructor-list")).json()["results"][0]["is_member"] is False
    one = client.get(reverse("api:course-detail", args=[course.pk])).json()
    assert [lesson["name"] for lesson in one["versions"][0]["lessons"]] == ["课目1", "课目2"]
    assert as_user(member).get(reverse("api:base-detail", args=[base.pk])).status_code == 403


def test_templates_of_offices_above_are_there_and_kept_by_their_office(
    captain: User, region: User, baotou: User, as_user: SignIn
) -> None:
    own = DrillTemplate.objects.create(
        organization=captain.organization, name="本队的（演示）", payload={"hazard": "water"}
    )
    sample = DrillTemplate.objects.filter(organization=region.organization)[0]
    client, url = as_user(captain), reverse("training:template_list")
    page = client.get(url).content.decode()
    assert own.name in page
    assert sample.name in page
    assert own.name not in as_user(baotou).get(url).content.decode()
    assert client.get(reverse("training:template_edit", args=[sample.pk])).status_code == 403
    assert as_user(baotou).get(reverse("training:template_edit", args=[own.pk])).status_code == 404
    edit = reverse("training:template_edit", args=[own.pk])
    client.post(edit, {"name": own.name, "ended_on": "on", "version": 1})
    own.refresh_from_db()
    assert own.ended_on == TODAY()
