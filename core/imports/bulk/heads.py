"""Finds the heading of a sheet, in one row or two, and what each column is.

A heading of two rows is read together first: 编号 below 应急救护证 is that certificate's number, not the member's. What
a heading over several columns is about (``Topic``) bounds what those below it can mean.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.imports.books import Range
from core.imports.headers import LOOK_AT, is_said, plain
from core.imports.reading import Cell

_PIECE = re.compile(r"(?P<of>.+?)(前|(?P<end>[后末尾]))[\d一二三四五六七八九十]+[位码](数字?|号码?)?")  # 身份证号后四位
_BRACKETS = re.compile(r"[（()）]")
_MOST_PIECES = 18  # a box for each digit
# Below a heading that says nothing we know, these are somebody else's: 家庭成员 over 姓名 and 电话.
_ANYBODYS = frozenset((
    "姓名", "名称", "编号", "号码", "证号", "电话", "手机", "手机号", "联系电话", "联系方式", "单位", "工作单位",
    "日期", "时间", "级别", "类型", "种类", "地址", "住址", "性别", "职务", "关系", "出生日期", "出生年月", "身份证号",
    "民族", "有效期",
))  # fmt: skip


@dataclass(frozen=True)
class Topic:
    """What columns below one heading are about.

    :ivar sign: found in that heading. :ivar word: what it comes to, to be read with the one below: 证书 + 编号.
    :ivar fields: what they can be; None: anything.
    """

    sign: re.Pattern[str]
    word: str
    fields: frozenset[str] | None = None


@dataclass(frozen=True)
class Known:
    """What headings mean.

    :ivar fields: reduced heading → field. :ivar chosen: key of a heading → the field somebody said it is; "" for none.
    :ivar then: field → the field that a second column of the same meaning is: 电话, 电话. :ivar pieced: fields whose
    value may stand in several columns beside each other.
    """

    fields: Mapping[str, str]
    chosen: Mapping[str, str] = field(default_factory=dict)
    topics: Sequence[Topic] = ()
    then: Mapping[str, str] = field(default_factory=dict)
    pieced: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Heading:
    """One column: its place, what stands above it, the field it is taken for ("": none).

    :ivar block: of several lists side by side, in which it stands. :ivar nth: of several headings that are the same.
    :ivar again: the field it would be, had an earlier column not been taken for it. :ivar more: columns behind it that
    may have further pieces of its value: those of the same heading, of 后四位, and without any.
    """

    column: int
    text: str
    field: str
    block: int = 0
    nth: int = 1
    again: str = ""
    more: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """What the choice of a person is remembered under."""
        return key_of(self.text, self.nth)


def key_of(text: str, nth: int = 1) -> str:
    return plain(text)[:90] + (f"#{nth}" if nth > 1 else "")


@dataclass(frozen=True)
class Head:
    """:param first: index of the first row of data. :param start: of the heading itself, which is a row or two.
    :param parts: how many headings of their own further pieces have."""

    first: int
    headings: Sequence[Heading]
    start: int = 0
    parts: int = 0

    @property
    def columns(self) -> dict[str, int]:
        return self.blocks[0]

    @property
    def pieces(self) -> dict[int, tuple[int, ...]]:
        """Column → those with further pieces of its value."""
        return {heading.column: heading.more for heading in self.headings if heading.more}

    @property
    def blocks(self) -> list[dict[str, int]]:
        """Field → column, for each of the lists that stand side by side; usually one."""
        found: list[dict[str, int]] = [
            {} for _block in range(1 + max((heading.block for heading in self.headings), default=0))
        ]
        for heading in self.headings:
            if heading.field:
                found[heading.block][heading.field] = heading.column
        return found


def aliases(names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Reduced heading → field, for ``find_head``."""
    return {plain(alias): name for name, known in names.items() for alias in known}


