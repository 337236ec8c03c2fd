"""Two records of one human being: found, compared, made one, and taken back exactly."""

from collections.abc import Callable
from datetime import date
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import ForeignKey
from django.forms.models import model_to_dict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.attachments import attach
from core.history.as_at import events_of
from core.models import Attachment
from organizations.models import Organization, User
from organizations.reference import add_child
from people import identity
from people.choices import ConsentKind, EndKind, IdType
from people.documents import correct_document
from people.membership.admitting import admit
from people.membership.enrolling import find
from people.merging.merging import MOVED, hanging, kept_instead, merge, staying
from people.merging.unmerging import in_the_way, undo
from people.models import (
    Award,
    Certificate,
    Consent,
    ConsentText,
    Cover,
    HourRecord,
    Membership,
    Merge,
    Person,
)
from people.papers.insuring import add_people
from people.privacy.revealing import disclosures_of, note
from people.standing import hours
from people.states import MembershipState
from portal.demo.cast import TEAM_CODE
from teams.models import Team, TeamPost
from tests.core.list_checks import queries_of
from tests.core.sample_files import image
from tests.people import builders
from tests.people.builders import citizen

pytestmark = pytest.mark.django_db
LIST = "/people/merges/"
BIRTH = date(1990, 3, 7)


@pytest.fixture
def team(cast: Any) -> Organization:
    return Organization.objects.get(code=TEAM_CODE)


@pytest.fixture
def second_team(team: Organization) -> Organization:
    return add_child(
        Organization.objects.get(code="150400"), code="T15040099", name="第二支（演示）", short_name="第二支",
        level="team", division_id="150400",
    )  # fmt: skip


@pytest.fixture
def two(team: Organization, second_team: Organization) -> tuple[Person, Person]:
    """One human being, entered by two teams: the second knew no ID number."""
    kept = builders.member(team, 1, person=builders.person(1, name="王明", address="松山区甲街")).person
    other = builders.person(
        2, name="王明", mobile="13800000001", birth=BIRTH, id_number="", employer="某厂", gender="2"
    )
    builders.member(second_team, person=other)
    return kept, other


def compared(client: Client, kept: Person, ceased: Person) -> tuple[str, dict[str, Any]]:
    """The page and what its form carries untouched."""
    url = reverse("people:merge_create", args=[kept.pk, ceased.pk])
    form = client.get(url).context["form"]
    return url, {name: form[name].value() or "" for name in form.fields} | {"reason": "已与本人核对"}


def merged(client: Client, kept: Person, ceased: Person, **more: str) -> Merge:
    url, data = compared(client, kept, ceased)
    response = client.post(url, data | more)
    assert response.status_code == 302, response.context["form"].errors
    return Merge.objects.latest("pk")


def snapshot(*people: Person) -> list[dict[str, Any]]:
    """Everything that hangs on these people as it stands, without the counters that only ever go up."""
    rows: list[Any] = list(Person.objects.filter(pk__in=[person.pk for person in people]).order_by("pk"))
    for model in MOVED:
        rows += model._default_manager.filter(person__in=people).order_by("pk")
    shots = [{**model_to_dict(row), "_": row._meta.label, "id_index": getattr(row, "id_index", "")} for row in rows]
    return [{key: value for key, value in shot.items() if key != "version"} for shot in shots]


# -- finding them ---------------------------------------------------------------------------------------------
def test_the_office_sees_who_may_be_one_person_and_nobody_else_does(
    two: tuple[Person, Person], chifeng: User, captain: User, songshan: User, as_user: Callable[[User], Client]
) -> None:  # fmt: skip
    client = as_user(chifeng)
    assert len(queries_of(client, LIST)) <= 10
    page = client.get(LIST)
    assert page.context["pairs"] == [(*two, "姓名和出生日期相同；手机号相同")]
    assert citizen(1) not in page.content.decode()
    assert "13800000001" not in page.content.decode()
    assert as_user(captain).get(LIST).status_code == 403
    assert as_user(songshan).get(LIST).context["pairs"] == []  # verifies, but not at these teams


