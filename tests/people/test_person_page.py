"""One person: what stands on the pages, who sees it, changing it, the document, revealing, health, consents."""

from datetime import date, timedelta

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from core.attachments.panel import panels
from core.models import AccessLog
from organizations.models import Organization
from people import identity
from people.choices import ConsentKind, IdType
from people.membership.enrolling import find
from people.models import Consent, ConsentText, Disclosure, FormerDocument, Membership, Person
from people.privacy.consenting import give
from people.privacy.paper_consents import record_consent
from portal.demo.cast import TEAM_CODE
from tests.core.list_checks import queries_of
from tests.people import builders
from tests.people.rosters import workbook

pytestmark = pytest.mark.django_db
TABS = ("detail", "papers", "standing", "history", "looks", "access")
NUMBER = builders.citizen(1)


@pytest.fixture
def team(cast):
    return Organization.objects.get(code=TEAM_CODE)


@pytest.fixture
def person(team):
    return builders.ready(
        team, 1, person=builders.person(1, name="王明", political="01", checkup_on=date(2026, 5, 4))
    ).person


def url(name, person, *more):
    return reverse(f"people:{name}", args=[person.pk, *more])


def text(response):
    return response.content.decode()


def said(response):
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


# -- looking ----------------------------------------------------------------------------------------------
def test_every_tab_shows_the_person_in_few_queries(as_user, captain, person):
    builders.award(person)
    builders.consent(person)
    client = as_user(captain)
    for tab in TABS:
        page = client.get(url(f"person_{tab}", person))
        assert (page.status_code, "王明" in text(page)) == (200, True), tab
        assert len(queries_of(client, url(f"person_{tab}", person))) <= 10, tab


def test_page_says_for_each_team_what_is_lacking(as_user, captain, person):
    assert "可出动" in text(as_user(captain).get(url("person_detail", person)))
    Membership.objects.filter(person=person).update(state="probation")
    page = text(as_user(captain).get(url("person_detail", person)))
    assert "还是预备队员" in page
    assert "可出动" not in page


def test_papers_show_certificates_and_insurance(as_user, captain, person):
    builders.certificate(person, kind_id="rope", number="SS-9", issued_on=date(2020, 1, 1), expires_on=date(2023, 1, 1))
    page = text(as_user(captain).get(url("person_papers", person)))
    for words in ("救护员证", "已核验", "SS-9", "已过期", "演示保险公司", "在保"):
        assert words in page, words


def test_strangers_do_not_see_and_lookers_on_cannot_change(as_user, baotou, leader, member, person):
    for tab in TABS:
        assert as_user(baotou).get(url(f"person_{tab}", person)).status_code == 404
        assert as_user(member).get(url(f"person_{tab}", person)).status_code == 404
    page = text(as_user(leader).get(url("person_detail", person)))
    assert url("person_edit", person, "facts") not in page
    assert "中共党员" not in page
    for name, *more in (("person_edit", "facts"), ("person_document",), ("person_reveal",), ("person_health",)):
        assert as_user(leader).post(url(name, person, *more)).status_code == 403


def test_who_may_see_is_told_with_the_reason(as_user, leader, person):
    page = text(as_user(leader).get(url("person_access", person), {"right": "reveal_member"}))
    assert "您自己：您现在的职责不能" in page
    assert "任“队长”" in page
    assert as_user(leader).get(url("person_access", person), {"right": "nonsense", "team": "x"}).status_code == 200


# -- changing ---------------------------------------------------------------------------------------------
def sent(client, person, section, **facts):
    page = client.get(url("person_edit", person, section))
    data = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    return client.post(url("person_edit", person, section), {**data, **facts})


def test_facts_are_changed_and_stand_in_the_history(as_user, captain, person):
    client = as_user(captain)
    answer = sent(client, person, "facts", name="敖特根巴雅尔·孟和", skills="绳索、水域，无人机", ethnicity="蒙古族")
    assert answer["Location"] == person.get_absolute_url()
    person.refresh_from_db()
    assert (person.name, person.skills, person.version) == ("敖特根巴雅尔·孟和", ["绳索", "水域", "无人机"], 2)
    history = text(client.get(url("person_history", person)))
    assert "蒙古族" in history
    assert captain.name in history
    bad = sent(client, person, "facts", name="王2", note=f"身份证{NUMBER}")
    assert "姓名里有不该有的数字或符号" in text(bad)
    assert "不要写证件号码" in text(bad)
    assert client.get(url("person_edit", person, "nothing")).status_code == 404


