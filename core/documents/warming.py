"""Readies a worker process for printing many papers."""

import gc
from functools import lru_cache
from itertools import count

from core.documents.rendering import pdf_of
from core.memory import settle

_SAMPLE = (
    '<html lang="zh-Hans" data-sheet="official"><body><h1>标题</h1><h2>一、</h2><p>正文 0123456789 — ABC</p>'
    "<table><thead><tr><th>项</th></tr></thead><tbody><tr><td>目</td></tr></tbody></table></body></html>"
)
THRESHOLD = 1_000_000  # new objects between two collections; a paper makes fifty thousand that live until it is written
EVERY = 5  # papers between two full collections: what a paper leaves behind refers to itself in circles
_papers = count(1)


def between_papers() -> None:
    """Before each of many papers: the first time warms up; later, now and then, frees what the papers before left."""
    warm_up()
    if next(_papers) % EVERY == 0:
        gc.collect()


@lru_cache(maxsize=1)
def warm_up() -> None:
    """Once per process, before the first of many papers: load fonts and style sheets, then take everything that is
    there out of garbage collection, which would otherwise scan it again for every paper.

    Called with the first report and not when a worker process starts: Celery ends a process that takes four seconds to
    start, which this may on a busy machine, and workers that print nothing need none of it.
    """
    pdf_of(_SAMPLE)
    settle(THRESHOLD)
