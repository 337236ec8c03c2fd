"""The annual run: begun in the browser, each report made once, checked by anybody, made again where it changed."""

import os
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from io import BytesIO
from typing import Any
from unittest.mock import patch
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from assessments.annual.workflow import REVIEW
from assessments.models import Campaign, ReportDocument, ReportRun, Review
from assessments.report import prepare, verify_by
from assessments.running import papers
from assessments.running.attempts import _attempt, run_document
from assessments.running.beginning import begin
from assessments.running.progress import progress_of
from assessments.running.watching import resume, sweep
from assessments.running.workflow import WORKFLOW
from assessments.states import DocumentState
from core.attachments.storing import sha256_of
from core.documents import rendering
from core.jobs import JobLost
from core.models import AccessLog, Notice, VerifiableDocument, WorkflowEvent
from organizations.models import Organization, User
from organizations.tree import move_office
from tests.assessments import builders, running
from tests.core.conftest import cabinet  # noqa: F401 - a fixture
from tests.core.list_checks import assert_constant_queries, assert_tampering_is_told, queries_of

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
PRINT = rendering.pdf_of
# Every test makes the same reports: a page that was printed once gives the same bytes again, as a test below shows.
_printed = lru_cache(maxsize=100)(PRINT)


@pytest.fixture(autouse=True)
def _own_files(cabinet, monkeypatch) -> None:  # noqa: F811
    """Every test with a storage of its own; what was printed before is not printed anew."""
    monkeypatch.setattr(rendering, "pdf_of", _printed)


@pytest.fixture
def campaign(cast: dict[str, User]) -> Campaign:
    return running.campaign(cast)


@pytest.fixture
def worked(django_capture_on_commit_callbacks) -> Callable[..., Any]:
    """Do something, and let the queue work off what follows."""

    def act(function: Callable[..., Any], *given: Any, **named: Any) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return function(*given, **named)

    return act


@pytest.fixture
def run(campaign: Campaign, region: User, worked) -> ReportRun:
    """Worked off."""
    made = worked(running.begun, campaign, region)
    made.refresh_from_db()
    return made


def states(of: ReportRun) -> dict[str, int]:
    found: dict[str, int] = {}
    for state in of.documents.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


# -- one press -------------------------------------------------------------------------------------------------
def test_one_press_makes_every_report(campaign, region: User, as_user: SignIn, worked) -> None:
    client = as_user(region)
    address = reverse("assessments:run_start", args=[campaign.pk])
    asked = client.get(address).content.decode()
    assert "3 支队伍各生成一份报告" in asked
    assert "共 9 份文件" in asked
    assert "草稿" not in asked
    assert client.post(address).status_code == 200  # a bare press only asks
    assert not ReportRun.objects.exists()
    assert "error" in client.post(address, {"dated": "x"}).content.decode()
    assert not ReportRun.objects.exists()
    answer = worked(client.post, address, {"dated": "2027-02-20", "doubted": "2027-02-20"})  # a day still to come
    run = ReportRun.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, run.get_absolute_url())
    assert (run.total, states(run), run.ended_at is not None) == (running.MADE, {"ready": running.MADE}, True)
    numbers = list(run.documents.papers().order_by("position").values_list("number", flat=True))
    assert numbers == [
        "KH-150200-2026-0001", "KH-150404-2026-0001", "KH-150400-2026-0001", "KH-150200-2026-0002",
        "KH-150400-2026-0002", "KH-150000-2026-0001",
    ]  # fmt: skip
    notice = Notice.objects.get(recipient=region, kind="report_run")
    assert "9 份文件已全部生成" in notice.title
    page = client.get(run.get_absolute_url()).content.decode()
    assert "已完成" in page
    assert "已生成 9 / 9" in page


