"""What a member sees and does on his or her own pages, and what nobody else does."""

import json
import re
from datetime import date, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signing import TimestampSigner
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from PIL import Image
from pypdf import PdfReader

from core.attachments import attach
from core.models import Attachment, Job
from people import card
from people.models import Certificate, CertificateKind, Cover, Disclosure, HourRecord, Membership, Person
from people.papers.verifying import run_out
from people.privacy.revealing import note
from people.states import MembershipState
from teams.models import Team, TeamPost
from tests.core.list_checks import queries_of
from tests.people import builders
from tests.people.builders import citizen

pytestmark = pytest.mark.django_db
PAGES = ("me", "me_card", "me_hours", "me_consents", "me_disclosures", "me_contact", "me_copy")


@pytest.fixture
def own(captain, member):
    """The member's own membership, lacking nothing."""
    who = builders.person(1, user=member, name="敖特根巴雅尔·孟和", emergency_name="巴图")
    return builders.ready(captain.organization, person=who, number=1)


def photo(name="证书.jpg", colour="white"):
    picture = BytesIO()
    Image.new("RGB", (60, 40), colour).save(picture, "JPEG")
    return SimpleUploadedFile(name, picture.getvalue())


def url(name, *args):
    return reverse(f"people:{name}", args=args)


# -- whose ------------------------------------------------------------------------------------------------
def test_an_account_without_a_person_is_told_how_to_get_linked(as_user, captain, own):
    client = as_user(captain)
    assert "还没有关联" in client.get(url("me")).content.decode()
    for name in (*PAGES[1:], "me_card_paper", "me_certificate_create"):
        assert client.get(url(name))["Location"] == url("me"), name
    assert Client().get(url("me")).status_code == 302


def test_every_page_opens_asks_little_and_never_shows_the_whole_number(as_user, member, own):
    client = as_user(member)
    for name in PAGES:
        assert len(queries_of(client, url(name))) <= 10, name
        assert citizen(1) not in client.get(url(name)).content.decode()


def test_what_is_lacking_is_said_with_the_rule(as_user, member, own):
    assert "可出动" in as_user(member).get(url("me")).content.decode()
    Certificate.objects.filter(person=own.person).update(expires_on=timezone.localdate() - timedelta(days=1))
    text = as_user(member).get(url("me")).content.decode()
    assert "没有在有效期内、已核验的应急救护证书" in text
    assert "42号" in text
    assert "已过期" in text


# -- card -------------------------------------------------------------------------------------------------
def test_card_says_who_in_which_team_until_when(as_user, member, own):
    text = as_user(member).get(url("me_card")).content.decode()
    for words in (own.person.name, own.organization.name, "正式", "救护员证", 'class="qr"'):
        assert words in text
    answer = as_user(member).get(url("me_card_paper"))
    paper = PdfReader(BytesIO(b"".join(answer.streaming_content)))
    assert len(paper.pages) == 1
    assert own.person.name in paper.pages[0].extract_text()


def test_code_confirms_team_and_masked_name_and_nothing_else(own):
    page = Client().get(url("card_verify", card.sign(own)))
    text = re.sub(r"<[^>]+>", " ", page.content.decode().split("<main")[1].split("</main")[0])
    assert page.status_code == 200
    assert "敖**" in text
    assert own.organization.name in text
    for hidden in (own.person.name, own.person.id_masked, own.person.mobile, own.number or "救护员证", "正式"):
        assert hidden not in text


def test_code_of_who_left_or_ran_out_or_was_made_up_confirms_nobody(own, monkeypatch):
    value = card.sign(own)
    old = TimestampSigner(salt="people.card")
    monkeypatch.setattr(old, "timestamp", lambda: TimestampSigner().timestamp()[:1])
    for wrong in (value[:-1] + ("A" if value[-1] != "A" else "B"), "x", f"{own.pk}", old.sign(str(own.pk))):
        assert Client().get(url("card_verify", wrong)).status_code == 404, wrong
    Membership.objects.filter(pk=own.pk).update(
        state=MembershipState.ENDED, left_on=timezone.localdate(), end_kind="voluntary", is_main=False
    )
    page = Client().get(url("card_verify", value))
    assert page.status_code == 404
    assert "无效" in page.content.decode()
    assert own.organization.name not in page.content.decode()


