"""The record on paper: draft before, issued after the confirmation, ended when opened again; and the blank sheet."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from core.attachments import attach
from core.models import AccessLog, Job, VerifiableDocument
from organizations.models import Organization, User
from tests.people import builders as people
from tests.training import builders
from training.choices import Department, Presence, Rating
from training.models import Activity, Attendance, Evaluation, Problem
from training.records.facts import PHOTOS, facts_of
from training.records.papers import issue_record
from training.workflow import WORKFLOW

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def text_of(answer: object) -> str:
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert content.startswith(b"%PDF")
    return "".join("\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def photo(number: int) -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (640, 480), (20 * number % 255, 90, 160)).save(out, "JPEG")
    return SimpleUploadedFile(f"现场{number}（演示）.jpg", out.getvalue(), "image/jpeg")


def full(captain: User) -> Activity:
    """A drill with everything a record can hold."""
    team = captain.organization
    there, away, late = (people.member(team, number) for number in (1, 2, 3))
    record = builders.drill(
        team, captain, scenario="河道有人被困（演示）", process="接报、出动、救援（演示）", commander="白志远（演示）",
        departments=[Department.EMERGENCY, Department.FIRE], outside_units="辽宁演示队\n吉林演示队",
    )  # fmt: skip
    rows = builders.listed(record, there, away, late)
    builders.present(record, rows[::2])
    Attendance.objects.create(slot=record.slots.get(), participation=rows[1], presence=Presence.LEAVE)
    Attendance.objects.filter(participation=rows[2]).update(minutes_set=90, set_reason="晚到（演示）")
    Evaluation.objects.create(activity=record, dimension="goal", rating=Rating.GOOD, note="按时完成（演示）")
    Problem.objects.create(activity=record, what="对讲机电量不足（演示）", organization=team, created_by=captain)
    return record


def test_night_says_that_it_ends_on_the_next_day(captain: User, as_user: SignIn) -> None:
    """20:00–20:00 stood over the list of a drill around the clock."""
    begins = builders.morning(3) + timedelta(hours=11)  # 20:00
    record = builders.drill(captain.organization, captain, starts_at=begins, ends_at=begins + timedelta(hours=58))
    builders.listed(record, people.member(captain.organization, 1))
    words = text_of(as_user(captain).get(reverse("training:record_print", args=[record.pk])))
    assert "20:00–次日20:00" in words
    assert "20:00–次日06:00" in words
    page = as_user(captain).get(reverse("training:activity_roll", args=[record.pk])).content.decode()
    assert "20:00–次日 06:00" in page


def test_cancelled_one_is_no_draft_of_a_record(captain: User, as_user: SignIn) -> None:
    """It read like any drill, with a place for the stamp of the office."""
    record = full(captain)
    WORKFLOW.perform(record, "cancel", by=captain, reason="大风蓝色预警")
    words = text_of(as_user(captain).get(reverse("training:record_print", args=[record.pk])))
    assert "已取消，没有举行，不作凭证" in words
    assert "取消的原因：大风蓝色预警" in words
    assert "尚未确认" not in words
    assert "盖章" not in words


def test_draft_says_so_and_confirmed_record_can_be_verified(
    captain: User, chifeng: User, baotou: User, as_user: SignIn
) -> None:
    record = full(captain)
    url = reverse("training:record_print", args=[record.pk])
    client = as_user(captain)
    drafted = client.get(url)
    assert "草稿" in drafted["Content-Disposition"] or "%E8%8D%89%E7%A8%BF" in drafted["Content-Disposition"]
    words = text_of(drafted)
    for expected in (
        "尚未确认，不作凭证", "河道有人被困（演示）", "应急、消防", "辽宁演示队、吉林演示队", "达到",
        "对讲机电量不足（演示）", "请假", "1.5*", "3.0",
    ):  # fmt: skip
        assert expected in words, expected
    assert AccessLog.objects.filter(kind="downloaded").count() == 1
    record = WORKFLOW.perform(record, "submit", by=captain)
    record = WORKFLOW.perform(record, "confirm", by=chifeng)
    words = text_of(client.get(url))
    assert "正式记录正在生成" in words, "until its job is done"
    assert "尚未确认" not in words
    issue_record(Job.objects.get(kind="training_record"), None)
    paper = VerifiableDocument.objects.of(record).valid().get()
    assert (paper.number, paper.issuer, paper.title) == (record.number, "赤峰市红十字会", "演练记录")
    assert record.title not in paper.subject
    answer = client.get(url, follow=True)
    words = text_of(answer)
    assert "尚未确认" not in words
    assert "核验码" in words
    assert Client().get(reverse("verify", args=[paper.code])).status_code == 200
    assert as_user(baotou).get(url).status_code == 404
    issue_record(Job.objects.get(kind="training_record"), None)
    assert VerifiableDocument.objects.of(record).count() == 1
    WORKFLOW.perform(record, "reopen", by=chifeng, comment="人数不对")
    assert not VerifiableDocument.objects.of(record).valid().exists()
    issue_record(Job.objects.get(kind="training_record"), None)
    assert not VerifiableDocument.objects.of(record).valid().exists(), "a job that comes late prints nothing"


def test_the_record_counts_the_results_of_those_who_were_there(captain: User) -> None:
    record = builders.training(captain.organization, captain)
    members = [people.member(captain.organization, number) for number in (1, 2)]
    builders.present(record, builders.listed(record, *members, outcome="passed")[:1])
    assert facts_of(record, draft=True)["results"] == "合格 1 人"


def test_record_with_nothing_in_it_prints(captain: User, as_user: SignIn) -> None:
    record = Activity.objects.create(kind="training", host=captain.organization, created_by=captain, title='a/b:"c"')
    answer = as_user(captain).get(reverse("training:record_print", args=[record.pk]))
    assert "未" not in answer["Content-Disposition"]
    assert "%2F" not in answer["Content-Disposition"].partition("''")[2]
    assert "报送时编号" in text_of(answer)


def test_of_many_photos_the_first_are_printed(captain: User) -> None:
    record = builders.drill(captain.organization, captain)
    for number in range(PHOTOS + 2):
        attach(record, photo(number), kind="photo", by=captain)
    facts = facts_of(record, draft=True)
    assert (len(facts["photos"]), facts["photos_all"]) == (PHOTOS, PHOTOS + 2)
    assert facts["photos"][0]["caption"] == "现场0（演示）"


def test_blank_sheet_has_the_names_and_room_for_others(
    captain: User, leader: User, baotou: User, as_user: SignIn, office: Callable[[str], Organization]
) -> None:
    team = captain.organization
    first = builders.morning(3)
    course = builders.training(team, captain, starts_at=first, ends_at=first.replace(hour=17) + builders.LONG_AGO)
    one = people.member(team, 1)
    builders.listed(course, one)
    url = reverse("training:sign_in_sheet", args=[course.pk])
    words = text_of(as_user(captain).get(url))
    assert words.count("".join(one.person.name.split())) == 4
    assert "第2场，共4场" in words
    assert as_user(leader).get(url).status_code == 403
    assert as_user(baotou).get(url).status_code == 404