def test_paper_is_checked_by_anybody(run: ReportRun, region: User, as_user: SignIn) -> None:
    document = running.of_team(run, "T150404901")
    answer = as_user(region).get(document.get_absolute_url())
    pdf = content(answer)
    text = "".join("".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())
    assert document.number in text
    assert document.digest[:8] in text
    assert document.pages > 1
    assert document.size == len(pdf)
    public = Client().get(f"/verify/{document.code}/").content.decode()
    for fact in (document.number, "队伍年度考核报告", document.organization.name, document.sha256, document.digest):
        assert fact in public
    assert "现在有效" in public
    assert AccessLog.objects.filter(kind="downloaded", user=region, subject=document.file_name).count() == 1


def test_team_and_league_are_led_to_the_paper(
    run: ReportRun, campaign: Campaign, region: User, chifeng: User, as_user: SignIn
) -> None:
    document, league = running.of_team(run, "T150404901"), as_user(chifeng)
    assert f"/reports/?run={run.pk}" in league.get(campaign.get_absolute_url()).content.decode()
    review = Review.objects.get(campaign=campaign, organization=document.organization)
    page = league.get(review.get_absolute_url()).content.decode()
    for url in (document.get_absolute_url(), f"/reports/{document.pk}/word/", f"/verify/{document.code}/"):
        assert f'href="{url}"' in page
    REVIEW.perform(review, "reconsider", by=region, reason="复核记录（演示）")
    assert "考核结果正在重新审定" in league.get(review.get_absolute_url()).content.decode()
    running.finished(review)
    Review.objects.filter(pk=review.pk).update(decided_at=timezone.now())
    assert "出具以后重新审定过考核结果" in league.get(review.get_absolute_url()).content.decode()


def test_public_page_says_that_a_result_is_decided_on_again(
    run: ReportRun, campaign: Campaign, region: User, worked
) -> None:
    """The old report stays what the portal issued; it is no longer the last word, for the team's and all above it."""
    document = running.of_team(run, "T150404901")
    pages = [f"/verify/{document.code}/", f"/verify/{run.documents.get(kind='region').code}/"]
    other = f"/verify/{running.of_team(run, 'T150200901').code}/"
    review = Review.objects.get(campaign=campaign, organization=document.organization)
    REVIEW.perform(review, "reconsider", by=region, reason="复核记录（演示）")
    for url in pages:
        assert "考核结果正在重新审定" in Client().get(url).content.decode()
    assert "重新审定" not in Client().get(other).content.decode()
    running.finished(review)
    Review.objects.filter(pk=review.pk).update(decided_at=timezone.now(), total=70)
    for url in pages:
        assert "出具以后重新审定过考核结果" in Client().get(url).content.decode()
    worked(running.begun, campaign, region)
    assert "重新审定" not in Client().get(pages[0]).content.decode()  # replaced; the new one says it all


def test_public_page_says_that_a_team_was_taken_in_after_the_report(
    run: ReportRun, campaign: Campaign, region: User, worked
) -> None:
    """A team that did not take part is called in after all: what league and region printed without it is not the last
    word, though no result on it is decided on again."""
    papers = {kind: run.documents.filter(kind=kind) for kind in ("league", "region")}
    pages = [
        f"/verify/{papers['league'].get(organization__code='150200').code}/",
        f"/verify/{papers['region'].get().code}/",
    ]
    others = [
        f"/verify/{papers['league'].get(organization__code='150400').code}/",
        f"/verify/{running.of_team(run, 'T150200901').code}/",
    ]
    review = Review.objects.get(campaign=campaign, state="exempt")
    review = REVIEW.perform(review, "include", by=region, comment="漏考核（演示）")
    for url in pages:
        assert "又有队伍参加考核，以办结以后" in Client().get(url).content.decode()
    running.finished(review)
    Review.objects.filter(pk=review.pk).update(decided_at=timezone.now())
    for url in pages:
        assert "又有队伍参加考核，以新出具的" in Client().get(url).content.decode()
    for url in others:
        assert "又有队伍" not in Client().get(url).content.decode()
    worked(running.begun, campaign, region)
    region_paper = ReportDocument.objects.filter(kind="region").latest("pk")
    assert "又有队伍" not in Client().get(f"/verify/{region_paper.code}/").content.decode()


