"""Which line of one version of a standard is which of another. Numbers shift when a line is put in between or the tree
is numbered anew: what was said under a number must not follow it to a line that asks something else."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Self


class Asked(NamedTuple):
    """What a line asks; ``unit`` and ``method`` say what an answer to it is."""

    code: str
    name: str
    method: str
    unit: str

    @classmethod
    def by(cls, indicator: Any) -> Self:
        return cls(indicator.code, indicator.name, indicator.method, indicator.unit)


def followed(before: Iterable[Asked], after: Iterable[Asked]) -> Mapping[str, str]:
    """Code before → code after, of the lines that ask the same: of one name, where several are called so also of one
    code. A line that was worded anew may ask something else, and is none of them."""
    old, new = list(before), list(after)
    exact = {(line.code, line.name): line for line in new}
    once = {line.name: line for line in _called_once(new)}
    alone = {line.name for line in _called_once(old)}
    found = {}
    for line in old:
        then = exact.get((line.code, line.name)) or (once.get(line.name) if line.name in alone else None)
        if then is not None and (then.method, then.unit) == (line.method, line.unit):
            found[line.code] = then.code
    return found


def _called_once(lines: Iterable[Asked]) -> list[Asked]:
    every = list(lines)
    often = Counter(line.name for line in every)
    return [line for line in every if often[line.name] == 1]
