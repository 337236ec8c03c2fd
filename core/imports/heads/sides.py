"""Lists that stand side by side, to save paper: 姓名 电话 | 姓名 电话, also where the second has other headings."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from core.imports.headers import plain
from core.imports.heads.meaning import ANYBODYS, Heading, Known


def side_by_side(headings: Sequence[Heading], known: Known) -> list[Heading]:
    """With the list each heading belongs to. What is somebody else's, 姓名 and 电话 of a relative, is not read."""
    return _same(headings) or _other(headings, known) or _of_somebody_else(headings, known)


def _same(headings: Sequence[Heading]) -> list[Heading]:
    """The same headings again."""
    keys = [plain(heading.text) for heading in headings]
    for width in range(2, len(keys) // 2 + 1):
        count = next(n for n in range(1, len(keys)) if keys[n * width : (n + 1) * width] != keys[:width])
        if count > 1 and sum(bool(heading.field) for heading in headings[:width]) > 1:
            again = [
                replace(heading, field=headings[at % width].field, block=at // width, again="",
                        also=headings[at % width].also)
                for at, heading in enumerate(headings[: count * width])
            ]  # fmt: skip
            return again + list(headings[count * width :])
    return []


def _leads(headings: Sequence[Heading], known: Known) -> list[int]:
    """Where what every record has stands again and again: its name."""
    lead = next((heading.means for heading in headings if heading.means in known.leads), "")
    return [at for at, heading in enumerate(headings) if lead and heading.means == lead]


def _begins(headings: Sequence[Heading], known: Known) -> list[int]:
    """Where lists begin: at each name, or at the 序号 before it."""
    leads = _leads(headings, known)
    if len(leads) < 2:
        return []
    before = [plain(heading.text) for heading in headings[: leads[0]]]
    return [0, *(lead - _repeats(before, headings[:lead]) for lead in leads[1:])]


def _repeats(before: Sequence[str], headings: Sequence[Heading]) -> int:
    """How many headings at the end are those that stand before the first name."""
    pairs = zip(reversed(before), reversed(headings), strict=False)
    return sum(1 for _pair in takewhile(lambda pair: pair[0] == plain(pair[1].text), pairs))


def _other(headings: Sequence[Heading], known: Known) -> list[Heading]:
    """Lists of other headings, where nothing else can be meant: each has what tells a person, or is set apart."""
    begins, leads = _begins(headings, known), _leads(headings, known)
    if not begins:
        return []
    found: list[Heading] = []
    for number, start in enumerate(begins):
        block = headings[start : [*begins, len(headings)][number + 1]]
        means = [heading.means for heading in block]
        said = {name for name in means if name}
        is_all = all(name or known.ignores(heading.text) for name, heading in zip(means, block, strict=True))
        is_apart = start > 0 and (headings[start].column - headings[start - 1].column > 1 or start not in leads)
        if number and not (is_all and len(said) > 1 and (is_apart or said & known.identifying - known.leads)):
            return []
        names: set[str] = set()
        for heading, name in zip(block, means, strict=True):
            field = "" if name in names else name
            names.add(field)
            found.append(replace(heading, field=field, block=number, again="" if field else name))
    return found


def _of_somebody_else(headings: Sequence[Heading], known: Known) -> list[Heading]:
    leads = _leads(headings, known)
    if len(leads) < 2:
        return list(headings)
    return [
        replace(heading, field="", again="")
        if at > leads[1] and heading.key not in known.chosen and (heading.again or plain(heading.text) in ANYBODYS)
        else heading
        for at, heading in enumerate(headings)
    ]
