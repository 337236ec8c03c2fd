"""Deciding at the desk: on what was read and nothing else; what comes next; several at once."""

from datetime import date

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.attachments import attach, withdraw
from core.models import Attachment, WorkflowEvent
from organizations.models import Appointment
from organizations.permissions import grant
from teams.desk import batch
from teams.desk.deciding import Seen, save_comment
from teams.desk.opinions import ask
from teams.desk.replies import doubts
from teams.filings.drafting import keep
from teams.filings.exit_checklist import account
from teams.filings.printed_form import form_context
from teams.models import Filing
from teams.workflow import WORKFLOW
from tests.core.sample_files import pdf
from tests.organizations.helpers import messages_of
from tests.teams import builders

pytestmark = pytest.mark.django_db


def send(client, filing, action, *, seen=None, follow=True, **data):
    """What the page would send, with what it showed."""
    seen = seen or Seen.of(filing)
    facts = {"action": action, "round": seen.round_no, "step": seen.step_id, **data}
    return client.post(reverse("teams:desk_decide", args=[filing.pk]), facts, follow=follow)


def fresh(filing) -> Filing:
    return Filing.objects.select_related("current_step").get(pk=filing.pk)


def test_comments_return_and_the_reviewer_sees_only_what_changed(chifeng, region, office, as_user):
    filing = builders.submitted(chifeng, office("150400"))
    client, url = as_user(region), reverse("teams:desk_comment", args=[filing.pk])
    seen = {"round": filing.round_no, "step": filing.current_step_id}
    for field, text in (("base_address", "请写"), ("base_address", "请写到门牌号。"), ("uscc", "误写"), ("uscc", "")):
        answer = client.post(url, {**seen, "field": field, "text": text}, headers={"HX-Request": "true"})
        assert answer.status_code == 200
    assert 'id="draft-count"' in answer.content.decode()
    page = client.get(reverse("teams:desk_filing", args=[filing.pk]))
    assert [line["text"] for line in page.context["drafts"]] == ["请写到门牌号。"]
    mine = as_user(chifeng).get(reverse("teams:desk_filing", args=[filing.pk])).content.decode()
    assert "请写到门牌号" not in mine  # not before it is sent
    response = send(client, filing, "return_for_changes", comment="改一处")
    assert messages_of(response) == [f"{filing.name}：已退回修改，并通知了报送方。"]
    event = WorkflowEvent.objects.of(filing).last()
    assert (event.action, event.facts) == ("return_for_changes", {"fields": {"base_address": "请写到门牌号。"}})
    filing = keep(fresh(filing), {"base_address": "演示路 1 号 3 楼"}, by=chifeng, version=fresh(filing).version)
    filing = WORKFLOW.perform(filing, "resubmit", by=chifeng)
    assert filing.assignee == region  # back to whoever returned it
    page = client.get(reverse("teams:desk_filing", args=[filing.pk]))
    assert page.context["tab"] == "changes"
    rows = [row for section in page.context["sheet"] for row in section.rows]
    assert [(row.name, row.asked, row.mended) for row in rows] == [("base_address", "请写到门牌号。", True)]
    assert [(piece.text, piece.changed) for piece in rows[0].new_pieces] == [("演示路 1 号", False), (" 3 楼", True)]


def test_return_and_reject_want_words(chifeng, region, office, as_user):
    filing = builders.submitted(chifeng, office("150400"))
    for action in ("return_for_changes", "reject"):
        page = send(as_user(region), filing, action, comment=" ")
        assert page.context["form"].errors["comment"] == ["请写明意见，报送方会看到。"]
        assert fresh(filing).state == "submitted"


def test_a_return_whose_comments_say_it_all_wants_no_more_words(chifeng, region, office, as_user):
    filing = builders.submitted(chifeng, office("150400"))
    save_comment(filing, "base_address", "请写到门牌号。", by=region, seen=Seen.of(filing))
    send(as_user(region), filing, "return_for_changes", comment="")
    event = WorkflowEvent.objects.of(filing).last()
    assert (event.action, event.comment) == ("return_for_changes", "请按批注修改。")


