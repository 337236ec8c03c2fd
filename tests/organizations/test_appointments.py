"""Appointments: given, ended, handed over; the three administrators; what stays visible."""

from datetime import timedelta
from threading import Event

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core.models import Notice
from core.reminders import send_due
from core.words import moment
from organizations import accounts
from organizations.duty_notices import turned
from organizations.models import Appointment, User
from organizations.models.grant import OrganizationGrant
from organizations.permissions import access, can, forget, sync_grants
from organizations.roles import ROLES, Right
from organizations.views.appointments import AppointmentList
from tests.core.list_checks import assert_constant_queries, assert_sorts_by_index, assert_tampering_is_told
from tests.organizations.helpers import appointment_of, at_once, messages_of, opened, until_somebody_waits_for_a_lock

pytestmark = pytest.mark.django_db
LIST = reverse("organizations:appointment_list")


def appoint_url(user: User) -> str:
    return reverse("organizations:appointment_create", args=[user.pk])


def end_url(appointment: Appointment) -> str:
    return reverse("organizations:appointment_end", args=[appointment.pk])


def hand_over_url(appointment: Appointment) -> str:
    return reverse("organizations:appointment_hand_over", args=[appointment.pk])


def local(moment) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


# -- appointing ---------------------------------------------------------------------------------------
def test_duty_counts_from_the_next_request(as_user, region_security, songshan):
    theirs = as_user(songshan)
    page = reverse("organizations:user_create", args=[songshan.organization.pk])
    assert theirs.get(page).status_code == 403
    response = as_user(region_security).post(
        appoint_url(songshan), {"role": "security_admin", "basis": "通知"}, follow=True
    )
    assert "已任职" in messages_of(response)[0]
    assert theirs.get(page).status_code == 200
    held = appointment_of(songshan, "security_admin")
    assert held.grants.count() == len(ROLES["security_admin"].rights)
    assert held.tracked_events.get().pgh_context["user"] == region_security.pk


def test_duty_of_a_later_day_does_not_count_yet(as_user, region_security, songshan):
    day = timezone.localdate() + timedelta(days=3)
    as_user(region_security).post(
        appoint_url(songshan), {"role": "leader", "basis": "通知", "starts_on": day.isoformat()}
    )
    coming = Appointment.objects.get(user=songshan, role="leader")
    assert timezone.localtime(coming.starts_at).date() == day
    assert timezone.localtime(coming.starts_at).hour == 0
    forget(songshan)
    assert {held.role for held in access(songshan).held} == {"clerk"}


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-31"])
def test_absurd_first_day_is_told(as_user, region_security, songshan, day):
    response = as_user(region_security).post(appoint_url(songshan), {"role": "leader", "basis": "x", "starts_on": day})
    assert response.context["form"].errors["starts_on"]


def told(user: User) -> list[str]:
    return [notice.title for notice in Notice.objects.filter(recipient=user).order_by("pk")]


def test_person_hears_of_a_duty_given_handed_over_and_ended(as_user, region_security, songshan, chifeng):
    place = songshan.organization
    client = as_user(region_security)
    client.post(appoint_url(songshan), {"role": "leader", "basis": "通知第9号"})
    assert told(songshan) == [f"您已在{place}任“领导（只读）”"]
    assert "通知第9号" in Notice.objects.get(recipient=songshan).body
    clerk = appointment_of(songshan, "clerk")
    facts = {"to": chifeng.pk, "reason": "轮岗。", "basis": "通知第10号"}
    assert client.post(hand_over_url(clerk), facts).status_code == 302
    ended = Notice.objects.filter(recipient=songshan).latest("pk")
    assert ended.title == f"您在{place}的“经办”职责已终止"
    assert ended.body == f"交接给{chifeng}，没有办完的由其接着办。原因：轮岗。由{region_security}办理。"
    assert told(chifeng) == [f"您已在{place}任“经办”"]
    assert Notice.objects.get(recipient=chifeng).body.startswith(f"由{songshan}交接给您。")
    client.post(end_url(appointment_of(songshan, "leader")), {"reason": "不再分管"})
    assert told(songshan)[-1] == f"您在{place}的“领导（只读）”职责已终止"
    assert send_due() == 0, "what happened at once is told once"


