"""Reports: rendered once per content, put on record so that anybody can check the paper."""

import hashlib
from typing import Any

from django.core.files.base import ContentFile
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from pypdfium2 import PdfDocument

from assessments.models import ReportDocument
from assessments.report import prepare, verify_by
from assessments.running import stored
from assessments.running.settling import first_of, settling
from assessments.states import DocumentState
from core.attachments.safekeeping import keep_file
from core.documents import register
from core.documents.codes import ALPHABET, LENGTH
from core.models import VerifiableDocument


def make(document: ReportDocument) -> None:
    """The report of a claimed row: taken where the same content was printed already, else rendered.

    What is not final yet is a draft: it has no code, and nobody outside can take it for a paper that holds.
    """
    prepared = prepare(document)
    document.digest = prepared.digest
    first = first_of(document)
    earlier = _earlier(first, document.digest) if prepared.is_final else _earlier_draft(document)
    if earlier is not None:
        document.code = earlier["code"]
        lost = None if stored.is_whole(earlier) else prepared.pdf(verify_by(document.code))
        with settling(document) as fields:
            if lost is not None:
                stored.put_back(earlier, lost)
            fields |= earlier
        return
    document.code = code_of(first, document.digest) if prepared.is_final else ""
    pdf = prepared.pdf(verify_by(document.code))
    measured = {"pages": pages_of(pdf), "size": len(pdf)}
    with settling(document) as fields:
        if document.code:
            paper = _register(first, document, pdf, prepared.report.issuer)
            fields |= {"file": paper.file.name, "sha256": paper.sha256, **measured}
        else:
            fields |= {"file": _kept_draft(document, pdf), "sha256": hashlib.sha256(pdf).hexdigest(), **measured}


def _earlier(first: ReportDocument, digest: str) -> dict[str, Any] | None:
    """The file of the valid paper with this content, of whichever run."""
    paper = VerifiableDocument.objects.of(first).valid().filter(content_digest=digest).first()
    if paper is None:
        return None
    rows = ReportDocument.objects.filter(digest=digest, code=paper.code, state=DocumentState.READY)
    return dict(rows.values("file", "sha256", "pages", "size", "code")[0])  # paper and row were written together


def _earlier_draft(document: ReportDocument) -> dict[str, Any] | None:
    rows = ReportDocument.objects.filter(
        kind=document.kind, organization=document.organization_id, digest=document.digest, state=DocumentState.READY,
        code="",
    )  # fmt: skip
    known = rows.values("file", "sha256", "pages", "size", "code").first()
    return dict(known) if known is not None else None


def _kept_draft(document: ReportDocument, pdf: bytes) -> str:
    name = f"reports/{document.run.campaign.year}/drafts/{document.digest}.pdf"
    return keep_file(stored.storage(), name, ContentFile(pdf))


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


def _register(first: ReportDocument, document: ReportDocument, pdf: bytes, issuer: str) -> VerifiableDocument:
    """:param issuer: as printed: whoever checks the paper holds the two side by side."""
    run = document.run
    words = {"place": document.organization.name, "year": run.campaign.year}
    return register(
        first, pdf, code=document.code, content_digest=document.digest, number=document.number,
        title=document.get_kind_display(), issuer=issuer, subject=_("%(place)s %(year)d年度考核") % words,
        by=run.started_by, on=run.dated,
    )  # fmt: skip
