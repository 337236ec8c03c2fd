"""Filings by the other door: the same rights, moves and refusals, with codes."""

import pytest
from django.urls import reverse

from core.models import WorkflowEvent
from teams.models import Filing
from tests.core.list_checks import assert_constant_queries
from tests.teams import builders

pytestmark = pytest.mark.django_db
FILINGS = reverse("api:filing-list")


def item(filing: Filing, action: str = "") -> str:
    address = reverse("api:filing-detail", args=[filing.pk])
    return f"{address}{action}/" if action else address


def sent(client, address: str, method: str = "post", **body):
    return getattr(client, method)(address, body, content_type="application/json")


def test_a_registration_from_beginning_to_end(as_user, chifeng, region, office):
    client = as_user(chifeng)
    begun = sent(client, FILINGS, kind="register", office=office("150400").pk)
    assert (begun.status_code, begun.json()["state"], begun.json()["actions"]) == (201, "draft", ["submit", "withdraw"])
    filing = Filing.objects.get()
    facts = {**builders.FACTS, "office": str(office("150400").pk)}
    kept = sent(client, item(filing), "patch", version=1, payload=facts)
    assert (kept.status_code, kept.json()["problems"]) == (200, {})
    lacking = sent(client, item(filing, "submit"))
    assert (lacking.status_code, lacking.json()["code"]) == (400, "invalid")
    builders.papers(Filing.objects.get(), chifeng)
    assert sent(client, item(filing, "submit")).json()["state"] == "submitted"
    assert sent(client, item(filing, "submit")).status_code == 409
    other = as_user(region)
    assert sent(other, item(filing, "approve")).json()["state"] == "approved"
    wrong = sent(other, item(filing, "issue"), reply_no="第3号", reply_on="2026-03-02")
    assert wrong.status_code == 400
    done = sent(other, item(filing, "issue"), reply_no="内红赈发〔2026〕8号", reply_on="2026-03-02")
    assert (done.status_code, done.json()["state"]) == (200, "filed")
    assert WorkflowEvent.objects.of(filing).last().facts == {
        "reply_no": "内红赈发〔2026〕8号",
        "reply_on": "2026-03-02",
    }


def test_returning_takes_words_and_fields(as_user, chifeng, region, office):
    filing = builders.submitted(chifeng, office("150400"))
    client = as_user(region)
    silent = sent(client, item(filing, "return_for_changes"))
    assert (silent.status_code, silent.json()["code"]) == (400, "comment")
    stale = sent(client, item(filing, "return_for_changes"), comment="请改", version=filing.version - 1)
    assert (stale.status_code, stale.json()["code"]) == (409, "state")
    strange = sent(client, item(filing, "return_for_changes"), comment="请改", fields={"nonsense": "x"})
    assert (strange.status_code, "nonsense" in str(strange.json()["fields"]["fields"])) == (400, True)
    sent(client, item(filing, "return_for_changes"), comment="请改", fields={"base_address": "门牌号"})
    event = WorkflowEvent.objects.of(filing).last()
    assert (event.comment, event.facts) == ("请改", {"fields": {"base_address": "门牌号"}})
    assert Filing.objects.get().state == "returned"


def test_a_round_nobody_read_is_not_decided_on(as_user, chifeng, region, office):
    """Read, returned by a colleague, and handed in again without a word changed: it is another round."""
    filing = builders.submitted(chifeng, office("150400"))
    client = as_user(region)
    read = client.get(item(filing)).json()["version"]
    sent(client, item(filing, "return_for_changes"), comment="请改", fields={"base_address": "门牌号"})
    sent(as_user(chifeng), item(filing, "resubmit"))
    stale = sent(client, item(filing, "approve"), version=read)
    assert (stale.status_code, stale.json()["code"]) == (409, "state")
    assert Filing.objects.get().state == "submitted"


def test_who_may_not(as_user, chifeng, baotou, leader, region, office):
    filing = builders.submitted(chifeng, office("150400"))
    assert sent(as_user(chifeng), item(filing, "approve")).json()["code"] == "permission"
    assert sent(as_user(leader), item(filing, "reject"), comment="不").status_code == 403
    assert sent(as_user(baotou), item(filing, "reject"), comment="不").status_code == 404
    assert as_user(baotou).get(FILINGS).json()["count"] == 0
    assert sent(as_user(region), FILINGS, kind="register", office=office("150400").pk).status_code == 403
    assert sent(as_user(baotou), FILINGS, kind="register", office=office("150400").pk).status_code == 400
    assert sent(as_user(chifeng), FILINGS, kind="change", team=2**40).status_code == 400
    assert sent(as_user(chifeng), FILINGS, kind="nonsense").status_code == 400


def test_a_draft_others_changed_is_refused(as_user, chifeng, region_security, office):
    from tests.organizations.helpers import opened

    filing = builders.drafted(chifeng, office("150400"))
    colleague = opened(region_security, chifeng.organization, "colleague", "clerk")
    version = filing.version
    sent(as_user(colleague), item(filing), "patch", version=version, payload={"base_address": "他"})
    stale = sent(as_user(chifeng), item(filing), "patch", version=version, payload={"base_address": "我"})
    assert (stale.status_code, stale.json()["code"]) == (409, "state")
    assert "驻地地址" in stale.json()["detail"]
    assert Filing.objects.get().payload["base_address"] == "他"


@pytest.mark.parametrize(
    "payload",
    [
        {"state": "filed", "number": "BA-1", "no_such": "x"},
        {"name": ["列表"], "founded_on": ["2024-01-01"], "funding": "budget", "posts": "不是列表"},
        {"base_address": "孤立\ud800", "posts": [1, None, {"name": {"a": 1}}]},
        {"base_address": "长" * 100_000},
    ],
)
def test_nonsense_is_kept_as_text_or_left_out(as_user, chifeng, office, payload):
    filing = builders.drafted(chifeng, office("150400"))
    client = as_user(chifeng)
    answer = sent(client, item(filing), "patch", version=filing.version, payload=payload)
    assert answer.status_code in (200, 400)
    fresh = Filing.objects.get()
    assert (fresh.state, fresh.number) == ("draft", None)
    assert "no_such" not in fresh.payload
    for name in ("filing_edit", "filing_hand_in", "filing_detail", "filing_form"):
        assert client.get(reverse(f"teams:{name}", args=[filing.pk])).status_code == 200, name
    for key in ("name", "management", "base", "support"):
        assert client.get(reverse("teams:filing_section", args=[filing.pk, key])).status_code == 200, key


def test_telephones_are_masked_for_readers(as_user, chifeng, region, office):
    filing = builders.submitted(chifeng, office("150400"))
    answer = as_user(region).get(item(filing)).json()
    assert answer["payload"]["posts"][0]["phone"] == "138****0011"
    assert answer["payload"]["duty_phone"] == "047****4567"


def test_list_keeps_its_query_count(as_user, chifeng, office):
    def grow(step: int) -> None:
        for _number in range(step):
            builders.begin("register", by=chifeng, office=office("150400"))

    assert_constant_queries(as_user(chifeng), FILINGS, grow, steps=(1, 3, 8))