def test_person_hears_of_a_later_duty_at_once_and_on_its_day(region_security, songshan):
    now, place = timezone.now(), songshan.organization
    clerk = appointment_of(songshan)
    coming, called_off = (
        accounts.appoint(
            songshan, role=role, organization=place, by=region_security, basis="x", starts_at=now + timedelta(days=3)
        )
        for role in ("leader", "security_admin")
    )
    accounts.end_appointment(called_off, by=region_security, reason="改由别人")
    accounts.end_appointment(clerk, by=region_security, reason="换岗", at=now + timedelta(days=3))
    titles = told(songshan)
    assert titles[0].startswith("您自 ")
    assert titles[2:] == [
        f"您在{place}的“安全管理员”职责已取消，不再开始",
        f"您在{place}的“经办”职责将于 {moment(now + timedelta(days=3))} 终止",
    ]
    assert not list(turned())
    begun, ended = now - timedelta(minutes=5), now - timedelta(minutes=4)
    for notice, old, new in (
        (Notice.objects.get(once__startswith=f"appointment_begun-{coming.pk}-"), coming.starts_at, begun),
        (Notice.objects.get(once__startswith=f"appointment_ended-{clerk.pk}-"), now + timedelta(days=3), ended),
    ):
        notice.once = notice.once.replace(f"{old:%Y%m%d%H%M%S}", f"{new:%Y%m%d%H%M%S}")
        notice.save()
    Appointment.objects.filter(pk=coming.pk).update(starts_at=begun)
    Appointment.objects.filter(pk=clerk.pk).update(starts_at=now - timedelta(days=9), ends_at=ended)
    send_due()
    send_due()
    assert told(songshan)[4:] == [f"您已在{place}任“领导（只读）”", f"您在{place}的“经办”职责已终止"]


def test_duty_must_fit_the_level(as_user, region_security, songshan, captain):
    client = as_user(region_security)
    assert client.post(appoint_url(songshan), {"role": "captain", "basis": "x"}).context["form"].errors["role"]
    assert [key for key, _label in client.get(appoint_url(captain)).context["form"].fields["role"].choices] == [
        "", "captain", "secretary", "member",
    ]  # fmt: skip
    with pytest.raises(ValidationError, match="设在"):
        accounts.appoint(songshan, role="audit_admin", organization=songshan.organization, by=region_security)


def test_same_duty_twice_is_told(as_user, region_security, songshan):
    response = as_user(region_security).post(appoint_url(songshan), {"role": "clerk", "basis": "通知"})
    assert "此人在同一时间已担任这个职责。" in str(response.context["form"].errors)


def test_three_administrators_exclude_each_other(as_user, region_security, region, songshan):
    client = as_user(region_security)
    client.post(appoint_url(region), {"role": "audit_admin", "basis": "通知"})
    response = client.post(appoint_url(region), {"role": "system_admin", "basis": "通知"})
    assert "不能由同一人同时担任" in str(response.context["form"].errors)
    assert Appointment.objects.filter(user=region, role="system_admin").count() == 0


def test_nobody_appoints_or_raises_himself(as_user, region_security):
    for role in ("reviewer", "clerk"):
        assert (
            as_user(region_security).post(appoint_url(region_security), {"role": role, "basis": "x"}).status_code == 403
        )
    own = appointment_of(region_security)
    assert as_user(region_security).get(end_url(own)).status_code == 403
    with pytest.raises(PermissionDenied):
        accounts.hand_over(appointment_of(region_security), to=region_security, by=region_security, reason="x")


def test_insiders_without_the_right_are_refused_and_strangers_see_nothing(as_user, chifeng, songshan, baotou):
    held = appointment_of(songshan)
    for url in (appoint_url(songshan), end_url(held), hand_over_url(held)):
        assert as_user(chifeng).get(url).status_code == 403
        assert as_user(baotou).get(url).status_code == 404


