"""Changes to the tree of a draft: where a line stands, moving it, removing it, numbering anew."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from assessments.models import Indicator, Standard
from assessments.standards.drafting import opened
from assessments.standards.lines import STEP
from assessments.standards.tree import branch, in_order, nodes


def next_code(indicators: Iterable[Indicator], parent: Indicator | None) -> str:
    """A number for one more line below ``parent``."""
    rows = list(indicators)
    taken = {row.code for row in rows}
    start = f"{parent.code}." if parent else ""
    number = 1 + sum(row.parent_id == (parent.pk if parent else None) for row in rows)
    while f"{start}{number}" in taken:
        number += 1
    return f"{start}{number}"


def put_last(indicator: Indicator) -> None:
    """Behind its siblings, with everything below it. Called in the transaction that saved it."""
    rows = list(indicator.standard.indicators.all())
    own = next(row for row in rows if row.pk == indicator.pk)
    moved = branch(rows, own)
    keys = {row.pk for row in moved}
    others = in_order(row for row in rows if row.pk not in keys)
    under = next((row for row in others if row.pk == own.parent_id), None)
    behind = branch(others, under) if under else others
    at = others.index(behind[-1]) + 1 if behind else 0
    _arrange([*others[:at], *moved, *others[at:]], moved)


@transaction.atomic
def shift(indicator: Indicator, *, up: bool) -> bool:
    """Change places with the sibling before or after; False where there is none."""
    opened(indicator.standard)
    rows = list(indicator.standard.indicators.all())
    ordered = in_order(rows)
    siblings = [row for row in ordered if row.parent_id == indicator.parent_id]
    place = next(number for number, row in enumerate(siblings) if row.pk == indicator.pk)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(siblings):
        return False
    first, second = (branch(rows, siblings[number]) for number in sorted((place, other)))
    keys = {row.pk for row in [*first, *second]}
    at = next(number for number, row in enumerate(ordered) if row.pk in keys)
    others = [row for row in ordered if row.pk not in keys]
    _arrange([*others[:at], *second, *first, *others[at:]], second)
    return True


@transaction.atomic
def remove(indicator: Indicator) -> int:
    """The line and everything below it; how many."""
    opened(indicator.standard)
    gone = branch(indicator.standard.indicators.all(), indicator)
    Indicator.objects.filter(pk__in=[row.pk for row in gone]).delete()
    return len(gone)


@transaction.atomic
def number_anew(standard: Standard) -> int:
    """Codes after the places in the tree, 1, 1.1, 1.1.1; how many changed."""
    opened(standard)
    counts: list[int] = []
    changed = []
    for node in nodes(standard.indicators.all()):
        counts = counts[: node.depth]
        counts += [0] * (node.depth - len(counts))
        counts[-1] += 1
        code = ".".join(str(number) for number in counts)
        if node.indicator.code != code:
            node.indicator.code, node.indicator.version = code, node.indicator.version + 1
            changed.append(node.indicator)
    Indicator.objects.bulk_update(changed, ["code", "version"])
    return len(changed)


def _arrange(ordered: Sequence[Indicator], moved: Sequence[Indicator]) -> None:
    """Give the rows this order. Only what was moved gets new positions where there is room between its neighbours."""
    at = ordered.index(moved[0])
    before = ordered[at - 1].position if at else 0
    end = at + len(moved)
    after = ordered[end].position if end < len(ordered) else before + STEP * (len(moved) + 1)
    if after - before > len(moved):
        step = min(STEP, (after - before) // (len(moved) + 1))
        wanted = {row.pk: before + step * number for number, row in enumerate(moved, 1)}
    else:
        wanted = {row.pk: STEP * number for number, row in enumerate(ordered, 1)}
    changed = []
    for row in ordered:
        if row.pk in wanted and row.position != wanted[row.pk]:
            row.position = wanted[row.pk]
            changed.append(row)
    Indicator.objects.bulk_update(changed, ["position"])
