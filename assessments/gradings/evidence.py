"""Files of many small records on one page, in one query, and one for what was not sent to the end."""

from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType

from assessments.gradings.claims import Row
from assessments.models import GradingClaim
from core.attachments.panel import broken_off, panels
from core.models import Attachment
from organizations.models import User

KIND = "evidence"


def evidence_panels(rows: Iterable[Row], user: User) -> list[dict[str, Any]]:
    """``row`` and its ``panel`` (``{% attachment_panel %}``), for every indicator that has a claim."""
    claims = [row for row in rows if row.claim is not None]
    files = Attachment.objects.filter(
        content_type=ContentType.objects.get_for_model(GradingClaim),
        object_id__in=[str(row.claim.pk) for row in claims if row.claim],
    ).select_related("uploaded_by", "ended_by", "content_type")
    by_claim: dict[str, list[Attachment]] = {}
    for file in files.order_by("uploaded_at", "pk"):
        by_claim.setdefault(file.object_id, []).append(file)
    broken = broken_off([row.claim for row in claims if row.claim], user) if claims else []
    found = []
    for row in claims:
        assert row.claim is not None, "sorted out above"
        panel = panels(row.claim, user, [KIND], rows=by_claim.get(str(row.claim.pk), []), broken=broken)[KIND]
        # several of a kind stand on one page: each list needs an id of its own
        panel |= {"kind": f"{KIND}-{row.claim.pk}", "upload_into": f"files-{KIND}-{row.claim.pk}"}
        found.append({"row": row, "panel": panel})
    return found