def test_approve_then_issue_with_the_file(chifeng, region, office, as_user):
    filing = builders.submitted(chifeng, office("150400"))
    page = send(as_user(region), filing, "approve")
    assert page.context["filing"] == filing  # it still wants its 批复
    form = next(button.form for button in page.context["moves"] if button.action == "issue")
    assert form["reply_no"].value().endswith("号")
    wrong = send(as_user(region), fresh(filing), "issue", reply_no="内红赈发2026年8号", reply_on="2099-01-01")
    assert set(wrong.context["form"].errors) == {"reply_no", "reply_on"}
    file = SimpleUploadedFile("批复.pdf", pdf(), "application/pdf")
    send(as_user(region), fresh(filing), "issue", reply_no="内红赈发[2026]第8号", reply_on="2026-03-02", reply=file)
    assert (fresh(filing).state, fresh(filing).reply_no) == ("filed", "内红赈发〔2026〕8号")
    assert Attachment.objects.of(filing).get(kind="reply").name == "批复.pdf"
    again = send(as_user(region), filing, "issue", reply_no="内红赈发[2026]8号", reply_on="2026-03-02", reply=file)
    assert messages_of(again) == ["这一步已经办过了。"]


def test_an_older_page_with_another_reply_is_not_told_that_it_is_done(chifeng, region, office, as_user):
    """Back in the browser, the number put right, sent again: what was typed and chosen this time went nowhere."""
    opened = WORKFLOW.perform(builders.submitted(chifeng, office("150400")), "approve", by=region)
    typed = {"reply_no": "内红赈发〔2026〕8号", "reply_on": "2026-03-02"}
    send(as_user(region), opened, "issue", **typed)
    (said,) = messages_of(send(as_user(region), opened, "issue", **{**typed, "reply_no": "内红赈发〔2026〕18号"}))
    assert said == "您已经发文办结，批复是内红赈发〔2026〕8号（2026-03-02）；这次填的没有生效。要改的，请用“更正批复”。"
    file = SimpleUploadedFile("批复.pdf", pdf(), "application/pdf")
    (said,) = messages_of(send(as_user(region), opened, "issue", **typed, reply=file))
    assert said.endswith("请用“更正批复”。选的文件没有存入。")
    assert not Attachment.objects.of(opened).filter(kind="reply").exists()


def test_a_file_that_came_with_something_wrong_is_asked_for_again(chifeng, region, office, as_user):
    """It was lost without a word, and the filing completed without its 批复."""
    filing = builders.submitted(chifeng, office("150400"))
    send(as_user(region), filing, "approve")

    def file(name: str = "批复.pdf", content: bytes | None = None) -> SimpleUploadedFile:
        return SimpleUploadedFile(name, content or pdf(), "application/pdf")

    lost = ["这次没有办成，文件没有存入，请重新选择。"]
    given = {"reply_no": "内红赈发〔2026〕8号", "reply_on": "2026-03-02"}
    wrong = send(as_user(region), fresh(filing), "issue", **given | {"reply_no": "八号"}, reply=file())
    assert (wrong.context["form"].errors["reply"], "reply_no" in wrong.context["form"].errors) == (lost, True)
    doubted = send(as_user(region), fresh(filing), "issue", **given | {"reply_on": "2025-03-02"}, reply=file())
    assert doubted.context["form"].errors["reply"] == lost
    broken = send(as_user(region), fresh(filing), "issue", **given, reply=file(content=b"%PDF-no"))
    assert broken.context["form"].errors["reply"] == lost
    meeting = as_user(region).post(
        reverse("teams:desk_meeting", args=[filing.pk]), {"name": "党组会", "on": "2099-01-01", "minutes": file()}
    )
    assert meeting.context["form"].errors["minutes"] == lost
    assert fresh(filing).state == "approved"
    send(as_user(region), fresh(filing), "issue", **given, reply=file())
    assert Attachment.objects.of(filing).filter(kind="reply").count() == 1


def test_a_reply_that_looks_wrong_is_asked_about_once(chifeng, region, office, as_user):
    """The number of another filing, another year's, or a day before the last 批复 may all be right."""
    first = Filing.objects.get(team=builders.filed(chifeng, office("150400"), region))
    filing = builders.submitted(chifeng, office("150400"), name="赤峰市红十字第二救援队（演示）")
    send(as_user(region), filing, "approve")
    given = {"reply_no": first.reply_no, "reply_on": "2025-03-02"}
    asked = send(as_user(region), fresh(filing), "issue", **given)
    said = "".join(asked.context["form"].non_field_errors())
    for words in (f"{first.name}（{first.number}）", "2025 年）不一致", "再按一次"):
        assert words in said
    given["doubted"] = asked.context["form"]["doubted"].value()
    other = send(as_user(region), fresh(filing), "issue", **given | {"reply_on": "2026-03-03"})
    assert "已经用于" in "".join(other.context["form"].non_field_errors()), "asked anew of what was changed"
    send(as_user(region), fresh(filing), "issue", **given)
    assert (fresh(filing).state, fresh(filing).reply_no) == ("filed", first.reply_no)
    later = Filing(team=fresh(filing).team, pk=0)
    assert doubts(later, "内红赈发〔2024〕9号", date(2024, 5, 1)) == [
        f"批复日期早于这支队伍已有的批复（2025-03-02，{filing.number}）。"
    ]


