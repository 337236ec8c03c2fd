"""Printed reports of the annual assessment: of a team, a league, the region. Knows nothing of queues.

    prepared = prepare(document)            # reads; a ReportDocument that is not saved will do
    prepared.digest                         # of everything that goes into it, without printing
    prepared.pdf(Verify(code, url, lookup_url))
    prepared.docx()

The same inputs give the same digest and the same bytes, in any process. The first eight digits of the digest stand on
every page. A report about what is not final says so on cover and foot and carries no code: ``prepared.is_final``.
"""

from assessments.models import ReportDocument
from assessments.report.content import Verify
from assessments.report.preparing import Prepared, prepare

__all__ = ["Prepared", "Verify", "digest_of", "prepare", "render_docx_of", "render_pdf_of"]


def digest_of(document: ReportDocument) -> str:
    return prepare(document).digest


def render_pdf_of(document: ReportDocument, verify: Verify | None = None) -> bytes:
    return prepare(document).pdf(verify)


def render_docx_of(document: ReportDocument) -> bytes:
    return prepare(document).docx()
