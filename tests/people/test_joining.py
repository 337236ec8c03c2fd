"""An invited stranger applies, the captain accepts, and the stranger learns nothing on the way."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import AccessLog, Notice, WorkflowEvent
from core.workflow import MoveNotAllowed
from people.joining.accepting import APPLICATION, clear_decided
from people.joining.applying import IS_REPEAT
from people.models import Application, Consent, ConsentText, Invitation, Membership, Person
from people.tasks import clear_applications
from tests.people import builders
from tests.people.applicants import application, invitation, send, typed
from tests.people.builders import citizen

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
SHEET = "7b9ae0a4-6a3c-4f0e-9d59-0d6a1c1a2b3c"  # the key of one form on one phone


@pytest.fixture
def place(captain):
    return captain.organization


@pytest.fixture
def invited(place, captain):
    return invitation(place, captain)


def accept(client, record, **values):
    values = {
        "name": record.name,
        "state": "probation",
        "joined_on": TODAY().isoformat(),
        "number": "",
        "group": "",
        **values,
    }
    return client.post(reverse("people:application_accept", args=[record.pk]), values)


# -- applying -------------------------------------------------------------------------------------------
def test_a_page_that_is_too_old_asks_to_press_again_and_keeps_what_was_typed(invited):
    """Signed in meanwhile, or a telephone that forgets: nothing of it is kept anywhere else."""
    phone = Client(enforce_csrf_checks=True)
    page = send(invited, phone, name="乌仁图雅")
    text = page.content.decode()
    assert (page.status_code, Application.objects.count()) == (403, 0)
    assert "还没有提交；填的内容都在" in text
    assert f'value="{citizen(1)}"' in text
    again = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text)
    phone.defaults["HTTP_ORIGIN"] = "https://elsewhere.example"  # a page of somebody else that posts here
    foreign = send(invited, phone, name="乌仁图雅", csrfmiddlewaretoken=again[1])
    assert (foreign.status_code, Application.objects.count()) == (403, 0)
    del phone.defaults["HTTP_ORIGIN"]
    send(invited, phone, name="乌仁图雅", csrfmiddlewaretoken=again[1])
    assert Application.objects.get().name == "乌仁图雅"


def test_form_shows_team_note_and_whole_consents(invited):
    page = Client().get(reverse("people:join", args=[invited.key]))
    text = page.content.decode()
    assert page.status_code == 200
    assert invited.organization.name in text
    assert "招募水上救生队员" in text
    for consent in ConsentText.objects.published():
        assert consent.title in text
        assert consent.body.splitlines()[0] in text
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert "csrfmiddlewaretoken" in text


def test_what_a_phone_fills_in_is_kept_in_one_way(invited):
    page = Client().get(reverse("people:join", args=[invited.key])).content.decode()
    assert 'name="mobile"' in page
    assert 'maxlength="11"' not in page, "a number with spaces would be cut where nobody sees it"
    send(invited, name="乌仁图雅 •　敖特根", mobile="＋８６ 139-0000 1111", emergency_phone="(0476) 8888888")
    made = Application.objects.get()
    facts = made.payload["facts"]
    assert (made.name, facts["mobile"], facts["emergency_phone"]) == (
        "乌仁图雅·敖特根",
        "13900001111",
        "0476-8888888",
    )
    for wrong in ("13900001111 13900002222", "1390000111", "13900001111 巴图"):
        assert "mobile" in send(invited, id_number=citizen(3), mobile=wrong).context["form"].errors, wrong


def test_application_is_kept_sealed_and_touches_nobody(invited, captain):
    response = send(invited, consent_health="on", health_declared_on="2026-03-01")
    record = Application.objects.get()
    assert response.status_code == 302
    assert response["Location"] == reverse("people:join_follow", args=[record.follow_key]) + "?sent=1"
    assert citizen(1) not in record.payload_cipher
    assert record.payload["facts"]["skills"] == ["游泳", "驾驶"]
    given = record.payload["consents"]
    assert [(row["kind"], row["version"]) for row in given] == [("personal", 1), ("health", 1)]
    assert not Person.objects.exists()
    told = Notice.objects.get(recipient=captain)
    assert "入队申请" in told.title
    assert not Notice.objects.exclude(recipient=captain).exists()


def test_keepers_are_told_once_a_day(invited, captain):
    for number in (1, 3, 5):
        application(invited, number)
    assert Notice.objects.filter(recipient=captain).count() == 1


WRONG = {
    "no name": ({"name": ""}, "name"),
    "digits in name": ({"name": "王明1"}, "name"),
    "check digit": ({"id_number": citizen(1)[:17] + ("1" if citizen(1)[17] != "1" else "2")}, "id_number"),
    "minor": ({"id_number": citizen(1, birth="20150307")}, None),
    "other birthday": ({"birth": "1991-01-01"}, "birth"),
    "other sex": ({"gender": "2"}, "gender"),
    "passport without birthday": ({"id_type": "passport", "id_number": "E12345678"}, "birth"),
    "telephone": ({"mobile": "12345"}, "mobile"),
    "nobody to call": ({"emergency_phone": ""}, "emergency_phone"),
    "no required consent": ({"consent_personal": None}, "consent_personal"),
    "health without consent": ({"health_declared_on": "2026-03-01"}, "health_declared_on"),
    "date in the future": (
        {"consent_health": "on", "health_declared_on": (TODAY() + timedelta(days=2)).isoformat()}, "health_declared_on",
    ),
    "long skill": ({"skills": "长" * 31}, "skills"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_wrong_input_names_the_field_and_keeps_what_was_typed(invited, case):
    changes, field = WRONG[case]
    page = send(invited, address="很长的地址 3 号", **changes)
    assert page.status_code == 400
    assert (field or "__all__") in page.context["form"].errors
    assert "很长的地址 3 号" in page.content.decode()
    assert "错误" in page.content.decode()
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("kind", "number"),
    [("passport", "e 1234 5678"), ("hk_macao", "H12345678"), ("citizen", "１５０４０４" + citizen(1)[6:])],
)
def test_other_documents_and_habits_of_writing_are_taken(invited, kind, number):
    birth = None if kind == "citizen" else "1990-03-07"
    assert send(invited, id_type=kind, id_number=number, birth=birth).status_code == 302
    assert Application.objects.count() == 1


CLOSED = {
    "ended": {"ended_at": timezone.now()},
    "expired": {"expires_on": TODAY() - timedelta(days=1)},
    "full": {"most": 1},
}


@pytest.mark.parametrize("why", CLOSED)
def test_closed_invitation_gives_a_kind_page(invited, why):
    application(invited, 1)
    Invitation.objects.filter(pk=invited.pk).update(**CLOSED[why])
    url = reverse("people:join", args=[invited.key])
    for page in (Client().get(url), Client().post(url, typed(3))):
        assert page.status_code == 410
        assert invited.organization.name in page.content.decode()
    assert Application.objects.count() == 1


def test_unknown_key_is_404_and_many_tries_are_429(invited):
    assert Client().get(reverse("people:join", args=["nothing"])).status_code == 404
    codes = {send(invited, name="").status_code for _ in range(22)}
    assert codes == {400, 429}


# -- telling nothing --------------------------------------------------------------------------------------
def _words(page):
    """The page without what differs between any two pages."""
    text = re.sub(r"<svg.*?</svg>", "", page.content.decode(), flags=re.S)
    text = re.sub(r'(value|content)="[^"]*"|/join/status/[^"/]+/', "", text)
    return re.sub(r"\d{1,2}:\d{2}", "", text)


def test_answer_is_the_same_whether_the_number_is_known_waits_or_is_new(invited, place, baotou):
    builders.person(3)  # known in the region
    builders.member(place, 5)  # in this very team
    answers = []
    for number in (1, 3, 5, 1):
        response = send(invited, number=number)
        assert response.status_code == 302
        answers.append(_words(Client().get(response["Location"])))
    assert set(answers) == {answers[0]}
    assert Application.objects.exclude(IS_REPEAT).count() == 3


def test_second_application_of_one_document_is_doubled_nowhere(invited, as_user, captain):
    first = application(invited, 1)
    send(invited, number=1, name="别人")
    again = Application.objects.get(IS_REPEAT)
    listed = as_user(captain).get(reverse("people:application_list"))
    assert [row.pk for row in listed.context["table"].data] == [first.pk]
    assert as_user(captain).get(reverse("people:application_detail", args=[again.pk])).status_code == 404
    follow = reverse("people:join_follow", args=[again.follow_key])
    assert "等候队伍办理" in Client().get(follow).content.decode()
    APPLICATION.perform(first, "decline", by=captain, reason="只对本人说的话")
    text = Client().get(follow).content.decode()
    assert "未接收" in text
    assert "只对本人说的话" not in text


def test_the_same_form_sent_again_takes_no_second_place(invited):
    """Back on the phone and sent once more: an invitation for two was full after one person."""
    Invitation.objects.filter(pk=invited.pk).update(most=2)
    first = send(invited, sheet=SHEET)
    assert send(invited, sheet=SHEET)["Location"] == first["Location"]
    assert Application.objects.count() == 1
    assert send(invited, sheet=SHEET, name="巴图", id_number=citizen(2)).status_code == 302, (
        "another one, on the same phone"
    )
    assert send(invited, sheet=SHEET)["Location"] == first["Location"], "to whoever is in, full is no answer"
    assert send(invited, id_number=citizen(3)).status_code == 410
    assert Application.objects.count() == 2


def test_withdrawn_and_sent_again_it_is_a_new_one(invited):
    first = send(invited, sheet=SHEET)
    Client().post(first["Location"], {"action": "withdraw"})
    again = send(invited, sheet=SHEET)
    assert again["Location"] != first["Location"]
    assert Application.objects.get(state="applied").follow_key in again["Location"]
    assert send(invited, sheet=SHEET)["Location"] == again["Location"], "and that one, too, is sent but once"
    assert Application.objects.count() == 2


def test_withdrawing_a_repeated_application_leaves_the_first(invited):
    first = application(invited, 1)
    application(invited, 1)
    follow = reverse("people:join_follow", args=[Application.objects.get(IS_REPEAT).follow_key])
    assert Client().post(follow, {"action": "withdraw"}).status_code == 302
    assert "已撤回" in Client().get(follow).content.decode()
    first.refresh_from_db()
    assert first.state == "applied"


def test_applicant_follows_and_withdraws(invited):
    record = application(invited)
    url = reverse("people:join_follow", args=[record.follow_key])
    assert "<svg" not in Client().get(url).content.decode().split("<main")[1].split("</main")[0]
    assert 'class="qr"' in Client().get(url + "?sent=1").content.decode()
    record.refresh_from_db()
    assert record.state == "applied"  # looking changes nothing
    Client().post(url, {"action": "withdraw"})
    Client().post(url, {"action": "withdraw"})
    record.refresh_from_db()
    assert (record.state, record.payload) == ("withdrawn", {})
    assert WorkflowEvent.objects.of(record).count() == 1
    kept = Client().get(url + "?sent=1").content.decode()  # the address that stood there when it was kept
    assert ("报名已收到" in kept, "已撤回" in kept) == (False, True)
    assert Client().get(reverse("people:join_follow", args=["x"])).status_code == 404


# -- deciding ---------------------------------------------------------------------------------------------
def test_captain_accepts_a_new_person_with_consents(invited, as_user, captain):
    send(invited, consent_health="on", health_declared_on="2026-03-01")
    record = Application.objects.get()
    page = accept(as_user(captain), record, state="full", number="007", group="一组")
    assert page.status_code == 302
    member = Membership.objects.get()
    person = member.person
    assert (member.state, member.number, member.group, member.is_main) == ("full", "007", "一组", True)
    assert (person.name, person.id_number, person.skills) == ("乌仁图雅·敖特根", citizen(1), ["游泳", "驾驶"])
    assert person.division_id == "150404"
    given = {row.text.kind: row for row in Consent.objects.filter(person=person).select_related("text")}
    assert set(given) == {"personal", "health"}
    record.refresh_from_db()
    assert given["health"].given_at <= record.decided_at
    assert (record.state, record.membership) == ("accepted", member)
    assert WorkflowEvent.objects.of(record).get().action == "accept"


def test_accepting_joins_the_known_person_and_overwrites_nothing(invited, as_user, captain, office):
    known = builders.person(1, name="乌仁图雅•敖特根", mobile="13800000001")
    builders.member(office("150402"), person=known)
    record = application(invited, 1, address="新地址")
    page = as_user(captain).get(reverse("people:application_detail", args=[record.pk]))
    text = page.content.decode()
    assert "已在系统里有记录" in text
    assert known.name not in text  # of another team: not who, nor what differs
    assert known.mobile not in text
    assert citizen(1) not in text
    assert accept(as_user(captain), record).status_code == 302
    known.refresh_from_db()
    assert (known.mobile, known.address) == ("13800000001", "新地址")
    assert Person.objects.count() == 1
    assert not Membership.objects.get(organization=record.organization).is_main


def test_nobody_joins_the_record_of_another_name(invited, as_user, captain, office):
    """Whoever types somebody else's number does not get into that record, and is not told whose it is."""
    known = builders.person(1, name="李志强")
    builders.member(office("150402"), person=known)
    record = application(invited, 1, address="新地址")
    refused = accept(as_user(captain), record)
    assert (refused.status_code, known.name in refused.content.decode()) == (400, False)
    assert "申请填错的，改了“姓名”再接收" in str(refused.context["form"].errors["name"])
    known.refresh_from_db()
    assert (known.address, known.memberships.count()) == ("", 1)