def test_the_next_in_the_queue_opens(chifeng, region, office, as_user):
    first = builders.submitted(chifeng, office("150400"))
    second = builders.submitted(chifeng, office("150400"), name="赤峰市红十字第二救援队（演示）")
    third = builders.submitted(chifeng, office("150400"), name="赤峰市红十字第三救援队（演示）")
    client = as_user(region)
    assert send(client, second, "reject", comment="不合规定").context["filing"] == third
    assert send(client, third, "reject", comment="不合规定").context["filing"] == first  # none behind it
    last = send(client, first, "reject", comment="不合规定", follow=False)
    assert last["Location"] == reverse("teams:desk")


def test_nobody_decides_on_another_round_than_he_read(chifeng, region, office, as_user):
    filing = builders.submitted(chifeng, office("150400"))
    read = Seen.of(filing)
    filing = WORKFLOW.perform(filing, "return_for_changes", by=region, comment="请补")
    assert messages_of(send(as_user(region), filing, "approve", seen=read)) == [
        f"{region}已先一步办理（退回修改），您的操作没有生效。"
    ]
    WORKFLOW.perform(filing, "resubmit", by=chifeng)
    told = messages_of(send(as_user(region), filing, "approve", seen=read))
    assert told == [f"{chifeng}已重新报来第 2 轮，您看到的是第 1 轮，操作没有生效。请看过最新内容再办理。"]
    nothing = as_user(region).post(reverse("teams:desk_decide", args=[filing.pk]), {"action": "approve"}, follow=True)
    assert "操作没有生效" in messages_of(nothing)[0] or "第 0 轮" in messages_of(nothing)[0]
    assert fresh(filing).state == "submitted"


def test_nobody_returns_what_a_colleague_agreed_to_meanwhile(chifeng, region, leader, office, as_user):
    """Agreed to, it lies at the same step in the same round: the other reviewer's page is older all the same."""
    grant(Appointment.objects.create(user=leader, role="reviewer", organization=leader.organization))
    filing = builders.submitted(chifeng, office("150400"))
    page = as_user(leader).get(reverse("teams:desk_filing", args=[filing.pk]))
    button = next(each for each in page.context["moves"] if each.action == "return_for_changes")
    send(as_user(region), filing, "approve")
    old = {"comment": "请补", "agreed": button.form["agreed"].value()}
    assert messages_of(send(as_user(leader), filing, "return_for_changes", **old)) == [
        f"{region}已先一步办理（同意），您的操作没有生效。"
    ]
    assert fresh(filing).state == "approved"
    send(as_user(leader), filing, "return_for_changes", comment="请补", agreed="True")
    assert fresh(filing).state == "returned", "he has seen that it was agreed to"


def test_withdrawn_meanwhile_is_said_so(chifeng, region, office, as_user):
    filing = builders.submitted(chifeng, office("150400"))
    read = Seen.of(filing)
    WORKFLOW.perform(filing, "withdraw", by=chifeng)
    assert messages_of(send(as_user(region), filing, "approve", seen=read)) == [
        f"{chifeng}已先一步办理（撤回），您的操作没有生效。"
    ]


def test_strangers_and_insiders(chifeng, region, leader, baotou, office, as_user):
    filing = builders.submitted(chifeng, office("150400"))
    for route in ("desk_decide", "desk_comment", "desk_transfer", "desk_ask", "desk_meeting"):
        url = reverse(f"teams:{route}", args=[filing.pk])
        assert as_user(baotou).post(url, {"action": "approve"}).status_code == 404
        for insider in (leader, chifeng):
            assert as_user(insider).post(url, {"action": "approve"}).status_code == 403
    before = (WorkflowEvent.objects.count(), fresh(filing).version)
    for tab in ("", "?tab=all", "?tab=papers", "?tab=story", "?tab=changes&against=file", "?tab=x"):
        assert as_user(region).get(reverse("teams:desk_filing", args=[filing.pk]) + tab).status_code == 200
    assert as_user(region).get(reverse("teams:desk_decide", args=[filing.pk]) + "?action=approve").status_code == 200
    assert (WorkflowEvent.objects.count(), fresh(filing).version) == before
    for action in ("withdraw", "submit", "x", ""):
        url = reverse("teams:desk_decide", args=[filing.pk])
        assert as_user(region).post(url, {"action": action}).status_code == 400