def test_birthday_unlike_the_document_is_told(as_user, captain, person):
    answer = sent(as_user(captain), person, "facts", birth="1991-03-07")
    assert "出生日期与证件号码上的不一致" in said(answer)
    assert "出生日期与证件号码上的不一致" in text(as_user(captain).get(url("person_detail", person)))


def test_telephones_are_replaced_without_being_shown(as_user, captain, person):
    client = as_user(captain)
    page = client.get(url("person_edit", person, "contact"))
    assert "138****0001" in text(page)
    assert "13800000001" not in text(page)
    sent(client, person, "contact", address="演示路 1 号")
    person.refresh_from_db()
    assert (person.mobile, person.address) == ("13800000001", "演示路 1 号")
    sent(client, person, "contact", mobile="13900000009", other_phone="0476-1234567")
    person.refresh_from_db()
    assert (person.mobile, person.other_phone) == ("13900000009", "0476-1234567")
    sent(client, person, "contact", mobile="无")
    person.refresh_from_db()
    assert (person.mobile, person.other_phone) == ("", "0476-1234567")
    assert "手机号应为 11 位数字" in text(sent(client, person, "contact", mobile="123"))


def test_stale_form_shows_what_the_other_changed_with_phones_masked(as_user, captain, chifeng, person):
    client = as_user(captain)
    page = client.get(url("person_edit", person, "contact"))
    version = page.context["form"]["version"].value()
    sent(as_user(chifeng), person, "contact", mobile="13900000009", address="新地址")
    answer = client.post(url("person_edit", person, "contact"), {"version": version, "mobile": "", "address": "旧地址"})
    assert answer.status_code == 200
    assert "新地址" in text(answer)
    assert "13900000009" not in text(answer)
    again = {"version": answer.context["form"]["version"].value(), "mobile": "", "address": "旧地址"}
    assert client.post(url("person_edit", person, "contact"), again).status_code == 302
    person.refresh_from_db()
    assert (person.mobile, person.address) == ("13900000009", "旧地址")


def test_political_status_is_not_in_the_form_of_who_may_not_see_it(as_user, captain, person):
    assert "political" in as_user(captain).get(url("person_edit", person, "facts")).context["form"].fields
    assert "中共党员" in text(as_user(captain).get(url("person_detail", person)))


# -- the document -----------------------------------------------------------------------------------------
def test_document_is_replaced_and_the_old_one_still_finds(as_user, captain, person):
    client, new = as_user(captain), builders.citizen(2, birth="19900308")
    facts = {"id_type": "citizen", "id_number": f" {new[:6]} {new[6:].lower()}", "reason": "原号码抄错"}
    answer = client.post(url("person_document", person), facts)
    assert answer["Location"] == person.get_absolute_url()
    assert "不一致" not in said(answer)  # birthday and sex were those of the number before
    person.refresh_from_db()
    assert (person.birth, person.gender) == (date(1990, 3, 8), "2")
    assert find(IdType.CITIZEN, new, name="某人") == find(IdType.CITIZEN, NUMBER, name="王 明") == person
    history = text(client.get(url("person_history", person)))
    for words in ("更换或更正证件", "原号码抄错", identity.masked(new), identity.masked(NUMBER), captain.name):
        assert words in history, words


def test_birthday_that_was_not_the_numbers_is_compared_with_the_new_one(as_user, captain, person):
    Person.objects.filter(pk=person.pk).update(birth=date(1991, 5, 5))
    facts = {"id_type": "citizen", "id_number": builders.citizen(2, birth="19900308"), "reason": "原号码抄错"}
    answer = as_user(captain).post(url("person_document", person), facts)
    assert "出生日期与证件号码上的不一致" in said(answer)
    assert Person.objects.get(pk=person.pk).birth == date(1991, 5, 5)


