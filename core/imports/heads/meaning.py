"""What a heading means: alone, below others (编号 below 救护证), or for several facts in one column (姓名及电话)."""

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.imports.headers import plain

_PIECE = re.compile(r"(?P<of>.+?)(前|(?P<end>[后末尾]))[\d一二三四五六七八九十]+[位码](数字?|号码?)?")  # 身份证号后四位
_BRACKETS = re.compile(r"[（()）]")
_BETWEEN = re.compile(r"\s*(?:以及|[及和与/／、，,&＆+＋\n])\s*")  # 姓名及电话, 性别/年龄
_MARKED = re.compile(r"[/／、，,&＆+＋]")  # plainly several: 队长/联系电话 is not the telephone of 队长 alone
# Below a heading that says nothing we know, these are somebody else's: 家庭成员 over 姓名 and 电话.
ANYBODYS = frozenset((
    "姓名", "名称", "编号", "号码", "证号", "电话", "手机", "手机号", "联系电话", "联系方式", "单位", "工作单位",
    "日期", "时间", "级别", "类型", "种类", "地址", "住址", "性别", "职务", "关系", "出生日期", "出生年月", "身份证号",
    "民族", "有效期",
))  # fmt: skip
_NUMBERS = frozenset(("编号", "证号", "号码", "级别", "类型", "种类", "有效期"))


@dataclass(frozen=True)
class Topic:
    """What the columns below a heading over several of them are about.

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
    value may stand in several columns beside each other. :ivar halves: two headings → the field that both are, 姓 | 名.
    :ivar leads: fields that every record has; a second column of one begins a list of its own. :ivar identifying: those
    that say whom a row means.
    :ivar weak: reduced heading → fields it may be, the first that no other column is.
    :ivar parts: whether fields can stand in one cell and be told apart.
    :ivar ignores: whether a heading is known and not read.
    """

    fields: Mapping[str, str]
    chosen: Mapping[str, str] = field(default_factory=dict)
    topics: Sequence[Topic] = ()
    then: Mapping[str, str] = field(default_factory=dict)
    pieced: frozenset[str] = frozenset()
    halves: Mapping[tuple[str, str], str] = field(default_factory=dict)
    leads: frozenset[str] = frozenset()
    identifying: frozenset[str] = frozenset()
    weak: Mapping[str, Sequence[str]] = field(default_factory=dict)
    parts: Callable[[Sequence[str]], bool] = lambda names: False
    ignores: Callable[[str], bool] = lambda heading: False


