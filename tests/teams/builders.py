"""Filings brought to a state by the same functions people use. Fixed values, plainly fictional."""

from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from core.attachments.storing import attach
from organizations.models import Organization, User
from teams.choices import ExitTask
from teams.filings.checks import papers_asked
from teams.filings.drafting import begin, keep
from teams.filings.proposal import Proposal
from teams.models import EmblemItem, ExitItem, Filing, Team
from teams.workflow import WORKFLOW, deciders
from tests.core.sample_files import pdf
from tests.people.builders import ready

CAPTAIN = {
    "role": "captain", "name": "阿拉坦·苏都", "phone": "13800000011", "origin": "elected", "starts_on": "2024-03-01",
}  # fmt: skip
DEPUTIES = [
    {"role": "deputy", "name": "李志强", "phone": "", "origin": "elected", "starts_on": "2024-03-01"},
    {"role": "deputy", "name": "敖特根巴雅尔·孟和", "phone": "", "origin": "recommended", "starts_on": "2024-03-01"},
]
FACTS: dict[str, Any] = {
    "name": "赤峰市红十字测试救援队",
    "short_name": "赤峰测试队",
    "level": "league_city",
    "formation": "direct",
    "registration": "document",
    "founded_on": "2024-03-01",
    "filing_doc_no": "赤红发〔2024〕7号",
    "filing_doc_on": "2024-03-05",
    "main_category": "aquatic",
    "other_categories": ["mountain"],
    "planned_size": "30",
    "base_address": "演示路 1 号",
    "latitude": "42.25781",
    "longitude": "118.88694",
    "duty_phone": "0476-1234567",
    "funding": ["budget"],
    "posts": [CAPTAIN, *DEPUTIES],
}
REPLY = {"reply_no": "内红赈发〔2026〕8号", "reply_on": date(2026, 3, 2)}


def read(user: User) -> User:
    """The person as a new request would read it: what one may do is kept on the object."""
    fresh: User = User.objects.select_related("organization").get(pk=user.pk)
    return fresh


def paper(filing: Filing, kind: str, by: User) -> None:
    """A real, if empty, PDF of one kind. Its pages differ by kind: the same file twice is refused."""
    upload = SimpleUploadedFile(f"{kind}.pdf", pdf(pages=1 + len(kind)), "application/pdf")
    attach(filing, upload, kind=kind, by=by)


def papers(filing: Filing, by: User) -> None:
    """All papers the rule asks for."""
    for asked in papers_asked(Proposal.of(filing)):
        if asked.required:
            paper(filing, asked.paper_id, by)


def drafted(by: User, office: Organization, **facts: Any) -> Filing:
    """A registration with everything filled in and no papers."""
    filing = begin("register", by=by, office=office)
    return keep(filing, {**FACTS, "office": str(office.pk), **facts}, by=by, version=filing.version)


def submitted(by: User, office: Organization, **facts: Any) -> Filing:
    filing = drafted(by, office, **facts)
    papers(filing, by)
    return WORKFLOW.perform(filing, "submit", by=by)


def filed(by: User, office: Organization, decider: User, **facts: Any) -> Team:
    """A team registered by its league, agreed to and issued by the region; of a banner with what its league says."""
    filing = submitted(by, office, **facts)
    while not filing.current_step.is_final:
        filing = WORKFLOW.perform(filing, "accept", by=read(deciders(filing)[0]))
    WORKFLOW.perform(filing, "approve", by=decider)
    filing = WORKFLOW.perform(filing, "issue", by=decider, **REPLY)
    team: Team = Team.objects.select_related("organization").get(filings=filing)
    return team


def changing(team: Team, by: User, **facts: Any) -> Filing:
    """A change, filled in and with its papers, not handed in."""
    filing = begin("change", by=by, team=team)
    filing = keep(filing, {"reason": "队员大会选举", **facts}, by=by, version=filing.version)
    papers(filing, by)
    return filing


def renewed(team: Team, by: User) -> Filing:
    """An annual confirmation without a change or a warning, handed in."""
    ready(team.organization, team.pk % 900 + 1)
    filing = begin("annual", by=by, team=team)
    papers(filing, by)
    return WORKFLOW.perform(filing, "submit", by=by)


def leaving(team: Team, by: User, **typed: Any) -> Filing:
    filing = begin("exit", by=by, team=team)
    typed = {"exit_kind": "voluntary", "exit_on": "2026-11-01", "reason": "队员大会决定", **typed}
    filing = keep(filing, typed, by=by, version=filing.version)
    papers(filing, by)
    return filing


def account_for(filing: Filing, by: User, *tasks: str) -> None:
    """Tick lines of the exit checklist; all without ``tasks``."""
    ExitItem.objects.filter(filing=filing, task__in=tasks or ExitTask.values).update(
        done_on=date(2026, 11, 2), note="已交回，附清单", done_by=by
    )


def flag(team: Team, quantity: int = 2) -> EmblemItem:
    return EmblemItem.objects.create(
        team=team, kind="flag", description="队旗", quantity=quantity, issued_on=date(2024, 3, 1)
    )
