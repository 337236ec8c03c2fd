"""Certificates: entered by the team, verified by the office, corrected, refused, ended; and who may see what."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core.attachments import attach
from core.models import Notice, WorkflowEvent
from organizations.models import Organization
from organizations.reference import add_child
from people.models import Certificate, CertificateKind
from people.papers.verifying import months_after
from people.states import CertificateState
from people.validators import term_end
from people.views.certificates import CertificateList
from portal.demo.cast import TEAM_CODE
from tests.core.list_checks import (
    MOST_QUERIES,
    assert_constant_queries,
    assert_sorts_by_index,
    assert_tampering_is_told,
    queries_of,
)
from tests.core.sample_files import image
from tests.people import builders

pytestmark = pytest.mark.django_db
LIST = reverse("people:certificate_list")
FACTS = {"kind": "first_aid", "number": "CF-2026-001", "issuer": "赤峰市红十字会", "issued_on": "2026-05-10"}


@pytest.fixture
def team(cast) -> Organization:
    return Organization.objects.get(code=TEAM_CODE)


@pytest.fixture
def holder(team):
    return builders.member(team, 1).person


@pytest.fixture
def reported(holder) -> Certificate:
    return builders.certificate(holder, state=CertificateState.REPORTED)


def url(name, record, **query):
    return reverse(f"people:{name}", args=[record.pk], query=query or None)


def texts(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


# -- entering -----------------------------------------------------------------------------------------------
def test_what_the_team_enters_waits_and_what_the_office_enters_is_verified(as_user, holder, captain, chifeng):
    page = url("certificate_create", holder)
    assert as_user(captain).get(page).status_code == 200
    assert not Certificate.objects.exists()
    told = as_user(captain).post(page, FACTS, follow=True)
    mine = Certificate.objects.get()
    assert (mine.state, mine.verified_by, mine.expires_on) == ("reported", None, date(2029, 5, 10))
    assert "待红十字会核验" in texts(told)
    as_user(chifeng).post(page, {**FACTS, "kind": "rope", "number": ""})
    theirs = Certificate.objects.get(kind="rope")
    assert (theirs.state, theirs.verified_by, theirs.expires_on) == ("verified", chifeng, None)
    assert theirs.verified_at.date() >= timezone.localdate() - timedelta(days=1)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"expires_on": "2030-01-01"}, date(2030, 1, 1)),
        ({"is_lasting": "on", "expires_on": "2030-01-01"}, None),
        ({"issued_on": "2024-02-29"}, date(2027, 2, 28)),
        ({"kind": "rope"}, None),
    ],
)
def test_until_when_it_lasts(as_user, holder, captain, typed, kept):
    as_user(captain).post(url("certificate_create", holder), {**FACTS, **typed})
    assert Certificate.objects.get().expires_on == kept


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"issued_on": ""}, "要填写"),
        ({"issued_on": "2099-01-01"}, "不能晚于今天"),
        ({"expires_on": "2020-01-01"}, "不能早于发证日期"),
        ({"kind": ""}, "要填写"),
        ({"number": "A\u200bB"}, "看不见的字符"),
        ({"kind": "driving", "number": builders.citizen(5)}, "身份证号码"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_kept(as_user, holder, captain, typed, words):
    page = as_user(captain).post(url("certificate_create", holder), {**FACTS, **typed})
    assert page.status_code == 200
    said = " ".join(str(error) for errors in page.context["form"].errors.values() for error in errors)
    assert words in said
    assert not Certificate.objects.exists()


def test_the_same_one_is_entered_once_and_none_is_older_than_its_holder(as_user, holder, captain):
    client, url = as_user(captain), reverse("people:certificate_create", args=[holder.pk])
    assert client.post(url, FACTS).status_code == 302
    for typed, words in (
        ({"number": ""}, "同一天发的同种证书已经登记了"),
        ({"number": "CF-2", "issued_on": "1980-05-10"}, "早于本人的出生日期"),
    ):
        assert words in client.post(url, {**FACTS, **typed}).content.decode()
    assert client.post(url, {**FACTS, "number": "CF-2026-002"}).status_code == 302  # plainly another
    for name in ("甲证", "乙证"):
        assert client.post(url, {**FACTS, "kind": "other", "number": name}).status_code == 302


def test_a_kind_no_longer_in_use_is_not_offered(as_user, holder, captain):
    CertificateKind.objects.filter(pk="first_aid").update(ended_on=timezone.localdate())
    page = as_user(captain).get(url("certificate_create", holder))
    assert "first_aid" not in dict(page.context["form"].fields["kind"].choices)


@pytest.fixture
def elsewhere(office) -> Organization:
    facts = {"name": "包头队（演示）", "short_name": "包头队", "level": "team", "division_id": "150200"}
    return add_child(office("150200"), code="T15020099", **facts)


def test_whose_number_it_is_strangers_are_not_told(as_user, holder, captain, baotou, elsewhere):
    other = builders.member(elsewhere, 2, person=builders.person(2, name="不能说的名字")).person
    builders.certificate(other, number=FACTS["number"])
    page = as_user(captain).post(url("certificate_create", holder), FACTS)
    assert page.context["form"].errors["number"] == ["这个编号的证书已经登记了。"]
    assert "不能说的名字" not in page.content.decode()
    mine = builders.member(elsewhere, 4).person
    told = as_user(baotou).post(url("certificate_create", mine), FACTS)
    assert "不能说的名字" in told.context["form"].errors["number"][0]
    Certificate.objects.filter(person=other).update(state="ended")
    assert as_user(captain).post(url("certificate_create", holder), FACTS).status_code == 302


@pytest.mark.parametrize(("who", "status"), [("baotou", 404), ("member", 404), ("leader", 403), ("region", 403)])
def test_who_may_not_enter(as_user, holder, cast, who, status):
    for send in (as_user(cast[who]).get, as_user(cast[who]).post):
        assert send(url("certificate_create", holder), FACTS if who else None).status_code == status
    assert not Certificate.objects.exists()


# -- correcting ---------------------------------------------------------------------------------------------
def form_of(client, certificate, **typed):
    form = client.get(url("certificate_edit", certificate)).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in {**values, **typed}.items() if value not in (None, False)}


def test_a_verified_one_is_corrected_by_the_office_only_and_its_history_stays(as_user, holder, captain, chifeng):
    certificate = builders.certificate(holder)
    assert as_user(captain).get(url("certificate_edit", certificate)).status_code == 403
    client = as_user(chifeng)
    typed = form_of(client, certificate, issuer="内蒙古自治区红十字会")
    assert client.post(url("certificate_edit", certificate), typed).status_code == 302
    certificate.refresh_from_db()
    assert (certificate.issuer, certificate.state, certificate.version) == ("内蒙古自治区红十字会", "verified", 2)
    page = client.get(url("certificate_detail", certificate))
    change = page.context["history"][0]
    assert change["changes"] == [{"label": "发证机构", "old": "演示红十字会", "new": "内蒙古自治区红十字会"}]


def test_a_stale_form_shows_what_the_other_changed(as_user, reported, captain, chifeng):
    first, second = as_user(captain), as_user(chifeng)
    mine = form_of(first, reported, issuer="甲")
    second.post(url("certificate_edit", reported), form_of(second, reported, issuer="乙"))
    page = first.post(url("certificate_edit", reported), mine)
    assert [(clash.label, clash.new, clash.mine) for clash in page.context["stale"]] == [("发证机构", "乙", "甲")]


def test_an_ended_one_is_not_corrected(as_user, holder, chifeng):
    certificate = builders.certificate(holder, state="ended")
    page = as_user(chifeng).get(url("certificate_edit", certificate), follow=True)
    assert "已经停用" in texts(page)


# -- moves --------------------------------------------------------------------------------------------------
def test_refused_corrected_reported_again_verified_and_ended(as_user, reported, captain, chifeng):
    office, own = as_user(chifeng), as_user(captain)
    move = url("certificate_move", reported)
    asked = office.get(move, {"action": "refuse"})
    assert "救护员证" in asked.context["question"]
    reported.refresh_from_db()
    assert reported.state == "reported"  # a GET changes nothing
    assert "reason" in office.post(move, {"action": "refuse", "reason": " "}).context["form"].errors
    office.post(move, {"action": "refuse", "reason": "照片看不清", "version": 1})
    reported.refresh_from_db()
    assert (reported.state, reported.reason) == ("refused", "照片看不清")
    assert "照片看不清" in own.get(url("certificate_detail", reported)).content.decode()
    own.post(url("certificate_edit", reported), form_of(own, reported, number="YS-2"))
    own.post(move, {"action": "report_again"})
    office.post(move, {"action": "verify"})
    reported.refresh_from_db()
    assert (reported.state, reported.verified_by, reported.reason) == ("verified", chifeng, "")
    assert own.post(move, {"action": "end", "reason": "换证"}).status_code == 403
    office.post(move, {"action": "end", "reason": "登记有误"})
    actions = [event.action for event in WorkflowEvent.objects.of(reported)]
    assert actions == ["refuse", "report_again", "verify", "end"]
    assert "不能再办“核验通过”" in texts(office.post(move, {"action": "verify"}, follow=True))


def test_a_queue_is_worked_through_and_holders_are_told(as_user, team, reported, captain, member, chifeng):
    """After one comes the next; what the office says reaches the member, or for one without an account the captain."""
    own = builders.person(31, user=member)
    builders.member(team, 31, person=own)
    second = builders.certificate(own, state="reported", number="YS-31")
    office = as_user(chifeng)
    assert office.get(url("certificate_detail", second)).context["next_one"] == reported  # round, from the last
    asked = office.get(url("certificate_move", reported), {"action": "refuse", "next": "1"})
    assert asked.context["hidden"]["next"] == "1"
    then = office.post(url("certificate_move", reported), {"action": "refuse", "reason": "照片看不清", "next": "1"})
    assert then.url == second.get_absolute_url()
    then = office.post(url("certificate_move", second), {"action": "refuse", "reason": "编号不对", "next": "1"})
    assert then.url == reverse("people:certificate_list")  # none is left
    told = {notice.recipient: notice for notice in Notice.objects.filter(kind="certificate_refused")}
    assert set(told) == {captain, member}
    assert "编号不对" in told[member].body
    again = f"{reverse('people:me_certificate_create')}?again="
    me = as_user(member)
    assert f"{again}{second.pk}" in me.get(reverse("people:me")).content.decode()
    assert me.get(f"{again}{second.pk}").context["form"].initial["number"] == "YS-31"
    assert me.get(f"{again}{reported.pk}").context["form"].initial == {}  # somebody else's
    Certificate.objects.filter(pk=second.pk).update(state="reported")
    office.post(url("certificate_move", second), {"action": "verify"})
    assert Notice.objects.get(kind="certificate_verified").recipient == member


def test_what_was_corrected_meanwhile_is_not_verified_unseen(as_user, reported, captain, chifeng):
    own, office = as_user(captain), as_user(chifeng)
    own.post(url("certificate_edit", reported), form_of(own, reported, number="YS-9"))
    page = office.post(url("certificate_move", reported), {"action": "verify", "version": 1}, follow=True)
    assert "这条记录改过" in texts(page)
    assert Certificate.objects.get().state == "reported"


def test_nobody_verifies_his_own(as_user, reported, holder, chifeng):
    holder.user = chifeng
    holder.save()
    assert as_user(chifeng).post(url("certificate_move", reported), {"action": "verify"}).status_code == 403
    assert [move["action"] for move in as_user(chifeng).get(url("certificate_detail", reported)).context["moves"]] == [
        "end"
    ]
    own = as_user(chifeng).post(url("certificate_create", holder), {**FACTS, "kind": "rope"})
    assert own.status_code == 302
    assert Certificate.objects.get(kind="rope").state == "reported"


def test_a_refused_one_whose_number_was_taken_is_told_so(as_user, holder, team, captain):
    refused = builders.certificate(holder, state="refused", number="YS-7")
    builders.certificate(builders.member(team, 2).person, number="YS-7")
    page = as_user(captain).post(url("certificate_move", refused), {"action": "report_again"}, follow=True)
    assert "这个编号的证书已经登记给" in texts(page)


@pytest.mark.parametrize("action", ["", "no_such", "verify; drop"])
def test_an_unknown_move_is_a_wrong_request(as_user, reported, chifeng, action):
    assert as_user(chifeng).post(url("certificate_move", reported), {"action": action}).status_code == 400


@pytest.mark.parametrize(("who", "status"), [("baotou", 404), ("member", 404), ("captain", 403), ("region", 403)])
def test_who_may_not_verify(as_user, reported, cast, who, status):
    client = as_user(cast[who])
    assert client.post(url("certificate_move", reported), {"action": "verify"}).status_code == status
    assert Certificate.objects.get().state == "reported"


# -- the list -----------------------------------------------------------------------------------------------
def test_filters_of_the_list(as_user, team, captain, office):
    today = timezone.localdate()
    people = [builders.member(team, number).person for number in range(6)]
    ends = [today - timedelta(days=1), today, today + timedelta(days=30), today + timedelta(days=60), None]
    for person, day in zip(people, ends, strict=False):
        builders.certificate(person, expires_on=day)
    builders.certificate(people[5], kind_id="rope", state="reported", number="绳-1")
    builders.certificate(people[5], kind_id="uav", state="refused")
    client = as_user(captain)

    def found(**query):
        rows = client.get(LIST, query).context["table"].data
        return sorted(people.index(row.person) for row in rows)

    assert found() == [0, 1, 2, 3, 4, 5]
    assert found(state="refused") == [5]
    assert found(expiring="30") == [1, 2]
    assert found(expiring="60") == [1, 2, 3]
    assert found(expiring="lapsed") == [0]
    assert found(expiring="lasting") == [4]
    assert found(kind="rope") == found(first_aid="false") == found(q="绳-1") == [5]
    assert found(q=people[3].name) == [3]
    assert found(under=team.pk) == [0, 1, 2, 3, 4, 5]
    assert found(under=office("150200").pk) == [0, 1, 2, 3, 4, 5]  # not visible: not used, and said so
    assert client.get(LIST, {"under": office("150200").pk}).context["notes"]


def test_the_list_is_whole_for_its_readers_and_empty_for_strangers(as_user, reported, cast):
    for who, rows in (("captain", 1), ("chifeng", 1), ("region", 1), ("baotou", 0)):
        assert len(as_user(cast[who]).get(LIST).context["table"].rows) == rows
    assert as_user(cast["member"]).get(LIST).status_code == 403


def test_the_list_costs_the_same_however_long(as_user, team, captain):
    client = as_user(captain)

    def grow(count):
        start = Certificate.objects.count()
        for number in range(start, start + count):
            builders.certificate(builders.member(team, number).person)

    assert_constant_queries(client, LIST, grow)
    assert_constant_queries(client, f"{LIST}?q=王明&state=verified&expiring=lapsed", lambda count: None)


def test_one_certificate_costs_little(as_user, reported, chifeng):
    assert len(queries_of(as_user(chifeng), url("certificate_detail", reported))) <= MOST_QUERIES


def test_the_list_withstands_nonsense_and_sorts_by_indexes(as_user, reported, captain):
    assert_tampering_is_told(as_user(captain), LIST)
    assert_sorts_by_index(CertificateList)


def test_no_list_or_export_shows_a_number_of_a_document_or_phone(as_user, reported, holder, captain):
    client = as_user(captain)
    Certificate.objects.filter(pk=reported.pk).update(number=holder.id_number)  # as an import may bring it in
    assert holder.id_number not in client.get(f"/api/certificates/{reported.pk}/").content.decode()
    for page in (client.get(LIST), client.get(url("certificate_detail", reported))):
        assert holder.id_number not in page.content.decode()
        assert holder.mobile not in page.content.decode()
    answer = client.get(LIST, {"export": "xlsx"})
    cells = [cell.value for row in load_workbook(BytesIO(answer.getvalue())).active.iter_rows() for cell in row]
    answer.close()
    assert holder.name in cells
    assert holder.id_number not in cells


# -- several at once ------------------------------------------------------------------------------------------
BATCH = reverse("people:certificate_batch")


def test_complete_ones_are_verified_together_and_the_others_are_named(as_user, team, chifeng, captain):
    people = [builders.member(team, number).person for number in range(4)]
    whole = [builders.certificate(person, state="reported") for person in people[:2]]
    lacking = builders.certificate(people[2], state="reported", number="")
    people[3].user = chifeng
    people[3].save()
    own = builders.certificate(people[3], state="reported")
    client = as_user(chifeng)
    scan = attach(whole[0], SimpleUploadedFile("证.png", image("PNG", (9, 9))), kind="scan", by=captain)
    page = client.get(BATCH)
    lines = page.context["rows"]
    assert [(line["certificate"].pk, line["scans"]) for line in lines] == [(whole[0].pk, [scan]), (whole[1].pk, [])]
    small = reverse("core:attachment_thumbnail", args=[scan.pk])
    other = attach(lacking, SimpleUploadedFile("证.png", image("PNG", (9, 8))), kind="scan", by=captain)
    page = client.get(BATCH)
    for one in (
        scan,
        other,
    ):  # what members report lacks the issuer, and is seen here too
        assert reverse("core:attachment_thumbnail", args=[one.pk]) in page.content.decode()
    assert b"".join(client.get(small).streaming_content)[:2] == b"\xff\xd8"
    said = {line["certificate"].pk: line["why"] for line in page.context["left_out"]}
    assert "逐本看" in said[lacking.pk]
    assert "别人核验" in said[own.pk]
    picks = [f"{row.pk}:1" for row in [*whole, lacking, own]]
    done = client.post(BATCH, {"pick": [*picks, "999:1", "x"]})
    assert done.context["done"] == 2
    assert len(done.context["failed"]) == 3
    assert sorted(Certificate.objects.filter(state="verified").values_list("pk", flat=True)) == [
        row.pk for row in whole
    ]
    assert as_user(captain).get(BATCH).status_code == 403


def test_the_batch_is_narrowed_like_the_list_and_skips_what_changed(as_user, team, chifeng):
    rope = builders.certificate(builders.member(team, 1).person, kind_id="rope", state="reported")
    builders.certificate(builders.member(team, 2).person, state="reported")
    client = as_user(chifeng)
    assert [line["certificate"] for line in client.get(BATCH, {"kind": "rope"}).context["rows"]] == [rope]
    Certificate.objects.filter(pk=rope.pk).update(version=2)
    page = client.post(BATCH, {"pick": f"{rope.pk}:1"})
    assert "这条记录改过" in page.context["failed"][0].message
    assert "没有选中" in texts(client.post(BATCH, {}, follow=True))


# -- kinds ------------------------------------------------------------------------------------------------------
def test_the_region_keeps_the_kinds_and_others_read_them(as_user, region, chifeng, member):
    create = reverse("people:kind_create")
    assert as_user(chifeng).get(reverse("people:kind_list")).status_code == 200
    assert as_user(member).get(reverse("people:kind_list")).status_code == 403
    assert as_user(chifeng).post(create, {"name": "x"}).status_code == 403
    client = as_user(region)
    assert client.post(create, {"name": "山地救援证", "months": "24", "position": "200"}).status_code == 302
    kind = CertificateKind.objects.get(name="山地救援证")
    edit = reverse("people:kind_edit", args=[kind.pk])
    client.post(
        edit, {"name": "山地救援证", "months": "12", "position": "200", "ended_on": "on", "version": kind.version}
    )
    kind.refresh_from_db()
    assert (kind.months, kind.ended_on, kind.version) == (12, timezone.localdate(), 2)
    assert {line["label"] for line in client.get(edit).context["history"][0]["changes"]} == {"默认有效月数", "停用日期"}
    twice = client.post(create, {"name": "山地救援证", "position": "200"})
    assert "name" in twice.context["form"].errors


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [(date(2024, 2, 29), 12, date(2025, 2, 28)), (date(2024, 1, 31), 1, date(2024, 2, 29)),
     (date(2024, 3, 31), -1, date(2024, 2, 29)), (date(2024, 5, 10), 36, date(2027, 5, 10))],
)  # fmt: skip
def test_months_after_a_day(day, months, then):
    assert months_after(day, months) == then


@pytest.mark.parametrize(
    ("begins", "months", "ends"),
    [(date(2028, 2, 29), 12, date(2029, 2, 28)), (date(2027, 3, 1), 12, date(2028, 2, 29)),
     (date(2026, 1, 31), 1, date(2026, 2, 28)), (date(2026, 1, 1), 12, date(2026, 12, 31))],
)  # fmt: skip
def test_a_term_ends_the_day_before_or_with_its_month(begins, months, ends):
    assert term_end(begins, months) == ends


# -- API ------------------------------------------------------------------------------------------------------
def test_the_api_shows_what_the_list_shows(as_user, reported, holder, captain, baotou):
    listed = as_user(captain).get("/api/certificates/").json()
    rows = listed["results"] if isinstance(listed, dict) else listed
    assert [(row["id"], row["person_name"], row["state"]) for row in rows] == [(reported.pk, holder.name, "reported")]
    assert as_user(baotou).get(f"/api/certificates/{reported.pk}/").status_code == 404
    assert as_user(captain).post("/api/certificates/", {}).status_code in (403, 405)
    Certificate.objects.update(state="ended")
    assert as_user(captain).get(f"/api/certificates/{reported.pk}/").json()["state"] == "ended"