@pytest.mark.parametrize("way", ["form", "roster", "document"])
def test_number_entered_for_the_wrong_person_goes_to_its_owner(as_user, captain, team, person, way):
    """The number of the next line of the list was entered for 王明; once that is corrected, its owner can have it."""
    client = as_user(captain)
    right = {"id_type": "citizen", "id_number": builders.citizen(2), "reason": "抄成了下一行的号码"}
    client.post(url("person_document", person), right)
    row = {"name": "李志强", "id_number": NUMBER, "joined_on": "2026-03-01"}
    if way == "form":
        client.post(reverse("people:member_create", args=[team.pk]), {**row, "state": "full", "kind": "member"})
    elif way == "roster":
        sheet, address = workbook([["姓名", "身份证号"], ["李志强", NUMBER]]), f"/people/teams/{team.pk}/import/"
        page = client.post(address, {"file": sheet}, follow=True)
        client.post(f"{page.request['PATH_INFO']}?{page.request['QUERY_STRING']}", {"confirm": "1"}, follow=True)
    else:
        owner = builders.member(team, 3, person=builders.person(3, name="李志强")).person
        client.post(url("person_document", owner), {**right, "id_number": NUMBER})
    owner = Person.objects.get(name="李志强")
    assert owner.id_number == NUMBER
    assert find(IdType.CITIZEN, NUMBER, name="王明") == owner
    person.refresh_from_db()
    assert (person.name, person.id_number) == ("王明", builders.citizen(2))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"id_number": "15040419900307001X1"}, "应为 18 位"),
        ({"id_number": NUMBER}, "没有变化"),
        ({"id_number": builders.citizen(3), "reason": ""}, "id_reason_error"),
        ({"id_number": builders.citizen(3), "reason": builders.citizen(3)}, "不要写证件号码"),
    ],
)
def test_document_that_is_not_right_is_refused(as_user, captain, person, facts, words):
    answer = as_user(captain).post(url("person_document", person), {"id_type": "citizen", "reason": "抄错了", **facts})
    assert words in text(answer)
    assert FormerDocument.objects.count() == 0


def test_taken_number_does_not_tell_whose_it_is_to_who_may_not_know(as_user, captain, team, office, person):
    builders.member(team, 2, person=builders.person(2, name="李志强"))
    builders.person(3, name="外地人")
    facts = {"id_type": "citizen", "reason": "抄错了"}
    client = as_user(captain)
    ours = text(client.post(url("person_document", person), {**facts, "id_number": builders.citizen(2)}))
    assert "已经登记给李志强" in ours
    theirs = text(client.post(url("person_document", person), {**facts, "id_number": builders.citizen(3)}))
    assert "已经登记给另一个人" in theirs
    assert "外地人" not in theirs


# -- revealing --------------------------------------------------------------------------------------------
def test_number_is_shown_once_for_a_reason_and_noted(as_user, captain, person):
    client = as_user(captain)
    assert NUMBER not in text(client.get(url("person_reveal", person)))
    assert NUMBER not in text(client.post(url("person_reveal", person), {"what": "id_number", "reason": ""}))
    assert Disclosure.objects.count() == 0
    for headers in ({}, {"HX-Request": "true"}):
        answer = client.post(
            url("person_reveal", person), {"what": "id_number", "reason": "办理保险核对"}, headers=headers
        )
        assert NUMBER in text(answer)
        assert answer["Cache-Control"] == "no-store, private"
        assert ("<html" in text(answer)) is not bool(headers)
    phones = client.post(url("person_reveal", person), {"what": "phone", "reason": "应急联络"})
    assert "13800000001" in text(phones)
    looks = text(client.get(url("person_looks", person)))
    for words in ("办理保险核对", "完整证件号码", captain.name, captain.organization.name):
        assert words in looks, words
    assert Disclosure.objects.filter(person=person).count() == 3
    logged = AccessLog.objects.filter(kind="revealed")
    assert logged.count() == 3
    assert NUMBER not in str(list(logged.values()))


# -- health and consents ----------------------------------------------------------------------------------
HEALTH = {"blood": "AB", "allergy": "青霉素", "statement": "无重大疾病史", "version": 1}


