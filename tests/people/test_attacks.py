"""What somebody with an account might try against the people in the register, and what must come of it."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.styles import Font

from core.models import AccessLog
from organizations.models import Organization
from people.accounts import link
from people.choices import ConsentKind, EndKind, IdType
from people.joining.applying import apply
from people.membership.enrolling import choose_main
from people.merging.merging import merge
from people.models import Certificate, Consent, ConsentText, Disclosure, Membership, Person
from people.privacy import consenting
from people.privacy.revealing import note
from people.states import CertificateState
from people.workflow import MEMBERSHIP
from portal.demo.cast import TEAM_CODE
from teams.models import Team
from teams.on_file.roster_annex import roster_lines
from tests.people import builders
from tests.people.applicants import invitation
from tests.people.rosters import workbook

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def team(cast) -> Organization:
    """The captain's team, kept by 赤峰."""
    return Organization.objects.get(code=TEAM_CODE)


def leave(membership: Membership, by) -> None:
    MEMBERSHIP.perform(membership, "end", by=by, left_on=TODAY(), end_kind=EndKind.VOLUNTARY, end_reason="迁居")


# -- certificates -------------------------------------------------------------------------------------------
def test_nobody_corrects_the_verified_certificate_of_his_own(as_user, chifeng, team):
    mine = builders.member(team, 1).person
    mine.user = chifeng
    mine.save()
    certificate = builders.certificate(mine)
    until = certificate.expires_on
    page = as_user(chifeng).post(
        reverse("people:certificate_edit", args=[certificate.pk]),
        {"kind": "first_aid", "number": certificate.number, "issuer": certificate.issuer, "version": 1,
         "issued_on": certificate.issued_on.isoformat(), "is_lasting": "on"},
    )  # fmt: skip
    assert page.status_code == 403
    assert Certificate.objects.get(pk=certificate.pk).expires_on == until


def test_the_captain_is_told_that_he_cannot_replace_what_the_office_verified(as_user, captain, team):
    row = builders.member(team, 1)
    held = builders.certificate(row.person)
    sheet = {
        "stage": "grant", "kind": "first_aid", "issuer": "赤峰市红十字会", "issued_on": "2026-05-10",
        "membership": [row.pk], f"p{row.person_id}-held": str(held.pk), f"p{row.person_id}-act": "renew",
    }  # fmt: skip
    page = as_user(captain).post(reverse("people:certificate_grant"), sheet)
    assert page.status_code in (200, 403)
    assert Certificate.objects.get().state == CertificateState.VERIFIED


def test_an_id_number_is_not_kept_as_the_number_of_a_reported_certificate(as_user, member, team):
    mine = builders.member(team, 1).person
    mine.user = member
    mine.save()
    typed = {"kind": "first_aid", "issued_on": "2026-05-10", "number": mine.id_number}
    page = as_user(member).post(reverse("people:me_certificate_create"), typed)
    assert page.status_code == 200
    assert "编号与身份证号码相同" in page.content.decode()
    assert not Certificate.objects.exists()


def test_the_annex_hides_a_certificate_number_that_is_an_id_number(captain, team):
    holder = builders.member(team, 1).person
    builders.certificate(holder, number=holder.id_number)
    assert holder.id_number not in str(roster_lines(team, captain))


# -- consent ------------------------------------------------------------------------------------------------
def test_accepting_does_not_bring_back_a_consent_withdrawn_since(as_user, captain, songshan, place, team):
    person = builders.member(place, 1).person
    texts = list(ConsentText.objects.published())
    facts: dict[str, Any] = {
        "name": person.name, "id_type": IdType.CITIZEN, "id_number": person.id_number,
        "health_declared_on": TODAY(),
    }  # fmt: skip
    record = apply(invitation(team, captain), facts, texts)
    builders.consent(person, ConsentKind.HEALTH)
    consenting.withdraw(person, ConsentKind.HEALTH)
    typed = {"name": record.name, "state": "full", "joined_on": TODAY().isoformat()}
    as_user(captain).post(reverse("people:application_accept", args=[record.pk]), typed)
    assert Membership.objects.filter(person=person, organization=team).exists()
    assert not Consent.objects.in_force().filter(person=person, text__kind=ConsentKind.HEALTH).exists()
    assert Consent.objects.in_force().filter(person=person, text__kind=ConsentKind.PERSONAL).exists()
    assert Person.objects.get(pk=person.pk).health_declared_on is None


