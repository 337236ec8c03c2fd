"""Besides deciding: transfer, second opinion, meeting, urging."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from core.models import Attachment, Notice, WorkflowEvent
from core.workflow import MoveNotAllowed
from organizations.models import Appointment
from organizations.permissions import grant
from teams.desk.batch import together
from teams.desk.deciding import Seen
from teams.desk.opinions import answer, ask, asked_of, people_to_ask
from teams.desk.passing import colleagues, transfer
from teams.desk.urging import urge
from teams.models import Filing, FilingRule, Opinion
from teams.reminders import opinions_unanswered
from teams.workflow import WORKFLOW
from tests.core.sample_files import pdf
from tests.organizations.helpers import messages_of
from tests.teams import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def filing(chifeng, office) -> Filing:
    return builders.submitted(chifeng, office("150400"))


@pytest.fixture
def colleague(leader):
    """The region's leader as a second reviewer."""
    grant(Appointment.objects.create(user=leader, role="reviewer", organization=leader.organization))
    return builders.read(leader)


def post(client, route, filing, **data):
    facts = {"round": filing.round_no, "step": filing.current_step_id, **data}
    return client.post(reverse(f"teams:{route}", args=[filing.pk]), facts, follow=True)


def last(filing) -> WorkflowEvent:
    return WorkflowEvent.objects.of(filing).last()


# -- transfer -------------------------------------------------------------------------------------------
def test_given_to_a_colleague_who_sees_it_and_others_are_told(filing, region, colleague, as_user):
    assert colleagues(filing, region) == [colleague]
    response = post(as_user(region), "desk_transfer", filing, person=colleague.pk, words="您熟悉这支队伍")
    assert messages_of(response) == ["已转办，并通知了本人。"]
    assert Notice.objects.filter(recipient=colleague, kind="filing_transferred").count() == 1
    assert (last(filing).action, last(filing).facts["to"]) == ("transfer", str(colleague))
    assert as_user(colleague).get("/desk/?only=mine").context["entries"][0]["entry"].mine
    page = as_user(region).get(f"/desk/{filing.pk}/")
    assert page.context["given_to"] == colleague
    assert f"这件已转给{colleague}办理" in page.content.decode()
    assert WORKFLOW.perform(filing, "approve", by=region).assignee == colleague  # he may act all the same
    assert WORKFLOW.perform(filing, "issue", by=region, **builders.REPLY).assignee is None


def test_not_given_to_somebody_whose_duty_ended_or_who_took_part(filing, region, chifeng, colleague, as_user):
    Appointment.objects.filter(user=colleague, role="reviewer").update(ends_at=timezone.now())
    with pytest.raises(ValidationError, match="现在不能办理这一步"):
        transfer(filing, to=colleague, by=region, seen=Seen.of(filing))
    response = post(as_user(region), "desk_transfer", filing, person=colleague.pk)
    assert "person" in response.context["form"].errors
    grant(Appointment.objects.create(user=chifeng, role="reviewer", organization=region.organization))
    assert chifeng not in colleagues(filing, region)
    with pytest.raises(ValidationError):
        transfer(filing, to=chifeng, by=region, seen=Seen.of(filing))


def test_what_somebody_held_who_has_lost_the_duty_lies_with_all_again(chifeng, region, colleague, office, as_user):
    """A stand-in whose time is over: nobody waits for him, and it goes with the others of a batch."""
    team = builders.filed(chifeng, office("150400"), region)
    filing = builders.renewed(team, chifeng)
    transfer(filing, to=colleague, by=region, seen=Seen.of(filing))
    client, url = as_user(region), reverse("teams:desk_filing", args=[filing.pk])
    for held, until in ((True, None), (False, timezone.now())):
        Appointment.objects.filter(user=colleague, role="reviewer").update(ends_at=until)
        page = client.get(url)
        entry = page.context["entries"][0]["entry"]
        assert (page.context["given_to"], entry.held_by) == ((colleague, str(colleague)) if held else (None, ""))
        assert (entry.together, list(together(builders.read(region)))) == (not held, [] if held else [filing])


def test_the_colleague_is_forgotten_when_it_goes_on(songshan, chifeng, region, office):
    filing = builders.submitted(songshan, office("150404"), name="松山区红十字救援队（演示）", level="banner_county")
    Filing.objects.filter(pk=filing.pk).update(assignee=chifeng)
    assert WORKFLOW.perform(filing, "accept", by=chifeng).assignee is None


