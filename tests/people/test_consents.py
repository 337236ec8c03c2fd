"""Consents: given, withdrawn with what follows; and the texts the region publishes."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from core.models import Notice
from people.choices import ConsentKind
from people.models import Consent, ConsentText, Person
from people.privacy import consenting
from people.privacy.consent_texts import draft, publish
from portal.todo import forget
from tests.core.list_checks import queries_of
from tests.people import builders
from tests.people.applicants import invitation

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(captain, member):
    who = builders.person(1, user=member, name="敖特根巴雅尔·孟和")
    who.set_health({"blood": "A"})
    who.health_declared_on = who.checkup_on = "2026-01-01"
    who.save()
    return builders.member(captain.organization, person=who).person


def published(kind):
    return ConsentText.objects.published().get(kind=kind)


# -- one's own --------------------------------------------------------------------------------------------
def test_member_gives_and_withdraws_each_by_one_press(as_user, member, person):
    client = as_user(member)
    text = published("likeness")
    give = reverse("people:me_consent_give", args=[text.pk])
    assert client.get(give).status_code == 405
    for _twice in range(2):
        client.post(give)
    consent = Consent.objects.get()
    assert (consent.person, consent.text, consent.channel, consent.recorded_by) == (person, text, "online", member)
    page = client.get(reverse("people:me_consents")).content.decode()
    assert "已同意" in page
    withdraw = reverse("people:me_consent_withdraw", args=["likeness"])
    assert "不再使用您的照片" in client.get(withdraw).content.decode()
    assert Consent.objects.in_force().count() == 1
    client.post(withdraw)
    assert not Consent.objects.in_force().exists()
    assert "已经撤回" in client.post(withdraw, follow=True).content.decode()
    assert client.get(reverse("people:me_consent_withdraw", args=["x"])).status_code == 404


def test_withdrawing_health_clears_what_is_known_of_it(person, member):
    consenting.give(person, published("health"), by=member)
    assert consenting.may_use_health(person)
    assert consenting.withdraw(person, ConsentKind.HEALTH) == 1
    fresh = Person.objects.get(pk=person.pk)
    assert (fresh.health, fresh.health_declared_on, fresh.checkup_on) == ({}, None, None)
    assert not consenting.may_use_health(fresh)


def test_team_is_told_what_was_withdrawn_and_withdrawing_nothing_changes_nothing(person, captain, member):
    consenting.give(person, published("personal"), by=member)
    assert consenting.withdraw(person, ConsentKind.HEALTH) == 0
    assert Person.objects.get(pk=person.pk).health == {"blood": "A"}
    assert not Notice.objects.exists()
    consenting.withdraw(person, ConsentKind.PERSONAL)
    told = Notice.objects.get(recipient=captain)
    assert "撤回" in told.title
    assert "请联系本人" in told.body
    assert not Notice.objects.exclude(recipient=captain).exists()


def test_who_withdrew_is_to_be_seen_to_until_it_is_settled(as_user, person, captain, chifeng, baotou, member):
    builders.member(captain.organization, 2)  # never asked: nothing to be done
    roster = reverse("teams:team_members", args=[captain.organization.team.pk])
    lists = {captain: f"{roster}?", chifeng: f"{reverse('people:member_list')}?kept=true&"}
    words, notice = "1 名队员撤回了个人信息处理的同意", "撤回了个人信息处理的同意。请联系本人"

    def seen():
        found = []
        for user, url in lists.items():
            forget(user)
            client = as_user(user)
            home, page = (client.get(address).content.decode() for address in ("/", person.get_absolute_url()))
            count = client.get(f"{url}consent=withdrawn").context["paginator"].count
            found.append((count, words in home, notice in page))
        return found

    consenting.give(person, published("personal"), by=member)
    assert seen() == [(0, False, False)] * 2
    consenting.withdraw(person, ConsentKind.PERSONAL)
    assert seen() == [(1, True, True)] * 2
    assert words not in as_user(baotou).get("/").content.decode()
    consenting.give(person, published("personal"), by=member)
    assert seen() == [(0, False, False)] * 2


def test_a_new_version_is_offered_and_the_old_consent_stands(as_user, person, member):
    consenting.give(person, published("likeness"), by=member)
    old = published("likeness")
    new = draft("likeness")
    with pytest.raises(ValidationError):
        consenting.give(person, new, by=member)
    publish(new)
    line = next(line for line in consenting.lines(person) if line.kind == "likeness")
    assert (line.text, line.given.text, line.is_older) == (new, old, True)
    answer = as_user(member).post(reverse("people:me_consent_give", args=[old.pk]), follow=True)
    assert "新版本" in answer.content.decode()
    consenting.give(person, new, by=member)
    assert Consent.objects.in_force().count() == 2
    assert consenting.withdraw(person, "likeness") == 2


# -- the region's texts -------------------------------------------------------------------------------------
def test_region_drafts_publishes_and_the_form_asks_for_it(as_user, region, captain):
    client = as_user(region)
    begun = client.post(reverse("people:consent_text_draft", args=["health"]))
    text = ConsentText.objects.get(kind="health", version=2)
    assert begun["Location"] == reverse("people:consent_text_edit", args=[text.pk])
    client.post(reverse("people:consent_text_draft", args=["health"]))
    assert ConsentText.objects.filter(kind="health").count() == 2  # the draft begun goes on
    client.post(begun["Location"], {"title": "健康信息处理同意书", "body": "正式的正文第一行", "is_required": ""})
    invited = invitation(captain.organization, captain)
    assert "正式的正文第一行" not in Client().get(invited.get_absolute_url()).content.decode()
    ask = reverse("people:consent_text_publish", args=[text.pk])
    assert client.get(ask).status_code == 200
    text.refresh_from_db()
    assert text.published_at is None
    assert client.post(ask).status_code == 302
    assert "正式的正文第一行" in Client().get(invited.get_absolute_url()).content.decode()


def test_published_is_frozen(as_user, region):
    text = published("health")
    client = as_user(region)
    for name in ("edit", "publish"):
        page = client.post(reverse(f"people:consent_text_{name}", args=[text.pk]), {"title": "改"}, follow=True)
        assert "不能再改" in page.content.decode()
    with pytest.raises(DatabaseError), transaction.atomic():
        ConsentText.objects.filter(pk=text.pk).update(body="改")


def test_a_text_without_words_is_not_published(as_user, region):
    text = draft("health")
    ConsentText.objects.filter(pk=text.pk).update(body=" ")
    with pytest.raises(ValidationError):
        publish(text)


def test_list_counts_heads_and_hides_drafts_from_readers(as_user, region, captain, member, baotou, person):
    consenting.give(person, published("personal"), by=member)
    begun = draft("personal")
    url = reverse("people:consent_text_list")
    groups = {group["kind"]: group["rows"] for group in as_user(region).get(url).context["kinds"]}
    assert [(row["text"].version, row["text"].agreed, row["is_asked"]) for row in groups["personal"]] == [
        (2, 0, False), (1, 1, True),
    ]  # fmt: skip
    seen = as_user(captain).get(url).context["kinds"]
    assert [row["text"].version for row in seen[0]["rows"]] == [1]
    detail = reverse("people:consent_text_detail", args=[begun.pk])
    assert as_user(baotou).get(detail).status_code == 403
    assert as_user(member).get(url).status_code == 403
    for name in ("edit", "publish"):
        assert as_user(baotou).post(reverse(f"people:consent_text_{name}", args=[begun.pk])).status_code == 403
    assert as_user(baotou).post(reverse("people:consent_text_draft", args=["health"])).status_code == 403
    assert len(queries_of(as_user(region), url)) <= 10