def test_a_roster_does_not_bring_health_days_back_after_the_consent_was_withdrawn(as_user, songshan, place):
    person = builders.member(place, 1).person
    builders.consent(person, ConsentKind.HEALTH)
    consenting.withdraw(person, ConsentKind.HEALTH)
    rows = [
        ["姓名", "身份证号", "体检日期", "健康声明日期"],
        [person.name, person.id_number, "2026-05-01", "2026-05-01"],
    ]
    client, url = as_user(songshan), f"/people/teams/{place.pk}/import/"
    page = client.post(url, {"file": workbook(rows)}, follow=True)
    client.post(f"{page.request['PATH_INFO']}?{page.request['QUERY_STRING']}", {"confirm": "1"}, follow=True)
    person.refresh_from_db()
    assert (person.checkup_on, person.health_declared_on) == (None, None)


# -- who is elsewhere now -------------------------------------------------------------------------------------
def test_the_roster_tells_nothing_new_of_who_left_for_another_team(as_user, captain, chifeng, place, team):
    gone = builders.member(team, 1)
    leave(gone, captain)
    builders.member(place, person=gone.person)
    builders.certificate(gone.person, expires_on=TODAY() + timedelta(days=777))
    builders.policy(place, gone.person)
    until = (TODAY() + timedelta(days=777)).isoformat()
    client = as_user(captain)
    page = client.get(reverse("teams:team_members", args=[Team.objects.get(organization=team).pk]), {"state": "ended"})
    assert gone.person.name in page.content.decode()
    assert until not in page.content.decode()
    assert "救护员证" not in page.content.decode().split("<tbody")[1]


def test_the_preview_of_a_roster_tells_nothing_of_a_stranger(as_user, songshan, place, team):
    stranger = builders.member(team, 1).person
    builders.certificate(stranger, number="", issuer="秘密机构", state=CertificateState.REPORTED,
                         issued_on=TODAY() - timedelta(days=10))  # fmt: skip
    day = (TODAY() - timedelta(days=10)).isoformat()
    rows = [["姓名", "身份证号", "救护证编号", "发证日期", "发证机构"],
            [stranger.name, stranger.id_number, "CF-9", day, "别的机构"]]  # fmt: skip
    page = as_user(songshan).post(f"/people/teams/{place.pk}/import/", {"file": workbook(rows)}, follow=True)
    assert "别的机构" in page.content.decode()
    assert "秘密机构" not in page.content.decode()


# -- records that are over --------------------------------------------------------------------------------------
def test_what_was_anonymised_is_filled_in_by_nobody(as_user, captain, team):
    gone = builders.member(team, 1)
    leave(gone, captain)
    Person.objects.filter(pk=gone.person_id).update(anonymised_at=timezone.now())
    client = as_user(captain)
    assert client.get(reverse("people:person_edit", args=[gone.person_id, "facts"])).status_code == 403
    assert client.get(reverse("people:person_document", args=[gone.person_id])).status_code == 403
    move = reverse("people:membership_move", args=[gone.pk])
    client.post(move, {"action": "reinstate", "comment": "试试"})
    assert Membership.objects.get(pk=gone.pk).state == "ended"


def test_an_ended_membership_does_not_become_the_main_one(captain, team):
    row = builders.member(team, 1)
    shown = Membership.objects.get(pk=row.pk)
    leave(row, captain)
    with pytest.raises(ValidationError):
        choose_main(shown)
    assert not Membership.objects.get(pk=row.pk).is_main


def test_the_own_page_names_looks_at_a_record_merged_since(as_user, member, chifeng, team):
    kept, ceased = builders.member(team, 1).person, builders.member(team, 2).person
    kept.user = member
    kept.save()
    note(ceased, Disclosure.What.PHONE, by=chifeng, reason="核对旧档案")
    merge(kept, ceased, taken=[], by=chifeng, reason="核对过", document_reason="换过证件")
    assert "核对旧档案" in as_user(member).get(reverse("people:me_disclosures")).content.decode()