def test_public_page_of_a_team_left_out_after_all(run: ReportRun, campaign: Campaign, region: User, worked) -> None:
    """A result is taken up again, and the team is let off in the end: nothing is decided on any more."""
    document = running.of_team(run, "T150404901")
    url = f"/verify/{run.documents.get(kind='region').code}/"
    review = Review.objects.get(campaign=campaign, organization=document.organization)
    REVIEW.perform(review, "reconsider", by=region, reason="复核记录（演示）")
    Review.objects.filter(pk=review.pk).update(state="submitted")
    Review.objects.filter(pk=review.pk).update(state="returned")
    review.refresh_from_db()
    REVIEW.perform(review, "exempt", by=region, reason="已经解散（演示）")
    assert "出具以后重新审定过考核结果" in Client().get(url).content.decode()
    worked(running.begun, campaign, region)
    region_paper = ReportDocument.objects.filter(kind="region").latest("pk")
    assert "重新审定" not in Client().get(f"/verify/{region_paper.code}/").content.decode()


def test_a_team_that_was_moved_stays_in_the_year_of_the_league_that_scored_it(
    run: ReportRun, campaign: Campaign, region: User, region_system: User, as_user: SignIn, worked
) -> None:
    """Made again, the reports of a year that is over are what they were."""
    place = running.of_team(run, "T150404901").organization
    before = {one.code for one in run.documents.papers()}
    move_office(place, to=Organization.objects.get(code="150200"), by=region_system)
    again = worked(running.begun, campaign, region)
    assert {one.code for one in again.documents.papers()} == before
    assert running.of_team(again, "T150404901").league.code == "150400"
    scorer = Organization.objects.get(code="150400")
    link = f"{reverse('assessments:review_list')}?year={campaign.year}&office={scorer.pk}"
    page = as_user(region).get(campaign.get_absolute_url()).content.decode()
    assert f'<a href="{link.replace("&", "&amp;")}">2</a>' in page
    listed = as_user(region).get(link).context["table"].data
    assert len(listed) == 2, "the number and the list it opens agree"


def test_record_of_a_paper_names_who_is_printed_on_it(run: ReportRun) -> None:
    """Whoever checks a paper holds it beside the public page: a league's report is not the region's."""
    for document in run.documents.papers():
        record = VerifiableDocument.objects.get(code=document.code)
        assert record.issuer == prepare(document).report.issuer
    leagues = run.documents.filter(kind="league").values_list("organization__name", flat=True)
    issuers = set(VerifiableDocument.objects.values_list("issuer", flat=True))
    assert issuers == {*leagues, "内蒙古自治区红十字会"}


def test_archive_and_index_hold_every_report(run: ReportRun, region: User, as_user: SignIn) -> None:
    client = as_user(region)
    zipped = run.documents.get(kind="archive", organization__code="150400")
    answer = client.get(zipped.get_absolute_url())
    with ZipFile(BytesIO(content(answer))) as archive:
        names = archive.namelist()
        parts = run.documents.papers().filter(league=zipped.organization_id).order_by("position")
        assert names == [part.file_name for part in parts]
        assert "松山区演示901_年度考核报告_KH-150404-2026-0001.pdf" in names
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.read(names[0]).startswith(b"%PDF")
    index = run.documents.get(kind="index")
    rows = list(load_workbook(BytesIO(content(client.get(index.get_absolute_url())))).active.values)
    assert [row[0] for row in rows[2:]] == list(run.documents.papers().values_list("number", flat=True))
    assert rows[2][8] == running.of_team(run, "T150200901").sha256


