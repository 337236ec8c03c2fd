"""The API: the same rooms by the other door. Rights, moves, codes of errors, masks, the description."""

import pytest
from django.urls import reverse

from core.models import WorkflowEvent
from organizations.models import AccountRequest, Organization, User
from organizations.states import STEPS
from organizations.workflow import WORKFLOW
from tests.core.list_checks import assert_constant_queries
from tests.organizations.helpers import COMPLETE, drafted, opened, submitted

pytestmark = pytest.mark.django_db
REQUESTS = reverse("api:accountrequest-list")


def item(record: AccountRequest) -> str:
    return reverse("api:accountrequest-detail", args=[record.pk])


def move(record: AccountRequest, action: str) -> str:
    return f"{item(record)}{action}/"


def sent(client, address: str, method: str = "post", **body):
    return getattr(client, method)(address, body, content_type="application/json")


# -- reading ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["organization", "account", "appointment"])
def test_lists_give_what_the_pages_give(as_user, chifeng, baotou, assessor, name):
    answer = as_user(chifeng).get(reverse(f"api:{name}-list")).json()
    assert answer["count"] == {"organization": 14, "account": 4, "appointment": 5}[name]
    assert as_user(assessor).get(reverse(f"api:{name}-list")).status_code == 403
    mine = answer["results"][0]["id"]
    response = as_user(baotou).get(reverse(f"api:{name}-detail", args=[mine]))
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_people_are_masked(as_user, region, region_security, songshan):
    opened(region_security, songshan.organization, phone="13800000001", email="a@example.org")
    text = as_user(region).get(reverse("api:account-list")).content.decode()
    assert "13800000001" not in text
    assert "138****0001" in text
    assert "password" not in text


def test_signed_out_is_refused_with_a_code(client):
    response = client.get(REQUESTS)
    assert response.status_code in (401, 403)
    assert "code" in response.json()


def test_filters_are_those_of_the_lists(as_user, region):
    answer = as_user(region).get(reverse("api:organization-list"), {"level": "league_city"}).json()
    assert answer["count"] == 12


def test_list_keeps_its_query_count(as_user, region_security, songshan):
    def grow(step: int) -> None:
        for index in range(step):
            if not AccountRequest.objects.filter(username=f"many-{step}-{index}").exists():
                submitted(songshan, username=f"many-{step}-{index}")

    assert_constant_queries(as_user(region_security), REQUESTS, grow, steps=(1, 3, 12))


# -- drafting -----------------------------------------------------------------------------------------
def test_draft_is_created_and_changed(as_user, songshan):
    client = as_user(songshan)
    response = sent(client, REQUESTS, organization=songshan.organization.pk, name="王小明", username="有 汉字")
    assert response.status_code == 201, response.json()
    record = AccountRequest.objects.get()
    assert (record.applicant, record.state, record.username) == (songshan, "draft", "有 汉字")
    assert response.json()["actions"] == ["submit", "withdraw"]
    changed = sent(client, item(record), "patch", username="wangxm", version=1)
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    stale = sent(client, item(record), "patch", username="other", version=1)
    assert (stale.status_code, stale.json()["code"]) == (409, "state")
    assert AccountRequest.objects.get().username == "wangxm"


def test_state_and_number_cannot_be_written(as_user, songshan, region):
    record = drafted(songshan)
    sent(as_user(songshan), item(record), "patch", version=1, state="approved", number="ZH-1", applicant=region.pk)
    record.refresh_from_db()
    assert (record.state, record.number, record.applicant) == ("draft", None, songshan)


def test_place_is_checked(as_user, songshan, chifeng, baotou, leader):
    stranger = sent(as_user(songshan), REQUESTS, organization=baotou.organization.pk, name="甲")
    assert stranger.status_code == 400
    assert stranger.json()["fields"]["organization"][0]["code"] == "does_not_exist"
    assert sent(as_user(chifeng), REQUESTS, organization=songshan.organization.pk, name="甲").status_code == 403
    assert sent(as_user(leader), REQUESTS, organization=leader.organization.pk, name="甲").status_code == 403
    assert not AccountRequest.objects.exists()


def test_only_the_asking_side_changes_and_only_while_it_lies_there(as_user, songshan, chifeng):
    record = drafted(songshan)
    assert sent(as_user(chifeng), item(record), "patch", name="x", version=1).status_code == 403
    record = submitted(songshan, username="second")
    late = sent(as_user(songshan), item(record), "patch", name="x", version=record.version)
    assert (late.status_code, late.json()["code"]) == (409, "state")


# -- moves --------------------------------------------------------------------------------------------
def test_every_move_of_the_table_has_its_route():
    assert {action: reverse(f"api:accountrequest-{action.replace('_', '-')}", args=[1]) for action in STEPS} == {
        action: f"/api/account-requests/1/{action}/" for action in STEPS
    }


