"""A list on paper."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from itertools import islice
from typing import IO, Any

from core.exports.columns import ExportColumn
from core.words import in_words

MEDIA_TYPE = "application/pdf"


def write_pdf(
    columns: Sequence[ExportColumn], records: Iterable[Any], *, title: str, heading: str, most: int
) -> tuple[IO[bytes], int]:
    """The list as a PDF, and the number of records in it.

    ``templates/pdf/list.html`` reads title, heading, headers, rows.
    """
    from core.documents import render_pdf  # WeasyPrint is slow to import

    rows = [[in_words(column.value(record)) for column in columns] for record in islice(records, most)]
    context = {"title": title, "heading": heading, "headers": [column.title for column in columns], "rows": rows}
    return BytesIO(render_pdf("pdf/list.html", context)), len(rows)