def test_duty_elsewhere_within_reach(as_user, region_security, songshan, chifeng):
    client = as_user(region_security)
    url = f"{appoint_url(songshan)}?at={chifeng.organization.pk}"
    client.post(url, {"role": "clerk", "basis": "兼任"})
    assert Appointment.objects.filter(user=songshan, organization=chifeng.organization).count() == 1
    assert client.get(f"{appoint_url(songshan)}?at=999999").status_code == 404
    assert client.get(f"{appoint_url(songshan)}?at=x").status_code == 404


def test_league_administrator_cannot_appoint_at_the_region(as_user, region_security, chifeng, songshan, region):
    league = opened(region_security, chifeng.organization, "cf-security", "security_admin")
    client = as_user(league)
    assert client.get(f"{appoint_url(songshan)}?at={region.organization.pk}").status_code == 404
    assert client.get(appoint_url(region)).status_code == 404
    with pytest.raises(PermissionDenied):
        accounts.appoint(songshan, role="reviewer", organization=region.organization, by=league)


# -- ending -------------------------------------------------------------------------------------------
def test_ended_duty_ends_at_once_also_for_who_is_signed_in(as_user, region_security, songshan):
    theirs = as_user(songshan)
    page = reverse("organizations:user_list")
    assert theirs.get(page).status_code == 200
    held = appointment_of(songshan)
    as_user(region_security).post(end_url(held), {"reason": "岗位调整"})
    assert theirs.get(page).status_code == 403
    held.refresh_from_db()
    assert (held.ended_by, held.end_reason) == (region_security, "岗位调整")


def test_end_at_a_later_instant_keeps_the_duty_till_then(as_user, region_security, songshan):
    held, instant = appointment_of(songshan), timezone.now() + timedelta(days=2)
    facts = {"reason": "退休", "at": local(instant)}
    response = as_user(region_security).post(end_url(held), facts, follow=True)
    assert f"任职将于 {local(instant).replace('T', ' ')} 终止" in messages_of(response)[0]
    held.refresh_from_db()
    assert local(held.ends_at) == local(instant)
    assert held.is_in_force()
    assert not held.is_in_force(instant + timedelta(minutes=1))


def test_end_needs_a_reason_and_cannot_lie_in_the_past(as_user, region_security, songshan):
    held = appointment_of(songshan)
    response = as_user(region_security).post(end_url(held), {"reason": "", "at": "2020-01-01T00:00"})
    assert set(response.context["form"].errors) == {"reason", "at"}
    held.refresh_from_db()
    assert held.ends_at is None


def test_the_minute_that_has_begun_is_now(as_user, region_security, songshan):
    held = appointment_of(songshan)
    as_user(region_security).post(end_url(held), {"reason": "退休", "at": local(timezone.now())})
    held.refresh_from_db()
    assert not held.is_in_force()


def test_second_end_is_told_who_was_first(as_user, region_security, songshan):
    held = appointment_of(songshan)
    accounts.end_appointment(held, by=region_security, reason="调离")
    response = as_user(region_security).post(end_url(held), {"reason": "调离"}, follow=True)
    assert "这项任职已由安其尔（演示）终止" in messages_of(response)[0]


def test_ended_duty_stays_in_the_history_of_the_person(as_user, region_security, songshan):
    accounts.end_appointment(appointment_of(songshan), by=region_security, reason="岗位调整")
    page = as_user(region_security).get(songshan.get_absolute_url()).content.decode()
    assert "岗位调整" in page
    assert "已终止" in page
    assert OrganizationGrant.objects.filter(user=songshan).exists()  # kept, and counted no more
    forget(songshan)
    assert access(songshan).held == ()


# -- handing over -------------------------------------------------------------------------------------
def test_handed_over_duty_leaves_no_gap_and_no_overlap(as_user, region_security, songshan):
    successor = opened(region_security, songshan.organization, "successor")
    held = appointment_of(songshan)
    facts = {"to": successor.pk, "reason": "退休", "basis": "通知第3号"}
    response = as_user(region_security).post(hand_over_url(held), facts, follow=True)
    assert "已交给新来的（演示）" in messages_of(response)[0]
    held.refresh_from_db()
    new = appointment_of(successor)
    assert new.starts_at == held.ends_at
    assert (new.role, new.organization, new.basis) == ("clerk", songshan.organization, "通知第3号")
    forget(successor)
    assert can(successor, Right.EDIT_ORGANIZATION, songshan.organization)


