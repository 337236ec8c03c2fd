"""People written as a list, one a line: name, document number, or both; found among the members of some teams.

Only those members are looked at, so a list tells nothing about people elsewhere. Numbers are never repeated whole.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.db.models.functions import Left
from django.utils.translation import gettext as _

from core.imports.not_records import aside
from core.imports.reading import Cell, clean_text
from people import identity
from people.models import FormerDocument, Membership, Person
from people.names import bare_name, same_name
from people.validators import validate_person_name

MOST = 2_000
_APART = re.compile(r"[\t,，;；、|]+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SEAMS = re.compile(r"(?<=[\u4e00-\u9fff])(?=[0-9A-Z])|(?<=[0-9Xx])(?=[\u4e00-\u9fff])")
_LOOK_AT = 20  # rows from the top in which the heading is looked for
_SPACES = re.compile(r"\s+")
_ORDINAL = re.compile(r"^[（(]?\d{1,4}[.．)）]\s*|^[@＠]\s*")  # 1. 王明, (2)王明; @王明 and #接龙 come from chats
_CHAT = re.compile(r"[#＃]\s*接龙")
_FIGURES = re.compile(r"[\W_]*\d[\W\d_]*")
_SAYS = re.compile(r"[^\W\d_]|\d{6}")
_NUMBER = re.compile(r"\d{4}")
_INNER = re.compile(r"(?<=\d{3})\d(?=\d{2})")
_OF_NAMES = frozenset(("姓名", "队员姓名", "被保险人", "被保险人姓名", "被保人", "被保人姓名"))
_HEADINGS = _OF_NAMES | frozenset((
    "序号", "证件类型", "证件号码", "身份证", "身份证号", "身份证号码",
    "性别", "备注",
))  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One line as it was read; ``place`` where: the row, with its sheet if there are several; ``number`` is a document
    number in order, or empty; ``words`` whatever else stood there, for the name is not the first word of every list;
    ``unread`` all of it, as it may be repeated, where it is neither."""

    place: int | str
    name: str
    number: str
    words: tuple[str, ...] = ()
    unread: str = ""


@dataclass(frozen=True)
class Fault:
    """``shown``: the line as it may be repeated."""

    place: int | str
    shown: str
    message: str


def lines_of(text: str) -> list[Line]:
    """Lines of pasted text; blank ones and headings are left out."""
    return lines_in([_APART.split(clean_text(line)) for line in text.splitlines()])


def lines_in(rows: Sequence[Sequence[str]], sheet: str = "") -> list[Line]:
    """Lines of a sheet: those below the heading, if there is one, without sums and remarks.

    :param sheet: its name, where a file has several.
    """
    heads = (at for at, row in enumerate(rows[:_LOOK_AT], 1) if any(_SPACES.sub("", cell) in _OF_NAMES for cell in row))
    below = next(heads, 0)
    names = [at for at, cell in enumerate(rows[below - 1]) if _SPACES.sub("", cell) in _OF_NAMES] if below else []
    found = []
    for number, row in enumerate(rows[below:], below + 1):
        texts = [clean_text(cell) for cell in row]
        if aside([Cell(text) for text in texts]) or _CHAT.match("".join(texts)):
            continue
        place = _("“%(sheet)s”第 %(n)d 行") % {"sheet": sheet, "n": number} if sheet else number
        words = _words(_about(row, names))
        found += [line for part in _side_by_side(words) if (line := _line(part, place))]
    return found


def _about(row: Sequence[str], names: Sequence[int]) -> Sequence[str]:
    """What a row says of whom it names: below a heading only its column does, not 受益人 or 投保单位."""
    if not any(at < len(row) and row[at].strip() for at in names):
        return row
    return [cell for at, cell in enumerate(row) if at in names or _NUMBER.search(cell)]


def read(cells: Iterable[str], place: int | str) -> Line | None:
    """One line or row of a sheet, of one person."""
    return _line(_words(cells), place)


def _words(cells: Iterable[str]) -> list[str]:
    parts = [part.strip() for cell in cells for part in _APART.split(clean_text(cell)) if part.strip()]
    return [word for part in parts for word in _pieces(_ORDINAL.sub("", part))]


def _side_by_side(words: list[str]) -> list[list[str]]:
    """The words about each person of a row with the numbers of several: all between the numbers before and behind, for
    the name may stand on either side."""
    places = [at for at, word in enumerate(words) if identity.guess(identity.normal(word)) in identity.EIGHTEEN]
    if len({identity.normal(words[at]) for at in places}) < 2:
        return [words]
    ends = [-1, *places, len(words)]
    return [
        [words[at], *words[before + 1 : at], *words[at + 1 : behind]]
        for before, at, behind in zip(ends, places, ends[2:], strict=False)
    ]


def _line(words: list[str], place: int | str) -> Line | None:
    if all(word in _HEADINGS for word in words):
        return None
    number = next((identity.normal(word) for word in words if identity.guess(identity.normal(word))), "")
    names = tuple(word for word in words if word not in _HEADINGS and _is_name(word))
    if names or number:
        return Line(place, names[0] if names else "", number, names)
    unread = " ".join(word for word in words if word not in _HEADINGS)
    return Line(place, "", "", unread=_INNER.sub("*", unread)[:40]) if _SAYS.search(unread) else None