def test_a_name_mistyped_in_an_application_is_put_right_by_the_document(invited, as_user, captain, office):
    """Applying again holds nothing while the first one waits: the captain corrects it, before or on accepting."""
    known = builders.person(1, name="王明（演示）")
    builders.member(office("150402"), person=known)
    record = application(invited, 1, name="王民")
    follow = Client().get(reverse("people:join_follow", args=[record.follow_key]) + "?sent=1").content.decode()
    assert "在先报的进度页撤回以后重新报名，或者请队伍接收时更正" in follow
    client, page = as_user(captain), reverse("people:application_detail", args=[record.pk])
    assert "改了“姓名”再接收" in client.get(page).content.decode(), "told before anything is pressed"
    assert accept(client, record, name="王明1").status_code == 400
    assert accept(client, record, name="王　明").status_code == 302
    record.refresh_from_db()
    assert (record.name, record.payload["facts"]["name"], record.membership.person) == ("王明", "王明", known)
    known.refresh_from_db()
    assert known.name == "王明（演示）"
    assert "姓名照证件更正" in client.get(page).content.decode()
    assert "王" not in str(WorkflowEvent.objects.of(record).get().facts)


def test_who_comes_back_begins_after_leaving_and_is_known_again(invited, as_user, captain, chifeng, place):
    """The captain reads when and why it ended; the times do not overlap; history stays."""
    client = as_user(captain)
    before = builders.member(place, 1, person=builders.person(1, name="乌仁图雅·敖特根"), joined_on="2020-04-01")
    left = {"action": "end", "left_on": "2026-08-29", "end_kind": "failed", "end_reason": "年度复训不合格"}
    client.post(reverse("people:membership_move", args=[before.pk]), left)
    record = application(invited, 1)
    said = "2020-04-01 至 2026-08-29，考核不合格：年度复训不合格"
    for reader in (captain, chifeng):
        page = as_user(reader).get(reverse("people:application_detail", args=[record.pk]))
        assert said in page.content.decode()
        assert "姓名" not in {line.label for line in page.context["known"].differences}
    by_hand = {
        "name": "乌仁图雅·敖特根",
        "id_number": citizen(1),
        "joined_on": "2020-04-01",
        "state": "full",
        "kind": "member",
    }
    new = reverse("people:member_create", args=[place.pk])
    assert said in str(client.post(new, by_hand).context["form"].errors["join_existing"])
    refused = client.post(new, {**by_hand, "join_existing": "on"})
    assert "上一段队籍到 2026-08-29 才结束" in str(refused.context["form"].errors["joined_on"])
    refused = accept(client, record, joined_on="2026-08-28")
    assert "上一段队籍到 2026-08-29 才结束" in str(refused.context["form"].errors["joined_on"])
    assert accept(client, record, joined_on="2026-08-29").status_code == 302
    now = place.memberships.current().get()
    edit = reverse("people:membership_edit", args=[now.pk])
    facts = {"kind": "member", "joined_on": "2026-05-01", "version": now.version}
    assert "上一段队籍到 2026-08-29 才结束" in str(client.post(edit, facts).context["form"].errors)
    client.post(reverse("people:membership_move", args=[now.pk]),
                {"action": "end", "left_on": "2026-09-30", "end_kind": "voluntary"})  # fmt: skip
    back = client.post(
        reverse("people:membership_move", args=[before.pk]), {"action": "reinstate", "comment": "办错了"}
    )
    assert "2026-08-29 起另有一段在本队的队籍" in back.content.decode()
    assert list(Membership.objects.filter(person=before.person).values_list("state", flat=True)) == ["ended"] * 2