def test_an_end_that_is_settled_is_told_in_the_other_window_and_can_be_put_off(as_user, region_security, songshan):
    client, held = as_user(region_security), appointment_of(songshan)
    then = timezone.localtime() + timedelta(days=3)
    client.post(end_url(held), {"at": f"{then:%Y-%m-%dT%H:%M}", "reason": "借调"})
    for page in (end_url(held), hand_over_url(held)):
        assert f"已定于 {then:%Y-%m-%d %H:%M} 终止（借调）" in client.get(page).content.decode()
    later = then + timedelta(days=30)
    client.post(end_url(held), {"at": f"{later:%Y-%m-%dT%H:%M}", "reason": "借调推迟"})
    held.refresh_from_db()
    assert timezone.localdate(held.ends_at) == later.date()


def test_handover_that_fails_changes_nothing(as_user, region_security, songshan):
    successor = opened(region_security, songshan.organization, "successor", "clerk")
    held = appointment_of(songshan)
    response = as_user(region_security).post(hand_over_url(held), {"to": successor.pk, "reason": "退休", "basis": "x"})
    assert "已担任这个职责" in str(response.context["form"].errors)
    held.refresh_from_db()
    assert held.ends_at is None


def test_handover_offers_people_of_the_office_and_its_superior_only(
    as_user, region_security, songshan, chifeng, baotou
):
    form = as_user(region_security).get(hand_over_url(appointment_of(songshan))).context["form"]
    offered = set(form.fields["to"].queryset)
    assert offered == {chifeng}
    response = as_user(region_security).post(
        hand_over_url(appointment_of(songshan)), {"to": baotou.pk, "reason": "x", "basis": "x"}
    )
    assert "to" in response.context["form"].errors


# -- list ---------------------------------------------------------------------------------------------
def test_list_filters_by_day_and_state(as_user, region, region_security, songshan):
    held = appointment_of(songshan)
    accounts.end_appointment(held, by=region_security, reason="退休", at=timezone.now() + timedelta(days=10))
    client = as_user(region)

    def found(**query: str) -> set[int]:
        return {row.record.pk for row in client.get(LIST, query).context["table"].rows}

    assert found(state="ending") == {held.pk}
    assert held.pk in found(state="current")
    assert held.pk not in found(on=(timezone.localdate() + timedelta(days=12)).isoformat())
    assert held.pk in found(on=(timezone.localdate() + timedelta(days=9)).isoformat())
    assert held.pk not in found(on=(timezone.localdate() - timedelta(days=2)).isoformat())
    assert found(state="ended") == set()
    assert found(q="宋山经") == {held.pk}
    assert {row.record.role for row in client.get(LIST, {"role": "administrators"}).context["table"].rows} == {
        "security_admin", "audit_admin", "system_admin",
    }  # fmt: skip


def test_list_keeps_its_query_count(as_user, region, region_security, songshan):
    def grow(step: int) -> None:
        for index in range(step):
            if not User.objects.filter(username=f"many-{step}-{index}").exists():
                opened(region_security, songshan.organization, f"many-{step}-{index}", "clerk")

    assert_constant_queries(as_user(region), LIST, grow, steps=(1, 3, 12))


def test_list_takes_tampering_and_sorts_by_index(as_user, region):
    assert_tampering_is_told(as_user(region), LIST)
    assert_sorts_by_index(AppointmentList)


# -- two administrators at once -------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_administrators_appointing_at_once_are_not_both_heard(cast):
    security, songshan = cast["region-security"], cast["songshan"]
    other = opened(security, security.organization, "second-security", "security_admin")

    def appoint(by: User, role: str):
        person, admin = User.objects.get(pk=songshan.pk), User.objects.get(pk=by.pk)
        return lambda: accounts.appoint(person, role=role, organization=person.organization, by=admin, basis="通知")

    answers = at_once(appoint(security, "leader"), appoint(other, "leader"))
    assert sorted(type(answer).__name__ for answer in answers) == ["Appointment", "ValidationError"]
    error = next(answer for answer in answers if isinstance(answer, ValidationError))
    assert "已担任这个职责" in str(error.messages)
    assert Appointment.objects.filter(user=songshan, role="leader").count() == 1