def _pieces(part: str) -> list[str]:
    """“王明 150404 1990 …” and “王明150404…” are a name and a number; “王　明” is one name."""
    words = _SEAMS.sub(" ", part).split()[:20]
    for start in range(len(words)):
        for end in range(len(words), start, -1):
            number = identity.normal("".join(words[start:end]))
            if identity.guess(number):
                return [number, *_joined(words[:start]), *_joined(words[end:])]
    return _joined(words)


def _joined(words: list[str]) -> list[str]:
    """What stands between numbers, days and telephones is one word each: a name is spaced out at will."""
    found = []
    for is_text, some in groupby(words, key=lambda word: not _FIGURES.fullmatch(word)):
        group = list(some)
        found += [("" if _CHINESE.search("".join(group)) else " ").join(group)] if is_text else group
    return found


def _is_name(word: str) -> bool:
    try:
        validate_person_name(word)
    except ValidationError:
        return False
    return len(word) > 1


def find(lines: Sequence[Line], rows: QuerySet[Membership]) -> tuple[list[Person], list[Fault]]:
    """The people of the lines among the memberships, each once; and what is wrong, line by line. Three queries."""
    if len(lines) > MOST:
        raise ValidationError(_("一次最多 %(most)d 行。") % {"most": MOST})
    by_number = _by_number(lines, rows)
    by_name = _by_name({word for line in lines if not line.number for word in line.words}, rows)
    people: dict[int, Person] = {}
    faults = []
    for line in (each for whole in lines for each in _of_names_alone(whole, by_name)):
        found, said = _one(line, by_number, by_name)
        if found is None:
            shown = line.unread or f"{line.name} {identity.masked(line.number)}".strip()
            faults.append(Fault(line.place, shown, said))
        else:
            people[found.pk] = found
    return list(people.values()), faults


def _of_names_alone(line: Line, by_name: dict[str, dict[int, Person]]) -> list[Line]:
    """A line of nothing but members' names is one of each."""
    each = [] if line.number or len(line.words) < 2 else [bare_name(word) in by_name for word in line.words]
    return [Line(line.place, word, "", (word,)) for word in line.words] if each and all(each) else [line]


def _one(line: Line, by_number: dict[str, Person], by_name: dict[str, dict[int, Person]]) -> tuple[Person | None, str]:
    if line.unread:
        return None, _("这一行没有读到姓名或者证件号码。")
    if line.number:
        found = by_number.get(line.number)
        if found is None:
            return None, _("在这个范围的在册队员里没有这个证件号码。")
        if line.words and not any(same_name(found.name, word) for word in line.words):
            return None, _("这个证件号码登记的姓名是“%(name)s”，与名单不一致。") % {"name": found.name}
        return found, ""
    others = [word for word in line.words if word != line.name and bare_name(word) in by_name]
    if others:
        words = {"names": _("、").join([line.name, *others])}
        return None, _("这一行像是几个人（%(names)s），请每人写一行。") % words
    same = by_name.get(bare_name(line.name), {})
    if len(same) > 1:  # one may be written just so, the others with an addition
        same = {pk: person for pk, person in same.items() if person.name == line.name} or same
    if len(same) > 1:
        return None, _("有 %(n)d 个同名的队员，请写证件号码。") % {"n": len(same)}
    if not same:
        return None, _("在这个范围的在册队员里没有这个人。")
    return next(iter(same.values())), ""


def _by_name(names: set[str], rows: QuerySet[Membership]) -> dict[str, dict[int, Person]]:
    """People by their names as ``bare_name`` compares them: insurers write the dot of a name in their own way."""
    found: dict[str, dict[int, Person]] = defaultdict(dict)
    wanted = {bare_name(name) for name in names}
    begins = {letter for name in names for letter in (name[0], name[0].upper(), name[0].lower())}
    there = rows.order_by().alias(begins=Left("person__name", 1)).filter(begins__in=begins) if names else rows.none()
    named = {pk: bare_name(name) for pk, name in there.values_list("person", "person__name")}
    for pk, person in Person.objects.in_bulk([pk for pk, name in named.items() if name in wanted]).items():
        found[named[pk]][pk] = person
    return found


def _by_number(lines: Sequence[Line], rows: QuerySet[Membership]) -> dict[str, Person]:
    keys: dict[str, str] = {}
    for line in lines:
        if line.number:
            keys.update(dict.fromkeys(identity.indexes(identity.guess(line.number), line.number), line.number))
    here = Person.objects.filter(pk__in=rows.order_by().values("person"))
    found = {keys[person.id_index]: person for person in here.filter(id_index__in=keys) if person.id_index}
    former = FormerDocument.objects.filter(id_index__in=keys, person__in=here).select_related("person")
    return {**{keys[row.id_index]: row.person for row in former}, **found}