def test_one_person_with_two_papers_is_asked_about(invited, as_user, captain, place):
    who = builders.member(
        place, 1, person=builders.person(1, name="JOHN SMITH", mobile="13900001111"), group="<b>甲</b>"
    )
    record = application(invited, name="JOHN SMITH", id_type="passport", id_number="E12345678")
    client = as_user(captain)
    page = client.get(reverse("people:application_detail", args=[record.pk])).content.decode()
    assert f"已有姓名、手机号都相同的人：JOHN SMITH（{who.person.id_masked}）" in page
    assert "先在已有的档案里更换证件" in page
    assert "<b>甲</b>" not in page, "what somebody typed is no markup, also where it stands in a hint"
    assert set(accept(client, record).context["form"].errors) == {"not_the_same"}
    assert accept(client, record, not_the_same="on").status_code == 302


def test_differences_are_shown_where_the_reader_sees_the_person(invited, as_user, captain, place):
    who = builders.person(1, name="乌仁图雅 敖特根", mobile="13800000001")
    builders.member(place, person=who)
    record = application(invited, 1)
    page = as_user(captain).get(reverse("people:application_detail", args=[record.pk]))
    assert {line.label for line in page.context["known"].differences} == {"手机"}
    assert "13800000001" not in page.content.decode()


