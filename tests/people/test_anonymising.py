"""Who left long ago loses the name everywhere, also in the past; the numbers stay. And what the region sets for it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core import audit, encryption
from core.attachments import attach
from core.history import acting_as
from core.models import AccessLog, Attachment, Notice, Upload, WorkflowEvent
from core.notices import notify
from organizations.models import Organization, User
from people.membership.enrolling import find, replace_document
from people.merging.merging import merge
from people.models import (
    Application,
    Certificate,
    Consent,
    Disclosure,
    HourRecord,
    Invitation,
    Mandate,
    Membership,
    PeopleSetting,
    Person,
    Rank,
)
from people.privacy.anonymising import due, due_for
from people.privacy.reminders import people_due
from people.privacy.revealing import note, reveal
from people.tasks import retention
from people.workflow import MEMBERSHIP
from portal.demo.cast import TEAM_CODE
from tests.core.list_checks import queries_of
from tests.core.sample_files import image
from tests.people import builders
from tests.people.builders import citizen

pytestmark = pytest.mark.django_db
LIST, CARRY_OUT, SETTINGS = "/people/retention/", "/people/retention/carry-out/", "/people/settings/"
NAME, ALLERGY, ADDRESS, NUMBER = "额日敦·试", "青霉素过敏", "试验街九号", citizen(7)
SECRETS = (NAME, ALLERGY, ADDRESS, NUMBER, NUMBER[:6] + "**********", "13900007777", "E87654321", "旧案由")


@pytest.fixture
def team(cast: Any) -> Organization:
    return Organization.objects.get(code=TEAM_CODE)


def left(team: Organization, number: int = 7, *, years: int = 4, **facts: Any) -> Person:
    """Somebody who left every team that many years ago."""
    who = builders.person(number, **facts)
    membership = builders.member(team, person=who, joined_on=date(2015, 3, 1))
    day = timezone.localdate() - timedelta(days=366 * years)
    Membership.objects.filter(pk=membership.pk).update(
        state="ended", left_on=day, end_kind="voluntary", end_reason=f"{who.name}自己提出", is_main=False
    )
    return who


@pytest.fixture
def known(team: Organization, chifeng: User, member: User) -> Person:
    """Of whom everything is known that can be."""
    who = left(
        team, name=NAME, mobile="13900007777", address=ADDRESS, note=NAME, division_id="150404", birth=date(1990, 3, 7)
    )
    who.set_health({"allergy": ALLERGY})
    who.user = member
    who.save()
    replace_document(who, "passport", "E87654321", reason=f"{NAME}换证")
    builders.consent(who)
    Consent.objects.filter(person=who).update(guardian=f"{NAME}之母", guardian_relation=f"{NAME}的母亲")
    certificate = builders.certificate(who, number=f"{NAME}-1")
    attach(who, SimpleUploadedFile(f"{NAME}.png", image("PNG")), kind="photo", by=chifeng)
    attach(certificate, SimpleUploadedFile("证.png", image("PNG", (9, 9))), kind="scan", by=chifeng)
    Upload.objects.create(owner=who, kind="photo", name=f"{NAME}.jpg", size=9, fingerprint="x", created_by=chifeng)
    HourRecord.objects.create(person=who, organization=team, kind="service", on=date(2020, 1, 2), hours=3, what="救援")
    reveal(who, "id_number", by=chifeng, reason=f"{NAME}旧案由")
    note(who, Disclosure.What.COPY, by=member, reason="")
    audit.record(AccessLog.Kind.REVEALED, user=member, subject=who.name)
    with acting_as(member, source="/me/contact/"):
        who.address = f"{ADDRESS}一号"
        who.save()
    notify([chifeng], kind="x", title=f"{NAME}的证书到期", body=NAME, url=certificate.get_absolute_url())
    _application(team, chifeng)
    other = builders.person(8, name=NAME, id_number="", mobile="13900007777")
    builders.member(team, person=other)
    merge(who, other, taken=[], by=chifeng, reason=f"问过{NAME}")
    MEMBERSHIP.perform(
        Membership.objects.current().get(person=who), "end", by=chifeng, comment=f"{NAME}走了",
        left_on=timezone.localdate(), end_kind="voluntary", end_reason=f"{NAME}走了",
    )  # fmt: skip
    Membership.objects.filter(person=who, left_on=timezone.localdate()).update(
        left_on=date(2021, 1, 1), joined_on=date(2020, 1, 1)
    )
    return who


def _application(team: Organization, by: User) -> None:
    invitation = Invitation.objects.create(organization=team, expires_on="2099-01-01", created_by=by)
    application = Application(invitation=invitation, organization=team, name=NAME, state="declined", reason=NAME)
    shadow = Person()
    shadow.set_id("citizen", NUMBER)
    application.id_index = str(shadow.id_index)
    application.set_payload({"name": NAME, "id_number": NUMBER})
    application.save()


def everything_stored() -> str:
    """Every text of every table but accounts', as a thief with the database and the key would read it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            " AND (table_name LIKE 'people%%' OR table_name LIKE 'core%%')"
        )
        tables = [row[0] for row in cursor.fetchall()]
        texts = []
        for table in tables:
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')  # noqa: S608 - names of our own tables
            texts += [f"{table}: {row[0]}" for row in cursor.fetchall()]
    for person in Person.objects.all():
        texts += [person.id_number, str(person.health)]
    texts += [encryption.decrypt(row.payload_cipher) for row in Application.objects.all()]
    return "\n".join(texts)