def test_a_family_that_shares_a_telephone_is_not_taken_for_one(
    two: tuple[Person, Person], team: Organization, chifeng: User, as_user: Callable[[User], Client]
) -> None:
    for number, facts in enumerate(({"birth": date(2000, 1, 1)}, {"birth": None}), 5):
        person = builders.person(number, name=f"李{'甲乙'[number - 5]}", mobile="13800000001", id_number="", **facts)
        builders.member(team, person=person)
    pairs = as_user(chifeng).get(LIST).context["pairs"]
    assert [(one.name, other.name) for one, other, _why in pairs] == [("王明", "王明"), ("王明", "李乙")]


def test_of_two_teams_one_of_which_is_not_the_offices_nothing_is_told(
    two: tuple[Person, Person], office: Callable[[str], Organization], chifeng: User, as_user: Callable[[User], Client]
) -> None:
    elsewhere = add_child(
        office("150402"), code="T15040299", name="红山（演示）", short_name="红山", level="team", division_id="150402"
    )
    other = builders.person(3, name="李红", mobile="13800000009")
    builders.member(elsewhere, person=other)
    builders.member(Organization.objects.get(code=TEAM_CODE), 4, person=builders.person(4, mobile="13800000009"))
    client = as_user(chifeng)
    assert "李红" not in client.get(LIST).content.decode()
    assert client.get(reverse("people:merge_create", args=[two[0].pk, other.pk])).status_code == 403


def test_two_can_be_chosen_by_hand_and_the_better_known_is_kept(
    two: tuple[Person, Person], chifeng: User, as_user: Callable[[User], Client]
) -> None:
    kept, other = two
    client = as_user(chifeng)
    assert set(client.get(LIST, {"q": "王明"}).context["found"]) == {kept, other}
    chosen = client.get(LIST, {"compare": "1", "person": [other.pk, kept.pk]})
    assert chosen["Location"] == reverse("people:merge_create", args=[kept.pk, other.pk])
    assert "请选中两个人" in client.get(LIST, {"compare": "1", "person": [kept.pk]}, follow=True).content.decode()


# -- merging ---------------------------------------------------------------------------------------------------
def test_what_is_missing_is_filled_in_what_differs_is_chosen_and_everything_moves(
    two: tuple[Person, Person], team: Organization, second_team: Organization, chifeng: User,
    as_user: Callable[[User], Client],
) -> None:  # fmt: skip
    kept, other = two
    builders.certificate(other, number="YS-9")
    HourRecord.objects.create(
        person=other, organization=second_team, kind="service", on=date(2025, 1, 2), hours=3, what="救援"
    )
    Award.objects.create(person=other, name="先进", level="team", grantor="队", awarded_on=date(2025, 1, 2))
    text = ConsentText.objects.filter(kind=ConsentKind.PERSONAL).published().get()
    Consent.objects.create(person=other, text=text, given_at=timezone.now(), channel="paper")
    note(other, "id_number", by=chifeng, reason="核对")
    attach(other, SimpleUploadedFile("照片.png", image("PNG")), kind="photo", by=chifeng)
    TeamPost.objects.create(
        team=Team.objects.get(organization=team), role="safety", name="王明", person=other, starts_on=date(2025, 1, 2)
    )
    page = as_user(chifeng).get(reverse("people:merge_create", args=[kept.pk, other.pk]))
    moving = {line["label"]: (line["kept"], line["ceased"]) for line in page.context["hanging"]}
    assert (moving["队籍"], moving["任职"], moving["时长"]) == ((1, 1), (0, 1), (0, 1))
    before, made = kept.tracked_events.count(), merged(as_user(chifeng), kept, other, take_gender="ceased")
    kept.refresh_from_db()
    assert (kept.employer, kept.address, kept.gender) == ("某厂", "松山区甲街", "2")
    assert {row.organization for row in kept.memberships.current()} == {team, second_team}
    assert kept.memberships.get(is_main=True).organization == team
    assert [kept.certificates.count(), kept.hours.count(), kept.awards.count(), kept.consents.count()] == [1, 1, 1, 1]
    assert Attachment.objects.of(kept).current().count() == 1
    assert disclosures_of(kept).count() == 1  # it stays where it was written, and is read with the rest
    assert kept_instead(other.pk) == kept
    assert not Person.objects.visible_to(chifeng).filter(pk=other.pk).exists()
    assert kept.tracked_events.count() == before + 1
    assert made.chosen == ["gender", "employer"]
    told = as_user(chifeng).get(reverse("people:person_history", args=[kept.pk])).context["entries"]
    assert f"合并：档案 {other.pk} 并入" in {entry["label"] for entry in told}
    assert all(entry["changes"] for entry in told if "修改队籍" in entry["label"])
    mains = [line for entry in told for line in entry["changes"] if line["label"] == "主要队伍" and line["old"]]
    assert [(line["old"], line["new"]) for line in mains] == [("是", "否")]  # of the record that ceased