def test_a_paper_that_arrives_after_the_hand_in_is_not_slipped_in(chifeng, office):
    """The right was asked while it was a draft; a colleague handed it in while the file was looked at."""
    draft = builders.drafted(chifeng, office("150400"))
    builders.papers(draft, chifeng)
    filing = WORKFLOW.perform(draft, "submit", by=chifeng)
    with pytest.raises(ValidationError, match="文件没有存入"):
        builders.paper(draft, "charter", chifeng)
    papers = Attachment.objects.of(filing)
    assert {str(paper.pk) for paper in papers} == {paper["id"] for paper in filing.rounds.get().papers}
    with pytest.raises(ValidationError, match="材料没有撤下"):
        withdraw(draft, papers[0], by=chifeng, reason="传错了")
    assert not papers.exclude(ended_at=None).exists()


def test_a_paper_on_behalf_comes_too_late_for_the_next_step(chifeng, songshan, office):
    """The league added it while the filing went on to the region: the state is the same, the desk is another."""
    seen = builders.submitted(songshan, office("150404"), level="banner_county")
    builders.paper(seen, "meeting", chifeng)
    mine = Attachment.objects.of(seen).get(kind="meeting")
    WORKFLOW.perform(Filing.objects.get(pk=seen.pk), "accept", by=chifeng)
    for too_late in (
        lambda: builders.paper(seen, "charter", chifeng),
        lambda: withdraw(seen, mine, by=chifeng, reason="传错了"),
    ):
        with pytest.raises(ValidationError) as told:
            too_late()
        assert told.value.code == "stale"


def test_the_papers_of_the_deciding_office_are_no_matter_of_the_authors_side(chifeng, region, office, as_user):
    """A forged upload would have stood on file as the 批复, and a returned filing lost the minutes of the meeting."""
    client, draft = as_user(chifeng), builders.drafted(chifeng, office("150400"))
    for kind in ("reply", "meeting"):
        owner = {"content_type": ContentType.objects.get_for_model(Filing).pk, "object_id": draft.pk, "kind": kind}
        upload = SimpleUploadedFile(f"{kind}.pdf", pdf(pages=len(kind)), "application/pdf")
        assert client.post(reverse("core:attachment_upload"), {**owner, "file": upload}).status_code == 403
    assert not Attachment.objects.of(draft).exists()
    filing = builders.submitted(chifeng, office("150400"), name="赤峰市红十字第二救援队（演示）")
    builders.paper(filing, "meeting", region)
    WORKFLOW.perform(filing, "return_for_changes", by=region, comment="请补")
    minutes = Attachment.objects.of(filing).get(kind="meeting")
    refused = client.post(reverse("core:attachment_withdraw", args=[minutes.pk]), {"reason": "不要"})
    assert refused.status_code == 403
    minutes.refresh_from_db()
    assert minutes.ended_at is None