def test_whole_way(as_user, songshan, region_security):
    record = drafted(songshan)
    ours, theirs = as_user(songshan), as_user(region_security)
    assert sent(ours, move(record, "submit")).json()["state"] == "submitted"
    returned = sent(theirs, move(record, "return_for_changes"), comment="改依据", fields={"basis": "写文号"})
    assert returned.json()["state"] == "returned"
    assert WorkflowEvent.objects.of(record).last().facts == {"fields": {"basis": "写文号"}}
    version = ours.get(item(record)).json()["version"]
    assert sent(ours, item(record), "patch", basis="通知第9号", version=version).status_code == 200
    assert sent(ours, move(record, "resubmit")).json()["actions"] == ["withdraw"]
    approved = sent(theirs, move(record, "approve")).json()
    assert approved["state"] == "approved"
    assert User.objects.get(pk=approved["account"]).username == COMPLETE["username"]


def test_refusals_carry_codes(as_user, songshan, region_security, baotou):
    record = drafted(songshan, basis="")
    ours, theirs = as_user(songshan), as_user(region_security)
    incomplete = sent(ours, move(record, "submit"))
    assert (incomplete.status_code, incomplete.json()["code"]) == (400, "invalid")
    assert set(incomplete.json()["fields"]) == {"basis"}
    assert sent(theirs, move(record, "submit")).json()["code"] == "permission"
    assert sent(as_user(baotou), move(record, "submit")).status_code == 404
    AccountRequest.objects.filter(pk=record.pk).update(basis="通知")
    WORKFLOW.perform(record, "submit", by=songshan)
    wordless = sent(theirs, move(record, "reject"))
    assert (wordless.status_code, wordless.json()["code"]) == (400, "comment")
    strange = sent(theirs, move(record, "return_for_changes"), comment="x", fields={"state": "approved"})
    assert strange.status_code == 400
    twice = sent(ours, move(record, "submit"))
    assert (twice.status_code, twice.json()["code"]) == (409, "state")
    assert twice.json()["detail"].startswith("现在是“待办理”"), "nobody was faster: it was the same person"


def test_no_write_without_the_token(songshan):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(songshan)
    record = drafted(songshan)
    assert sent(client, move(record, "submit")).status_code == 403
    record.refresh_from_db()
    assert record.state == "draft"


# -- the rest -----------------------------------------------------------------------------------------
def test_too_many_calls_are_told_to_wait(as_user, songshan, monkeypatch):
    from rest_framework.throttling import UserRateThrottle

    monkeypatch.setattr(UserRateThrottle, "rate", "2/min", raising=False)
    client = as_user(songshan)
    codes = [client.get(REQUESTS).status_code for _call in range(3)]
    assert codes == [200, 200, 429]


def test_description_is_whole_and_for_the_signed_in(as_user, client, songshan):
    schema = reverse("api:schema")
    assert client.get(schema).status_code in (401, 403)
    response = as_user(songshan).get(schema, {"format": "json"})
    paths = response.json()["paths"]
    for action in STEPS:
        assert f"/api/account-requests/{{id}}/{action}/" in paths


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"a":' * 50_000,
        '{"organization": 1e400}',
        '{"name": "\\ud800"}',
        '{"fields": {"\\ud800": "x"}, "comment": "x"}',
        '{"fields": {"name\\u0000": "x"}, "comment": "x"}',
        '{"organization": 99999999999999999999}',
        "NaN",
        "{",
    ],
)
def test_json_that_nothing_can_carry_is_refused(as_user, songshan, body):
    record = drafted(songshan)
    client = as_user(songshan)
    for address in (REQUESTS, move(record, "submit"), move(record, "withdraw")):
        if "fields" in body or "organization" not in body or address == REQUESTS:
            response = client.post(address, body, content_type="application/json")
            assert (response.status_code, "code" in response.json()) == (400, True), address
    record.refresh_from_db()
    assert record.state == "draft"


def test_only_json_is_read(as_user, songshan):
    """The signed-in page is the way for forms; here they would only be a second set of rules."""
    record = drafted(songshan)
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml"):
        response = as_user(songshan).patch(item(record), "version=1&name=x", content_type=kind)
        assert response.status_code == 415


def test_pages_lead_to_the_last_row_where_the_length_is_not_told(as_user, region, monkeypatch):
    monkeypatch.setattr("core.lists.paging.OpenPaginator.most", 3)
    client, url, seen = as_user(region), f"{reverse('api:organization-list')}?page_size=50", []
    answer = client.get(url).json()
    assert answer["count"] is None
    while url:
        answer = client.get(url).json()
        seen += [row["id"] for row in answer["results"]]
        url = answer["next"]
    assert len(seen) == len(set(seen)) == Organization.objects.visible_to(region).count() > 100
    for page in ("0", "-1", "x", "99", "9" * 40):
        assert client.get(f"{reverse('api:organization-list')}?page={page}").status_code == 404, page
