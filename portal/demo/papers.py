"""Papers for the demo filings: real, tiny PDFs that say what they are."""

from functools import lru_cache

from django.core.files.uploadedfile import SimpleUploadedFile

from core.attachments import attach
from core.documents.rendering import render_pdf
from organizations.models import User
from teams.checks import papers_asked
from teams.models import Filing, PaperKind
from teams.proposal import Proposal


@lru_cache
def _pdf(title: str) -> bytes:
    return render_pdf("pdf/demo_paper.html", {"title": title})


def hand_over(filing: Filing, by: User) -> None:
    """Every paper the rule asks of this filing."""
    for asked in papers_asked(Proposal.of(filing)):
        if asked.required:
            _attach(filing, asked.paper, by)


def _attach(filing: Filing, paper: PaperKind, by: User) -> None:
    name = f"{paper.name}（演示）"
    attach(filing, SimpleUploadedFile(f"{name}.pdf", _pdf(name), "application/pdf"), kind=paper.pk, by=by)