# -- second opinion -------------------------------------------------------------------------------------
def test_asked_answered_once_and_told_in_the_story(filing, region, leader, chifeng, baotou, as_user):
    response = post(as_user(region), "desk_ask", filing, person=leader.pk, words="名称是否合适？")
    assert messages_of(response) == ["已请他提意见，答复后通知您。"]
    opinion = Opinion.objects.get()
    assert list(asked_of(builders.read(leader))) == [opinion]
    assert "还没有答复" in as_user(region).get(f"/desk/{filing.pk}/").content.decode()  # in the dialog of approving
    url = reverse("teams:desk_opinion", args=[opinion.pk])
    for stranger in (baotou, chifeng, region):
        assert as_user(stranger).get(url).status_code == 404
    wrong = as_user(leader).post(url, {"stance": "disagree", "answer": " "})
    assert wrong.context["form"].errors["answer"] == ["请写明意见。"]
    as_user(leader).post(url, {"stance": "disagree", "answer": "与另一支队伍相近。"})
    assert Notice.objects.filter(recipient=region, kind="opinion_given").count() == 1
    with pytest.raises(ValidationError, match="已经答复过"):
        answer(opinion, by=leader, stance="agree", words="")
    labels = [line["label"] for line in as_user(region).get(f"/desk/{filing.pk}/?tab=story").context["history"]]
    assert labels[:2] == ["答复意见（加签）：不同意", f"征求意见（加签）：{leader}"]


def test_not_asked_of_who_cannot_see_it_nor_twice(filing, region, leader, baotou):
    with pytest.raises(ValidationError, match="看不到这件备案"):
        ask(filing, asked=baotou, question="?", by=region, seen=Seen.of(filing))
    ask(filing, asked=leader, question="?", by=region, seen=Seen.of(filing))
    with pytest.raises(ValidationError, match="还没有答复"):
        ask(filing, asked=leader, question="?", by=region, seen=Seen.of(filing))


def test_nobody_waits_for_who_sees_the_filing_no_more(filing, region, colleague, as_user):
    """The duty through which he saw it has ended before he answered."""
    colleague.appointments.exclude(role="reviewer").update(ends_at=timezone.now())
    ask(filing, asked=colleague, question="?", by=region, seen=Seen.of(filing))
    day = timezone.localdate() + timedelta(days=3)
    client, story = as_user(region), f"/desk/{filing.pk}/?tab=story"
    assert "他现在看不到这件备案" not in client.get(story).content.decode()
    assert [each.recipients for each in opinions_unanswered(day)] == [[colleague]]
    colleague.appointments.filter(role="reviewer").update(ends_at=timezone.now())
    assert client.get(story).content.decode().count("他现在看不到这件备案") == 2  # before deciding, and in the story
    assert [(each.recipients, each.kind) for each in opinions_unanswered(day)] == [([region], "opinion_lost")]


def test_no_answer_is_wanted_any_more_once_it_is_decided(filing, region, leader, as_user):
    opinion = ask(filing, asked=leader, question="?", by=region, seen=Seen.of(filing))
    assert [task.when for task in as_user(leader).get("/").context["tasks"]] == ["征求意见"]
    WORKFLOW.perform(filing, "reject", by=region, comment="不合规定")
    assert list(asked_of(leader)) == [] == as_user(leader).get("/").context["tasks"]
    page = as_user(leader).post(reverse("teams:desk_opinion", args=[opinion.pk]), {"stance": "agree"})
    assert "已经不再征求这份意见，不用答复了。" in page.content.decode()
    assert Opinion.objects.get().stance == "ended"


def test_a_question_of_the_league_does_not_follow_the_filing_to_the_region(songshan, chifeng, region, leader, office):
    filing = builders.submitted(songshan, office("150404"), name="松山区红十字救援队（演示）", level="banner_county")
    ask(filing, asked=leader, question="?", by=chifeng, seen=Seen.of(filing))
    filing = WORKFLOW.perform(filing, "accept", by=chifeng)
    assert not filing.opinions.open().exists()  # it would keep the region from approving in a batch
    assert list(asked_of(leader)) == []


def test_a_returned_filing_asks_for_no_opinion_until_it_is_back(filing, chifeng, region, leader, as_user):
    ask(filing, asked=leader, question="?", by=region, seen=Seen.of(filing))
    filing = WORKFLOW.perform(filing, "return_for_changes", by=region, comment="改一处")
    assert as_user(leader).get("/").context["tasks"] == []
    WORKFLOW.perform(filing, "resubmit", by=chifeng)
    assert [task.when for task in as_user(leader).get("/").context["tasks"]] == ["征求意见"]


