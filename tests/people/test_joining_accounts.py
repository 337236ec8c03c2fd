"""Linking a member's account: only the own one, noted, and taken back."""

import pytest
from django.urls import reverse

from core.models import Notice
from organizations.models import AccountRequest, User
from people.models import Person
from tests.people import builders

pytestmark = pytest.mark.django_db
NAME = "敖特根巴雅尔・孟和"  # as the roster writes it: another dot, and without what the account says behind it


@pytest.fixture
def person(captain):
    return builders.member(captain.organization, 1, person=builders.person(1, name=NAME)).person


def url(person, name="link"):
    return reverse(f"people:account_{name}", args=[person.pk])


def test_captain_links_the_account_of_a_member(as_user, captain, member, person):
    client = as_user(captain)
    page = client.get(url(person))
    assert set(page.context["form"].fields["account"].queryset) == {captain, member}
    assert client.post(url(person), {"account": member.pk}).status_code == 302
    person.refresh_from_db()
    assert person.user == member
    assert person.tracked_events.count() == 2
    assert Notice.objects.get(recipient=member).url == "/me/"
    assert member.username in client.get(url(person)).content.decode()
    assert client.post(url(person, "unlink"), follow=True).status_code == 200
    person.refresh_from_db()
    assert person.user is None
    assert "没有关联账号" in client.post(url(person, "unlink"), follow=True).content.decode()


def test_an_account_of_another_name_or_person_or_place_is_refused(as_user, captain, member, baotou, person):
    client = as_user(captain)
    assert "不一致" in client.post(url(person), {"account": captain.pk}).content.decode()
    other = builders.member(captain.organization, 3).person
    Person.objects.filter(pk=other.pk).update(user=member)
    for account in (member, baotou):
        page = client.post(url(person), {"account": account.pk})
        assert "account" in page.context["form"].errors
    person.refresh_from_db()
    assert person.user is None


def test_account_request_begins_filled_in(as_user, captain, person):
    client = as_user(captain)
    sent = {"place": captain.organization_id}
    for _twice in range(2):
        page = client.post(url(person, "request"), sent)
    draft = AccountRequest.objects.get()
    assert page["Location"] == reverse("organizations:request_edit", args=[draft.pk])
    assert (draft.name, draft.phone, draft.role) == (person.name, person.mobile, "member")
    assert person.mobile not in page["Location"]
    assert "请选择一支队伍" in client.post(url(person, "request"), {"place": "0"}, follow=True).content.decode()


def test_strangers_and_readers(as_user, baotou, leader, member, person):
    for user, expected in ((baotou, 404), (member, 404), (leader, 403)):
        client = as_user(user)
        assert client.get(url(person)).status_code == expected
        assert client.post(url(person, "unlink")).status_code == expected
        assert client.post(url(person, "request")).status_code == expected
    assert not User.objects.filter(person__isnull=False).exists()