def test_word_is_for_editing(run: ReportRun, captain: User, as_user: SignIn) -> None:
    own = running.of_team(run, captain.organization.code)
    answer = as_user(captain).get(reverse("assessments:document_word", args=[own.pk]))
    with ZipFile(BytesIO(content(answer))) as archive:
        assert captain.organization.name in archive.read("word/document.xml").decode()
    index = run.documents.get(kind="index")
    assert as_user(captain).get(reverse("assessments:document_word", args=[index.pk])).status_code == 404


def test_a_day_before_the_last_run_is_asked_about_once(run: ReportRun, region: User, as_user: SignIn, worked) -> None:
    """Its reports would take the place of later ones."""
    address, client = reverse("assessments:run_start", args=[run.campaign_id]), as_user(region)
    before = f"{run.dated - timedelta(days=1)}"
    asked = client.post(address, {"dated": before})
    assert f"早于上一次生成的（{run.dated}）" in asked.content.decode()
    assert ReportRun.objects.count() == 1
    worked(client.post, address, {"dated": before, "doubted": asked.context["form"]["doubted"].value()})
    assert f"{ReportRun.objects.order_by('pk').last().dated}" == before


def test_a_day_still_to_come_is_asked_about_once(campaign: Campaign, region: User, as_user: SignIn) -> None:
    """Mostly a slip in the year; it would stand on every report."""
    address = reverse("assessments:run_start", args=[campaign.pk])
    asked = as_user(region).post(address, {"dated": f"{timezone.localdate() + timedelta(days=365)}"})
    assert "成文日期还没有到" in asked.content.decode()
    assert not ReportRun.objects.exists()


def test_speed_is_that_of_what_was_made_lately(run: ReportRun, region: User, as_user: SignIn, monkeypatch) -> None:
    """After an hour's pause the end is not told an hour late."""
    now = timezone.now()
    ReportRun.objects.filter(pk=run.pk).update(started_at=now - timedelta(hours=1))
    monkeypatch.setattr("assessments.running.progress.PACE", timedelta(days=1))
    assert progress_of(run, region).per_minute >= running.MADE  # all of them within seconds


def test_a_run_without_a_worker_tells_no_time_of_its_end(run: ReportRun, region: User, monkeypatch) -> None:
    """It stood still after some were made: what was fast a minute ago says nothing."""
    run.ended_at = None
    monkeypatch.setattr("assessments.running.progress.QUIET", timedelta(0))
    progress = progress_of(run, region)
    assert progress.per_minute
    assert not progress.waits_for_worker, "nothing is left to be made"
    progress.tally.by[DocumentState.QUEUED] = 3
    assert (progress.waits_for_worker, progress.done_at) == (True, None)


# -- made again ------------------------------------------------------------------------------------------------
def test_next_run_makes_only_what_changed(run: ReportRun, campaign: Campaign, region: User, worked) -> None:
    Review.objects.filter(organization__code="T150404901").update(self_total=91)  # the region prints no single team's
    second = worked(begin, campaign, by=region)
    assert (second.number, second.dated) == (2, run.dated)
    changed = []
    for old, new in zip(run.documents.order_by("position"), second.documents.order_by("position"), strict=True):
        assert (old.number, old.organization_id, new.state) == (new.number, new.organization_id, "ready")
        if old.file == new.file:
            assert (old.sha256, old.code, old.pages) == (new.sha256, new.code, new.pages)
        else:
            changed.append((new.kind, new.organization.code))
    assert changed == [
        ("team", "T150404901"), ("league", "150400"), ("archive", "150400"), ("index", "150000"),
    ]  # fmt: skip
    old, new = (running.of_team(one, "T150404901") for one in (run, second))
    assert "已被新版本取代" in Client().get(f"/verify/{old.code}/").content.decode()
    assert "现在有效" in Client().get(f"/verify/{new.code}/").content.decode()