def test_an_application_of_somebody_in_the_team_completes_the_record(invited, as_user, captain, place):
    """Consents are asked for by the link also of those who came from a roster, some without a number."""
    row = builders.member(place, person=builders.person(1, name="乌仁图雅", id_number="", mobile=""), group="一组")
    record = application(invited, 1, name="乌仁图雅")
    client = as_user(captain)
    assert set(accept(client, record).context["form"].errors) == {"same_as"}
    address = reverse("people:application_accept", args=[record.pk])
    done = client.post(address, {"name": record.name, "same_as": row.person_id}, follow=True)
    assert "已并到档案，队籍不变" in done.content.decode()
    assert Person.objects.get().id_number == builders.citizen(1)
    person, kept = Person.objects.get(), Membership.objects.get()
    assert (kept.pk, kept.group, kept.version, person.mobile) == (row.pk, "一组", row.version, "13900001111")
    assert [consent.text.kind for consent in Consent.objects.filter(person=person)] == ["personal"]
    record.refresh_from_db()
    assert (record.state, record.membership) == ("accepted", row)
    again = application(invited, 1, name="乌仁图雅", mobile="13900005555")
    page = client.get(again.get_absolute_url())
    assert set(page.context["form"].fields) == {"name"}, "known by the document now"
    assert "并到档案" in page.content.decode()
    assert client.post(reverse("people:application_accept", args=[again.pk]), {"name": again.name}).status_code == 302
    other = application(invited, 2, name="乌仁图雅", mobile="13900006666")
    assert accept(client, other).status_code == 302, "another number, another telephone: nobody to be asked about"
    assert Membership.objects.count() == 2


