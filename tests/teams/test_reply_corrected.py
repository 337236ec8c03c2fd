"""更正批复: number, day and file of a filing that is filed are put right, by whom, and what follows."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from core.jobs.running import run
from core.models import Attachment, Job, Notice, VerifiableDocument, WorkflowEvent
from core.workflow import MoveNotAllowed
from organizations.models import Appointment
from organizations.permissions import grant
from teams.desk.correcting import correct_reply
from teams.models import Filing, FilingRule, Team
from teams.rules.rulebook import StepLine, write_steps
from teams.workflow import WORKFLOW
from tests.core.sample_files import pdf
from tests.organizations.helpers import at_once, messages_of
from tests.teams import builders
from tests.teams.test_certificate import issued, text_of

FIRST, RIGHT = builders.REPLY["reply_no"], "内红赈发〔2026〕18号"


def file(name: str, pages: int) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf(pages=pages), "application/pdf")


def address(filing: Filing) -> str:
    return reverse("teams:desk_reply", args=[filing.pk])


def send(client: Client, filing: Filing, **data):
    """What the page would send: what is on file, and what was typed over it."""
    given = {"reply_no": filing.reply_no, "reply_on": filing.reply_on, "version": filing.version, "reason": "录入笔误"}
    return client.post(address(filing), {**given, **data}, follow=True)


@pytest.fixture
def team(chifeng, region, office) -> Team:
    return builders.filed(chifeng, office("150400"), region)


@pytest.fixture
def filing(team) -> Filing:
    return Filing.objects.get(team=team)


@pytest.mark.django_db
def test_a_number_and_day_typed_wrong_are_put_right_and_the_paper_follows(team, filing, chifeng, region, as_user):
    first = issued(team)
    number, decided_at = team.filing_no, filing.decided_at
    client = as_user(region)
    page = client.get(filing.get_absolute_url()).content.decode()
    assert address(filing) in page
    assert address(filing) in client.get(reverse("teams:desk_filing", args=[filing.pk])).content.decode()
    form = client.get(address(filing)).content.decode()
    for words in (FIRST, "2026-03-02", "备案编号（连同里面的年份）和办结时间不变", "现在没有批复文件"):
        assert words in form
    done = send(client, filing, reply_no="内红赈发[2026]第18号", reply_on="2026-03-12", reason="文号少录一位")
    assert messages_of(done) == ["已更正批复，并通知了报送方。"]
    assert f"批复 {RIGHT}，2026-03-12" in done.content.decode()
    filing.refresh_from_db()
    team.refresh_from_db()
    assert (filing.state, filing.effective_on, filing.decided_at) == ("filed", date(2026, 3, 12), decided_at)
    assert (team.filed_on, team.filing_no) == (date(2026, 3, 12), number)
    second = issued(team)
    assert f"备案日期2026年3月12日批复文号{RIGHT}" in text_of(second)
    first.refresh_from_db()
    assert first.state == "replaced"
    assert "已被新版本取代" in Client().get(first.get_absolute_url()).content.decode()
    told = Notice.objects.get(recipient=chifeng, kind="filing_reply_corrected")
    assert told.title == f"{filing.number}（{filing.name}）更正了批复"
    assert told.body == f"批复文号：{RIGHT}；批复日期：2026-03-12。原因：文号少录一位。"
    event = WorkflowEvent.objects.of(filing).last()
    assert (event.action, event.by, event.comment) == ("correct_reply", region, "文号少录一位")
    story = as_user(chifeng).get(f"{filing.get_absolute_url()}?tab=story")
    assert story.context["history"][0]["changes"] == [
        {"label": "批复文号", "old": FIRST, "new": RIGHT},
        {"label": "批复日期", "old": "2026-03-02", "new": "2026-03-12"},
    ]


@pytest.mark.django_db
def test_a_forgotten_file_is_added_and_a_wrong_one_kept_as_an_old_version(team, filing, region, as_user):
    first, client = issued(team), as_user(region)
    send(client, filing, reply=file("批复.pdf", 1), reason="漏传")
    filing.refresh_from_db()
    assert "现在的文件：批复.pdf" in client.get(address(filing)).content.decode()
    send(client, filing, reply=file("批复（正式）.pdf", 2), reason="传错了")
    old, new = Attachment.objects.of(filing).filter(kind="reply").order_by("version")
    assert (old.ended_by, new.ended_at, new.version, new.replaces) == (region, None, 2, old)
    event = WorkflowEvent.objects.of(filing).last()
    assert event.facts == {"reply": "批复（正式）.pdf", "old": {"reply": "批复.pdf"}}
    assert issued(team) == first, "nothing printed has changed"
    assert Job.objects.filter(kind="filing_certificate").count() == 1


@pytest.mark.django_db
def test_the_notice_is_chinese_whoever_corrects(filing, chifeng, region):
    with translation.override("en"):
        given = {"reply_no": RIGHT, "reply_on": filing.reply_on, "reason": "笔误"}
        correct_reply(filing, by=builders.read(region), version=filing.version, **given)
    told = Notice.objects.get(recipient=chifeng, kind="filing_reply_corrected")
    assert told.body == f"批复文号：{RIGHT}。原因：笔误。"


@pytest.mark.django_db
def test_what_deciding_refuses_or_asks_is_refused_and_asked_here(team, filing, chifeng, region, office, as_user):
    client = as_user(region)
    wrong = send(client, filing, reply_no="8号", reply_on="2099-01-01", reason=" ", reply=file("批复.pdf", 1))
    assert set(wrong.context["form"].errors) == {"reply_no", "reply_on", "reason", "reply"}
    same = send(client, filing)
    assert same.context["form"].non_field_errors() == ["批复文号、日期和文件都没有改动。"]
    other = builders.submitted(chifeng, office("150400"), name="赤峰市红十字第二救援队（演示）")
    WORKFLOW.perform(other, "approve", by=region)
    other = WORKFLOW.perform(other, "issue", by=region, reply_no=RIGHT, reply_on=date(2026, 3, 12))
    asked = send(client, filing, reply_no=RIGHT, reply_on="2025-03-12")
    said = "".join(asked.context["form"].non_field_errors())
    for words in (f"已经用于{other.name}", "2025 年）不一致", "再按一次就更正"):
        assert words in said
    filing.refresh_from_db()
    assert (filing.reply_no, Attachment.objects.of(filing).filter(kind="reply").count()) == (FIRST, 0)
    doubted = asked.context["form"]["doubted"].value()
    send(client, filing, reply_no=RIGHT, reply_on="2025-03-12", doubted=doubted)
    filing.refresh_from_db()
    assert filing.reply_no == RIGHT


@pytest.mark.django_db
def test_the_first_of_two_replies_is_not_held_against_the_second(team, filing, chifeng, region, as_user):
    """The 批复 that registered a team is older than that of its exit, and must not be younger."""
    leaving = WORKFLOW.perform(builders.leaving(team, chifeng), "submit", by=chifeng)
    builders.account_for(leaving, chifeng)
    WORKFLOW.perform(leaving, "approve", by=region)
    leaving = WORKFLOW.perform(leaving, "issue", by=region, reply_no="内红赈发〔2026〕9号", reply_on=date(2026, 11, 3))
    client = as_user(region)
    late = send(client, filing, reply_on="2026-11-04")
    assert f"晚于这支队伍后来的批复（2026-11-03，{leaving.number}）" in "".join(late.context["form"].non_field_errors())
    assert messages_of(send(client, filing, reply_no=RIGHT)) == ["已更正批复，并通知了报送方。"]
    papers = VerifiableDocument.objects.of(team)
    for job in Job.objects.filter(kind="filing_certificate"):
        run(job.pk)
    assert not papers.valid().exists(), "a team that has left gets no paper again"


@pytest.mark.django_db
def test_only_who_decides_there_and_only_what_is_filed(team, filing, chifeng, region, leader, office, as_user):
    for person in (chifeng, leader):
        client = as_user(person)
        assert address(filing) not in client.get(filing.get_absolute_url()).content.decode()
        assert client.get(address(filing)).status_code == 403
        assert send(client, filing, reply_no=RIGHT).status_code == 403
    waiting = builders.submitted(chifeng, office("150400"), name="赤峰市红十字第二救援队（演示）")
    assert as_user(region).get(address(waiting)).status_code == 403
    renewal = WORKFLOW.perform(builders.changing(team, chifeng, base_address="演示路 9 号"), "submit", by=chifeng)
    renewal = WORKFLOW.perform(renewal, "confirm", by=region)
    assert as_user(region).get(address(renewal)).status_code == 403, "it was filed without a 批复"
    with pytest.raises(PermissionDenied):
        correct_reply(
            filing, by=chifeng, version=filing.version, reply_no=RIGHT, reply_on=filing.reply_on, reason="笔误"
        )


@pytest.mark.django_db
def test_a_superior_does_not_put_right_what_an_office_below_decided(songshan, chifeng, region, office, as_user):
    rule = FilingRule.objects.get(kind="register", level="banner_county")
    write_steps(rule, [StepLine("managing", "register", 10), StepLine("league_city", "file", 15)])
    FilingRule.objects.filter(pk=rule.pk).update(needs_reply=True)
    name = "松山区红十字赈济救援队（演示）"
    filing = builders.submitted(songshan, office("150404"), name=name, level="banner_county")
    WORKFLOW.perform(filing, "approve", by=chifeng)
    filing = WORKFLOW.perform(filing, "issue", by=chifeng, **builders.REPLY)
    assert as_user(region).get(address(filing)).status_code == 403
    assert as_user(chifeng).get(address(filing)).status_code == 200


@pytest.mark.django_db
def test_an_office_that_got_a_copy_hears_of_the_correction(songshan, chifeng, region, office, as_user):
    rule = FilingRule.objects.get(kind="register", level="banner_county")
    write_steps(
        rule, [StepLine("managing", "register", 10), StepLine("league_city", "file", 15), StepLine("region", "copy", 0)]
    )
    FilingRule.objects.filter(pk=rule.pk).update(needs_reply=True)
    name = "松山区红十字赈济救援队（演示）"
    filing = builders.submitted(songshan, office("150404"), name=name, level="banner_county")
    WORKFLOW.perform(filing, "approve", by=chifeng)
    filing = WORKFLOW.perform(filing, "issue", by=chifeng, **builders.REPLY)
    send(as_user(chifeng), filing, reply_no=RIGHT)
    told = Notice.objects.filter(recipient=region).order_by("pk").values_list("kind", "body")
    assert [kind for kind, _body in told] == ["filing_copied", "filing_reply_corrected"]
    assert RIGHT in told[1][1]


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_the_second_is_told(cast, office, as_user):
    region, leader = cast["region"], cast["leader"]
    grant(Appointment.objects.create(user=leader, role="reviewer", organization=leader.organization))
    filing = Filing.objects.get(team=builders.filed(cast["chifeng"], office("150400"), region))

    def correcting(who, number):
        by = builders.read(who)
        facts = {"reply_on": filing.reply_on, "reason": "笔误"}
        return lambda: correct_reply(filing, by=by, version=filing.version, reply_no=number, **facts)

    answers = at_once(correcting(region, RIGHT), correcting(leader, "内红赈发〔2026〕28号"))
    (told,) = [answer for answer in answers if isinstance(answer, Exception)]
    assert isinstance(told, MoveNotAllowed), told
    (event,) = WorkflowEvent.objects.of(filing).filter(action="correct_reply")
    assert str(told).startswith(f"{event.by}已先一步更正了批复")
    again = send(as_user(event.by), filing, reply_no=event.facts["reply_no"])
    assert messages_of(again) == ["这一步已经办过了。"]
    assert Notice.objects.filter(kind="filing_reply_corrected").count() == 1


@pytest.mark.django_db
def test_an_older_page_with_another_file_is_told_that_the_file_was_not_kept(filing, region, as_user):
    """The reviewer corrects the number, goes back in the browser and sends the scan as well."""
    client, opened = as_user(region), filing.version
    send(client, filing, reply_no=RIGHT, reply=file("批复.pdf", 1))
    twice = send(client, filing, reply_no=RIGHT, reply=file("批复.pdf", 1))
    assert messages_of(twice) == ["这一步已经办过了。"]
    (said,) = messages_of(send(client, filing, reply_no=RIGHT, reply=file("批复（正式）.pdf", 2), version=opened))
    assert said.startswith(f"{region}已先一步更正了批复")
    assert said.endswith("选的文件没有存入。")
    assert [row.name for row in Attachment.objects.of(filing).filter(kind="reply")] == ["批复.pdf"]


@pytest.mark.django_db
def test_the_file_in_use_sent_once_more_changes_nothing(filing, region, chifeng, as_user):
    client = as_user(region)
    send(client, filing, reply=file("批复.pdf", 1))
    filing.refresh_from_db()
    same = send(client, filing, reply=file("批复（重扫）.pdf", 1))
    assert "批复文号、日期和文件都没有改动。" in same.context["form"].non_field_errors()
    send(client, filing, reply_no=RIGHT, reply=file("批复（重扫）.pdf", 1))
    assert WorkflowEvent.objects.of(filing).last().facts == {"reply_no": RIGHT, "old": {"reply_no": FIRST}}
    assert Attachment.objects.of(filing).filter(kind="reply").count() == 1
    assert Notice.objects.filter(recipient=chifeng, kind="filing_reply_corrected").count() == 2
