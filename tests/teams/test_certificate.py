"""备案证书: what it says, when there is a new one, what anybody with the code learns, a worker that dies."""

import io
from datetime import date

import pypdf
import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from core.jobs.running import resume, run
from core.models import Job, VerifiableDocument
from organizations.models import Organization
from teams.filings.certificates import issue_certificate
from teams.filings.checks import check
from teams.filings.drafting import begin, keep
from teams.filings.proposal import Proposal
from teams.models import RuleStep, Team
from teams.workflow import WORKFLOW
from tests.core.test_jobs import age, begun, broker, fresh, let_go, worker  # noqa: F401 - fixtures
from tests.teams import builders

LONG = "莫力达瓦达斡尔族自治旗红十字山野搜救队（演示）"


def issued(team: Team) -> VerifiableDocument:
    """The paper that the latest job made."""
    run(Job.objects.filter(kind="filing_certificate").latest("created_at").pk)
    return VerifiableDocument.objects.of(team).valid().get()


def text_of(document: VerifiableDocument) -> str:
    with default_storage.open(document.file.name) as file:
        pages = pypdf.PdfReader(io.BytesIO(file.read())).pages
    assert len(pages) == 1
    return "".join(pages[0].extract_text().split())


def changed(team: Team, chifeng, region, **facts) -> None:
    team.refresh_from_db()
    filing = WORKFLOW.perform(builders.changing(team, chifeng, **facts), "submit", by=chifeng)
    WORKFLOW.perform(filing, "confirm", by=region)


@pytest.fixture
def team(chifeng, region, office) -> Team:
    return builders.filed(chifeng, office("150400"), region, name=LONG)


@pytest.mark.django_db
def test_it_says_what_is_on_file_and_anybody_may_check_it(team, chifeng, as_user):
    document = issued(team)
    text = text_of(document)
    says = ["盟市级", "水上救生（兼：山野搜救）", "直接建立", "赤红发〔2024〕7号", "内红赈发〔2026〕8号"]
    for words in (team.filing_no, LONG, *says, "内蒙古自治区红十字会（盖章）", document.printed_code):
        assert words in text
    for personal in ("阿拉坦", "138", "0476"):
        assert personal not in text
    page = Client().get(document.get_absolute_url()).content.decode()
    for words in (team.filing_no, LONG, "目前情况", "已备案", document.sha256):
        assert words in page
    assert "阿拉坦" not in page
    response = as_user(chifeng).get(reverse("core:document_download", args=[document.pk]))
    assert b"".join(response.streaming_content).startswith(b"%PDF")


@pytest.mark.django_db
def test_a_renewal_that_changes_nothing_printed_keeps_the_paper(team, chifeng, region):
    first = issued(team)
    filing = begin("annual", by=chifeng, team=team)
    builders.papers(filing, chifeng)
    WORKFLOW.perform(WORKFLOW.perform(filing, "submit", by=chifeng), "confirm", by=region)
    assert issued(team) == first
    changed(team, chifeng, region, base_address="演示路 9 号")  # not printed
    assert issued(team) == first
    changed(team, chifeng, region, main_category="mountain", other_categories=[])
    second = issued(team)
    assert (second.pk != first.pk, "山野搜救" in text_of(second)) == (True, True)
    first.refresh_from_db()
    assert first.state == "replaced"


@pytest.mark.django_db
def test_a_renewal_decided_below_does_not_put_another_office_on_the_paper(songshan, chifeng, region, office):
    """Where the region leaves renewals to the leagues, the paper stays that of the office whose 批复 it quotes."""
    team = builders.filed(songshan, office("150404"), region, name="松山区红十字救援队", level="banner_county")
    first = issued(team)
    RuleStep.objects.filter(rule__kind="annual", rule__level="banner_county", place="region").delete()
    filing = builders.renewed(team, songshan)
    assert (filing.current_step.office.code, filing.current_step.is_final) == ("150400", True)
    WORKFLOW.perform(filing, "confirm", by=chifeng)
    assert (issued(team), first.issuer) == (first, "内蒙古自治区红十字会")


@pytest.mark.django_db
def test_it_ends_with_the_team_and_a_late_job_does_not_bring_it_back(team, chifeng, region):
    document = issued(team)
    late = Job.objects.get(kind="filing_certificate")
    filing = WORKFLOW.perform(builders.leaving(team, chifeng), "submit", by=chifeng)
    builders.account_for(filing, chifeng)
    WORKFLOW.perform(filing, "approve", by=region)
    WORKFLOW.perform(filing, "issue", by=region, **builders.REPLY)
    document.refresh_from_db()
    assert (document.state, document.end_reason) == ("revoked", "队伍已退出")
    issue_certificate(late, None)
    assert not VerifiableDocument.objects.of(team).valid().exists()
    page = Client().get(document.get_absolute_url()).content.decode()
    assert "已撤销" in page
    assert "已退出" in page


@pytest.mark.django_db
def test_a_team_that_came_back_shows_both_days_with_the_number_of_each(team, chifeng, region):
    """One line said the day of the registration beside the number of the return."""
    filing = WORKFLOW.perform(builders.leaving(team, chifeng), "submit", by=chifeng)
    builders.account_for(filing, chifeng)
    WORKFLOW.perform(filing, "approve", by=region)
    WORKFLOW.perform(filing, "issue", by=region, reply_no="内红赈发〔2026〕9号", reply_on=date(2026, 11, 3))
    back = begin("restore", by=chifeng, team=Team.objects.get(pk=team.pk))
    back = keep(back, {"reason": "重新组建"}, by=chifeng, version=back.version)
    builders.papers(back, chifeng)
    back = WORKFLOW.perform(back, "submit", by=chifeng)
    WORKFLOW.perform(back, "approve", by=region)
    WORKFLOW.perform(back, "issue", by=region, reply_no="内红赈发〔2026〕10号", reply_on=date(2026, 11, 20))
    text = text_of(issued(team))
    assert "备案日期2026年3月2日批复文号内红赈发〔2026〕8号" in text
    assert "恢复日期2026年11月20日批复文号内红赈发〔2026〕10号" in text
    assert "9号" not in text
    for day, said in (("2026-11-10", "退出日期早于恢复备案的日期（2026-11-20）。"), ("2026-11-21", "")):
        again = Proposal("exit", {"exit_on": day}, chifeng.organization, Team.objects.get(pk=team.pk), {}, None)
        found = [finding.message for finding in check(again).findings if finding.key == "exit_day"]
        assert found == ([said] if said else []), day


@pytest.mark.django_db
def test_suspended_is_told_to_anybody(team):
    document = issued(team)
    Team.objects.filter(pk=team.pk).update(status="suspended")
    assert "暂停" in Client().get(document.get_absolute_url()).content.decode()


def test_a_worker_killed_while_printing_leaves_exactly_one(broker, worker, cast, settings):  # noqa: F811
    settings.JOBS = {**settings.JOBS, "filing_certificate": "tests.teams.sample_jobs.held_certificate"}
    place = Organization.objects.get(code="150400")
    team = builders.filed(cast["chifeng"], place, cast["region"])
    job = Job.objects.get(kind="filing_certificate")
    first = worker()
    assert begun(broker, job) == 1  # printed, and not committed
    first.kill()
    assert VerifiableDocument.objects.of(team).count() == 0
    age(job, seconds=61)
    assert resume() == 1
    second = worker()
    assert begun(broker, job) == 2
    let_go(broker, job, 2)
    second.finish()
    assert fresh(job).state == "ready"
    document = VerifiableDocument.objects.of(team).get()
    assert document.state == "valid"
    assert team.filing_no in text_of(document)
