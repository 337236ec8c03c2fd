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

from assessments.report.content import Verify
from assessments.report.preparing import Prepared, prepare

__all__ = ["Prepared", "Verify", "prepare", "verify_by"]


def verify_by(code: str | None) -> Verify | None:
    """The public pages that confirm what stands under a code; a draft has none."""
    if not code:
        return None
    origin = settings.PORTAL_ORIGIN
    return Verify(code, origin + reverse("verify", args=[code]), origin + reverse("verify_lookup"))
