"""A grading from the first click to the certificate, as people do it on the pages."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.choices import Method
from assessments.gradings.granting import issue_certificate
from assessments.models import Grading, GradingClaim, TeamGrade
from core.models import Job, VerifiableDocument, WorkflowEvent
from core.together import together
from organizations.models import User
from tests.assessments import builders as standards
from tests.assessments import gradings as builders
from tests.core.list_checks import assert_constant_queries, assert_sorts_by_index, assert_tampering_is_told, queries_of
from tests.core.sample_files import pdf
from tests.people import builders as people
from tests.people.leaks import text_of

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
LIST = reverse("assessments:grading_list")


def page(grading: Grading, name: str = "detail", *args: Any) -> str:
    return reverse(f"assessments:grading_{name}", args=[grading.pk, *args])


def post_move(client: Client, grading: Grading, action: str, **facts: Any) -> str:
    """The move by the page; the text of the page it leads to."""
    grading.refresh_from_db()
    data = {"action": action, "version": grading.version, "sent": "1", **facts}
    return text_of(client.post(page(grading, "move"), data, follow=True))


def test_from_the_application_to_the_certificate(
    captain: User, chifeng: User, region: User, baotou: User, as_user: SignIn
) -> None:
    """Returned at two indicators, handed in again, scored, public, granted, verified."""
    team, standard = builders.team(), builders.standard()
    writes, office = as_user(captain), as_user(chifeng)
    begun = writes.post(
        reverse("assessments:grading_create"), {"standard": standard.pk, "applied_grade": "3"}, follow=True
    )
    record = Grading.objects.get(team=team)
    assert "已建立申请" in text_of(begun)
    told = text_of(writes.get(page(record)))
    assert "还没有填" in told
    assert "一票否决项还没有填：1.3" in told
    assert "一票否决项没有满足" not in told, "nobody has said yet that it is not"

    claims = {claim.indicator.code: claim for claim in record.claims.select_related("indicator")}
    has, judged = claims["1.3"], claims["2.1"]
    section = str(has.indicator.parent_id)
    saved = writes.post(page(record, "autosave", section), {f"value_{has.indicator_id}": "1"})
    assert "已自动保存" in text_of(saved)
    assert 'id="self-score"' in saved.content.decode(), "the score goes with it"
    part = {f"points_{judged.indicator_id}": "30", f"note_{judged.indicator_id}": "每月一练"}
    writes.post(page(record, "edit", str(judged.indicator.parent_id)), part)
    writes.post(page(record, "edit", "basics"), {"applied_grade": "3", "contact": "王明", "version": record.version})
    assert "编号 CP-150400-" in post_move(writes, record, "submit")

    for claim, words in ((has, "请附证明"), (judged, "请补演练照片")):
        office.post(page(record, "comment", claim.indicator_id), {"comment": words})
    assert "清空这些意见" in post_move(office, record, "accept"), "what was written is not forgotten"
    assert "请附证明" not in text_of(writes.get(page(record, "claims"))), "the team reads it with the return"
    assert "已退回修改" in post_move(office, record, "return_for_changes", comment="请按各项意见修改")

    told = text_of(writes.get(page(record)))
    assert "请附证明" in told
    assert "请补演练照片" in told
    has.refresh_from_db()
    mended = {"value": "1", "note": "全年无事故", "version": has.version}
    writes.post(page(record, "edit", section), {f"{name}_{has.indicator_id}": value for name, value in mended.items()})
    assert text_of(writes.get(page(record))).count("已改") == 1
    post_move(writes, record, "resubmit")
    desk = text_of(office.get(page(record, "claims")))
    assert "上次退回时要求" in desk
    assert "全年无事故" in desk
    assert "退回以后改了 1 项" in desk
    [one, two] = [line for part in office.get(page(record, "claims"), {"only": "changed"}).context["sections"]
                  for line in part["lines"]]  # fmt: skip
    assert [(line["row"].indicator.code, line["changed"]) for line in (one, two)] == [("1.3", True), ("2.1", False)]
    assert not record.claims.exclude(comment="").exists(), "the desk begins anew"

    assert "请组建专家组" in post_move(office, record, "accept")
    assert "至少 3 人" in post_move(office, record, "begin_on_site", site_on="2026-01-01", site_place="训练场")
    builders.seated(record, chifeng)
    day = timezone.localdate().isoformat()
    assert "现场测评已开始" in post_move(office, record, "begin_on_site", site_on=day, site_place="演示训练场")
    builders.scored(record, chifeng)
    assert "请评议" in post_move(office, record, "finish_on_site")
    assert "专家组评分" not in text_of(writes.get(page(record, "result"))), "the team waits for the publicity"
    assert "得分" not in text_of(writes.get(page(record, "history")))
    facts = {key: str(value) for key, value in builders.publicity().items()}
    assert "不会自动定级" in post_move(office, record, "publicise", **facts)
    assert '<b class="big-number">95</b>' in text_of(writes.get(page(record, "result")))

    assert "公示期还没有结束" in post_move(office, record, "grant")
    builders.publicity_over(record)
    assert "已定级" in post_move(office, record, "grant", document_number="赤红发〔2026〕8号")
    job = Job.objects.get(kind="grade_certificate")
    issue_certificate(job, None)
    issue_certificate(job, None)
    grade = TeamGrade.objects.get(team=team)
    assert (grade.grade, grade.issuer, grade.is_held) == ("3", chifeng.organization.name, True)
    paper = VerifiableDocument.objects.get()
    public = text_of(Client().get(reverse("verify", args=[paper.code])))
    assert "现在有效" in public
    assert "赈济 3 级" in public
    assert "有效，至" in public
    assert captain.name not in public
    assert "王明" not in public

    stranger = as_user(baotou)
    for name in ("detail", "claims", "result", "objections", "files", "history"):
        assert stranger.get(page(record, name)).status_code == 404
    assert stranger.get(grade.get_absolute_url()).status_code == 404
    assert record.number not in text_of(stranger.get(LIST))
    assert stranger.post(page(record, "move"), {"action": "grant"}).status_code == 404
    assert record.number in text_of(as_user(region).get(LIST))
    story = text_of(office.get(page(record, "history")))
    assert "请附证明" in story
    assert "公示结果" in story
    assert "赤红发〔2026〕8号" in story
    assert "修改填报：1.3 没有安全责任事故" in story


def test_a_member_of_the_team_cannot_decide(captain: User, member: User, leader: User, as_user: SignIn) -> None:
    record = builders.applied(captain)
    record = builders.move(record, "submit", captain)
    assert as_user(member).get(page(record)).status_code == 404
    for insider in (captain, leader):
        response = as_user(insider).post(page(record, "move"), {"action": "accept", "version": record.version})
        assert response.status_code == 403
    comment = page(record, "comment", record.claims.all()[0].indicator_id)
    assert as_user(captain).post(comment, {"comment": "好"}).status_code == 403
    record.refresh_from_db()
    assert record.state == "submitted"


def test_a_second_application_is_refused_kindly(captain: User, as_user: SignIn) -> None:
    record = builders.applied(captain)
    client = as_user(captain)
    create = reverse("assessments:grading_create")
    shown = text_of(client.get(create))
    assert "接着办" in shown
    again = client.post(create, {"standard": record.standard_id, "applied_grade": "3"})
    assert "没有办结的申请" in text_of(again)
    assert Grading.objects.count() == 1


def test_not_applicable_is_told_before_anything_begins(captain: User, as_user: SignIn) -> None:
    team = builders.team()
    emergency = standards.standard(
        code="test-emergency", scheme="emergency", category_id=None, specialty="water", civil_only=True, name="水上专业"
    )
    shown = text_of(as_user(captain).get(reverse("assessments:grading_create")))
    assert "不适用" in shown
    assert "不算未达标" in shown
    refused = as_user(captain).post(
        reverse("assessments:grading_create"), {"standard": emergency.pk, "applied_grade": "3"}
    )
    assert refused.status_code == 200
    assert not Grading.objects.exists()
    team.registration = "civil"
    team.save()
    as_user(captain).post(reverse("assessments:grading_create"), {"standard": emergency.pk, "applied_grade": "3"})
    assert Grading.objects.get().standard == emergency


def test_applying_again_brings_what_was_said(captain: User, chifeng: User, as_user: SignIn) -> None:
    before = builders.in_state("granted", captain, chifeng)
    builders.say(before, "2.1", note="上次的说明")
    data = {"standard": before.standard_id, "applied_grade": "2", "reuse": "on"}
    as_user(captain).post(reverse("assessments:grading_create"), data)
    made = Grading.objects.exclude(pk=before.pk).get()
    claim = made.claims.get(indicator__code="2.1")
    assert (claim.points, claim.note) == (30, "上次的说明")
    assert made.claims.get(indicator__code="1.1").value is None, "what the portal counts is counted anew"


def test_what_was_said_does_not_come_along_to_another_line(captain: User, chifeng: User, as_user: SignIn) -> None:
    """In the next version 2.1 is a new line and 现场组织 is 2.2: the words belong to the line, not to its number."""
    before = builders.in_state("granted", captain, chifeng)
    builders.say(before, "2.1", note="上次的说明")
    lines = [*standards.LINES[:5], {**standards.LINES[5], "name": "医疗保障"}, {**standards.LINES[5], "code": "2.2"}]
    new = standards.standard(lines=lines, number=2)
    data = {"standard": new.pk, "applied_grade": "2", "reuse": "on"}
    as_user(captain).post(reverse("assessments:grading_create"), data)
    said = Grading.objects.get(standard=new).claims
    assert [(one.points, one.note) for one in said.filter(indicator__code__in=["2.1", "2.2"]).order_by("pk")] == [
        (None, ""),
        (30, "上次的说明"),
    ]


def test_a_draft_under_an_ended_version_leads_to_the_new_one(captain: User, region: User, as_user: SignIn) -> None:
    record, team = builders.applied(captain), as_user(captain)
    assert "按新的一版申请" not in text_of(team.get(record.get_absolute_url()))
    assert "还没有报送的 1 件申请不能再按它报送" in text_of(
        as_user(region).get(reverse("assessments:standard_withdraw", args=[record.standard_id]))
    )
    yesterday = timezone.localdate() - builders.DAY
    record.standard.valid_until = yesterday
    record.standard.save(update_fields=["valid_until"])
    assert "按新的一版申请" not in text_of(team.get(record.get_absolute_url())), "there is none yet"
    new = standards.standard(number=2)
    page = team.get(record.get_absolute_url())
    assert "第 1 版标准已经停用，第 2 版从" in text_of(page)
    begin_page = team.get(page.context["newer"]["url"])
    assert "带出上次申请填的内容" in text_of(begin_page)
    data = {"standard": new.pk, "applied_grade": "3", "reuse": "on"}
    team.post(reverse("assessments:grading_create"), data)
    made = Grading.objects.get(standard=new)
    assert made.claims.get(indicator__code="2.1").points == 30, "what was typed into the draft comes along"


def test_what_was_handed_in_goes_on_under_a_withdrawn_version(
    captain: User, chifeng: User, region: User, as_user: SignIn
) -> None:
    """As whoever withdraws it is told; a draft nobody has handed in does not."""
    record, client = builders.in_state("returned", captain, chifeng), as_user(region)
    address = reverse("assessments:standard_withdraw", args=[record.standard_id])
    asked = text_of(client.get(address))
    assert "报送过的 1 件测评照常办完" in asked
    assert "不能再按它报送" not in asked
    client.post(address, {"reason": "印发了新标准"})
    record = Grading.objects.get(pk=record.pk)
    assert "申请报送在先，照常按它办完" in text_of(as_user(captain).get(record.get_absolute_url()))
    assert builders.move(record, "resubmit", captain).state == "submitted"


def test_what_is_right_is_kept_and_what_is_wrong_is_told(captain: User, as_user: SignIn) -> None:
    record = builders.applied(captain)
    claim = record.claims.get(indicator__code="2.1")
    one = claim.indicator
    data = {f"points_{one.pk}": "99", f"note_{one.pk}": "满编", f"version_{one.pk}": claim.version}
    shown = as_user(captain).post(page(record, "edit", str(one.parent_id)), data)
    assert shown.status_code == 200
    assert "有内容需要改正" in text_of(shown)
    claim.refresh_from_db()
    assert (claim.points, claim.note) == (30, "满编")


def test_somebody_elses_words_are_not_overwritten_unseen(captain: User, chifeng: User, as_user: SignIn) -> None:
    record = builders.applied(captain)
    claim = record.claims.get(indicator__code="2.1")
    one, opened = claim.indicator, claim.version
    url = page(record, "edit", str(one.parent_id))
    as_user(chifeng).post(url, {f"points_{one.pk}": "20", f"version_{one.pk}": opened})
    late = as_user(captain).post(url, {f"points_{one.pk}": "25", f"version_{one.pk}": opened})
    assert late.status_code == 409
    assert "20" in text_of(late)
    assert record.claims.get(indicator__code="2.1").points == 20
    fresh = record.claims.get(indicator__code="2.1").version
    as_user(captain).post(url, {f"points_{one.pk}": "25", f"version_{one.pk}": fresh})
    assert record.claims.get(indicator__code="2.1").points == 25


def test_handed_in_is_read_only(captain: User, chifeng: User, as_user: SignIn) -> None:
    record = builders.in_state("submitted", captain, chifeng)
    section = str(record.standard.indicators.get(code="2").pk)
    client = as_user(captain)
    assert "现在不能修改" in text_of(client.get(page(record, "edit", section), follow=True))
    assert client.post(page(record, "autosave", section), {}).status_code == 409
    assert client.get(page(record, "edit", "99999")).status_code == 404


def test_looking_changes_nothing(captain: User, chifeng: User, as_user: SignIn) -> None:
    record = builders.in_state("submitted", captain, chifeng)
    events, claims = WorkflowEvent.objects.count(), list(GradingClaim.objects.order_by("pk").values())
    for user in (captain, chifeng):
        for name in ("detail", "claims", "files", "history", "result", "objections"):
            assert as_user(user).get(page(record, name)).status_code == 200
    assert as_user(chifeng).get(f"{page(record, 'move')}?action=accept").status_code == 404
    assert as_user(chifeng).get(f"{page(record, 'move')}?action=return_for_changes").status_code == 200
    record.refresh_from_db()
    assert (record.state, WorkflowEvent.objects.count()) == ("submitted", events)
    assert list(GradingClaim.objects.order_by("pk").values()) == claims


def test_evidence_is_seen_by_whoever_sees_the_application(
    captain: User, chifeng: User, baotou: User, as_user: SignIn
) -> None:
    record = builders.applied(captain)
    claim = record.claims.get(indicator__code="2.1")
    data = {
        "content_type": ContentType.objects.get_for_model(claim).pk, "object_id": claim.pk, "kind": "evidence",
        "file": SimpleUploadedFile("证明.pdf", pdf(pages=1), "application/pdf"),
    }  # fmt: skip
    response = as_user(captain).post(reverse("core:attachment_upload"), data, follow=True)
    assert "证明.pdf" in text_of(response)
    record = builders.move(record, "submit", captain)
    assert "证明.pdf" in text_of(as_user(chifeng).get(page(record, "claims")))
    builders.say(record, "2.1", comment="照片不清楚")
    record = builders.move(record, "return_for_changes", chifeng)
    assert "已改" not in text_of(as_user(captain).get(page(record)))
    clear = SimpleUploadedFile("清楚的.pdf", pdf(pages=3), "application/pdf")
    as_user(captain).post(reverse("core:attachment_upload"), {**data, "file": clear})
    assert "已改" in text_of(as_user(captain).get(page(record))), "evidence answers as well"
    record = builders.move(record, "resubmit", captain)
    data["file"] = SimpleUploadedFile("晚.pdf", pdf(pages=2), "application/pdf")
    assert as_user(captain).post(reverse("core:attachment_upload"), data).status_code == 403
    assert as_user(baotou).post(reverse("core:attachment_upload"), data).status_code == 404


def test_the_list_and_its_queue(captain: User, chifeng: User, region: User, as_user: SignIn) -> None:
    record = builders.in_state("submitted", captain, chifeng)
    assert record.number in text_of(as_user(chifeng).get(LIST, {"queue": "mine"}))
    assert record.number not in text_of(as_user(region).get(LIST, {"queue": "mine"})), "it is the league's"
    assert record.number not in text_of(as_user(captain).get(LIST, {"queue": "mine"}))
    builders.move(record, "return_for_changes", chifeng)
    assert record.number in text_of(as_user(captain).get(LIST, {"queue": "mine"}))
    for kind in ("xlsx", "pdf"):
        response = as_user(chifeng).get(LIST, {"export": kind})
        assert b"".join(response)
    assert_tampering_is_told(as_user(chifeng), LIST)


def test_queries_stay(captain: User, chifeng: User, as_user: SignIn) -> None:
    team = builders.team()

    def grow(many: int) -> None:
        for number in range(many):
            one = standards.standard(code=f"grow-{many}-{number}")
            builders.applied(captain, team=team, standard=one)

    assert_constant_queries(as_user(chifeng), LIST, grow, steps=(1, 3, 8))
    assert_constant_queries(as_user(chifeng), f"{LIST}?queue=mine", lambda many: None, steps=(1,))
    record = builders.in_state("granted", captain, chifeng)
    for user in (captain, chifeng):
        for name in ("detail", "claims", "files", "history"):
            sql = queries_of(as_user(user), page(record, name))
            assert len(sql) <= 10, (name, "\n".join(sql))
    assert len(queries_of(as_user(chifeng), page(record, "objections"))) <= 10


def test_pages_hold_back_what_has_not_come_yet(captain: User, chifeng: User, as_user: SignIn) -> None:
    """Papers that were declined had no panel; what comes of the assessment on site is not asked for before it."""
    handed_in = builders.in_state("submitted", captain, chifeng)
    declined = builders.move(handed_in, "decline", chifeng, comment="材料不符（演示）。")
    tabs = [str(tab["label"]) for tab in as_user(captain).get(page(declined)).context["tabs"]]
    assert tabs == ["概况", "填报", "异议和申诉", "材料", "历史"]
    papers = as_user(captain).get(page(declined, "files")).context["papers"]
    assert [str(panel["label"]) for panel in papers] == ["申请材料", "其他材料"]


def test_no_tab_leads_where_the_reader_may_not_go(captain: User, chifeng: User, as_user: SignIn) -> None:
    granted = builders.in_state("granted", captain, chifeng)
    for user in (captain, chifeng):
        tabs = as_user(user).get(page(granted)).context["tabs"]
        assert {as_user(user).get(tab["url"]).status_code for tab in tabs} == {200}
        assert ("专家组" in [str(tab["label"]) for tab in tabs]) is (user == chifeng)


def test_read_together_a_number_stays_as_it_was_kept(captain: User) -> None:
    record = builders.applied(captain)
    record.claims.filter(indicator__code="2.1").update(points="2.4")
    claims = together(claims=record.claims.filter(indicator__code="2.1"))["claims"]
    assert [str(claim.points) for claim in claims] == ["2.40"]


@pytest.mark.parametrize("lines", [5, 40])
def test_many_indicators_cost_no_more(lines: int, captain: User, as_user: SignIn) -> None:
    more = [
        {"code": f"3.{n}", "parent": "3", "name": f"指标{n}", "method": Method.JUDGED, "points": 1}
        for n in range(lines)
    ]
    heading = {"code": "3", "name": "更多", "method": Method.HEADING}
    long_one = standards.standard(code="long", lines=(*standards.LINES, heading, *more))
    people.member(captain.organization, 1)
    record = builders.applied(captain, standard=long_one)
    section = str(long_one.indicators.get(code="3").pk)
    client = as_user(captain)
    for url in (page(record), page(record, "edit", section), page(record, "claims")):
        sql = queries_of(client, url)
        assert len(sql) <= 10, "\n".join(sql)


def test_sorts_are_served_by_indexes(captain: User) -> None:
    from assessments.views.grades import GradeList
    from assessments.views.grading_list import GradingList

    assert_sorts_by_index(GradingList)
    assert_sorts_by_index(GradeList)


def test_api_reads_and_nothing_else(captain: User, chifeng: User, baotou: User, as_user: SignIn) -> None:
    record = builders.in_state("granted", captain, chifeng)
    client = as_user(captain)
    one = client.get(reverse("api:grading-detail", args=[record.pk])).json()
    assert (one["number"], one["state"], one["result"]) == (record.number, "granted", "3")
    assert {claim["indicator"] for claim in one["claims"]} == {"1.1", "1.2", "1.3", "2.1"}
    grade = client.get(reverse("api:grade-list")).json()["results"][0]
    assert (grade["grade"], grade["is_held"], grade["is_external"]) == ("3", True, False)
    assert client.post(reverse("api:grading-list"), {}).status_code in (403, 405)
    assert as_user(baotou).get(reverse("api:grading-detail", args=[record.pk])).status_code == 404
    assert Decimal(one["total"]) == 95
