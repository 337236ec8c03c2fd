"""Papers for the demo filings: one real, tiny PDF that says what it is, under the name of each paper."""

from functools import lru_cache

from django.core.files.uploadedfile import SimpleUploadedFile

from core.attachments import attach
from core.documents.rendering import render_pdf
from organizations.models import User
from teams.filings.checks import papers_asked
from teams.filings.proposal import Proposal
from teams.models import Filing, PaperKind


@lru_cache
def _pdf() -> bytes:
    return render_pdf("pdf/demo_paper.html", {"title": "备案材料（演示）"})


def hand_over(filing: Filing, by: User) -> None:
    """Every paper the rule asks of this filing."""
    for asked in papers_asked(Proposal.of(filing)):
        if asked.required:
            _attach(filing, asked.paper, by)


def _attach(filing: Filing, paper: PaperKind, by: User) -> None:
    upload = SimpleUploadedFile(f"{paper.name}（演示）.pdf", _pdf(), "application/pdf")
    attach(filing, upload, kind=paper.pk, by=by)
