"""One person, one draft, two windows: a page overtakes itself, and undoes nothing that the other window saved."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from organizations.models import AccountRequest
from teams.models import Filing
from tests.organizations.helpers import COMPLETE, drafted
from tests.teams import builders as teams
from tests.training import builders as training
from training.models import Activity

pytestmark = pytest.mark.django_db


def window(client: Client, url: str) -> dict[str, str]:
    """Opens a page that saves itself: its version and its sign."""
    page = client.get(url).content.decode()
    found = {name: re.search(rf'name="{name}" value="(\w+)"', page) for name in ("version", "page_sign")}
    return {name: match[1] for name, match in found.items() if match}


def words(response: Any) -> str:
    return str(response.content.decode())


def test_every_window_has_a_sign_of_its_own_and_keeps_it_when_shown_again(as_user, captain):
    drill = training.drill(captain.organization, captain)
    client, page = as_user(captain), reverse("training:activity_edit", args=[drill.pk, "summary"])
    one, two = window(client, page), window(client, page)
    assert one["page_sign"] != two["page_sign"]
    client.post(page, {**one, "summary": "一"})
    again = client.post(page, {**two, "summary": "二"})
    assert again.status_code == 409
    assert f'value="{two["page_sign"]}"' in words(again)


def test_filing_keeps_what_the_other_window_saved(as_user, chifeng, office):
    filing = teams.drafted(chifeng, office("150400"))
    client, page = as_user(chifeng), reverse("teams:filing_section", args=[filing.pk, "base"])
    autosave = reverse("teams:filing_autosave", args=[filing.pk, "base"])
    typed = {name: filing.payload.get(name, "") for name in ("base_division", "base_address", "latitude", "longitude")}
    left, right = window(client, page), window(client, page)
    client.post(autosave, {**typed, **left, "base_address": "左边写的"})
    client.post(autosave, {**typed, **left, "base_address": "左边接着写"})  # still with the version it was opened with
    client.post(page, {**typed, **right, "duty_phone": "0476-7654321"})
    now = Filing.objects.get(pk=filing.pk).payload
    assert (now["base_address"], now["duty_phone"]) == ("左边接着写", "0476-7654321")
    assert "没有自动保存" in words(client.post(autosave, {**typed, **right, "base_address": "右边写的"}))
    assert Filing.objects.get(pk=filing.pk).payload["base_address"] == "左边接着写"


def test_drill_tells_what_the_other_window_saved(as_user, captain):
    drill = training.drill(captain.organization, captain)
    client, page = as_user(captain), reverse("training:activity_edit", args=[drill.pk, "summary"])
    autosave = reverse("training:activity_autosave", args=[drill.pk, "summary"])
    left, right = window(client, page), window(client, page)
    client.post(autosave, {**left, "summary": "左边写的"})
    assert "已自动保存" in words(client.post(autosave, {**left, "summary": "左边接着写"}))
    assert "没有自动保存" in words(client.post(autosave, {**right, "summary": "右边写的"}))
    shown = client.post(page, {**right, "summary": "右边写的"})
    clashes = {one.name: (one.new, one.mine) for one in shown.context["stale"]}
    assert clashes["summary"] == ("左边接着写", "右边写的")
    assert Activity.objects.get(pk=drill.pk).summary == "左边接着写"
    client.post(page, {**right, "version": shown.context["form"]["version"].value(), "summary": "右边写的"})
    assert Activity.objects.get(pk=drill.pk).summary == "右边写的"


@pytest.mark.django_db(transaction=True)  # told apart by when it was saved
def test_evaluation_tells_what_the_other_window_rated(as_user, captain):
    drill = training.drill(captain.organization, captain)
    client, page = as_user(captain), reverse("training:activity_edit", args=[drill.pk, "evaluation"])
    left, right = window(client, page), window(client, page)
    assert client.post(page, {**left, "rating_goal": "good"}).status_code == 302
    assert client.post(page, {**right, "rating_safety": "good"}).status_code == 409
    assert drill.evaluations.get(dimension="goal").rating == "good"


def test_account_request_tells_what_the_other_window_saved(as_user, songshan):
    record = drafted(songshan)
    client, page = as_user(songshan), reverse("organizations:request_edit", args=[record.pk])
    autosave = reverse("organizations:request_draft", args=[record.pk])
    typed = {**COMPLETE, "email": "", "starts_on": "", "note": ""}
    left, right = window(client, page), window(client, page)
    client.post(autosave, {**typed, **left, "name": "左边写的"})
    assert "已自动保存" in words(client.post(autosave, {**typed, **left, "name": "左边接着写"}))
    assert "没有自动保存" in words(client.post(autosave, {**typed, **right, "phone": "13900000000"}))
    shown = client.post(page, {**typed, **right, "phone": "13900000000", "action": "save"})
    assert shown.context["form"]["name"].value() == "左边接着写"  # not touched in this window
    assert AccountRequest.objects.get(pk=record.pk).name == "左边接着写"