def test_a_file_taken_over_by_the_next_run_is_listed_once(
    run: ReportRun, campaign: Campaign, region: User, as_user: SignIn, worked
) -> None:
    """With the latest run that holds it; each run by itself is told whole."""
    Review.objects.filter(organization__code="T150404901").update(self_total=91)
    second = worked(begin, campaign, by=region)
    client, page = as_user(region), reverse("assessments:document_list")
    whole = run.documents.count()
    rows = [row.record for row in client.get(page, {"view": ""}).context["table"].rows]
    assert len({row.file.name for row in rows}) == len(rows) == whole + 4
    assert sum(row.run_id == second.pk for row in rows) == whole
    assert [len(client.get(page, {"run": one.pk}).context["table"].rows) for one in (run, second)] == [whole, whole]


def test_next_run_puts_back_what_the_storage_lost(run: ReportRun, campaign: Campaign, region: User, worked) -> None:
    """A file that is gone and one that is damaged, each with the same bytes under the same name, and no new paper."""
    gone, damaged = (running.of_team(run, code) for code in ("T150404901", "T150200901"))
    archive = run.documents.filter(kind="archive").first()
    default_storage.delete(gone.file.name)
    default_storage.delete(archive.file.name)
    with default_storage.open(damaged.file.name, "r+b") as content:
        content.write(b"lost")
    second = worked(begin, campaign, by=region)
    assert states(second) == {"ready": running.MADE}
    assert VerifiableDocument.objects.count() == 6
    for old, new in zip(run.documents.order_by("position"), second.documents.order_by("position"), strict=True):
        assert (old.file, old.sha256, old.code) == (new.file, new.sha256, new.code)
        with default_storage.open(new.file.name) as content:
            assert sha256_of(content) == new.sha256, new.file.name

    default_storage.delete(gone.file.name)
    with patch("assessments.report.preparing.Prepared.pdf", return_value=b"%PDF another"):
        third = worked(begin, campaign, by=region)
    assert "不能补回" in running.of_team(third, "T150404901").error


def test_what_comes_back_is_a_new_paper(run: ReportRun, campaign: Campaign, region: User, worked) -> None:
    row = Review.objects.filter(organization__code="T150404901")
    row.update(league_opinion="改过的意见（演示）")
    worked(begin, campaign, by=region)
    row.update(league_opinion="")
    third = worked(begin, campaign, by=region)
    first, again = (running.of_team(one, "T150404901") for one in (run, third))
    assert first.digest == again.digest
    assert first.code != again.code  # the first one ended and stays ended
    assert "现在有效" in Client().get(f"/verify/{again.code}/").content.decode()


def test_same_inputs_give_the_same_bytes(run: ReportRun, monkeypatch) -> None:
    monkeypatch.setattr(rendering, "pdf_of", PRINT)  # printed anew
    document = running.of_team(run, "T150404901")
    prepared = prepare(document)
    with document.file.open("rb") as stored:
        assert prepared.pdf(verify_by(document.code)) == stored.read()
    assert prepared.digest == document.digest


# -- steering --------------------------------------------------------------------------------------------------
def test_pause_holds_and_going_on_finishes(campaign, region: User, as_user: SignIn, worked) -> None:
    run = running.begun(campaign, region)  # nothing is sent before the commit
    client, move = as_user(region), reverse("assessments:run_move", args=[run.pk])
    client.post(move, {"action": "pause"})
    first = run.documents.earliest("position")
    run_document(first.pk)
    resume()
    assert states(run) == {"queued": running.MADE}
    page = client.get(run.get_absolute_url()).content.decode()
    assert "已暂停" in page
    assert "继续" in page
    again = client.post(move, {"action": "pause"}, follow=True).content.decode()
    assert "这一步已经办过了" in again
    worked(client.post, move, {"action": "resume"})
    assert states(run) == {"ready": running.MADE}
    told = client.post(move, {"action": "pause"}, follow=True).content.decode()
    assert "这次生成已经结束" in told
    assert list(WorkflowEvent.objects.of(run).values_list("action", flat=True)) == ["pause", "resume"]
    assert client.post(move, {"action": "burn"}).status_code == 400
    assert client.get(move).status_code == 405