def carried_out(client: Client, *people: Person, sure: bool = True) -> Any:
    data = {"person": [person.pk for person in people], "confirmed": "1"} | ({"sure": "on"} if sure else {})
    return client.post(CARRY_OUT, data, follow=True)


# -- who is due --------------------------------------------------------------------------------------------------
def test_due_is_who_left_every_team_long_enough_ago(team: Organization, chifeng: User, songshan: User) -> None:
    gone = left(team, 1)
    left(team, 2, years=2)
    builders.member(team, 3)
    back = left(team, 4)
    builders.member(team, person=back)
    council = left(team, 5)
    Mandate.objects.create(person=council, kind="council", organization=team, starts_on=date(2024, 1, 1))
    assert list(due()) == list(due_for(chifeng)) == [gone]
    assert list(due_for(songshan)) == []
    PeopleSetting.objects.create(key="retention_years", value=1)
    assert due().count() == 2


def test_the_office_is_reminded_once_a_month_and_nothing_happens_by_itself(team: Organization, chifeng: User) -> None:
    gone = left(team, 1)
    (reminder,) = people_due()
    assert chifeng in reminder.recipients
    assert "1 名" in reminder.title
    retention()
    gone.refresh_from_db()
    assert gone.anonymised_at is None


def test_a_slip_in_the_day_of_leaving_is_not_carried_out_by_itself(
    team: Organization, chifeng: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    PeopleSetting.objects.create(key="anonymise_automatic", value=1)
    who = builders.member(team, 9, joined_on=date(2015, 3, 1)).person
    MEMBERSHIP.perform(
        who.memberships.get(), "end", by=chifeng, left_on=date(2016, 11, 1), end_kind="voluntary", end_reason=""
    )  # 2026 was meant
    retention()
    who.refresh_from_db()
    assert who.anonymised_at is None
    assert who in due()
    monkeypatch.setattr("people.privacy.anonymising.LATELY", timedelta())
    retention()
    who.refresh_from_db()
    assert who.anonymised_at


def test_where_the_region_has_switched_it_on_it_happens_by_itself(team: Organization) -> None:
    gone, stays = left(team, 1), left(team, 2, years=1)
    PeopleSetting.objects.create(key="anonymise_automatic", value=1)
    assert list(people_due()) == []
    retention()
    gone.refresh_from_db()
    stays.refresh_from_db()
    assert gone.name == f"已匿名 #{gone.pk}"
    assert stays.name != f"已匿名 #{stays.pk}"


# -- the page -----------------------------------------------------------------------------------------------------
def test_it_asks_twice_and_says_that_it_cannot_be_undone(
    team: Organization, chifeng: User, as_user: Callable[[User], Client]
) -> None:
    gone, kept = left(team, 1), left(team, 2)
    client = as_user(chifeng)
    assert list(client.get(LIST).context["people"]) == [gone, kept]
    asked = client.post(CARRY_OUT, {"person": [gone.pk]})
    assert "不能恢复" in asked.content.decode()
    assert "请先看过名单" in carried_out(client, gone, sure=False).content.decode()
    assert due().count() == 2
    assert "已匿名化 1 人" in carried_out(client, gone).content.decode()
    assert list(due()) == [kept]
    assert "没有选中" in carried_out(client, gone).content.decode()  # a second click
    assert "没有选中" in client.post(CARRY_OUT, {}, follow=True).content.decode()


def test_nobody_else_gets_there(team: Organization, cast: dict[str, User], as_user: Callable[[User], Client]) -> None:
    gone = left(team, 1)
    for username, status in (("captain", 403), ("leader", 403), ("region-audit", 403)):
        client = as_user(cast[username])
        assert client.get(LIST).status_code == client.post(CARRY_OUT, {"person": [gone.pk]}).status_code == status
    assert "没有选中" in carried_out(as_user(cast["baotou"]), gone).content.decode()
    assert due().count() == 1


def test_the_list_takes_few_queries(team: Organization, chifeng: User, as_user: Callable[[User], Client]) -> None:
    left(team, 1)
    client = as_user(chifeng)
    few = queries_of(client, LIST)
    for number in range(2, 6):
        left(team, number)
    assert len(few) == len(queries_of(client, LIST)) <= 10


# -- what becomes of it --------------------------------------------------------------------------------------------
def test_nothing_of_the_person_is_left_anywhere(
    known: Person, chifeng: User, member: User, as_user: Callable[[User], Client],
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    before = everything_stored()
    assert all(secret in before for secret in SECRETS)
    stored = [(row.file.storage, row.file.name) for row in Attachment.objects.all()]
    moves = WorkflowEvent.objects.count()
    with django_capture_on_commit_callbacks(execute=True):
        carried_out(as_user(chifeng), known)
    after = everything_stored()
    found = [line for secret in SECRETS for line in after.splitlines() if secret in line]
    assert found == []
    assert [storage.exists(name) for storage, name in stored] == [False, False]
    pages = [as_user(chifeng).get(reverse(f"people:person_{name}", args=[known.pk])) for name in ("looks", "history")]
    assert all(member.name not in page.content.decode() for page in pages), "what they did themselves says who it was"
    assert "本人" in pages[1].content.decode()
    assert not AccessLog.objects.filter(user=member, subject=f"已匿名 #{known.pk}").exists()
    assert find("citizen", NUMBER, name="") is None
    assert WorkflowEvent.objects.count() == moves  # that there was a move, by whom and when, stays
    assert AccessLog.objects.filter(kind="revealed", subject=f"已匿名 #{known.pk}").exists()
    assert Notice.objects.get(kind="x").title == "（已匿名化）"


def test_what_numbers_are_made_of_stays(known: Person, chifeng: User, as_user: Callable[[User], Client]) -> None:
    events = known.tracked_events.count()
    carried_out(as_user(chifeng), known)
    known.refresh_from_db()
    assert (known.gender, known.birth, known.division_id) == ("1", date(1990, 1, 1), "150404")
    assert known.memberships.count() == 2
    assert Membership.objects.on(date(2016, 1, 1)).filter(person=known).exists()
    assert known.hours.get().hours == 3
    certificate = Certificate.objects.get(person=known)
    assert (certificate.kind_id, certificate.state, certificate.number) == ("first_aid", "verified", "")
    history = known.tracked_events.order_by("pgh_id")
    assert history.count() == events + 1
    assert history.last().pgh_context["user"] == chifeng.pk
    assert {event.name for event in history} == {f"已匿名 #{known.pk}"}


def test_the_pages_say_so_and_nobody_takes_the_record_up_again(
    known: Person, chifeng: User, as_user: Callable[[User], Client]
) -> None:
    client = as_user(chifeng)
    carried_out(client, known)
    page = client.get(known.get_absolute_url()).content.decode()
    assert "已匿名化：个人信息已经删除" in page
    assert "1990 年" in page
    assert "1990-01-01" not in page, "no day that was made up"
    assert "还没有填" not in page
    ended = known.memberships.order_by("pk").first()
    assert ended is not None
    address = reverse("people:membership_detail", args=[ended.pk])
    shown = client.get(address).context
    assert (list(shown["moves"]), shown["kept"]) == ([], False)
    client.post(f"{address}move/", {"action": "reinstate", "comment": "回来了"})
    assert client.get(f"{address}edit/").status_code == 403
    ended.refresh_from_db()
    assert ended.state == "ended"


@pytest.mark.parametrize("has_duty", [True, False])
def test_the_account_comes_loose_and_closes_where_it_has_no_duty(
    known: Person, chifeng: User, member: User, as_user: Callable[[User], Client], has_duty: bool
) -> None:
    if has_duty:  # another than to have been a member, which ends with the record
        member.appointments.update(role="assessor")
    carried_out(as_user(chifeng), known)
    known.refresh_from_db()
    member.refresh_from_db()
    assert known.user is None
    assert member.is_active is has_duty


# -- what the region sets -------------------------------------------------------------------------------------------
def test_the_region_sets_years_with_where_they_come_from_and_it_is_kept_who_did(
    region: User, as_user: Callable[[User], Client]
) -> None:
    client = as_user(region)
    page = client.get(SETTINGS)
    assert "3 年" in page.content.decode()
    url = f"{SETTINGS}retention_years/"
    assert not PeopleSetting.objects.exists()
    assert "value" in client.post(url, {"value": 99, "source": "x"}).context["form"].errors
    client.post(url, {"value": 5, "source": "第3号通知"})
    row = PeopleSetting.objects.get()
    assert (row.value, row.source) == (5, "第3号通知")
    client.post(url, {"value": 6, "source": "第4号通知", "version": row.version})
    assert "第3号通知" in client.get(url).content.decode()  # the history beside it
    client.post(f"{SETTINGS}anonymise_automatic/", {"value": "1", "source": ""})
    assert PeopleSetting.objects.get(pk="anonymise_automatic").value == 1
    assert client.get(f"{SETTINGS}nothing/").status_code == 404


def test_two_who_set_the_same_at_once_see_each_other(region: User, as_user: Callable[[User], Client]) -> None:
    client, url = as_user(region), f"{SETTINGS}retention_years/"
    client.post(url, {"value": 5, "source": "甲"})
    client.post(url, {"value": 6, "source": "乙", "version": 1})
    late = client.post(url, {"value": 7, "source": "丙", "version": 1})
    assert late.context["stale"]
    assert PeopleSetting.objects.get().value == 6


def test_ranks_are_the_regions_table(region: User, as_user: Callable[[User], Client]) -> None:
    client = as_user(region)
    assert "（示例）" in client.get(SETTINGS).content.decode()
    client.post(f"{SETTINGS}ranks/new/", {"name": "特级队员", "position": 5})
    assert Rank.objects.first().name == "特级队员"
    rank = Rank.objects.get(pk="sample_1")
    client.post(
        f"{SETTINGS}ranks/sample_1/", {"name": "一级", "position": 10, "ended_on": "on", "version": rank.version}
    )
    rank.refresh_from_db()
    assert (rank.name, rank.ended_on) == ("一级", timezone.localdate())


@pytest.mark.parametrize("username", ["chifeng", "leader", "captain", "region-system"])
def test_only_the_region_keeps_them(cast: dict[str, User], as_user: Callable[[User], Client], username: str) -> None:
    client = as_user(cast[username])
    for url in (SETTINGS, f"{SETTINGS}retention_years/", f"{SETTINGS}ranks/new/", f"{SETTINGS}ranks/sample_1/"):
        assert client.get(url).status_code == 403
    assert client.post(f"{SETTINGS}retention_years/", {"value": 9}).status_code == 403
    assert not PeopleSetting.objects.exists()