def test_a_paper_added_on_behalf_is_marked(chifeng, region, office, as_user):
    filing = builders.submitted(chifeng, office("150400"))
    builders.paper(filing, "charter", region)
    page = as_user(region).get(reverse("teams:desk_filing", args=[filing.pk]) + "?tab=papers")
    papers = {paper.key: paper for paper in page.context["papers"]}
    assert [row["added"] for row in papers["charter"].files] == [True]
    assert [row["added"] for row in papers["roster"].files] == [False]
    assert papers["roster"].files[0]["may_change"] is False  # what was handed in stays as it was
    assert "补充材料（代办）" in str(
        as_user(region).get(f"/desk/{filing.pk}/?tab=story").context["history"][0]["label"]
    )
    printed = form_context(Filing.objects.get(pk=filing.pk), full=True)["papers"]
    assert "章程：charter.pdf（内蒙古自治区代办）" in printed  # the paper that made it complete stands on the form
    # the mark outlives the round, the author's side sees it too, and what that side adds to the returned one has none
    WORKFLOW.perform(filing, "return_for_changes", by=region, comment="请补")
    filing = Filing.objects.get(pk=filing.pk)
    builders.paper(filing, "equipment", chifeng)
    WORKFLOW.perform(filing, "resubmit", by=chifeng)
    address = reverse("teams:filing_detail", args=[filing.pk]) + "?tab=papers"
    papers = {panel["kind"]: panel for panel in as_user(chifeng).get(address).context["panels"]}
    assert {kind: panel["current"][0]["mark"] for kind, panel in papers.items()} == dict.fromkeys(papers, "") | {
        "charter": "内蒙古自治区代办"
    }
    assert next(iter(papers)) == "application"
    printed = form_context(Filing.objects.get(pk=filing.pk), full=True)["papers"]
    assert [line for line in printed if "代办" in line] == ["章程：charter.pdf（内蒙古自治区代办）"]
    page = as_user(region).get(reverse("teams:desk_filing", args=[filing.pk]) + "?tab=papers")
    added = {paper.key: [row["added"] for row in paper.files] for paper in page.context["papers"] if paper.files}
    assert added == {key: [False] for key in added} | {"charter": [True]}


def test_papers_exchanged_without_being_asked_are_told_to_who_reads_only_changes(chifeng, region, office, as_user):
    filing = builders.submitted(chifeng, office("150400"))
    builders.paper(filing, "charter", region)
    WORKFLOW.perform(filing, "return_for_changes", by=region, comment="请补清单")
    filing = fresh(filing)
    draft = as_user(chifeng).get(reverse("teams:filing_section", args=[filing.pk, "papers"])).content.decode()
    assert draft.count("内蒙古自治区代办") == 1  # who is asked to mend sees which paper is not his own
    builders.paper(filing, "equipment", chifeng)
    old = Attachment.objects.of(filing).current().get(kind="roster")
    upload = SimpleUploadedFile("另一份.pdf", pdf(pages=40), "application/pdf")
    attach(filing, upload, kind="roster", by=chifeng, replaces=old)
    WORKFLOW.perform(filing, "resubmit", by=builders.read(chifeng))
    page = as_user(region).get(reverse("teams:desk_filing", args=[filing.pk]))
    assert {(line["what"], line["name"]) for line in page.context["exchanged"]} == {
        ("新交", "equipment.pdf"), ("新交", "另一份.pdf"), ("撤下或更换", "roster.pdf")
    }  # fmt: skip
    assert "这一轮变动的材料" in page.content.decode()
    assert "没有变化。" not in page.content.decode()


def test_a_leaving_team_is_read_and_closed(chifeng, region, office, as_user):
    """What the checklist lacked at the hand-in and has since is told; no certificate follows."""
    team = builders.filed(chifeng, office("150400"), region)
    filing = WORKFLOW.perform(builders.leaving(team, chifeng), "submit", by=chifeng)
    builders.account_for(filing, chifeng, "equipment")
    client, page = as_user(region), reverse("teams:desk_filing", args=[filing.pk])
    for reader, address in ((client, page), (as_user(chifeng), filing.get_absolute_url())):
        assert reader.get(address).content.decode().count("现已完成") == 1
    said = {"exit.announcement": "请登记公告。", "exit.members": "请写明去向。"}
    filing = WORKFLOW.perform(filing, "return_for_changes", by=region, comment="见批注", fields=said)
    words = {"done_on": date(2026, 11, 20), "note_text": "已在报纸公告", "version": None}
    account(filing, "announcement", by=builders.read(chifeng), **words)
    filing = WORKFLOW.perform(filing, "resubmit", by=builders.read(chifeng))
    read = client.get(page)
    mended = {line["text"]: line["mended"] for line in read.context["other_comments"]}
    assert mended == {"请登记公告。": True, "请写明去向。": False}
    assert "没有变化。" not in read.content.decode()  # the checklist did change
    assert "有 2 项提示。" in read.content.decode()  # in the dialog of agreeing
    builders.account_for(filing, chifeng)
    assert "项提示。" not in client.get(page).content.decode()
    send(client, filing, "approve")
    response = send(client, fresh(filing), "issue", reply_no="内红发〔2026〕10号", reply_on="2026-11-25")
    assert messages_of(response) == [f"{filing.name}：已办结，队伍已退出，备案证书同时失效。"]