def test_cancelled_run_keeps_what_is_ready(campaign, region: User, as_user: SignIn, worked) -> None:
    run = running.begun(campaign, region)
    begun_one = run.documents.earliest("position")
    run_document(begun_one.pk)  # and the queue works off all: in tests tasks run at once
    assert states(run) == {"ready": running.MADE}
    second = running.begun(campaign, region)
    with pytest.raises(Exception, match="正在生成"):
        running.begun(campaign, region)
    move = reverse("assessments:run_move", args=[second.pk])
    worked(as_user(region).post, move, {"action": "cancel"})
    second.refresh_from_db()
    assert (second.state, states(second), second.ended_at is not None) == ("cancelled", {"cancelled": 9}, True)
    third = worked(running.begun, campaign, region)
    assert states(third) == {"ready": running.MADE}


def test_what_failed_is_tried_thrice_then_made_again(
    campaign, region: User, as_user: SignIn, worked, settings, tmp_path
) -> None:
    (tmp_path / "blocked").write_text("a file where a folder is wanted")
    good = settings.STORAGES
    bad = {**good["default"]["OPTIONS"], "location": tmp_path / "blocked"}
    settings.STORAGES = {**good, "default": {**good["default"], "OPTIONS": bad}}
    run = worked(running.begun, campaign, region)
    assert states(run) == {"failed": running.MADE}
    one = running.of_team(run, "T150404901")
    assert (one.attempts, one.claim) == (3, None)
    assert one.error.startswith("生成时出了错（第 3 次）")
    assert "blocked" not in one.error
    archive = run.documents.filter(kind="archive").first()
    assert archive.error == "有 2 份报告没有生成，重新生成以后再做这一份。"
    client = as_user(region)
    page = client.get(run.get_absolute_url()).content.decode()
    assert "没有生成的" in page
    assert one.error in page
    assert not VerifiableDocument.objects.exists()
    assert "有 9 份没有生成" in Notice.objects.get(recipient=region, kind="report_run").title
    settings.STORAGES = good
    worked(client.post, reverse("assessments:run_move", args=[run.pk]), {"action": "retry"})
    assert states(run) == {"ready": running.MADE}
    assert VerifiableDocument.objects.valid().count() == 6


def test_campaign_that_has_not_begun_has_no_reports(region: User, as_user: SignIn) -> None:
    draft = builders.campaign(region, 2025, opened=False)
    answer = as_user(region).post(reverse("assessments:run_start", args=[draft.pk]), {"dated": "2026-02-20"})
    assert "还没有启动" in answer.content.decode()
    opened = builders.campaign(region, 2026, standard=draft.standard)
    day = {"dated": "2027-02-20", "doubted": "2027-02-20"}
    answer = as_user(region).post(reverse("assessments:run_start", args=[opened.pk]), day)
    assert "没有参加考核的队伍" in answer.content.decode()
    assert not ReportRun.objects.exists()


