"""Reports about what is not final are drafts: kept and shown, never a paper that anybody could take for a valid one."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from assessments import report
from assessments.models import Campaign, ReportRun, Review
from assessments.running import papers
from assessments.running.beginning import begin, planned
from assessments.running.watching import sweep
from core.models import VerifiableDocument
from organizations.models import User
from tests.assessments import running
from tests.assessments.test_runs import _own_files, content, states, worked  # noqa: F401 - fixtures
from tests.core.conftest import cabinet  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("runs")]  # what is printed there need not be here
SignIn = Callable[[User], Client]
ONE = "T150404901"
TEAM, LEAGUE, REGION = (ONE, "team"), ("150400", "league"), ("150000", "region")


@pytest.fixture
def campaign(cast: dict[str, User]) -> Campaign:
    """包头 has finished, 赤峰 has not."""
    made = running.campaign(cast, final=False)
    running.finished(made.reviews.get(organization__code="T150200901"))
    return made


@pytest.fixture
def run(campaign: Campaign, region: User, worked) -> ReportRun:  # noqa: F811
    made = worked(running.begun, campaign, region)
    made.refresh_from_db()
    return made


def drafts(of: ReportRun) -> list[tuple[str, str]]:
    papers_of_run = of.documents.papers().select_related("organization").order_by("position")
    return [(one.organization.code, one.kind) for one in papers_of_run if one.is_draft]


def test_start_page_says_how_many_will_be_drafts_and_why(campaign, region: User, as_user: SignIn, worked) -> None:  # noqa: F811
    page = as_user(region).get(reverse("assessments:run_start", args=[campaign.pk])).content.decode()
    assert "还有 2 支队伍没有办结（待报送 2 支）" in page
    assert "有 4 份报告是草稿" in page  # both teams, their league, the region
    made = worked(running.begun, campaign, region)
    assert planned(campaign).drafts == len(drafts(made)) == 4


def test_draft_has_no_code_and_nothing_is_on_record(run: ReportRun, captain: User) -> None:
    assert states(run) == {"ready": running.MADE}
    assert drafts(run) == [TEAM, (captain.organization.code, "team"), LEAGUE, REGION]
    draft = running.of_team(run, ONE)
    with draft.file.open("rb") as stored:
        pages = ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(stored.read())).pages]
    assert "草稿" in pages[0]
    assert not any("核验码" in page or "扫码" in page for page in pages)
    assert not VerifiableDocument.objects.of(draft).exists()
    assert VerifiableDocument.objects.count() == 2  # 包头's team and league
    assert "草稿_年度考核报告" in draft.file_name
    index = run.documents.get(kind="index")
    with index.file.open("rb") as stored:
        rows = list(load_workbook(BytesIO(stored.read())).active.values)
    assert [row[7] for row in rows[2:]].count("草稿") == 4
    assert sweep(timedelta(0)) == []
    assert default_storage.exists(draft.file.name)


def test_draft_is_marked_where_it_is_shown(run: ReportRun, region, baotou, captain, as_user: SignIn) -> None:
    page = as_user(region).get(run.get_absolute_url()).content.decode()
    assert "已生成的报告中有 4 份是草稿" in page
    assert "其中草稿 3" in page
    assert page.count(">草稿</span>") == 2  # the league's and the region's own
    assert page.count(">含草稿</span>") == 2  # the league's archive and the index
    listed = as_user(region).get(f"{reverse('assessments:document_list')}?run={run.pk}").content.decode()
    assert listed.partition("<tbody")[2].count("草稿") == 4
    assert "草稿" not in as_user(baotou).get(run.get_absolute_url()).content.decode()
    assert "中有 1 份是草稿" in as_user(captain).get(run.get_absolute_url()).content.decode()


def test_archive_and_index_with_drafts_say_so_in_their_names(run: ReportRun, region: User, as_user: SignIn) -> None:
    """An archive goes on by mail: there nobody sees the page beside it."""
    index, client = run.documents.get(kind="index"), as_user(region)
    archives = {one.organization.code: one for one in run.documents.filter(kind="archive")}
    assert "_含草稿_年度考核报告.zip" in archives["150400"].file_name
    assert "草稿" not in archives["150200"].file_name
    answer = client.get(archives["150400"].get_absolute_url())
    assert content(answer).startswith(b"PK")
    assert quote("_含草稿_") in answer["Content-Disposition"]
    assert index.file_name == f"{run.campaign.year}_含草稿_年度考核报告目录.xlsx"
    with index.file.open("rb") as stored:
        assert load_workbook(BytesIO(stored.read())).active["A1"].value.endswith("共 6 份，其中草稿 4 份")


def test_draft_is_given_to_those_who_may_see_the_team(
    run: ReportRun, region, songshan, baotou, captain, member, as_user: SignIn
) -> None:
    address = running.of_team(run, ONE).get_absolute_url()
    for user in (region, songshan):
        assert content(as_user(user).get(address)).startswith(b"%PDF")
    for user in (baotou, captain, member):
        assert as_user(user).get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_same_draft_is_not_printed_twice(run: ReportRun, campaign, region: User, worked) -> None:  # noqa: F811
    second = worked(begin, campaign, by=region)
    for old, new in zip(run.documents.order_by("position"), second.documents.order_by("position"), strict=True):
        assert (old.file, old.sha256, old.pages, old.size) == (new.file, new.sha256, new.pages, new.size)


def test_draft_becomes_a_paper_once_the_review_is_final(run: ReportRun, campaign, region: User, worked) -> None:  # noqa: F811
    for row in campaign.reviews.filter(state="draft"):
        running.finished(row)
    second = worked(begin, campaign, by=region)
    assert drafts(second) == []
    before, now = (running.of_team(one, ONE) for one in (run, second))
    assert (before.code, before.number) == ("", now.number)
    assert before.file != now.file
    assert "现在有效" in Client().get(f"/verify/{now.code}/").content.decode()
    assert VerifiableDocument.objects.valid().count() == 6


def test_what_is_printed_and_what_it_is_known_by_are_read_at_once(
    campaign: Campaign,
    region: User,
    monkeypatch: pytest.MonkeyPatch,
    worked,  # noqa: F811
) -> None:
    """Records that change while a report is printed do not make it fail, nor stand under the old digest."""
    print_one, changed = report.Prepared.pdf, []

    def slowly(self: Any, *given: Any) -> bytes:
        if not changed:
            changed.append(Review.objects.filter(campaign=campaign).update(league_opinion="改过的意见（演示）"))
        return print_one(self, *given)

    monkeypatch.setattr(report.Prepared, "pdf", slowly)
    first = worked(running.begun, campaign, region)
    assert states(first) == {"ready": running.MADE}
    assert set(first.documents.values_list("attempts", flat=True)) == {1}
    one = first.documents.earliest("position")
    assert papers.prepare(one).digest != one.digest
    second = worked(begin, campaign, by=region)
    again = second.documents.earliest("position")
    assert papers.prepare(again).digest == again.digest
