"""A score sheet laid out along the tree of its standard, for pages (``templates/assessments/_sheet.html``)."""

from collections.abc import Iterable
from typing import Any

from assessments.choices import Method
from assessments.models import Indicator
from assessments.scoring import NOUGHT, ScoreSheet, plain


def laid_out(indicators: Iterable[Indicator], sheet: ScoreSheet) -> list[Any]:
    """The indicators in tree order, each with ``line`` (None: a heading), ``depth`` from 0, ``points_shown`` out of
    ``worth_shown``; a heading sums up what stands below it."""
    every: list[Any] = list(indicators)
    by_key = {one.pk: one for one in every}
    lines = {line.rule.code: line for line in sheet.lines}
    for one in every:
        one.line, one.earned, one.worth = None, NOUGHT, NOUGHT
        one.depth = sum(1 for _above in _above(one, by_key))
    for one in every:
        if one.method == Method.HEADING:
            continue
        one.line = lines[one.code]
        for each in (one, *_above(one, by_key)):
            each.earned += one.line.points
            each.worth += one.points
    for one in every:
        one.points_shown, one.worth_shown = plain(one.earned), plain(one.worth)
    return _in_tree_order(every)


def _above(one: Any, by_key: dict[int, Any]) -> Iterable[Any]:
    seen = set()
    while one.parent_id in by_key and one.parent_id not in seen:
        seen.add(one.parent_id)
        one = by_key[one.parent_id]
        yield one


def _in_tree_order(every: list[Any]) -> list[Any]:
    """Each below the one it belongs to, among siblings in the order given."""
    below: dict[int | None, list[Any]] = {}
    keys = {one.pk for one in every}
    for one in every:
        below.setdefault(one.parent_id if one.parent_id in keys else None, []).append(one)
    ordered: list[Any] = []
    stack = list(reversed(below.get(None, [])))
    while stack:
        one = stack.pop()
        ordered.append(one)
        stack += reversed(below.get(one.pk, []))
    return ordered
