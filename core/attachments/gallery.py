"""What ``core/_gallery.html`` shows: the pictures and films of one kind as a grid of thumbnails, a page at a time."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.paginator import Paginator
from django.db import models
from django.db.models import Count

from core.attachments.panel import broken_rows, label_of, row_context, rows_of, zone_context
from core.decisions import Decision
from core.models import Attachment, Upload
from core.together import together

TILES = 48  # on a page: eight rows of six on a desk, sixteen of three on a phone
MOST_ENDED = 48  # of the withdrawn ones the newest; all of them stand in the record's history


def galleries(
    owner: models.Model,
    pages: Mapping[str, Any],
    *,
    decision: Decision,
    papers: tuple[str, ...] = (),
    broken: Iterable[Upload] = (),
) -> tuple[list[dict[str, Any]], list[Attachment]]:
    """Contexts of the galleries of several kinds, newest first, with the drop zone where ``decision`` (of the record's
    ``can_attach``) allows; and the files of the kinds ``papers``. Two queries, whatever there is.

    :param pages: kind → page, as it stands in the address, nonsense included: ``request.GET.get(f"{kind}_page")``.
    :param broken: ``broken_off``.
    """
    rows = rows_of(owner)
    current = rows.filter(ended_at=None).order_by("-uploaded_at", "-pk")
    ended = rows.exclude(ended_at=None).order_by("-ended_at", "-pk")
    found = together(
        counts=current.filter(kind__in=pages).order_by().values("kind").annotate(n=Count("pk")),
        papers=rows.filter(kind__in=papers),
        **{kind: ended.filter(kind=kind)[:MOST_ENDED] for kind in pages},
    )
    counts = {row["kind"]: row["n"] for row in found["counts"]}
    shown = {kind: Paginator(range(counts.get(kind, 0)), TILES).get_page(page) for kind, page in pages.items()}
    tiles = together(**{kind: _of_page(current.filter(kind=kind), page.object_list) for kind, page in shown.items()})
    made = [
        {
            "kind": kind,
            "label": label_of(owner, kind),
            "decision": decision,
            "tiles": [row_context(row, decision) for row in tiles[kind]],
            "ended": [row_context(row, decision) for row in found[kind]],
            "page_obj": page,
            "count": counts.get(kind, 0),
            "page_name": f"{kind}_page",
            "upload_into": f"gallery-{kind}",
            "upload_broken": broken_rows(broken, owner, kind),
            **zone_context(owner, kind, show="tile"),
        }
        for kind, page in shown.items()
    ]
    return made, found["papers"]


def _of_page(rows: models.QuerySet[Attachment], page: Any) -> models.QuerySet[Attachment]:
    """Those that stand at the numbers of ``page``, a range."""
    return rows[page.start : page.stop]