def test_who_decides_takes_a_question_back_and_the_one_asked_hears_of_it(filing, region, leader, chifeng, as_user):
    opinion = ask(filing, asked=leader, question="?", by=region, seen=Seen.of(filing))
    url = reverse("teams:desk_opinion_end", args=[opinion.pk])
    assert url in as_user(region).get(f"/desk/{filing.pk}/?tab=story").content.decode()
    for person in (leader, chifeng):
        assert as_user(person).post(url).status_code == 403
    assert messages_of(as_user(region).post(url, follow=True)) == [f"已不再征求{leader}的意见，并通知了本人。"]
    assert Notice.objects.filter(recipient=leader, kind="opinion_ended").count() == 1
    assert last(filing).action == "end_opinion"
    assert list(asked_of(leader)) == []
    with pytest.raises(ValidationError, match="不再征求"):
        answer(opinion, by=leader, stance="agree", words="")
    again = ask(filing, asked=leader, question="还是请您看看", by=region, seen=Seen.of(filing))
    answer(again, by=leader, stance="agree", words="")
    assert messages_of(as_user(region).post(reverse("teams:desk_opinion_end", args=[again.pk]), follow=True)) == [
        "这份意见已经答复过了。"
    ]


def test_who_is_asked_finds_the_way_back_from_the_sheet_and_may_decline(filing, region, leader, as_user):
    opinion = ask(filing, asked=leader, question="名称是否合适？", by=region, seen=Seen.of(filing))
    url = reverse("teams:desk_opinion", args=[opinion.pk])
    assert f'请您提意见：名称是否合适？ <a href="{url}">' in as_user(leader).get(f"/desk/{filing.pk}/").content.decode()
    assert as_user(leader).post(url, {"stance": "ended"}).context["form"].errors
    assert as_user(leader).post(url, {"stance": "declined"}).context["form"].errors["answer"] == ["请写明意见。"]
    as_user(leader).post(url, {"stance": "declined", "answer": "出差，请问别的同志。"})
    assert (last(filing).action, last(filing).facts["stance"]) == ("give_opinion", "不便答复")
    assert url not in as_user(leader).get(f"/desk/{filing.pk}/").content.decode()


def test_the_teams_own_people_are_not_asked_about_their_team(chifeng, region, leader, captain, office):
    team = builders.filed(chifeng, office("150400"), region)
    grant(Appointment.objects.create(user=captain, role="captain", organization=team.organization))
    change = builders.changing(team, chifeng, base_address="演示路 9 号")
    change = WORKFLOW.perform(change, "submit", by=chifeng)
    assert Filing.objects.visible_to(builders.read(captain)).filter(pk=change.pk).exists()
    assert people_to_ask(change, region) == [leader]


# -- meeting --------------------------------------------------------------------------------------------
def test_the_meeting_comes_before_agreement_where_the_rule_asks_for_it(chifeng, region, office, as_user):
    FilingRule.objects.filter(kind="register", level="league_city").update(needs_meeting=True)
    filing = builders.submitted(chifeng, office("150400"))
    with pytest.raises(ValidationError, match="会议研究"):
        WORKFLOW.perform(filing, "approve", by=region)
    wrong = post(as_user(region), "desk_meeting", filing, name="党组会", on="2099-01-01")
    assert list(wrong.context["form"].errors) == ["on"]
    minutes = SimpleUploadedFile("纪要.pdf", pdf(), "application/pdf")
    post(as_user(region), "desk_meeting", filing, name="党组会", on="2026-03-01", minutes=minutes)
    assert (last(filing).action, last(filing).facts) == ("record_meeting", {"on": "2026-03-01"})
    assert Attachment.objects.of(filing).filter(kind="meeting").count() == 1
    assert WORKFLOW.perform(filing, "approve", by=region).meeting_name == "党组会"


def test_an_older_page_does_not_write_over_a_meeting_nobody_saw_there(chifeng, region, office, as_user):
    """Two reviewers, or one with two pages: the second registers another meeting than the one that is there by now."""
    filing = builders.submitted(chifeng, office("150400"))
    post(as_user(region), "desk_meeting", filing, name="党组会", on="2026-03-01")
    minutes = SimpleUploadedFile("纪要.pdf", pdf(), "application/pdf")
    late = post(as_user(region), "desk_meeting", filing, name="会长办公会", on="2026-03-02", minutes=minutes)
    said = f"{region}已先登记了会议研究（党组会 2026-03-01），您填的没有生效。要改的，请再登记一次。选的文件没有存入。"
    assert messages_of(late) == [said]
    assert messages_of(post(as_user(region), "desk_meeting", filing, name="党组会", on="2026-03-01")) == [
        "这一步已经办过了。"
    ]
    assert not Attachment.objects.of(filing).filter(kind="meeting").exists()
    form = as_user(region).get(reverse("teams:desk_meeting", args=[filing.pk])).context["form"]
    post(as_user(region), "desk_meeting", filing, name="会长办公会", on="2026-03-02", was=form["was"].value())
    assert Filing.objects.get(pk=filing.pk).meeting_name == "会长办公会"


