"""A list on paper."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO
from itertools import islice
from typing import IO, Any

from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.translation import gettext as _

from core.exports.columns import ExportColumn

MEDIA_TYPE = "application/pdf"


def write_pdf(
    columns: Sequence[ExportColumn], records: Iterable[Any], *, title: str, heading: str, most: int
) -> tuple[IO[bytes], int]:
    """The list as a PDF, and the number of records in it.

    ``templates/pdf/list.html`` reads title, heading, headers, rows.
    """
    from core.documents import render_pdf  # WeasyPrint is slow to import

    rows = [[_text(column.value(record)) for column in columns] for record in islice(records, most)]
    context = {"title": title, "heading": heading, "headers": [column.title for column in columns], "rows": rows}
    return BytesIO(render_pdf("pdf/list.html", context)), len(rows)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple | set):
        return _("、").join(force_str(item) for item in value)
    return force_str(value)