def test_health_is_kept_only_with_consent_and_read_only_by_revealing(as_user, captain, person):
    client = as_user(captain)
    closed = client.post(url("person_health", person), HEALTH)
    assert "没有本人同意" in text(closed)
    person.refresh_from_db()
    assert person.health == {}
    builders.consent(person, ConsentKind.HEALTH)
    client.post(url("person_health", person), {**HEALTH, "health_declared_on": "2026-06-01"})
    person.refresh_from_db()
    assert (person.health["allergy"], person.health_declared_on) == ("青霉素", date(2026, 6, 1))
    for page in ("person_health", "person_detail", "person_history", "person_reveal"):
        assert "青霉素" not in text(client.get(url(page, person))), page
    shown = client.post(url("person_reveal", person), {"what": "health", "reason": "准备急救卡"})
    assert "青霉素" in text(shown)
    assert "AB 型" in text(shown)
    client.post(url("person_health", person), {"allergy": "无", "version": person.version})
    person.refresh_from_db()
    assert person.health == {"blood": "AB", "statement": "无重大疾病史"}
    Consent.objects.update(withdrawn_at=timezone.now())
    refused = client.post(url("person_reveal", person), {"what": "health", "reason": "准备急救卡"})
    assert "AB 型" not in text(refused)
    assert "没有本人同意" in text(client.get(url("person_health", person)))


def test_paper_consent_is_recorded_with_its_scan(as_user, captain, person):
    client = as_user(captain)
    wording = ConsentText.objects.published().get(kind="health")
    scan = SimpleUploadedFile("同意书.pdf", b"MZ a program")
    signed = {"text": wording.pk, "given_on": "2026-03-01"}
    assert Consent.objects.count() == 0
    refused = client.post(url("consent_record", person), {**signed, "scan": scan})
    assert (refused.status_code, Consent.objects.count()) == (200, 0)
    later = {**signed, "given_on": (timezone.localdate() + timedelta(days=1)).isoformat()}
    assert "日期不能晚于今天" in text(client.post(url("consent_record", person), later))
    assert client.post(url("consent_record", person), signed)["Location"] == person.get_absolute_url()
    consent = Consent.objects.get()
    assert (consent.channel, consent.recorded_by, timezone.localdate(consent.given_at)) == (
        "paper", captain, date(2026, 3, 1),
    )  # fmt: skip
    assert "现在有效" in text(client.post(url("consent_record", person), signed))
    page = text(client.get(consent.get_absolute_url()))
    assert "健康信息处理同意书" in page
    assert str(consent.text) in text(client.get(url("person_history", person)))


def test_for_a_minor_the_guardian_signs(as_user, captain, person):
    """红十字志愿者：不满 18 岁需监护人同意."""
    client, minor = as_user(captain), builders.member(captain.organization, 7).person
    assert "监护人与本人的关系" not in text(client.get(url("consent_record", person)))
    Person.objects.filter(pk=minor.pk).update(birth=timezone.localdate() - timedelta(days=15 * 365))
    minor.refresh_from_db()
    wording = ConsentText.objects.published().get(kind="personal")
    signed = {"text": wording.pk, "given_on": timezone.localdate().isoformat()}
    assert set(client.post(url("consent_record", minor), signed).context["form"].errors) == {
        "guardian", "guardian_relation",
    }  # fmt: skip
    with pytest.raises(ValidationError, match="监护人"):
        record_consent(minor, text=wording, given_on=timezone.localdate(), by=captain)
    client.post(url("consent_record", minor), {**signed, "guardian": "乌兰（演示）", "guardian_relation": "母亲"})
    consent = Consent.objects.get(person=minor)
    assert "乌兰（演示）（母亲）" in text(client.get(consent.get_absolute_url()))
    with pytest.raises(ValidationError, match="监护人"):
        give(minor, ConsentText.objects.published().get(kind="health"), by=captain)
    assert panels(consent, captain, ["scan"])["scan"]["decision"]


def test_looking_changes_nothing(as_user, captain, person):
    before = list(Person.objects.values())
    for name, *more in (
        *((f"person_{tab}",) for tab in TABS),
        ("person_edit", "facts"), ("person_document",), ("person_reveal",), ("person_health",), ("consent_record",),
    ):  # fmt: skip
        assert as_user(captain).get(url(name, person, *more)).status_code == 200
    assert list(Person.objects.values()) == before
    assert (Disclosure.objects.count(), Consent.objects.count()) == (0, 0)