def test_two_who_accept_at_once_give_one_membership(invited, as_user, captain):
    record = application(invited)
    client = as_user(captain)
    assert accept(client, record).status_code == 302
    again = client.post(reverse("people:application_accept", args=[record.pk]),
                        {"name": "甲", "state": "full", "joined_on": TODAY().isoformat()}, follow=True)  # fmt: skip
    assert "已经办过了" in again.content.decode()
    stale = Application(pk=record.pk, state="applied")
    with pytest.raises(MoveNotAllowed):
        APPLICATION.perform(stale, "accept", by=captain, state="full", joined_on=TODAY())
    assert Membership.objects.count() == 1


def test_two_teams_take_in_one_person_once(invited, captain, office, songshan):
    other = invitation(office("150404"), songshan)
    for record, by in ((application(invited, 1), captain), (application(other, 1), songshan)):
        APPLICATION.perform(record, "accept", by=by, state="probation", joined_on=TODAY())
    assert Person.objects.count() == 1
    assert sorted(Membership.objects.values_list("is_main", flat=True)) == [False, True]
    assert Consent.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [({"joined_on": ""}, "joined_on"), ({"joined_on": "2099-01-01"}, "joined_on"), ({"state": "ended"}, "state")],
)
def test_wrong_acceptance_is_shown(invited, as_user, captain, values, field):
    record = application(invited)
    page = accept(as_user(captain), record, **values)
    assert page.status_code == 400
    assert field in page.context["form"].errors
    assert not Person.objects.exists()