def test_who_had_the_other_record_open_is_led_on_and_told_that_nothing_was_saved(
    as_user: Any, captain: User, chifeng: User, baotou: User, two: tuple[Person, Person]
) -> None:
    kept, other = two
    merged(as_user(chifeng), kept, other)
    edit, client = reverse("people:person_edit", args=[other.pk, "contact"]), as_user(captain)
    page = client.post(edit, {"version": 1, "mobile": "13900000009"}, follow=True)
    assert page.redirect_chain == [(reverse("people:person_edit", args=[kept.pk, "contact"]), 302)]
    assert "填的内容没有保存" in page.content.decode()
    kept.refresh_from_db()
    assert kept.mobile != "13900000009"
    papers = client.get(reverse("people:person_papers", args=[other.pk]))
    assert papers["Location"] == reverse("people:person_papers", args=[kept.pk])
    assert as_user(baotou).post(edit, {"version": 1}).status_code == 404


def test_hours_of_one_thing_count_once(
    two: tuple[Person, Person], second_team: Organization, chifeng: User, as_user: Callable[[User], Client]
) -> None:
    kept, other = two
    once = {"organization": second_team, "kind": "training", "on": date(2025, 1, 2), "hours": 3, "what": "演练"}
    for person, what in ((kept, "演练"), (other, "演练"), (other, "救援")):
        HourRecord.objects.create(person=person, **once | {"what": what})
    merged(as_user(chifeng), kept, other)
    assert sorted(row.what for row in kept.hours.all()) == ["救援", "演练"]
    assert sum(row.hours for row in hours(2025)) == 6


def test_in_the_same_team_twice_the_later_ends_as_a_mistake_and_a_policy_counts_once(
    two: tuple[Person, Person], team: Organization, chifeng: User, as_user: Callable[[User], Client]
) -> None:
    kept, other = two
    Membership.objects.filter(person=kept).update(joined_on=date(2024, 5, 1))
    earlier = builders.member(team, person=other, joined_on=date(2024, 1, 1))
    policy = builders.policy(team, kept, other)
    Cover.objects.filter(person=kept).update(ends_on=policy.starts_on)
    merged(as_user(chifeng), kept, other)
    here = Membership.objects.filter(person=kept, organization=team)
    assert here.current().get() == earlier
    assert here.get(state=MembershipState.ENDED).end_kind == EndKind.MISTAKE
    assert Cover.objects.get(person=kept).ends_on == policy.ends_on
    assert Membership.objects.current().filter(person=kept, is_main=True).count() == 1