def find_head(rows: Sequence[Sequence[Cell]], merged: Sequence[Range], known: Known) -> Head | None:
    """The row, or the two rows, that name most fields."""
    best, most = None, (0, 0)
    for index in range(min(len(rows), LOOK_AT)):
        single = _read([[cell.text for cell in rows[index]]], index + 1, known)
        candidates = [single]
        if index + 1 < len(rows) and _is_spread(index, merged, rows):
            upper, lower = _texts(rows, index, merged), _texts(rows, index + 1, merged)
            candidates.append(_read([_spread(upper, lower), lower], index + 2, known))
        for place, found in enumerate(candidates):
            rank = (len(found.columns) + found.parts, -place)  # of two that find as much the plainer one
            if found.columns and rank > most:
                best, most = found, rank
    return best


def heading_at(row: Sequence[Cell], at: int, known: Known, wanted: Iterable[str]) -> Head | None:
    """The row as the heading of a list of its own, as a sheet has them below each other: 管理人员, then 队员.

    :param wanted: fields such a list must have; a row that says anything but headings is none.
    """
    filled = sum(bool(cell.text) for cell in row)
    if filled < 2 or is_said(row):
        return None
    found = _read([[cell.text for cell in row]], at + 1, known)
    named = sum(plain(cell.text) in known.fields for cell in row if cell.text)
    return found if set(wanted) <= set(found.columns) and len(found.columns) > 1 and named * 2 > filled else None