def test_a_step_that_only_passes_on_is_not_told_to_hold_a_meeting(songshan, chifeng, region, office, as_user):
    FilingRule.objects.filter(kind="register", level="banner_county").update(needs_meeting=True)
    filing = builders.submitted(songshan, office("150404"), name="松山区红十字救援队（演示）", level="banner_county")
    page = reverse("teams:desk_filing", args=[filing.pk])
    assert "同意前要登记会议研究" not in as_user(chifeng).get(page).content.decode()
    WORKFLOW.perform(filing, "accept", by=chifeng)
    assert "同意前要登记会议研究" in as_user(region).get(page).content.decode()


# -- urging ---------------------------------------------------------------------------------------------
def test_superior_and_author_each_urge_once_a_day(songshan, chifeng, region, leader, baotou, office, as_user):
    filing = builders.submitted(songshan, office("150404"), name="松山区红十字救援队（演示）", level="banner_county")
    page, button = filing.get_absolute_url(), reverse("teams:desk_urge", args=[filing.pk])
    for person in (region, songshan):  # the notice of an escalation leads the superior to this page, too
        client = as_user(person)
        assert button in client.get(page).content.decode()
        told = client.post(button, {"back": "filing"}, follow=True)
        assert (told.redirect_chain[-1][0], messages_of(told)) == (page, [f"已催办，通知了{chifeng}。"])
        for read in (page, reverse("teams:desk_filing", args=[filing.pk])):
            again = client.get(read).content.decode()
            assert (button in again, "今天已经催办过了" in again) == (False, True)
        assert messages_of(post(as_user(person), "desk_urge", filing)) == ["今天已经催办过了，明天可以再催。"]
    assert Notice.objects.filter(recipient=chifeng, kind="filing_urged").count() == 2
    for person, status in ((leader, 403), (chifeng, 403), (baotou, 404)):
        assert post(as_user(person), "desk_urge", filing).status_code == status
    assert button not in as_user(leader).get(page).content.decode()
    assert as_user(region).get(reverse("teams:desk_urge", args=[filing.pk])).status_code == 405
    filing = WORKFLOW.perform(filing, "accept", by=chifeng)
    with pytest.raises(ValidationError, match="今天已经催办过"):
        urge(filing, by=builders.read(songshan))


def test_whoever_hands_in_hears_at_once_that_nobody_is_left_to_decide(region, office, as_user):
    """The region's one reviewer is its clerk as well: the filing would lie until its time is over."""
    grant(Appointment.objects.create(user=region, role="clerk", organization=office("150000")))
    region = builders.read(region)
    filing = builders.drafted(region, office("150000"), name="内蒙古红十字赈济救援队（演示）", level="region")
    builders.papers(filing, region)
    client = as_user(region)
    done = client.post(reverse("teams:filing_hand_in", args=[filing.pk]), {"version": filing.version}, follow=True)
    assert messages_of(done)[1].startswith("内蒙古自治区红十字会现在没有别人能办这一步")
    urged = client.post(reverse("teams:desk_urge", args=[filing.pk]), follow=True)
    assert "现在没有人能办理这一步" in messages_of(urged)[0]


def test_acting_on_what_has_moved_on_is_refused(filing, region, leader):
    seen = Seen.of(filing)
    filing = WORKFLOW.perform(filing, "return_for_changes", by=region, comment="请补")
    for act in (
        lambda: transfer(filing, to=leader, by=region, seen=seen),
        lambda: ask(filing, asked=leader, question="?", by=region, seen=seen),
    ):
        with pytest.raises(MoveNotAllowed, match="已先一步办理"):
            act()


def test_the_authors_papers_are_not_the_reviewers_to_withdraw_or_replace(chifeng, region, office, as_user):
    filing = builders.submitted(chifeng, office("150400"))
    theirs = Attachment.objects.of(filing).filter(kind="application").get()
    client = as_user(region)
    answer = client.post(reverse("core:attachment_withdraw", args=[theirs.pk]), {"reason": "不要"})
    assert answer.status_code == 403
    builders.paper(filing, "charter", region)
    own = Attachment.objects.of(filing).filter(kind="charter").get()
    client.post(reverse("core:attachment_withdraw", args=[own.pk]), {"reason": "传错了"})
    theirs.refresh_from_db()
    own.refresh_from_db()
    assert (theirs.ended_at, own.end_reason) == (None, "传错了")
