"""Reports: rendered once per content, put on record so that anybody can check the paper."""

from typing import Any

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from pypdfium2 import PdfDocument

from assessments.models import ReportDocument
from assessments.report import digest_of, render_pdf_of
from assessments.running.settling import first_of, settling
from assessments.states import DocumentState
from core.documents import register
from core.documents.codes import ALPHABET, LENGTH
from core.models import VerifiableDocument
from organizations.models import Organization
from organizations.roles import Level


def make(document: ReportDocument) -> None:
    """The report of a claimed row: taken where the same content is valid already, else rendered."""
    document.digest = digest_of(document)
    first = first_of(document)
    earlier = _earlier(first, document.digest)
    if earlier is not None:
        document.code = earlier["code"]
        with settling(document) as fields:
            fields |= earlier
        return
    document.code = code_of(first, document.digest)
    pdf = render_pdf_of(document)
    pages = pages_of(pdf)
    with settling(document) as fields:
        paper = _register(first, document, pdf)
        fields |= {"file": paper.file.name, "sha256": paper.sha256, "pages": pages, "size": len(pdf)}


def _earlier(first: ReportDocument, digest: str) -> dict[str, Any] | None:
    """The file of the valid paper with this content, of whichever run."""
    paper = VerifiableDocument.objects.of(first).valid().filter(content_digest=digest).first()
    if paper is None:
        return None
    rows = ReportDocument.objects.filter(digest=digest, code=paper.code, state=DocumentState.READY)
    return dict(rows.values("file", "sha256", "pages", "size", "code")[0])  # paper and row were written together


def code_of(first: ReportDocument, digest: str) -> str:
    """The code to print: the same for the same content, so that an attempt made again gives the same bytes, and not to
    be guessed without the portal's key. Content that comes back after a newer version took its place has another one,
    because a paper that ended stays ended."""
    ended = VerifiableDocument.objects.of(first).filter(content_digest=digest).count()
    mac = salted_hmac("assessments.running.papers", f"{digest}-{ended}", algorithm="sha256").digest()
    rest, code = int.from_bytes(mac, "big"), ""
    for _position in range(LENGTH):
        rest, place = divmod(rest, len(ALPHABET))
        code += ALPHABET[place]
    return code


def pages_of(pdf: bytes) -> int:
    document: Any = PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def _register(first: ReportDocument, document: ReportDocument, pdf: bytes) -> VerifiableDocument:
    run = document.run
    words = {"place": document.organization.name, "year": run.campaign.year}
    return register(
        first, pdf, code=document.code, content_digest=document.digest, number=document.number,
        title=document.get_kind_display(), issuer=_issuer(), subject=_("%(place)s %(year)d年度考核") % words,
        by=run.started_by, on=run.dated,
    )  # fmt: skip


def _issuer() -> str:
    """The region runs the assessment."""
    return Organization.objects.filter(level=Level.REGION).order_by("path").values_list("name", flat=True)[0]
