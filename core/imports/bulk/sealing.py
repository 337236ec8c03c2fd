"""What a long import keeps between upload and confirmation: judged rows and corrections, unreadable in the database."""

import base64
import json
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core import encryption
from core.imports.bulk.resources import CHANGED, LEFT, NEW, SAME, WRONG, Outcome
from core.imports.bulk.rows import Line
from core.models import Import, ImportPage

PAGE = 50  # rows on a page of the preview
RANKS = (WRONG, "warned", CHANGED, NEW, LEFT, SAME)
_HELD = 40  # pages written together


def seal(value: Any) -> str:
    packed = zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), 3)
    return encryption.encrypt(base64.b85encode(packed).decode())


def unseal(text: str) -> Any:
    return json.loads(zlib.decompress(base64.b85decode(encryption.decrypt(text)))) if text else None


def corrections_of(item: Import) -> dict[str, Any]:
    """``{"cells": {key: {field: text}}, "left": [key], "columns": {heading: field}, "sheets": {name: bool}}``."""
    found = unseal(item.corrections.get("sealed", "")) or {}
    if off := found.pop("sheets_off", ()):  # of a draft from before sheets could be asked for as well as left out
        found["sheets"] = dict.fromkeys(off, False)
    return dict(found)


def sealed_corrections(corrections: Mapping[str, Any]) -> dict[str, str]:
    return {"sealed": seal(corrections)} if any(corrections.values()) else {}


class Pages:
    """Collects judged rows and writes them as pages of their kind; holds no more than a page of each."""

    def __init__(self, item: Import, names: Sequence[str]) -> None:
        self.item, self.names = item, names
        self.counts: dict[str, int] = dict.fromkeys((*RANKS, "total"), 0)  # of kinds; "warned" beside them
        self._open: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._numbers: dict[str, int] = dict.fromkeys(RANKS, 0)
        self._held: list[ImportPage] = []

    def add(self, outcome: Outcome) -> None:
        kind = WRONG if outcome.errors else outcome.kind
        rank = "warned" if outcome.notes and kind not in (WRONG, LEFT) else kind
        self._put(rank, kind, outcome)

    def leave(self, line: Line) -> None:
        self._put(LEFT, LEFT, Outcome(line, LEFT))

    def close(self) -> None:
        for rank in RANKS:
            self._turn(rank)
        self._write()

    def _put(self, rank: str, kind: str, outcome: Outcome) -> None:
        self.counts[kind] += 1
        self.counts["total"] += kind != LEFT
        self.counts["warned"] += rank == "warned"
        self._open[rank].append(_as_json(outcome, kind, self.names))
        if len(self._open[rank]) >= PAGE:
            self._turn(rank)

    def _turn(self, rank: str) -> None:
        rows = self._open.pop(rank, [])
        if rows:
            place = RANKS.index(rank)
            page = ImportPage(item=self.item, rank=place, number=self._numbers[rank], rows=len(rows), sealed=seal(rows))
            self._numbers[rank] += 1
            self._held.append(page)
            if len(self._held) >= _HELD:
                self._write()

    def _write(self) -> None:
        ImportPage.objects.bulk_create(self._held)
        self._held = []


def _as_json(outcome: Outcome, kind: str, names: Sequence[str]) -> dict[str, Any]:
    line = outcome.line
    texts = {**line.cells, **outcome.shown}
    return {
        "key": line.key,
        "sheet": line.sheet,
        "number": line.number,
        "kind": kind,
        "cells": [texts.get(name, "") for name in names],
        "why": outcome.errors,
        "note": outcome.notes,
        "old": outcome.old,
        "hidden": line.hidden,
    }


def page_count(item: Import) -> int:
    return max(1, -(-sum(item.pages.values_list("rows", flat=True)) // PAGE))


def read_page(item: Import, number: int) -> list[dict[str, Any]]:
    """The ``number``-th page from 1, what is wrong first. What is stored together is of one kind, so the last of a kind
    may be short; a page of the preview is always full."""
    first, last, at = (number - 1) * PAGE, number * PAGE, 0
    wanted: list[tuple[int, int]] = []  # stored page, and where it begins
    for pk, rows in item.pages.order_by("rank", "number").values_list("pk", "rows"):
        if at < last and at + rows > first:
            wanted.append((pk, at))
        at += rows
    stored = item.pages.in_bulk([pk for pk, _begin in wanted])
    lines = [(begin + place, line) for pk, begin in wanted for place, line in enumerate(unseal(stored[pk].sealed))]
    return [line for place, line in lines if first <= place < last]


def wrong_keys(item: Import) -> set[str]:
    """Keys of the rows that keep the others out."""
    pages = item.pages.filter(rank=RANKS.index(WRONG)).iterator(20)
    return {row["key"] for page in pages for row in unseal(page.sealed)}


def read_marked(item: Import) -> Iterator[dict[str, Any]]:
    """Rows with something said about them."""
    for page in item.pages.filter(rank__lte=RANKS.index("warned")).order_by("rank", "number").iterator(20):
        yield from unseal(page.sealed)
