"""Two versions of a standard beside each other: what came, went and changed, word by word, and the sums."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from assessments.models import Conclusion, Indicator, Standard
from assessments.standards.lines import BARS, HEAD, LINE, label
from assessments.standards.tree import in_order
from assessments.standards.wording import cell
from core.diff import Piece, marked
from core.forms import shown


@dataclass(frozen=True)
class Change:
    """One fact that differs; the texts in runs, those the other side does not have ``changed``."""

    label: str
    old: list[Piece]
    new: list[Piece]


@dataclass(frozen=True)
class Compared:
    """One line in two versions. ``state``: same, changed, added or removed."""

    state: str
    name: str
    code: str
    old_points: Decimal | None
    new_points: Decimal | None
    changes: Sequence[Change] = ()


def head(old: Standard, new: Standard) -> list[Change]:
    """Head facts that differ."""
    return _changes((label(old, name), shown(old, name), shown(new, name)) for name in HEAD)


def conclusions(old: Iterable[Conclusion], new: Iterable[Conclusion]) -> list[Compared]:
    before = {one.key: one for one in old}
    rows = []
    for one in new:
        was = before.pop(one.key, None)
        facts = [(label(one, name), shown(was, name), shown(one, name)) for name in BARS] if was else []
        rows.append(_compared(was, one, _changes(facts), "min_total"))
    return rows + [_compared(one, None, [], "min_total") for one in before.values()]


def indicators(
    old: Iterable[Indicator], new: Iterable[Indicator], old_bars: Iterable[Conclusion], new_bars: Iterable[Conclusion]
) -> list[Compared]:
    """In the order of the new tree, what fell away at the end. A line is known by its name where that is the only one
    so called, else by its number: numbers shift when one is put in between."""
    before, after = (in_order(rows) for rows in (old, new))
    names = {bar.key: bar.name for bar in [*old_bars, *new_bars]}
    pairs = _paired(before, after)
    rows = []
    for line in after:
        was = pairs.get(line.code)
        rows.append(_compared(was, line, _of_line(was, line, names, pairs) if was else [], "points"))
    kept = {line.code for line in pairs.values()}
    return rows + [_compared(line, None, [], "points") for line in before if line.code not in kept]


def _paired(before: Sequence[Indicator], after: Sequence[Indicator]) -> dict[str, Indicator]:
    """Code in the new version → the line it was."""
    by_code = {line.code: line for line in before}
    found = {line.code: by_code[line.code] for line in after if _same_line(by_code.get(line.code), line)}
    taken = {line.code for line in found.values()}
    for choose in (_by_name, _by_code):
        left = {choose(line): line for line in before if line.code not in taken}
        for line in after:
            was = left.pop(choose(line), None) if line.code not in found else None
            if was is not None:
                found[line.code] = was
                taken.add(was.code)
    return found


def _same_line(old: Indicator | None, new: Indicator) -> bool:
    return old is not None and old.name == new.name


def _by_name(line: Indicator) -> str:
    return line.name


def _by_code(line: Indicator) -> str:
    return line.code


def _of_line(old: Indicator, new: Indicator, bars: dict[str, str], pairs: dict[str, Indicator]) -> list[Change]:
    facts = [(label(new, name), cell(old, name), cell(new, name)) for name in LINE if name not in _PER_BAR]
    under = pairs.get(new.parent.code) if new.parent else None
    if old.parent != under or (new.parent and under is None):  # not where the heading only got another number
        parents = [row.parent.code if row.parent else "" for row in (old, new)]
        facts.append((label(new, "parent"), parents[0], parents[1]))
    for key, name in bars.items():
        for field, words in (("requirements", _("%(bar)s数值")), ("texts", _("%(bar)s要求"))):
            was, now = (getattr(row, field).get(key, "") for row in (old, new))
            facts.append((words % {"bar": name}, was, now))
    return _changes(facts)


_PER_BAR = ("requirements", "texts")


def _changes(facts: Iterable[tuple[str, str, str]]) -> list[Change]:
    found = []
    for what, old, new in facts:
        if old != new:
            left, right = marked(old, new)
            found.append(Change(what, left, right))
    return found


def _compared(old: Any, new: Any, changes: list[Change], points: str) -> Compared:
    now = new or old
    state = "added" if old is None else "removed" if new is None else "changed" if changes else "same"
    return Compared(
        state, now.name, getattr(now, "code", ""), getattr(old, points, None), getattr(new, points, None), changes
    )