def _is_spread(index: int, merged: Sequence[Range], rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether a row looks like the upper half of a heading: a cell merged over several columns, or gaps in it."""
    if is_said(rows[index]):
        return False
    if any(top == index and (right > left or bottom > top) for (top, left), (bottom, right) in merged):
        return True
    filled = [bool(cell.text) for cell in rows[index]]
    return any(filled) and not all(filled)


def _texts(rows: Sequence[Sequence[Cell]], index: int, merged: Sequence[Range]) -> list[str]:
    """A row's texts, with a text merged over several columns in each of them."""
    texts = [cell.text for cell in rows[index]]
    for (top, left), (_bottom, right) in merged:
        if top == index and left < len(texts):
            for column in range(left + 1, min(right + 1, len(texts))):
                texts[column] = texts[column] or texts[left]
    return texts


def _spread(upper: list[str], lower: list[str]) -> list[str]:
    """A csv knows no merged cells: an upper heading reaches over the columns behind it that have but a lower one."""
    found, last = list(upper), ""
    for column, below in enumerate(lower):
        above = upper[column] if column < len(upper) else ""
        last = (above if below else "") if above else last if below else ""
        if column < len(found):
            found[column] = above or last
        elif last:
            found += [""] * (column - len(found)) + [last]
    return found


def _read(levels: list[list[str]], first: int, known: Known) -> Head:
    headings: list[Heading] = []
    taken: set[str] = set()
    parts: set[int] = set()
    seen = Counter[str]()
    over = Counter(text for text in levels[0] if text) if len(levels) > 1 else Counter[str]()
    for column in range(max(map(len, levels))):
        texts = [level[column] for level in levels if column < len(level) and level[column]]
        texts = list(dict.fromkeys(texts))
        if not texts:
            continue
        is_group = len(texts) > 1 and over[texts[0]] > 1
        text, field = _meaning(texts, known, seen, is_group=is_group)
        piece = _piece(text) if field in known.pieced and key_of(text) not in known.chosen else None
        if piece and piece["end"] and field not in taken:
            field = ""  # the end alone is no number
        is_part = field in taken & known.pieced and (piece is not None or (is_group and not texts[-1][:1].isdigit()))
        parts |= {column} if is_part else set()
        again = field if field in taken and (is_part or not is_group) else ""  # the first counts; one can say otherwise
        field = "" if field in taken else field
        taken |= {field} - {""}
        headings.append(Heading(column, text, field, nth=seen[plain(text)], again=again))
    found = _seconds(_pieced(headings, parts, known.pieced), taken, known.then)
    named = {each.text for each in headings if each.column in parts} - {each.text for each in found}
    return Head(first, _side_by_side(found), first - len(levels), len(named))


def _piece(text: str) -> re.Match[str] | None:
    """身份证号后四位, 身份证号（后四位）"""
    return _PIECE.fullmatch(plain(_BRACKETS.sub("", text)))


def _pieced(headings: list[Heading], parts: set[int], pieced: frozenset[str]) -> list[Heading]:
    """Headings of further pieces, and columns without any, go with the first.

    :param parts: columns that are such pieces.
    """
    found: list[Heading] = []
    for at, heading in enumerate(headings):
        before = found[-1] if found else None
        if before is not None and heading.column in parts and heading.again == before.field:
            found[-1] = before = replace(before, more=(*before.more, heading.column))
        else:
            found.append(heading)
            before = heading
        if before.field in pieced:
            last = headings[at + 1].column if at + 1 < len(headings) else before.column + _MOST_PIECES
            found[-1] = replace(before, more=(*before.more, *range(heading.column + 1, last)))
    return found


def _seconds(headings: list[Heading], taken: set[str], then: Mapping[str, str]) -> list[Heading]:
    found = []
    for heading in headings:
        other = then.get(heading.again, "")
        if other and other not in taken:
            taken.add(other)
            heading = replace(heading, field=other, again="")
        found.append(heading)
    return found


def _side_by_side(headings: list[Heading]) -> list[Heading]:
    """To save paper a list may go on beside itself under the same headings: 姓名 电话 姓名 电话."""
    keys = [plain(heading.text) for heading in headings]
    for width in range(2, len(keys) // 2 + 1):
        count = next(n for n in range(1, len(keys)) if keys[n * width : (n + 1) * width] != keys[:width])
        if count > 1 and sum(bool(heading.field) for heading in headings[:width]) > 1:
            again = [
                replace(heading, field=headings[at % width].field, block=at // width, again="")
                for at, heading in enumerate(headings[: count * width])
            ]
            return again + headings[count * width :]
    return headings


def _meaning(texts: Sequence[str], known: Known, seen: Counter[str], *, is_group: bool) -> tuple[str, str]:
    """The heading as it is told, and its field: both rows together, then the lower, then the upper one.

    :param seen: how often each heading has come so far; this one is counted.
    """
    whole = " ".join(texts)[:120]
    shown = texts[-1][:120] if len(whole) >= 30 else whole
    for text in dict.fromkeys((whole, *reversed(texts))):
        if (key := key_of(text, seen[plain(text)] + 1)) in known.chosen:
            seen[plain(text)] += 1
            return text, known.chosen[key]
        if field := _field(text, texts, known, is_group=is_group):
            shown = whole if text == whole or len(whole) < 30 else text
            seen[plain(shown)] += 1
            return shown, field
    seen[plain(shown)] += 1
    return shown, ""


def _field(text: str, texts: Sequence[str], known: Known, *, is_group: bool) -> str:
    """:param text: one of ``texts``, or all of them together."""
    found = known.fields.get(plain(text), "")
    if not found and (piece := _piece(text)):
        whole = known.fields.get(piece["of"], "")
        found = whole if whole in known.pieced else ""
    if is_group and not texts[-1][:1].isdigit() and (whole := known.fields.get(plain(texts[0]), "")) in known.pieced:
        return whole  # what stands below it are its pieces, or already the first row
    if not is_group or text not in texts:
        return found
    topic = next((topic for topic in known.topics if topic.sign.search(plain(texts[0]))), None)
    if topic is None:
        return "" if text == texts[-1] and plain(text) in _ANYBODYS and plain(texts[0]) not in known.fields else found
    if text == texts[-1] and topic.word:
        found = known.fields.get(topic.word + plain(text), found)
    return found if topic.fields is None or found in topic.fields else ""