# -- several at once ------------------------------------------------------------------------------------
def test_batch_approves_clean_ones_and_says_why_not_the_others(chifeng, region, leader, baotou, office, as_user):
    place = office("150400")
    teams = [builders.filed(chifeng, place, region, name=f"赤峰市红十字{name}队（演示）") for name in "甲乙丙丁"]
    clean, asked, returned, warned = (builders.renewed(team, chifeng) for team in teams)
    ask(asked, asked=leader, question="可以吗？", by=region, seen=Seen.of(asked))
    returned = WORKFLOW.perform(returned, "return_for_changes", by=region, comment="请补")
    returned = WORKFLOW.perform(returned, "resubmit", by=chifeng)
    Filing.objects.filter(pk=warned.pk).update(warnings=1)
    with_reply = builders.submitted(chifeng, place, name="赤峰市红十字戊队（演示）")
    client, url = as_user(region), reverse("teams:desk_batch")
    page = client.get(url + "?all=annual")
    assert [line["filing"] for line in page.context["lines"]] == [clean]
    picked = client.get(url + f"?pick={clean.pk}&pick={warned.pk}")
    assert [line["why"] for line in picked.context["left_out"]] == ["有 1 项提示，要逐件办理。"]
    every = [clean, asked, returned, warned, with_reply]
    chosen = [f"{one.pk}:{one.round_no}:{one.current_step_id}" for one in every] + ["999999:1:1", "x", "1:2"]
    result = client.post(url, {"pick": chosen})
    assert [line.name for line in result.context["done"]] == [clean.name]
    failed = {line.name: line.message for line in result.context["failed"]}
    assert failed[warned.name] == "有 1 项提示，要逐件办理。"
    for shown, one in ((page, clean), (result, warned)):  # to be looked at first, or to be decided by itself
        assert f'href="{reverse("teams:desk_filing", args=[one.pk])}"' in shown.content.decode()
    assert set(failed) == {asked.name, returned.name, warned.name, with_reply.name, ""}
    assert [fresh(one).state for one in every] == ["filed", *["submitted"] * 4]
    twice = client.post(url, {"pick": chosen[:1]})  # a double click: what he sees is the answer to the second press
    assert ([line.name for line in twice.context["done"]], twice.context["failed"]) == ([clean.name], [])
    grant(Appointment.objects.create(user=leader, role="reviewer", organization=leader.organization))
    late = as_user(builders.read(leader)).post(url, {"pick": chosen[:1]})
    assert [line.message for line in late.context["failed"]] == [
        f"{region}已先一步办理（同意并办结），您的操作没有生效。"
    ]
    stranger = as_user(baotou).post(url, {"pick": chosen})
    assert (stranger.context["done"], {line.name for line in stranger.context["failed"]}) == ([], {""})


def test_batch_goes_by_what_was_shown(chifeng, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    filing = builders.renewed(team, chifeng)
    outcomes = batch.approve_together({filing.pk: Seen(7, filing.current_step_id)}, by=builders.read(region))
    assert [outcome.done for outcome in outcomes] == [False]
    assert fresh(filing).state == "submitted"


def test_forged_comments_are_refused(chifeng, region, office):
    filing = builders.submitted(chifeng, office("150400"))
    for field in ("password", "posts", "papers.x", "exit.emblem", ""):
        with pytest.raises(ValidationError):
            save_comment(filing, field, "x", by=region, seen=Seen.of(filing))
        with pytest.raises(ValidationError):
            WORKFLOW.perform(filing, "return_for_changes", by=region, comment="x", fields={field: "x"})
    with pytest.raises(ValidationError):
        save_comment(filing, "name", "长" * 501, by=region, seen=Seen.of(filing))
    with pytest.raises(PermissionDenied):
        save_comment(filing, "name", "x", by=chifeng, seen=Seen.of(filing))
    assert filing.comments.count() == 0


def test_comments_of_a_step_that_passed_it_on_go_to_nobody(songshan, chifeng, region, office):
    filing = builders.submitted(songshan, office("150404"), name="松山区红十字救援队（演示）", level="banner_county")
    save_comment(filing, "name", "盟市内部的话", by=chifeng, seen=Seen.of(filing))
    filing = WORKFLOW.perform(filing, "accept", by=chifeng)
    filing = WORKFLOW.perform(filing, "return_for_changes", by=region, comment="请补")
    assert WorkflowEvent.objects.of(filing).last().facts == {"fields": {}}
    assert filing.comments.get().sent_at is None