# -- who sees what ---------------------------------------------------------------------------------------------
def test_everybody_sees_their_own_part(
    run: ReportRun, region, leader, chifeng, baotou, captain, songshan, as_user: SignIn
) -> None:
    seen = {
        user.username: sorted(document.organization.code for document in ReportDocument.objects.visible_to(user))
        for user in (leader, chifeng, songshan, captain)
    }
    assert len(seen["leader"]) == running.MADE
    assert seen["chifeng"] == sorted(["150400", "150400", "T150404901", captain.organization.code])
    assert seen["songshan"] == ["T150404901"]
    assert seen["captain"] == [captain.organization.code]
    other = running.of_team(run, "T150404901")
    assert as_user(baotou).get(other.get_absolute_url()).status_code == 404
    assert as_user(captain).get(other.get_absolute_url()).status_code == 404
    own = as_user(captain).get(running.of_team(run, captain.organization.code).get_absolute_url())
    assert content(own).startswith(b"%PDF")
    assert Client().get(other.get_absolute_url()).status_code == 302
    issued = VerifiableDocument.objects.get(code=other.code)
    assert as_user(captain).get(f"/documents/{issued.pk}/").status_code == 404
    page = as_user(captain).get(run.get_absolute_url()).content.decode()
    assert "已生成 1 / 1" in page
    assert "松山区演示" not in page
    listed = as_user(chifeng).get(reverse("assessments:document_list") + f"?run={run.pk}").content.decode()
    assert "松山区演示救援队901" in listed
    assert "包头" not in listed.partition("<tbody")[2]


def test_only_the_region_steers(run: ReportRun, campaign, leader, captain, member, chifeng, as_user: SignIn) -> None:
    for user in (leader, captain, chifeng):
        client = as_user(user)
        assert client.post(reverse("assessments:run_move", args=[run.pk]), {"action": "cancel"}).status_code == 403
        assert client.get(reverse("assessments:run_start", args=[campaign.pk])).status_code == 403
        assert "取消这次生成" not in client.get(run.get_absolute_url()).content.decode()
    for address in (run.get_absolute_url(), reverse("assessments:document_list"), reverse("assessments:run_list")):
        assert as_user(member).get(address).status_code == 403
    assert as_user(member).get(running.of_team(run, captain.organization.code).get_absolute_url()).status_code == 404


# -- lists and the live page -----------------------------------------------------------------------------------
def test_lists_take_the_same_queries_however_long(run: ReportRun, campaign, region: User, as_user: SignIn) -> None:
    client = as_user(region)
    grown = iter(range(1000))

    def grow(step: int) -> None:
        for _one in range(step):
            number = 10 + next(grown)
            ReportRun.objects.create(
                campaign=campaign, number=number, dated=running.DAY, started_by=region, ended_at=timezone.now(), total=1
            )

    assert_constant_queries(client, reverse("assessments:run_list") + "?view=", grow)
    places = iter(ReportDocument.objects.model._meta.get_field("organization").related_model.objects.offices()[:60])

    def more(step: int) -> None:
        ReportDocument.objects.bulk_create(
            ReportDocument(run=run, kind="team", organization=next(places), league=run.started_by.organization)
            for _one in range(step)
        )

    assert_constant_queries(client, reverse("assessments:document_list") + "?view=", more)
    for name in ("run_list", "document_list"):
        assert_tampering_is_told(client, reverse(f"assessments:{name}"))


def test_documents_are_found(run: ReportRun, region: User, as_user: SignIn) -> None:
    client, asked = as_user(region), {
        "q=松山区演示": 1, "q=KH-150400": 2, "kind=archive": 2, "state=ready": 9, "state=failed": 0, "version=valid": 6,
        "version=ended": 0, "year=2026": 9, "year=2025": 0,
    }  # fmt: skip
    found = {query: client.get(f"{reverse('assessments:document_list')}?{query}") for query in asked}
    assert {query: len(page.context["table"].rows) for query, page in found.items()} == asked


def test_page_asks_again_until_the_run_has_ended(campaign, region: User, as_user: SignIn, worked) -> None:
    run = running.begun(campaign, region)
    client, headers = as_user(region), {"HX-Request": "true"}
    waiting = client.get(run.get_absolute_url(), headers=headers).content.decode()
    assert "hx-get" in waiting
    assert "<html" not in waiting
    assert "等待后台开始" in waiting
    assert len(queries_of(client, run.get_absolute_url())) <= 10
    worked(resume)
    ended = client.get(run.get_absolute_url(), headers=headers).content.decode()
    assert "hx-get" not in ended
    assert "已完成" in ended
    assert ended.count(">ZIP") == 2
    again = reverse("assessments:run_start", args=[campaign.pk])
    assert again in ended
    assert again not in waiting