def test_two_documents_need_a_reason_and_both_find_the_person(
    two: tuple[Person, Person], chifeng: User, as_user: Callable[[User], Client]
) -> None:
    kept, other = two
    other.set_id(IdType.PASSPORT, "E12345678")
    other.save()
    client = as_user(chifeng)
    url, data = compared(client, kept, other)
    refused = client.post(url, data)
    assert "document_reason" in refused.context["form"].errors
    assert not Merge.objects.exists()
    merged(client, kept, other, document_reason="换过护照", take_document="ceased")
    kept.refresh_from_db()
    assert kept.id_number == "E12345678"
    assert find(IdType.CITIZEN, citizen(1), name="") == find(IdType.PASSPORT, "E12345678", name="") == kept


def test_a_number_that_was_not_chosen_is_free_for_whose_it_really_is(
    two: tuple[Person, Person], team: Organization, chifeng: User, as_user: Callable[[User], Client]
) -> None:
    kept, other = two
    Person.objects.filter(pk=other.pk).update(name="王鸣")
    other.refresh_from_db()
    other.set_id(IdType.CITIZEN, citizen(4))  # the next line of the list
    other.save()
    client = as_user(chifeng)
    made = merged(client, kept, other, document_reason="第二支队伍抄了下一行的号码")
    page = client.get(reverse("people:merge_detail", args=[made.pk])).content.decode()
    assert identity.masked(citizen(4)) in page
    assert find(IdType.CITIZEN, citizen(4), name="王明") == find(IdType.CITIZEN, citizen(4), name="王鸣") == kept
    assert Person.objects.matching(citizen(4)).get() == kept
    told = admit({"name": "李志强"}, IdType.CITIZEN, citizen(4), team, joined_on=date(2026, 3, 1))
    assert not told.joined
    assert Person.objects.matching(citizen(4)).get() == told.membership.person
    kept.refresh_from_db()
    assert (kept.id_number, told.membership.person.id_number) == (citizen(1), citizen(4))


def test_undone_a_number_goes_back_where_it_was_unless_it_has_found_its_owner(
    two: tuple[Person, Person], team: Organization, chifeng: User, as_user: Callable[[User], Client]
) -> None:
    kept, other = two
    other.set_id(IdType.CITIZEN, citizen(4))
    other.save()
    client = as_user(chifeng)
    for taken in ("kept", "ceased"):
        before = snapshot(kept, other)
        made = merged(client, kept, other, document_reason="抄错", take_document=taken)
        client.post(reverse("people:merge_undo", args=[made.pk]))
        assert snapshot(kept, other) == before
        other.refresh_from_db()
        assert other.id_number == citizen(4)
        made = merged(client, kept, other, document_reason="抄错", take_document=taken)
        with transaction.atomic():
            number = citizen(4 if taken == "kept" else 1)
            admit({"name": "李志强"}, IdType.CITIZEN, number, team, joined_on=date(2026, 3, 1))
            page = client.post(reverse("people:merge_undo", args=[made.pk]), follow=True).content.decode()
            assert f"没有选用的证件（{identity.masked(number)}）已经登记给另一个人" in page
            transaction.set_rollback(True)
        undo(made, by=chifeng)


def test_records_merged_when_they_still_kept_their_number_let_go_of_it(
    two: tuple[Person, Person], team: Organization, chifeng: User, as_user: Callable[[User], Client]
) -> None:
    kept, other = two
    other.set_id(IdType.CITIZEN, citizen(4))
    other.save()
    client, before, row = as_user(chifeng), snapshot(kept, other), Person.objects.filter(pk=other.pk)
    held = row.values("id_type", "id_cipher", "id_index", "id_masked").get()
    made = merged(client, kept, other, document_reason="抄错", take_document="kept")
    row.update(**held)  # as it was left formerly
    events = events_of(Person).objects.filter(pgh_obj=other.pk)
    written = events.count()
    import_module("people.migrations.0007_free_lost_numbers").let_go(apps, None)
    other.refresh_from_db()
    kept.refresh_from_db()
    assert (other.id_index, other.id_masked, kept.id_number) == (None, "", citizen(1))
    assert events.count() == written  # nobody changed anything
    client.post(reverse("people:merge_undo", args=[made.pk]))
    assert snapshot(kept, other) == before