def test_a_merge_over_two_offices_is_not_undone_by_one(as_user, songshan, chifeng, place, team):
    kept, ceased = builders.member(place, 1).person, builders.member(team, 2).person
    made = merge(kept, ceased, taken=[], by=chifeng, reason="核对过", document_reason="换过证件")
    page = as_user(songshan).post(reverse("people:merge_undo", args=[made.pk]))
    assert page.status_code == 403
    assert Person.objects.get(pk=ceased.pk).merged_into_id == kept.pk


# -- numbers ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["people:member_list", "people:certificate_list"])
def test_a_whole_number_does_not_reach_the_heading_of_an_export(as_user, captain, team, name):
    person = builders.member(team, 1).person
    builders.certificate(person)
    page = as_user(captain).get(reverse(name), {"q": person.id_number, "export": "csv"})
    said = b"".join(page.streaming_content) if page.streaming else page.content
    assert person.id_number.encode() not in said
    assert not [row for row in AccessLog.objects.all() if person.id_number in f"{row.subject}{row.detail}"]


# -- files ------------------------------------------------------------------------------------------------------
def test_one_cell_at_the_end_of_a_sheet_does_not_take_all_memory(as_user, songshan, place):
    """A file of five kilobytes, for which the reader would ask for half a terabyte."""
    book = Workbook()
    book.active.append(["姓名", "手机"])
    book.active["XFD1048576"] = "远"
    file = BytesIO()
    book.save(file)
    upload = SimpleUploadedFile("名册.xlsx", file.getvalue())
    page = as_user(songshan).post(f"/people/teams/{place.pk}/import/", {"file": upload})
    assert "很远的行或列" in page.content.decode()


def test_formats_down_to_the_last_row_do_not_matter(as_user, songshan, place):
    book = Workbook()
    book.active.append(["姓名", "手机"])
    book.active.append(["陈静", "13800000001"])
    book.active["XFD1048576"].font = Font(bold=True)
    file = BytesIO()
    book.save(file)
    upload = SimpleUploadedFile("名册.xlsx", file.getvalue())
    page = as_user(songshan).post(f"/people/teams/{place.pk}/import/", {"file": upload}, follow=True)
    assert page.context["preview"]["counts"]["wrong"] == 0


# -- a second team, an own account --------------------------------------------------------------------------
def test_a_second_team_gets_no_hold_of_the_record(as_user, captain, office, team):
    who = builders.member(office("150402"), 1).person  # the main team is another's
    second = builders.member(team, person=who)
    client = as_user(captain)
    assert client.get(reverse("people:person_detail", args=[who.pk])).status_code == 200
    for name, args in (
        ("person_edit", [who.pk, "facts"]), ("person_document", [who.pk]), ("account_link", [who.pk]),
    ):  # fmt: skip
        assert client.get(reverse(f"people:{name}", args=args)).status_code == 403, name
    assert client.post(reverse("people:membership_main", args=[second.pk])).status_code == 403
    assert client.get(reverse("people:membership_edit", args=[second.pk])).status_code == 200


def test_nobody_links_or_looses_the_own_account(as_user, captain, chifeng, team):
    who = builders.member(team, person=builders.person(1, name=captain.name.partition("（")[0])).person
    with pytest.raises(ValidationError, match="自己的账号"):
        link(who, captain, by=captain)
    link(who, captain, by=chifeng)
    as_user(captain).post(reverse("people:account_unlink", args=[who.pk]))
    assert Person.objects.get(pk=who.pk).user == captain


def test_who_moved_on_is_not_called_back_by_the_team_before(chifeng, team, office):
    membership = builders.member(team, 1)
    away = {"by": chifeng, "left_on": TODAY(), "end_kind": EndKind.TRANSFER}
    MEMBERSHIP.perform(membership, "end", **away)
    MEMBERSHIP.perform(membership, "reinstate", by=chifeng, comment="误办，哪支队伍都还没有登记")
    MEMBERSHIP.perform(membership, "end", **away)
    builders.member(office("150402"), person=membership.person, joined_on=TODAY())
    with pytest.raises(ValidationError, match="转到别的队伍"):
        MEMBERSHIP.perform(membership, "reinstate", by=chifeng, comment="回来")