# -- lost workers ----------------------------------------------------------------------------------------------
def test_silent_documents_are_put_back_and_given_up_after_three(campaign, region: User) -> None:
    run = running.begun(campaign, region)
    long_ago = timezone.now() - timedelta(seconds=61)
    first, second, third = run.documents.order_by("position")[:3]
    rows = ReportDocument.objects
    rows.filter(pk=first.pk).update(state="running", claim=uuid4(), attempts=1, alive_at=long_ago)
    rows.filter(pk=second.pk).update(state="running", claim=uuid4(), attempts=3, alive_at=long_ago)
    rows.filter(pk=third.pk).update(state="running", claim=uuid4(), attempts=1, alive_at=timezone.now())
    resume()  # and, as tasks run at once here, makes all the others
    for row in (first, second, third):
        row.refresh_from_db()
    assert (first.state, first.attempts) == ("ready", 2)
    assert (second.state, third.state) == ("failed", "running")
    assert second.error.startswith("生成中断了 3 次")


def test_silent_document_of_a_cancelled_run_is_dropped(campaign, region: User) -> None:
    run = running.begun(campaign, region)
    one = run.documents.earliest("position")
    lost = {"state": "running", "claim": uuid4(), "attempts": 1, "alive_at": timezone.now() - timedelta(seconds=61)}
    ReportDocument.objects.filter(pk=one.pk).update(**lost)
    WORKFLOW.perform(run, "cancel", by=region)
    resume()
    run.refresh_from_db()
    assert states(run) == {"cancelled": running.MADE}
    assert run.ended_at is not None


def test_late_attempt_writes_nothing(campaign, region: User) -> None:
    run = running.begun(campaign, region)
    rows = ReportDocument.objects.filter(pk=run.documents.earliest("position").pk)
    rows.update(state="running", claim=uuid4(), attempts=1, alive_at=timezone.now())
    late = rows.select_related("run__campaign", "organization").get()
    rows.update(claim=uuid4())
    with pytest.raises(JobLost):
        papers.make(late)
    assert not VerifiableDocument.objects.exists()
    assert rows.get().state == "running"


def test_late_document_of_a_cancelled_run_does_not_replace_the_new_one(campaign, region: User, worked) -> None:
    run = running.begun(campaign, region)
    one = run.documents.earliest("position")
    mark = {"state": "running", "claim": uuid4(), "attempts": 1, "alive_at": timezone.now()}
    ReportDocument.objects.filter(pk=one.pk).update(**mark)
    WORKFLOW.perform(run, "cancel", by=region)
    ReportRun.objects.filter(pk=run.pk).update(dated="2027-01-01")
    second = worked(running.begun, campaign, region)
    _attempt(ReportDocument.objects.select_related("run__campaign", "run__started_by", "organization").get(pk=one.pk))
    one.refresh_from_db()
    assert (one.state, one.error) == ("cancelled", "第 2 次生成已经做好这份文件。")
    assert VerifiableDocument.objects.valid().filter(code=second.documents.earliest("position").code).exists()
    assert not VerifiableDocument.objects.exclude(state="valid").exists()


def test_finished_documents_do_not_change(run: ReportRun) -> None:
    for change in ({"sha256": "0" * 64}, {"state": "queued"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            run.documents.update(**change)


def test_sweep_takes_what_no_row_names(run: ReportRun) -> None:
    lost = default_storage.save("reports/2026/lost.zip", ContentFile(b"x"))
    os.utime(default_storage.path(lost), (0, 0))
    kept = run.documents.get(kind="index").file.name
    os.utime(default_storage.path(kept), (0, 0))
    assert sweep() == [lost]
    assert default_storage.exists(kept)