def test_the_number_that_lost_can_still_be_put_right(
    two: tuple[Person, Person], chifeng: User, as_user: Callable[[User], Client]
) -> None:
    kept, other = two
    other.set_id(IdType.CITIZEN, citizen(4))
    other.save()
    made = merged(as_user(chifeng), kept, other, document_reason="抄错")
    kept = correct_document(kept, id_type="citizen", id_number=citizen(4), reason="合并时选反了")
    assert find(IdType.CITIZEN, citizen(4), name="王明") == kept
    made.refresh_from_db()
    assert in_the_way(made) == ["“证件”在合并以后改过。"]


def test_a_second_click_and_a_second_clerk_find_it_done(
    two: tuple[Person, Person], chifeng: User, as_user: Callable[[User], Client]
) -> None:
    kept, other = two
    client = as_user(chifeng)
    url, data = compared(client, kept, other)
    back, turned = compared(client, other, kept)
    client.post(url, data)
    again = client.post(url, data)
    assert (again.status_code, again["Location"]) == (302, kept.get_absolute_url())
    assert client.post(back, turned).status_code == 404  # the other way round: it is a record no more
    assert Merge.objects.count() == 1


def test_what_was_changed_meanwhile_is_compared_again(
    two: tuple[Person, Person], chifeng: User, as_user: Callable[[User], Client]
) -> None:
    client = as_user(chifeng)
    url, data = compared(client, *two)
    Person.objects.filter(pk=two[1].pk).update(employer="另一厂", version=7)
    page = client.post(url, data, follow=True).content.decode()
    assert "别人改过其中一份档案" in page
    assert "另一厂" in page
    assert not Merge.objects.exists()


@pytest.mark.parametrize(
    ("username", "status"), [("captain", 403), ("region", 403), ("songshan", 404), ("baotou", 404)]
)
def test_who_does_not_verify_both_cannot_merge(
    two: tuple[Person, Person], cast: dict[str, User], as_user: Callable[[User], Client], username: str, status: int
) -> None:
    client = as_user(cast[username])
    kept, other = two
    # the captain sees only his own team; the second team's person is a stranger to him
    if username == "captain":
        builders.member(Organization.objects.get(code=TEAM_CODE), person=other)
    url = reverse("people:merge_create", args=[kept.pk, other.pk])
    assert client.get(url).status_code == client.post(url, {"reason": "x"}).status_code == status
    assert not Merge.objects.exists()


# -- taking it back --------------------------------------------------------------------------------------------
def test_undone_both_are_as_they_were(
    two: tuple[Person, Person], team: Organization, chifeng: User, as_user: Callable[[User], Client]
) -> None:
    kept, other = two
    other.set_id(IdType.PASSPORT, "E12345678")
    other.set_health({"allergy": "青霉素"})
    other.save()
    kept.user = chifeng
    kept.save()
    builders.member(team, person=other, joined_on=date(2024, 1, 1), state=MembershipState.PROBATION)
    builders.policy(team, kept, other)
    builders.certificate(other, number="YS-9")
    client = as_user(chifeng)
    before = snapshot(kept, other)
    made = merged(client, kept, other, document_reason="换过护照", take_document="ceased", take_gender="ceased")
    assert snapshot(kept, other) != before
    assert client.get(reverse("people:merge_undo", args=[made.pk])).status_code == 200
    client.post(reverse("people:merge_undo", args=[made.pk]))
    after = snapshot(kept, other)
    assert [row | {"id_index": ""} for row in after] == [row | {"id_index": ""} for row in before]
    kept.refresh_from_db()
    other.refresh_from_db()
    assert (kept.id_number, other.id_number, other.health) == (citizen(1), "E12345678", {"allergy": "青霉素"})
    assert find(IdType.PASSPORT, "E12345678", name="") == other
    again = client.post(reverse("people:merge_undo", args=[made.pk]), follow=True)
    assert "已经撤销了" in again.content.decode()


