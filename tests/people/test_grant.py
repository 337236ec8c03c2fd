"""One certificate to many: numbers, renewals, all or none, once however often it is clicked."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.models import WorkflowEvent
from organizations.models import Organization
from people.models import Certificate, CertificateKind
from people.papers.granting import GrantRefused, Recipient, Terms, grant, numbers_from
from portal.demo.cast import TEAM_CODE
from tests.organizations.helpers import at_once
from tests.people import builders
from tests.teams.builders import read

pytestmark = pytest.mark.django_db
GRANT = reverse("people:certificate_grant")
COMMON = {
    "stage": "grant", "kind": "first_aid", "issuer": "赤峰市红十字会", "issued_on": "2026-05-10",
    "source": "2026 年春季救护员培训班",
}  # fmt: skip


@pytest.fixture
def team(cast) -> Organization:
    return Organization.objects.get(code=TEAM_CODE)


@pytest.fixture
def members(team):
    return [builders.member(team, number) for number in range(3)]


def sheet(rows, **typed):
    """What the browser sends: everybody's line as it was shown, with what is typed over it."""
    lines = {f"p{row.person_id}-held": "0" for row in rows}
    return {**COMMON, "membership": [row.pk for row in rows], **lines, **typed}


def test_people_and_kind_are_chosen_then_everybody_gets_one(as_user, team, members, captain):
    client = as_user(captain)
    choose = client.get(GRANT, {"organization": team.pk, "all": 1})
    assert [row["chosen"] for row in choose.context["rows"]] == [True] * 3
    keys = [row.pk for row in members]
    fill = client.post(GRANT, {"stage": "fill", "kind": "first_aid", "membership": keys})
    assert [line.membership.pk for line in fill.context["lines"]] == keys
    assert not Certificate.objects.exists()
    typed = {"first_number": "CF-2026-009", f"p{members[1].person_id}-number": "特-1"}  # the whole number in one field
    assert client.post(GRANT, sheet(members, **typed)).status_code == 302
    found = {row.person_id: row for row in Certificate.objects.all()}
    numbers = [found[row.person_id].number for row in members]
    assert numbers == ["CF-2026-009", "特-1", "CF-2026-010"]
    one = found[members[0].person_id]
    assert (one.state, one.source, f"{one.expires_on}") == ("reported", COMMON["source"], "2029-05-10")


def test_what_the_office_grants_is_verified_but_not_its_own(as_user, members, chifeng):
    mine = members[0].person
    mine.user = chifeng
    mine.save()
    as_user(chifeng).post(GRANT, sheet(members))
    states = dict(Certificate.objects.values_list("person_id", "state"))
    assert [states[row.person_id] for row in members] == ["reported", "verified", "verified"]


def test_who_has_one_is_renewed_given_another_or_left_out(as_user, members, chifeng):
    soon = timezone.localdate() + timedelta(days=20)
    held = [builders.certificate(row.person, expires_on=soon, number=f"旧-{row.pk}") for row in members]
    client = as_user(chifeng)
    keys = [row.pk for row in members]
    fill = client.post(GRANT, {"stage": "fill", "kind": "first_aid", "membership": keys})
    assert [line.form["act"].value() for line in fill.context["lines"]] == ["renew"] * 3
    lines = {f"p{row.person_id}-held": one.pk for row, one in zip(members, held, strict=True)}
    acts = {f"p{row.person_id}-act": act for row, act in zip(members, ("renew", "add", "skip"), strict=True)}
    keep = {f"p{members[0].person_id}-number": held[0].number}  # a renewal may keep its number
    client.post(GRANT, sheet(members, **lines, **acts, **keep))
    standing = {row.pk: list(row.person.certificates.standing().order_by("pk")) for row in members}
    assert [len(standing[row.pk]) for row in members] == [1, 2, 1]
    assert standing[members[0].pk][0].number == held[0].number
    held[0].refresh_from_db()
    assert (held[0].state, held[0].reason) == ("ended", "换发新证")
    assert [event.action for event in WorkflowEvent.objects.of(held[0])] == ["end"]
    assert standing[members[2].pk] == [held[2]]
    here = {fact["label"]: fact["url"] for fact in client.get(held[0].get_absolute_url()).context["facts"]}
    assert here["现在的证书"] == standing[members[0].pk][0].get_absolute_url()
    assert "现在的证书" not in str(client.get(held[1].get_absolute_url()).context["facts"])  # still counts itself


