"""What ``core/_gallery.html`` shows: the pictures and films of one kind as a grid of thumbnails, a page at a time."""

from typing import Any

from django.core.paginator import Paginator
from django.db import models

from core.attachments.owners import may_attach
from core.attachments.panel import label_of, row_context, rows_of, zone_context
from core.decisions import Decision

TILES = 48  # on a page: eight rows of six on a desk, sixteen of three on a phone
MOST_ENDED = 48  # of the withdrawn ones the newest; all of them stand in the record's history


def gallery_context(
    owner: models.Model, user: Any, kind: str, page: Any = 1, *, label: str = "", decision: Decision | None = None
) -> dict[str, Any]:
    """Context of the gallery of one kind: newest first, with the drop zone where ``user`` may add. Three queries,
    whatever there is, besides what ``owner.can_attach`` asks.

    :param page: as it stands in the address, nonsense included: ``request.GET.get(f"{kind}_page")``.
    :param decision: what ``can_attach`` said, where the page has asked already.
    """
    decision = may_attach(owner, user) if decision is None else decision
    rows = rows_of(owner).filter(kind=kind)
    shown = Paginator(rows.filter(ended_at=None).order_by("-uploaded_at", "-pk"), TILES).get_page(page)
    ended = rows.exclude(ended_at=None).order_by("-ended_at", "-pk")[:MOST_ENDED]
    return {
        "kind": kind,
        "label": label_of(owner, kind, label),
        "decision": decision,
        "tiles": [row_context(row, decision) for row in shown],
        "ended": [row_context(row, decision) for row in ended],
        "page_obj": shown,
        "count": shown.paginator.count,
        "page_name": f"{kind}_page",
        "upload_into": f"gallery-{kind}",
        **zone_context(owner, kind, show="tile"),
    }
