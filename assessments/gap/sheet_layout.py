"""A score sheet laid out along the tree of its standard, for pages (``templates/assessments/_sheet.html``)."""

from collections.abc import Iterable
from typing import Any

from assessments.choices import Method
from assessments.models import Indicator
from assessments.scoring import NOUGHT, ScoreSheet, plain
from assessments.standards.tree import depths, in_order


def laid_out(indicators: Iterable[Indicator], sheet: ScoreSheet) -> list[Any]:
    """The indicators in tree order, each with ``line`` (None: a heading), ``depth`` from 0, ``points_shown`` out of
    ``worth_shown``; a heading sums up what stands below it."""
    every: list[Any] = list(indicators)
    by_key = {one.pk: one for one in every}
    lines = {line.rule.code: line for line in sheet.lines}
    depth = depths(every)
    for one in every:
        one.line, one.earned, one.worth, one.depth = None, NOUGHT, NOUGHT, depth[one.pk]
    for one in every:
        if one.method == Method.HEADING:
            continue
        one.line = lines[one.code]
        for each in (one, *_above(one, by_key)):
            each.earned += one.line.points
            each.worth += one.points
    for one in every:
        one.points_shown, one.worth_shown = plain(one.earned), plain(one.worth)
    return in_order(every)


def _above(one: Any, by_key: dict[int, Any]) -> Iterable[Any]:
    seen = set()
    while one.parent_id in by_key and one.parent_id not in seen:
        seen.add(one.parent_id)
        one = by_key[one.parent_id]
        yield one