# -- certificates -------------------------------------------------------------------------------------------
def test_certificate_by_photo_waits_for_the_office(as_user, member, own):
    client = as_user(member)
    assert 'name="issuer"' in client.get(url("me_certificate_create")).content.decode()
    sent = {"kind": "first_aid", "issued_on": "2026-03-31", "number": "", "expires_on": "", "photo": photo()}
    sent["issuer"] = "赤峰市红十字会"
    assert client.post(url("me_certificate_create"), sent).status_code == 302
    made = Certificate.objects.get(person=own.person, state="reported")
    assert (made.expires_on.isoformat(), made.source) == ("2029-03-31", "本人上报")
    assert made.issuer == "赤峰市红十字会", "without it the office cannot verify it from the list"
    scan = Attachment.objects.of(made).get()
    assert (scan.kind, scan.uploaded_by) == ("scan", member)
    shown = client.get(url("me_file", scan.pk))
    assert shown["Content-Type"] == "image/jpeg"
    assert shown["Content-Security-Policy"].endswith("sandbox")
    b"".join(shown.streaming_content)
    assert url("me_file", scan.pk) in client.get(url("me")).content.decode()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": ""}, "kind"),
        ({"issued_on": ""}, "issued_on"),
        ({"issued_on": "2099-01-01"}, "issued_on"),
        ({"expires_on": "2020-01-01"}, "__all__"),
        ({"photo": SimpleUploadedFile("证书.jpg", b"no picture")}, "photo"),
    ],
)
def test_wrong_certificate_is_shown_and_nothing_is_kept(as_user, member, own, values, field):
    sent = {"kind": "rope", "issued_on": "2026-03-31", "number": "", "expires_on": "", **values}
    page = as_user(member).post(url("me_certificate_create"), sent)
    assert page.status_code == 200
    assert field in page.context["form"].errors
    assert not Certificate.objects.filter(person=own.person, state="reported").exists()
    assert not Attachment.objects.exists()


def test_same_certificate_is_reported_once_and_a_photo_is_not_compulsory(as_user, member, own):
    client = as_user(member)
    sent = {"kind": "rope", "issued_on": "2026-03-31", "number": "", "expires_on": ""}
    assert client.post(url("me_certificate_create"), sent).status_code == 302
    assert "已经报过" in client.post(url("me_certificate_create"), sent).content.decode()
    assert "已经报过" in client.post(url("me_certificate_create"), {**sent, "number": "SS-1"}).content.decode()
    assert Certificate.objects.filter(person=own.person, state="reported").count() == 1
    page = client.post(url("me_certificate_create"), {**sent, "issued_on": "1980-03-31"}).content.decode()
    assert "早于本人的出生日期" in page


def test_who_verifies_is_asked_to_read_the_rest_off_the_photo(as_user, member, chifeng, own):
    """Number and issuer are left to the office; a key alone would make it count without them."""
    client = as_user(member)
    client.post(url("me_certificate_create"), {"kind": "rope", "issued_on": "2026-03-31", "photo": photo()})
    made = Certificate.objects.get(person=own.person, state="reported")
    page = as_user(chifeng).get(made.get_absolute_url()).content.decode()
    assert "证书编号、发证机构没有填：照片上看得清的，请先“更正”补上再核验。" in page


def test_what_was_refused_is_reported_again_as_it_was_written(as_user, member, own):
    old = builders.certificate(own.person, kind_id="rope", state="refused", number="SS-1", issuer="演示培训机构")
    page = as_user(member).get(f"{url('me_certificate_create')}?again={old.pk}")
    assert (page.context["form"]["number"].value(), page.context["form"]["issuer"].value()) == ("SS-1", "演示培训机构")


def test_insurance_to_come_is_said_with_its_first_day(as_user, member, own):
    Cover.objects.update(starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))
    tomorrow = timezone.localdate() + timedelta(days=1)
    builders.policy(own.organization, own.person, number="MR-1", starts_on=tomorrow)
    text = as_user(member).get(url("me")).content.decode()
    assert f"{tomorrow.year}年{tomorrow.month}月{tomorrow.day}日 起保障，那以前不能出动" in text
    assert "不在人身意外保险的保障期内" in text, "what is lacking today is said above"


def test_the_usual_end_knows_short_months():
    kind = CertificateKind(months=1)
    assert run_out(kind, timezone.datetime(2027, 1, 31).date()).isoformat() == "2027-02-28"
    assert run_out(CertificateKind(months=None), timezone.localdate()) is None


def test_files_of_others_are_not_there(as_user, member, captain, own):
    other = builders.certificate(builders.member(captain.organization, 3).person)
    scan = attach(other, photo(), kind="scan", by=captain)
    assert as_user(member).get(url("me_file", scan.pk)).status_code == 404


