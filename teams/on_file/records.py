"""What has been filed about a team: its filings, the papers handed in with them, the certificates issued."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet

from core.days import end_of
from core.models import Attachment, VerifiableDocument
from organizations.models import User
from teams.models import Filing, PaperKind
from teams.on_file.past import Snapshot, rows_on
from teams.states import FILING_TONES


def filings_of(shot: Snapshot, user: User) -> QuerySet[Filing]:
    """Newest first; of a past day in the state they had then."""
    rows: QuerySet[Any] = Filing.objects.visible_to(user).filter(team_id=shot.team.pk)
    if shot.day:
        rows = rows_on(Filing, shot.day, rows)
    return rows.select_related("current_office").order_by("-created_at", "-pk")


def toned(filings: list[Any]) -> list[Any]:
    """Each with ``tone`` and ``icon``."""
    for filing in filings:
        filing.tone, filing.icon = FILING_TONES[filing.state]
    return filings


def certificates_of(shot: Snapshot) -> QuerySet[VerifiableDocument]:
    """Papers the portal issued about the team, newest first."""
    rows = VerifiableDocument.objects.of(shot.team)
    return rows.filter(issued_at__lt=end_of(shot.day)) if shot.day else rows


def papers_of(shot: Snapshot, filings: Sequence[Filing], names: Iterable[PaperKind]) -> list[dict[str, Any]]:
    """Papers in use of these filings: kind in words, file, filing; by kind, newest first."""
    by_pk = {str(filing.pk): filing for filing in filings}
    rows = Attachment.objects.current().filter(
        content_type=ContentType.objects.get_for_model(Filing), object_id__in=list(by_pk)
    )
    if shot.day:
        rows = rows.filter(uploaded_at__lt=end_of(shot.day))
    kinds = {kind.pk: kind.name for kind in names}
    order = list(kinds)
    papers = [
        {"file": row, "kind": kinds.get(row.kind, row.kind), "filing": by_pk[row.object_id], "key": row.kind}
        for row in rows.order_by("-uploaded_at")
    ]
    return sorted(papers, key=lambda paper: order.index(paper["key"]) if paper["key"] in order else len(order))