@dataclass(frozen=True)
class Heading:
    """One column: its place, what stands above it, the field it is taken for ("": none).

    :ivar block: of several lists side by side, in which it stands. :ivar nth: of several headings that are the same.
    :ivar again: the field it would be, had an earlier column not been taken for it. :ivar more: columns behind it that
    may have further pieces of its value: those of the same heading, of 后四位, and without any. :ivar also: further
    fields that stand in the same cells.
    """

    column: int
    text: str
    field: str
    block: int = 0
    nth: int = 1
    again: str = ""
    more: tuple[int, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What the choice of a person is remembered under."""
        return key_of(self.text, self.nth)

    @property
    def means(self) -> str:
        return self.field or self.again


def key_of(text: str, nth: int = 1) -> str:
    return plain(text)[:90] + (f"#{nth}" if nth > 1 else "")


def aliases(names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Reduced heading → field."""
    return {plain(alias): name for name, known in names.items() for alias in known}


@dataclass(frozen=True)
class Meaning:
    """:ivar text: the heading as it is told. :ivar is_told: what stands above it decided what it is.
    :ivar is_lent: it says nothing itself, and is what stands above it."""

    text: str
    fields: tuple[str, ...] = ()
    is_told: bool = False
    is_lent: bool = False

    @property
    def field(self) -> str:
        return self.fields[0] if self.fields else ""


def meaning(texts: Sequence[str], known: Known, seen: Counter[str], *, is_group: bool) -> Meaning:
    """All rows together, then the lowest, then those above it.

    :param texts: from above. :param seen: how often each heading has come so far; this one is counted.
    """
    whole = " ".join(texts)[:120]
    shown = texts[-1][:120] if len(whole) >= 30 else whole
    is_told = is_group and _is_told(texts, known)
    for text in dict.fromkeys((whole, *reversed(texts))):
        if (key := key_of(text, seen[plain(text)] + 1)) in known.chosen:
            seen[plain(text)] += 1
            chosen, found = known.chosen[key], _fields(text, texts, known, is_group=is_group)
            return Meaning(text, found if found[:1] == (chosen,) else (chosen,) if chosen else ())
        if found := _fields(text, texts, known, is_group=is_group):
            shown = whole if text == whole or len(whole) < 30 else text
            seen[plain(shown)] += 1
            return Meaning(shown, found, is_told, is_lent=is_group and text not in (whole, texts[-1]))
    seen[plain(shown)] += 1
    return Meaning(shown, (), is_told)


class Behind:
    """Headings in one row: 关系 and 电话 behind 紧急联系人 are theirs, 编号 behind a certificate is its."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._topic: Topic | None = None
        self._is_read = True  # whether the heading the topic comes from is

    def read(self, found: Meaning, taken: Container[str]) -> Meaning:
        """:param taken: fields that columns before are."""
        topic, word = self._topic, plain(found.text)
        if topic is not None and word in ANYBODYS:
            name = self._known.fields.get(topic.word + word, "") if topic.word and self._is_read else ""
            if name and name not in taken:
                return Meaning(found.text, (name,))
            if not self._is_read and word in _NUMBERS:
                return Meaning(found.text)  # of something we do not know
            if not found.field:
                return found  # 负责人 | 职务 | 电话: it goes on
        if topic is None or not topic.fields or found.field not in topic.fields:
            topics = (topic for topic in self._known.topics if topic.fields is not None)
            own = next((topic for topic in topics if topic.sign.search(word)), None)
            is_own = own is not None and (not found.field or not own.fields or found.field in own.fields)
            self._topic = own if is_own else None
            self._is_read = bool(own and own.fields and found.field)
        return found


def piece(text: str) -> re.Match[str] | None:
    """身份证号后四位, 身份证号（后四位）"""
    return _PIECE.fullmatch(plain(_BRACKETS.sub("", text)))


def _fields(text: str, texts: Sequence[str], known: Known, *, is_group: bool) -> tuple[str, ...]:
    """:param text: one of ``texts``, or all of them together."""
    several = _several(text, known) if not is_group or text == texts[-1] else ()
    if len(several) > 1 and _MARKED.search(text):
        return several
    found = _field(text, texts, known, is_group=is_group)
    return (found,) if found else several


def _field(text: str, texts: Sequence[str], known: Known, *, is_group: bool) -> str:
    found = known.fields.get(plain(text), "")
    if not found and (part := piece(text)):
        whole = known.fields.get(part["of"], "")
        found = whole if whole in known.pieced else ""
    if is_group and not texts[-1][:1].isdigit() and (whole := known.fields.get(plain(texts[0]), "")) in known.pieced:
        return whole  # what stands below it are its pieces, or already the first row
    if not is_group or text not in texts:
        return found
    topic = _topic(texts, known)
    if topic is None:
        return "" if text == texts[-1] and plain(text) in ANYBODYS and plain(texts[0]) not in known.fields else found
    if text == texts[-1] and topic.word:
        found = known.fields.get(topic.word + plain(text), found)
    return found if topic.fields is None or found in topic.fields else ""


def _topic(texts: Sequence[str], known: Known) -> Topic | None:
    """Of the nearest heading above that has one."""
    above = [plain(text) for text in reversed(texts[:-1])]
    return next((topic for text in above for topic in known.topics if topic.sign.search(text)), None)


def _is_told(texts: Sequence[str], known: Known) -> bool:
    topic, below = _topic(texts, known), plain(texts[-1])
    if topic is None or topic.fields is None:
        return False
    return below in known.fields or topic.word + below in known.fields


def _several(text: str, known: Known) -> tuple[str, ...]:
    """姓名及电话, 性别/年龄, 姓名身份证号: the fields that stand in one column, in this order."""
    for said in _apart(text, known):
        found: list[str] = []
        for word in said:
            name = beside(said[0], word, known) if word != said[0] else known.fields.get(word, "")
            if not name and not known.ignores(word):
                break
            found += [name] if name and name not in found else []
        else:
            if found and (len(found) > 1 or len(said) > 1) and known.parts(found):
                return tuple(found)
    return ()


def beside(first: str, word: str, known: Known) -> str:
    """What ``word`` is next to ``first``: 电话 behind 紧急联系人 is theirs."""
    for topic in known.topics:
        if topic.word and topic.sign.search(first) and (found := known.fields.get(topic.word + word)):
            return found
    return known.fields.get(word, "")


def _apart(text: str, known: Known) -> Iterable[list[str]]:
    words = [reduced for word in _BETWEEN.split(text) if (reduced := plain(word))]
    if len(words) > 1:
        yield words
    whole = plain(text)
    for at in range(2, min(len(whole) - 1, 5)):
        first = known.fields.get(whole[:at], "")
        if first in known.leads or known.ignores(whole[at:]):
            yield [whole[:at], whole[at:]]