@pytest.mark.parametrize("wins", ["kept", "ceased"])
def test_of_two_photos_one_is_chosen_and_undone_each_has_its_own(
    two: tuple[Person, Person], chifeng: User, as_user: Callable[[User], Client], wins: str
) -> None:
    def photo(of: Person, size: tuple[int, int], **more: Any) -> Attachment:
        return attach(of, SimpleUploadedFile("照片.png", image("PNG", size)), kind="photo", by=chifeng, **more)

    def current(of: Person) -> list[Attachment]:
        return list(Attachment.objects.of(of).current())

    kept, other = two
    ours, theirs = photo(kept, (64, 64)), photo(other, (80, 80))
    client = as_user(chifeng)
    url = reverse("people:merge_create", args=[kept.pk, other.pk])
    page = client.get(url).content.decode()
    for shown in (ours, theirs):
        assert reverse("core:attachment_preview", args=[shown.pk]) in page
    made = merged(client, kept, other, take_photo=wins)
    assert current(kept) == [ours if wins == "kept" else theirs]
    photo(kept, (96, 96), replaces=current(kept)[0])  # a better one comes in later
    client.post(reverse("people:merge_undo", args=[made.pk]))
    assert theirs in current(other), "back, though another has taken its place on the record that was kept"
    assert (ours in current(kept), ours in current(other)) == (wins == "ceased", False)
    assert [row.name for row in current(kept)], "the later photo stays where it was put"


def test_what_was_changed_since_stands_in_the_way_and_is_named(
    two: tuple[Person, Person], chifeng: User, as_user: Callable[[User], Client]
) -> None:
    kept, other = two
    builders.certificate(other, number="YS-9")
    client = as_user(chifeng)
    made = merged(client, kept, other)
    Certificate.objects.filter(person=kept).update(level="高级", version=9)
    Person.objects.filter(pk=kept.pk).update(employer="第三厂")
    page = client.get(reverse("people:merge_detail", args=[made.pk])).content.decode()
    assert "证书有 1 条在合并以后改过" in page
    assert "“工作单位”在合并以后改过" in page
    client.post(reverse("people:merge_undo", args=[made.pk]))
    made.refresh_from_db()
    assert made.undone_at is None


def test_what_was_put_back_stands_in_nobodys_way(
    two: tuple[Person, Person], chifeng: User, as_user: Callable[[User], Client]
) -> None:
    kept, other = two
    certificate = builders.certificate(other, number="YS-9")
    client, before = as_user(chifeng), snapshot(kept, other)
    made = merged(client, kept, other)
    page = reverse("people:merge_detail", args=[made.pk])
    for level, version, is_in_the_way in (("高级", 8, True), (certificate.level, 9, False)):
        Certificate.objects.filter(pk=certificate.pk).update(level=level, version=version)
        assert ("证书有 1 条在合并以后改过" in client.get(page).content.decode()) == is_in_the_way
    client.post(reverse("people:merge_undo", args=[made.pk]))
    assert snapshot(kept, other) == before


def test_everything_that_hangs_on_a_person_is_thought_of() -> None:
    """A model with a new relation to a person has to say whether it moves."""
    there = {
        model
        for model in apps.get_models()
        if not model._meta.label.endswith("Event")
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.related_model is Person and model is not Person
    }
    assert there == {*MOVED, *staying(), *(one.model for one in hanging())}


def test_who_was_chosen_before_the_merge_is_insured_on_the_record_it_left(
    two: tuple[Person, Person], team: Organization, songshan: User
) -> None:
    kept, ceased = two
    policy = builders.policy(team)
    chosen = Person.objects.filter(pk__in=[kept.pk, ceased.pk])
    list(chosen)  # as a page read them
    merge(kept, ceased, taken=[], by=songshan, reason="同一个人")
    done = add_people(policy, chosen, starts_on=policy.starts_on, ends_on=policy.ends_on)
    assert [cover.person for cover in done.covers] == [kept]