def test_a_verified_one_that_runs_out_is_not_ended_by_who_does_not_verify(as_user, members, captain):
    soon = timezone.localdate() + timedelta(days=20)
    old = builders.certificate(members[0].person, expires_on=soon)
    client, lines = as_user(captain), {f"p{members[0].person_id}-held": old.pk}
    fill = client.post(GRANT, {"stage": "fill", "kind": "first_aid", "membership": [row.pk for row in members]})
    act = fill.context["lines"][0].form["act"]
    assert (act.value(), [key for key, _label in act.field.choices]) == ("add", ["skip", "add"])
    recipients = [Recipient(old.person, held=old.pk, renew=True)]
    with pytest.raises(GrantRefused, match="请选“另发一本”"):
        grant(recipients, Terms(old.kind, "x", timezone.localdate()), by=read(captain))
    assert client.post(GRANT, sheet(members, **lines, **{f"p{members[0].person_id}-act": "add"})).status_code == 302
    assert old.person.certificates.standing().count() == 2


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"issuer": ""}, "要填写"),
        ({"issued_on": "2099-01-01"}, "晚于今天"),
        ({"prefix_text": "A-"}, "起始号"),
        ({"first_number": "一"}, "数字"),
        ({"prefix_text": "A-", "first_number": "B-001"}, "数字"),
        ({"expires_on": "2020-01-01"}, "不能早于发证日期"),
    ],
)
def test_what_is_wrong_with_all_is_told(as_user, members, captain, typed, words):
    page = as_user(captain).post(GRANT, sheet(members, **typed))
    said = " ".join(str(error) for errors in page.context["form"].errors.values() for error in errors)
    assert words in said
    assert not Certificate.objects.exists()


def test_one_that_cannot_be_given_stops_all_and_is_told_at_its_row(as_user, team, members, captain):
    first, second, third = (row.person_id for row in members)
    other = builders.certificate(builders.member(team, 7).person, number="占用")
    late = builders.certificate(members[2].person, number="后来")
    typed = {f"p{first}-number": "占用", f"p{second}-number": "占用"}
    page = as_user(captain).post(GRANT, sheet(members, **typed))
    said = {line.membership.person_id: line.error for line in page.context["lines"]}
    assert f"登记给{other.person.name}" in said[first]
    assert "与名单里另一个人的相同" in said[second]
    assert "已经有同种证书" in said[third]
    assert set(Certificate.objects.values_list("pk", flat=True)) == {other.pk, late.pk}


def test_nobody_chosen_or_everybody_left_out_is_told(as_user, team, members, captain):
    client = as_user(captain)
    page = client.post(GRANT, {"stage": "fill", "organization": team.pk, "kind": "first_aid"})
    assert "请勾选" in str(next(iter(page.context["messages"])))
    held = builders.certificate(members[0].person)
    one = f"p{members[0].person_id}"
    page = client.post(GRANT, sheet(members[:1], **{f"{one}-held": held.pk, f"{one}-act": "skip"}))
    assert "都选了“不发”" in str(page.context["form"].non_field_errors())


def test_strangers_and_readers_grant_nothing(as_user, team, members, cast):
    for who, status in (("member", 403), ("leader", 403)):
        assert as_user(cast[who]).post(GRANT, sheet(members)).status_code == status
    for who, status in (("baotou", 404), ("region", 403)):  # they keep rosters, not this one
        assert as_user(cast[who]).post(GRANT, sheet(members)).status_code == 200
        assert as_user(cast[who]).get(GRANT, {"organization": team.pk}).status_code == status
    assert not Certificate.objects.exists()


def test_the_function_refuses_whom_the_granter_does_not_keep(members, baotou):
    recipients = [Recipient(row.person) for row in members]
    kind = CertificateKind.objects.get(pk="first_aid")
    with pytest.raises(GrantRefused) as refused:
        grant(recipients, Terms(kind, "x", timezone.localdate()), by=read(baotou))
    assert set(refused.value.by_person) == {row.person_id for row in members}
    assert not Certificate.objects.exists()


def test_a_hundred_cost_no_more_questions_than_one(team, chifeng, django_assert_max_num_queries):
    kind = CertificateKind.objects.get(pk="first_aid")
    people = [builders.member(team, number).person for number in range(100)]
    by = read(chifeng)
    with django_assert_max_num_queries(12):
        done = grant([Recipient(one) for one in people], Terms(kind, "x", timezone.localdate()), by=by)
    assert (len(done.certificates), done.to_verify) == (100, 0)


def test_running_numbers_keep_their_width():
    numbers = numbers_from("A", "098")
    assert [next(numbers) for _time in range(3)] == ["A098", "A099", "A100"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("renewing", [False, True])
def test_a_double_click_grants_once(cast, renewing):
    person = builders.member(Organization.objects.get(code=TEAM_CODE), 1).person
    held = builders.certificate(person).pk if renewing else 0
    kind = CertificateKind.objects.get(pk="first_aid")

    def click():
        recipient = Recipient(person, held=held, renew=renewing)
        return grant([recipient], Terms(kind, "x", timezone.localdate()), by=read(cast["chifeng"]))

    answers = at_once(click, click)
    assert [type(answer) for answer in answers if isinstance(answer, Exception)] == [GrantRefused]
    assert person.certificates.standing().count() == 1