def test_declined_with_a_reason_the_applicant_reads(invited, as_user, captain):
    record = application(invited)
    url = reverse("people:application_decline", args=[record.pk])
    client = as_user(captain)
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": " "}).status_code == 200
    assert client.post(url, {"reason": "人数已满"}).status_code == 302
    record.refresh_from_db()
    assert (record.state, record.reason) == ("declined", "人数已满")
    assert "人数已满" in Client().get(reverse("people:join_follow", args=[record.follow_key])).content.decode()
    assert "不能再办“不接收”" in client.get(url, follow=True).content.decode()
    with pytest.raises(ValidationError):
        APPLICATION.perform(application(invited), "decline", by=captain, reason="")


def test_strangers_insiders_and_the_one_who_may_only_see(invited, as_user, baotou, chifeng, leader, member):
    record = application(invited)
    page = reverse("people:application_detail", args=[record.pk])
    for user, sees, decides in ((baotou, 404, 404), (member, 404, 404), (leader, 200, 403), (chifeng, 200, 302)):
        assert as_user(user).get(page).status_code == sees
        assert accept(as_user(user), record).status_code == decides


def test_nobody_signed_in_withdraws_for_the_applicant(invited, captain):
    with pytest.raises(MoveNotAllowed):
        APPLICATION.perform(application(invited), "withdraw", by=captain)


# -- cleaning up and not leaking ----------------------------------------------------------------------------
def test_what_was_filled_in_goes_90_days_after_the_decision(invited, as_user, captain):
    old, fresh, waiting = (application(invited, number) for number in (1, 3, 5))
    for record in (old, fresh):
        APPLICATION.perform(record, "decline", by=captain, reason="演示")
    Application.objects.filter(pk=old.pk).update(decided_at=timezone.now() - timedelta(days=91))
    clear_applications()
    assert clear_decided() == 0
    assert Application.objects.get(pk=old.pk).payload == {}
    assert Application.objects.get(pk=fresh.pk).payload["facts"]
    assert Application.objects.get(pk=waiting.pk).payload["facts"]
    page = as_user(captain).get(reverse("people:application_detail", args=[old.pk]))
    assert "已经清除" in page.content.decode()


def test_history_and_log_hold_no_number(invited, captain):
    record = application(invited)
    APPLICATION.perform(record, "accept", by=captain, state="full", joined_on=TODAY())
    rows = [str(vars(event)) for made in (record, Person.objects.get()) for event in made.tracked_events.all()]
    rows += [str(vars(row)) for row in (*WorkflowEvent.objects.all(), *AccessLog.objects.all(), *Notice.objects.all())]
    assert rows
    assert not any(citizen(1) in row for row in rows)
