"""A team's invitations: made, shown, hung up, ended."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from people.models import Invitation
from tests.core.list_checks import queries_of
from tests.people.applicants import application, invitation

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(captain):
    return captain.organization


def test_captain_makes_one_and_sees_link_code_and_numbers(as_user, captain, place):
    client = as_user(captain)
    until = timezone.localdate() + timedelta(days=30)
    sent = {"note": "招募水上队员", "expires_on": until.isoformat(), "most": "20"}
    assert client.post(reverse("people:invitation_create", args=[place.pk]), sent).status_code == 302
    made = Invitation.objects.get()
    assert (made.organization, made.created_by, made.most) == (place, captain, 20)
    application(made, 1)
    application(made, 1)  # repeated: counted as nobody
    text = client.get(reverse("people:invitation_list", args=[place.pk])).content.decode()
    assert made.get_absolute_url() in text
    assert 'class="qr"' in text
    assert "已报名 1 人，其中 1 人等候办理" in text


def test_sent_again_after_going_back_there_is_still_one(as_user, captain, place):
    """Of two alike one is ended, and the poster of the other hangs on."""
    client, url = as_user(captain), reverse("people:invitation_create", args=[place.pk])
    sent = {"note": "招募水上队员", "expires_on": (timezone.localdate() + timedelta(days=30)).isoformat(), "most": "20"}
    client.post(url, sent)
    assert "一样的邀请正在使用" in client.post(url, sent).content.decode()
    made = Invitation.objects.get()
    client.post(url, {**sent, "note": "招募医疗队员"})
    client.post(reverse("people:invitation_end", args=[made.pk]))
    assert client.post(url, sent).status_code == 302  # what has ended is in nobody's way
    assert Invitation.objects.count() == 3


@pytest.mark.parametrize(
    ("values", "field"),
    [({"days": -1}, "expires_on"), ({"days": 400}, "expires_on"), ({"most": "0"}, "most"), ({"most": "9999"}, "most")],
)
def test_wrong_values_are_shown(as_user, captain, place, values, field):
    day = timezone.localdate() + timedelta(days=values.get("days", 30))
    sent = {"note": "", "expires_on": day.isoformat(), "most": values.get("most", "20")}
    page = as_user(captain).post(reverse("people:invitation_create", args=[place.pk]), sent)
    assert field in page.context["form"].errors
    assert not Invitation.objects.exists()


def test_poster_says_team_what_until_when_and_fits_a_page(as_user, captain, place):
    made = invitation(place, captain, note="长" * 200)
    answer = as_user(captain).get(reverse("people:invitation_poster", args=[made.pk]))
    paper = PdfReader(BytesIO(b"".join(answer.streaming_content)))
    text = paper.pages[0].extract_text()
    assert len(paper.pages) == 1
    assert place.name in text.replace("\n", "")
    assert f"{made.expires_on.year}年{made.expires_on.month}月{made.expires_on.day}日" in text


def test_ending_works_at_once_and_is_in_the_history(as_user, captain, place):
    made = invitation(place, captain)
    url = reverse("people:invitation_end", args=[made.pk])
    client = as_user(captain)
    assert client.get(url).status_code == 405
    assert Client().get(made.get_absolute_url()).status_code == 200
    assert "已停用" in client.post(url, follow=True).content.decode()
    assert Client().get(made.get_absolute_url()).status_code == 410
    assert "已经停用了" in client.post(url, follow=True).content.decode()
    made.refresh_from_db()
    assert made.ended_at is not None
    assert made.tracked_events.count() == 2


def test_who_keeps_the_roster_and_nobody_else(as_user, captain, place, baotou, leader, member, chifeng):
    made = invitation(place, captain)
    addresses = {name: reverse(f"people:invitation_{name}", args=[place.pk]) for name in ("list", "create")}
    for user, expected in ((baotou, 404), (leader, 403), (member, 403), (chifeng, 200)):
        for address in addresses.values():
            assert as_user(user).get(address).status_code == expected, (user, address)
        poster = as_user(user).get(reverse("people:invitation_poster", args=[made.pk]))
        assert poster.status_code == (200 if expected == 200 else 404)


def test_an_office_has_no_invitations(as_user, chifeng):
    assert as_user(chifeng).get(reverse("people:invitation_list", args=[chifeng.organization_id])).status_code == 404


def test_lists_ask_the_same_number_of_questions(as_user, captain, place):
    client = as_user(captain)
    counts = []
    for number in (1, 3):
        for _again in range(number):
            made = invitation(place, captain)
            application(made, 2 * Invitation.objects.count() + 1)
        counts.append(
            tuple(
                len(queries_of(client, url))
                for url in (
                    reverse("people:invitation_list", args=[place.pk]),
                    reverse("people:application_list"),
                    reverse("people:application_list") + f"?team={place.pk}&state=applied",
                )
            )
        )
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 10, counts