@pytest.mark.django_db(transaction=True)
def test_excluding_administrators_given_at_once_are_not_both_given(cast):
    security, region = cast["region-security"], cast["region"]
    other = opened(security, security.organization, "second-security", "security_admin")

    def appoint(by: User, role: str):
        person, admin = User.objects.get(pk=region.pk), User.objects.get(pk=by.pk)
        return lambda: accounts.appoint(person, role=role, organization=person.organization, by=admin, basis="通知")

    answers = at_once(appoint(security, "audit_admin"), appoint(other, "system_admin"))
    assert sorted(type(answer).__name__ for answer in answers) == ["Appointment", "ValidationError"]


@pytest.mark.django_db(transaction=True)
def test_database_refuses_what_a_missed_check_lets_through(cast):
    """The constraint alone, without the lock and the check in front of it."""
    from core.integrity import plainly

    songshan = cast["songshan"]

    def insert():
        with plainly(Appointment):
            return Appointment.objects.create(
                user_id=songshan.pk, role="leader", organization_id=songshan.organization_id
            )

    insert()
    with pytest.raises(ValidationError, match="已担任这个职责"):
        insert()


@pytest.mark.django_db(transaction=True)
def test_handover_and_end_at_once_do_not_deadlock(cast):
    security, songshan = cast["region-security"], cast["songshan"]
    successor = opened(security, songshan.organization, "successor")
    held = appointment_of(songshan)

    def act(function):
        by, fresh = (
            User.objects.get(pk=security.pk),
            Appointment.objects.select_related("user", "organization").get(pk=held.pk),
        )
        return lambda: function(fresh, by)

    answers = at_once(
        act(lambda fresh, by: accounts.hand_over(fresh, to=successor, by=by, reason="退休", basis="x")),
        act(lambda fresh, by: accounts.end_appointment(fresh, by=by, reason="调离")),
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Appointment", "ValidationError"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("waiting", ["deactivate", "appoint", "end_appointment"])
def test_who_waited_for_a_transfer_finds_the_person_at_the_new_office(cast, waiting):
    security, songshan, chifeng = (cast[name] for name in ("region-security", "songshan", "chifeng"))
    person, held = opened(security, songshan.organization, "mover", "clerk"), Appointment.objects.latest("pk")
    acts = {
        "deactivate": lambda by: accounts.deactivate(person, by=by, reason="退休"),
        "appoint": lambda by: accounts.appoint(person, role="leader", organization=chifeng.organization, by=by),
        "end_appointment": lambda by: accounts.end_appointment(held, by=by, reason="退休"),
    }
    moved = Event()

    def transfer():
        with transaction.atomic():
            accounts.transfer(person, by=security, to=chifeng.organization)
            moved.set()
            until_somebody_waits_for_a_lock()

    def act():
        moved.wait(60)
        return acts[waiting](User.objects.get(pk=security.pk))

    assert not [answer for answer in at_once(transfer, act) if isinstance(answer, Exception)]
    person.refresh_from_db()
    assert person.organization == chifeng.organization


def test_an_upgrade_brings_grants_to_the_roles_table(songshan: User) -> None:
    def rows() -> list[tuple[int, int]]:
        held = OrganizationGrant.objects.order_by("appointment", "permission")
        return list(held.values_list("appointment", "permission"))

    duties = Appointment.objects.in_force().filter(user=songshan)
    before = rows()
    lost = OrganizationGrant.objects.filter(appointment__in=duties).order_by("pk")[0]
    OrganizationGrant.objects.filter(pk=lost.pk).update(permission=Permission.objects.get(codename="add_permission"))
    assert rows() != before
    sync_grants()
    assert rows() == before
    sync_grants()
    assert rows() == before