# -- data -------------------------------------------------------------------------------------------------
def test_hours_are_summed_by_year(as_user, member, own):
    for day, kind, hours in (
        ("2026-03-01", "service", 3),
        ("2026-04-01", "service", 2.5),
        ("2025-04-01", "training", 8),
    ):
        HourRecord.objects.create(
            person=own.person, organization=own.organization, kind=kind, on=day, hours=hours, what="演练"
        )
    years = as_user(member).get(url("me_hours")).context["years"]
    assert [(line["year"], line["service"], line["training"]) for line in years] == [(2026, 5.5, 0), (2025, 0, 8)]


def test_member_reads_who_looked(as_user, member, captain, own):
    note(own.person, Disclosure.What.PHONE, by=captain, reason="联系集合")
    text = as_user(member).get(url("me_disclosures")).content.decode()
    for words in ("完整电话", captain.name, captain.organization.name, "联系集合"):
        assert words in text


def test_contact_is_changed_by_oneself_and_nothing_else_is(as_user, member, own):
    client = as_user(member)
    form = client.get(url("me_contact")).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {"mobile": "13900009999", "name": "别名"}
    assert client.post(url("me_contact"), sent | {"mobile": "1"}).context["form"].errors["mobile"]
    assert client.post(url("me_contact"), sent).status_code == 302
    person = Person.objects.get(pk=own.person_id)
    assert (person.mobile, person.name, person.version) == ("13900009999", own.person.name, 2)
    assert client.post(url("me_contact"), sent | {"mobile": "13900008888"}).context["form"].errors  # opened before


def _parts(client, job):
    answer = client.get(reverse("core:job_result", args=[job.pk]))
    return ZipFile(BytesIO(b"".join(answer.streaming_content)))


def test_copy_holds_everything_with_the_number_masked(
    as_user, member, captain, own, django_capture_on_commit_callbacks
):
    attach(Certificate.objects.get(person=own.person), photo(), kind="scan", by=captain)
    former = {"id_type": "passport", "id_masked": "E****567", "id_cipher": "sealed", "id_index": "x", "reason": "换证"}
    own.person.former_documents.create(**former)
    post = {"role": "safety", "name": own.person.name, "starts_on": date(2025, 1, 2)}
    TeamPost.objects.create(team=Team.objects.get(organization=own.organization), person=own.person, **post)
    client = as_user(member)
    assert client.get(url("me_copy")).status_code == 200
    assert not Job.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("me_copy"))
    job = Job.objects.get()
    assert job.state == "ready", job.message
    with _parts(client, job) as archive:
        data = json.loads(archive.read("data.json"))
        sheet = load_workbook(BytesIO(archive.read("本人信息.xlsx")))
    assert data["本人"][0]["姓名"] == own.person.name
    assert data["本人"][0]["证件号码"] == own.person.id_masked
    assert data["证书"][0]["证书种类"] == "救护员证"
    assert data["附件清单"][0]["文件"] == "证书.jpg"
    assert (data["原证件"][0]["证件号码"], data["任职"][0]["岗位"]) == ("E****567", "安全员")
    assert citizen(1) not in json.dumps(data)
    assert "sealed" not in json.dumps(data)
    assert sheet.sheetnames[:3] == ["本人", "队籍", "证书"]
    noted = Disclosure.objects.get(person=own.person)
    assert (noted.what, noted.by) == ("copy", member)
    assert as_user(captain).get(reverse("core:job_result", args=[job.pk])).status_code == 404


def test_whole_number_only_after_the_password(as_user, member, own, django_capture_on_commit_callbacks):
    client = as_user(member)
    answer = client.post(url("me_copy"), {"whole": "on"})
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert not Job.objects.exists()
    assert not Disclosure.objects.exists()
    client.post(answer["Location"], {"password": "Yanshi-0000-test"})
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("me_copy"), {"whole": "on"})
    job = Job.objects.get()
    with _parts(client, job) as archive:
        assert json.loads(archive.read("data.json"))["本人"][0]["证件号码"] == citizen(1)
    assert "完整证件号码" in Disclosure.objects.get().reason
    assert citizen(1) not in json.dumps(job.params)


def test_copy_of_an_account_unlinked_meanwhile_is_refused(as_user, member, own, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        as_user(member).post(url("me_copy"))
    Person.objects.filter(pk=own.person_id).update(user=None)
    for callback in callbacks:
        callback()
    assert Job.objects.get().state == "failed"
