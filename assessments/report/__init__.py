"""Printed reports of the annual assessment: of a team, a league, the region. Knows nothing of queues.

    prepared = prepare(document)    # reads; a ReportDocument that is not saved will do
    prepared.digest                 # of everything that goes into it, without printing
    prepared.pdf(verify)            # Verify(code, url, lookup_url)
    prepared.docx()

The same inputs give the same digest and the same bytes, in any process. The first eight digits of the digest stand on
every page. A report about what is not final says so on cover and foot and carries no code: ``prepared.is_final``.
"""

from django.conf import settings
from django.urls import reverse

from assessments.models import ReportDocument
from assessments.report.content import Verify
from assessments.report.preparing import Prepared, prepare

__all__ = ["Changed", "Prepared", "Verify", "digest_of", "prepare", "render_docx_of", "render_pdf_of", "verify_by"]


class Changed(Exception):  # noqa: N818 - an outcome: begin again
    """The data have changed since the digest of the document was taken."""


def digest_of(document: ReportDocument) -> str:
    return prepare(document).digest


def render_pdf_of(document: ReportDocument, verify: Verify | None = None) -> bytes:
    """With the code of the document where it has one. Raises ``Changed`` where it has a digest that is none any more:
    what is printed on the pages and what is kept must be the same."""
    prepared = prepare(document)
    if document.digest and document.digest != prepared.digest:
        raise Changed(document.pk)
    code = getattr(document, "code", "")  # drawn by whoever stores the file
    return prepared.pdf(verify or (verify_by(code) if code else None))


def render_docx_of(document: ReportDocument) -> bytes:
    return prepare(document).docx()


def verify_by(code: str) -> Verify:
    """The public pages that confirm what stands under a code."""
    origin = settings.PORTAL_ORIGIN
    return Verify(code, origin + reverse("verify", args=[code]), origin + reverse("verify_lookup"))
