"""The rows of all sheets under their headings: what is no record left aside, merged cells filled down."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.imports.books import Book, Grid, open_book
from core.imports.bulk.blocks import Block
from core.imports.bulk.groups import carry_down
from core.imports.bulk.serials import drop_serials
from core.imports.cards import MOST_ROWS as MOST_CARD_ROWS
from core.imports.cards import Card, as_row, read_cards
from core.imports.headers import LOOK_AT, plain
from core.imports.heads import Head, Heading, Known, aliases, find_head, heading_at
from core.imports.not_records import aside, is_somebodys, section
from core.imports.reading import Cell

WIDE = 3  # a text merged over so many columns is a heading inside the table, not a cell


@dataclass(slots=True)
class Line:
    """One row of a sheet.

    :ivar key: sheet and row, as corrections name them. :ivar number: the spreadsheet's own row number.
    :ivar cells: field → text. :ivar problems: field → what is wrong with the cell before anybody asks what it means.
    :ivar struck: it is crossed out. :ivar repeats: whom it means has come before in this file; the resource says so.
    :ivar follows: key of the row it goes on, where one cell merged over both says whom they mean.
    """

    key: str
    sheet: str
    number: int
    cells: dict[str, str]
    problems: dict[str, str]
    hidden: bool = False
    struck: bool = False
    follows: str = ""
    repeats: bool = False


@dataclass
class SheetFound:
    """What was made of one sheet. ``why``: the reason it cannot be read; empty: it can. ``doubt``: why it is left out
    until the person says otherwise. ``serials``: headings of columns that only count the rows. ``cards``: how many
    forms for one person each it holds, where it is no list. ``hidden_columns``: those nobody sees, which are read.
    ``prepared``: of rows filled in for whoever may come the numbers of the first and the last, and how many."""

    name: str
    headings: list[Heading] = field(default_factory=list)
    rows: int = 0
    why: str = ""
    off: bool = False  # left out
    doubt: str = ""
    serials: list[str] = field(default_factory=list)
    cards: int = 0
    hidden_columns: list[int] = field(default_factory=list)
    prepared: list[int] = field(default_factory=list)

    @property
    def unused(self) -> list[str]:
        return [heading.text for heading in self.headings if not heading.field]

    def add(self, head: Head) -> None:
        """Another list further down, whose headings may be others."""
        known = {heading.key for heading in self.headings}
        self.headings += [heading for heading in head.headings if heading.key not in known]


@dataclass
class Rows:
    """:ivar names: fields the file has, in the order of the resource. :ivar passed: rows that are no record.
    :ivar carried: fields that only the first row of each group says, filled in below it.
    """

    lines: list[Line] = field(default_factory=list)
    sheets: list[SheetFound] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    passed: list[tuple[str, int, str]] = field(default_factory=list)
    carried: set[str] = field(default_factory=set)
    unseen: list[str] = field(default_factory=list)
    pictures: int = 0
    comments: int = 0
    hidden: int = 0


def read_rows(
    file: Any,
    media_type: str,
    resource: Any,
    corrections: Mapping[str, Any],
    remembered: Mapping[str, str],
    *,
    enough: int = 0,
) -> Rows:
    """All rows of all sheets that have the wanted columns.

    :param corrections: ``columns`` and ``sheets`` count here; cells and rows left out are for ``corrected``.
    :param enough: stop after so many rows of a sheet, where no more than their number is asked for.
    :raises ValidationError: no sheet has a heading, there are no rows, or too many.
    """
    said = {**remembered, **corrections.get("columns", {})}
    chosen = {heading: name for heading, name in said.items() if not name or name in resource.columns}
    reader = _Reader(open_book(file, media_type), resource, chosen, enough or resource.most_rows + 1)
    reader.read(corrections.get("sheets", {}))
    found = reader.found
    drop_serials(found, resource.serials, chosen)
    carry_down(found, resource.grouping)
    if not any(sheet.headings for sheet in found.sheets):
        raise _no_heading(resource, reader.alone)
    if not found.lines and not any(sheet.off for sheet in found.sheets):
        why = [f"{sheet.name}：{sheet.why}" for sheet in found.sheets if sheet.why and sheet.headings]
        raise ValidationError(_("；").join(why) or _("表头下面没有内容。"))
    present = {heading.field for sheet in found.sheets for heading in sheet.headings} | reader.added
    found.names = [name for name in resource.columns if name in present | resource.always]
    return found


def _no_heading(resource: Any, alone: str) -> ValidationError:
    """:param alone: the only heading that was found; there has to be a second column beside it."""
    needed = [name for name, column in resource.columns.items() if column.required]
    more = [name for name in resource.helpful if name != alone] or [n for n in resource.columns if n not in needed][:3]
    words = {
        "wanted": _("、").join(resource.columns[name].column_name for name in needed),
        "more": _("、").join(resource.columns[name].column_name for name in more),
    }
    if alone in needed:
        said = _("表头里只认出“%(wanted)s”一列，还至少要有一列认得出的，例如：%(more)s。")
    else:
        said = _("没有找到表头。表格里要有写着列名的一行：“%(wanted)s”，和别的至少一列，例如：%(more)s。")
    return ValidationError(said % words)


@dataclass
class _Top:
    """A sheet whose heading has been looked for. ``stream`` goes on where ``rows`` end."""

    index: int
    grid: Grid
    rows: list[Sequence[Cell]]
    stream: Iterator[Sequence[Cell]]
    head: Head | None
    earlier: Head | None = None  # of another list above it
    cards: Sequence[Card] = ()  # it is no list, but has a form for each person


class _Reader:
    def __init__(self, book: Book, resource: Any, chosen: Mapping[str, str], enough: int) -> None:
        self.book, self.resource, self.enough = book, resource, enough
        fields = aliases({n: (c.column_name, *c.also) for n, c in resource.columns.items()})
        self.required = [name for name, column in resource.columns.items() if column.required]
        self.known = Known(
            fields,
            chosen,
            topics=resource.topics,
            then=resource.then,
            pieced=resource.pieced,
            halves=resource.halves,
            leads=frozenset(self.required),
            identifying=resource.identifying,
            weak=resource.weak,
            parts=resource.parts,
            ignores=resource.ignores,
        )
        self._signs = {key for key, name in fields.items() if name in self.required}
        self.found = Rows(unseen=book.unseen, pictures=book.pictures, comments=book.comments)
        self.several = False  # lists on several sheets: then the name of each says something of its rows
        self.added: set[str] = set()
        self.alone = ""  # the field of a heading that had no second one beside it

    def read(self, said: Mapping[str, bool]) -> None:
        """:param said: sheets somebody has chosen to read or not."""
        tops = [self._top(index, grid) for index, grid in enumerate(self.book.grids)]
        telling = self.resource.telling
        self.found.sheets += map(self._sheet, tops)
        both = list(zip(tops, self.found.sheets, strict=True))
        is_listed = any(not (sheet.why or top.cards) for top, sheet in both)
        tells = {top.index for top, sheet in both if not sheet.why and self._tells(top)}
        for top, sheet in both:
            if sheet.why:
                continue
            if top.cards and is_listed:
                sheet.doubt = _("是一人一张的登记表，别的工作表是名单")
            elif tells and top.index not in tells and not top.cards:
                names = _("、").join(c.column_name for n, c in self.resource.columns.items() if n in telling)
                sheet.doubt = _("别的工作表有%(names)s，这一张没有") % {"names": names}
            sheet.off = not said.get(sheet.name, not sheet.doubt)
        self.several = sum(not (sheet.why or (sheet.doubt and sheet.off)) for sheet in self.found.sheets) > 1
        for top, sheet in both:
            if top.cards and not (sheet.why or sheet.off):
                self._cards(top, sheet)
            elif top.head is not None and not (sheet.why or sheet.off):
                self._lines(top, sheet, top.head)

    def _top(self, index: int, grid: Grid) -> _Top:
        stream = iter(grid.rows)
        rows = list(islice(stream, LOOK_AT + 1))
        head = find_head(rows, grid.merged, self.known)
        if head is not None:
            head = self._by_content(rows, self._seen_first(head, grid.hidden_columns))
            if len(head.columns) < min(2, len(self.known.fields)) and not self._is_whole(rows, head):
                self.alone, head = self.alone or next(iter(head.columns), ""), None
        if self._has_cards(rows, grid, head):
            rows += islice(stream, MOST_CARD_ROWS)
            return _Top(index, grid, rows, stream, None, cards=read_cards(rows, grid.merged, self.known))
        return _Top(index, grid, rows, stream, head, self._above(rows, head) if head else None)

    def _is_whole(self, rows: Sequence[Sequence[Cell]], head: Head) -> bool:
        """Whether one column holds all there is: 1. 张三 1504… 138…, as an answer to everybody in a chat."""
        places = {head.columns[name] for name in self.known.leads & head.columns.keys() & self.resource.crowded.keys()}
        below = rows[head.first :]
        return any(place < len(row) and is_somebodys(row[place].text) for row in below for place in places)

    def _seen_first(self, head: Head, hidden: Container[int]) -> Head:
        """Of two columns of one meaning the one that is seen counts, though the one that is hidden stands before it."""
        headings = list(head.headings)
        for at, heading in enumerate(headings):
            if heading.column not in hidden or not heading.field or heading.key in self.known.chosen:
                continue
            for place, other in enumerate(headings):
                is_same = other.block == heading.block and heading.field in (other.again, self._said(other))
                if is_same and other.column not in hidden and other.key not in self.known.chosen:
                    again = "" if other.field else heading.field
                    headings[at] = replace(heading, field=other.field, again=again)
                    headings[place] = replace(other, field=heading.field, again="")
                    break
        return replace(head, headings=headings)

    def _said(self, heading: Heading) -> str:
        return self.known.fields.get(plain(heading.text), "")

    def _by_content(self, rows: Sequence[Sequence[Cell]], head: Head) -> Head:
        """A column under a heading nobody knows, by what stands in it, where no other column is that."""
        for name, (sign, form) in self.resource.content.items():
            for heading in head.headings if name not in head.columns else ():
                if heading.means or heading.key in self.known.chosen or not sign.search(heading.text):
                    continue
                texts = [row[heading.column].text for row in rows[head.first :] if heading.column < len(row)]
                texts = ["".join(text.split()) for text in texts if text]
                if texts and sum(bool(form.match(text)) for text in texts) * 2 > len(texts):
                    told = replace(heading, field=name)
                    return replace(head, headings=[told if each is heading else each for each in head.headings])
        return head

    def _has_cards(self, rows: Sequence[Sequence[Cell]], grid: Grid, head: Head | None) -> bool:
        """Whether labels with values beside them say more than the rows below any heading would."""
        cards = read_cards(rows, grid.merged, self.known)
        if not cards or head is None or not self.known.leads <= head.columns.keys():
            return bool(cards)
        return self._is_form(rows, head) or len(cards[0].fields) >= len(head.columns)

    def _above(self, rows: Sequence[Sequence[Cell]], head: Head) -> Head | None:
        """The heading of a list with rows of its own above the one that says most."""
        for at in range(head.start - 1):
            found = self._heading(rows[at], at)
            if found is not None and any(self._is_row(row, found) for row in rows[found.first : head.start]):
                return found
        return None

    def _heading(self, row: Sequence[Cell], at: int) -> Head | None:
        if not any("".join(cell.text.split()) in self._signs for cell in row):  # looking costs less than reading
            return None
        return heading_at(row, at, self.known, self.required)

    def _is_row(self, row: Sequence[Cell], head: Head) -> bool:
        places = [place for name, place in head.columns.items() if name not in self.resource.beside]
        return any(place < len(row) and row[place].says for place in places) and not aside(row)

    def _tells(self, top: _Top) -> bool:
        """Whether the sheet has a telling column and, below it, a row: an empty form says nothing of the others."""
        head = top.head
        if head is None or not self.resource.telling & set(head.columns):
            return False
        rows = enumerate(chain(top.rows, _kept(top)))
        return any(at >= head.first and self._is_row(row, head) for at, row in rows)

    def _sheet(self, top: _Top) -> SheetFound:
        if top.cards:
            labels = {label: said.field for card in top.cards for label, (said, _cells) in card.values.items()}
            headings = [Heading(at, label, name) for at, (label, name) in enumerate(labels.items())]
            return SheetFound(top.grid.name, headings, cards=len(top.cards))
        if top.head is None:
            is_empty = not any(cell.text for row in top.rows for cell in row)
            return SheetFound(top.grid.name, why=_("是空的") if is_empty else _("没有找到表头"))
        sheet = SheetFound(top.grid.name, list(top.head.headings))
        if top.earlier is not None:
            sheet.add(top.earlier)
        sheet.hidden_columns = sorted(top.grid.hidden_columns)
        missing = [name for name in self.required if name not in top.head.columns]
        if missing:
            names = _("、").join(self.resource.columns[name].column_name for name in missing)
            sheet.why = _("缺少这些列：%(names)s") % {"names": names}
        elif self._is_form(top.rows, top.head):
            sheet.why = _("像是一人一张的登记表，不是名单。请先列成一人一行的表")
        return sheet

    def _is_form(self, rows: Sequence[Sequence[Cell]], head: Head) -> bool:
        """Whether 身份证号 or 工作单位 stands where names should: labels with their values beside them."""
        places = [head.columns[name] for name in self.required]
        below = [row for row in rows[head.first : head.first + 8] if self._heading(row, 0) is None]
        labels = {plain(row[place].text) for row in below for place in places if place < len(row)}
        return any(label in self.known.fields and label not in self._signs for label in labels)

    def _cards(self, top: _Top, sheet: SheetFound) -> None:
        # a sheet for each person has their name
        more = self.resource.of_sheet(sheet.name) if self.several and len(top.cards) > 1 else {}
        self.added |= set(more)
        for card in top.cards:
            head, row = as_row(card, self.known)
            block = Block((), 0, head.columns, self.resource, head)
            if cells := block.read(0, row):
                key = f"{top.index}.{card.row + 1}" + (f".{card.block}" if card.block else "")
                self._add(key, sheet, card.row, cells, more)
                self.added |= {heading.field for heading in head.headings} | block.added

    def _lines(self, top: _Top, sheet: SheetFound, head: Head) -> None:
        grid = top.grid
        head = top.earlier or head
        heads = {found.start: found for found in (top.head, top.earlier) if found is not None}
        blocks = self._blocks(grid, head)
        wide = {at for (at, left), (_b, right) in grid.merged if right - left >= WIDE - 1 and at >= head.first}
        of_sheet = self.resource.of_sheet(sheet.name) if self.several else {}
        titles = [{**self.resource.of_title(texts), **of_sheet} for texts in _titles(top.rows[: head.start], head)]
        self.added |= set().union(*titles)
        of_heading: dict[str, str] = {}
        above = {_plain(row) for row in top.rows[: head.first]} - {()}
        begins = {texts[0] for texts in above}
        left = ""
        for at, row in enumerate(chain(top.rows, top.stream)):
            other = heads.get(at) if at > head.start else None
            if (at < head.first and other is None) or not any(cell.text for cell in row):
                continue
            before, left = left, ""
            if other is None and _first(row) in begins and _plain(row) in above:
                continue  # title and heading again, at the top of the next printed page
            if at > head.first:  # what stands right below a heading goes with it
                other = other or self._heading(row, at)
            if other is not None:
                head, blocks = other, self._blocks(grid, other)
                titles = [titles[at] if len(blocks) == len(titles) else titles[0] for at in range(len(blocks))]
                sheet.add(other)
            elif left := aside(row, before):
                self.found.passed.append((sheet.name, at + 1, left))
            elif text := _heading_inside(row, is_wide=at in wide):
                of_heading = self.resource.of_heading(text)
                self.added |= set(of_heading)
                self.found.passed.append((sheet.name, at + 1, text[:20]))
            elif self._records(top, sheet, blocks, at, row, [{**title, **of_heading} for title in titles]):
                if sheet.rows >= self.enough:
                    return
            elif any(block.is_prepared(at, row) for block in blocks):
                first, _last, count = sheet.prepared or [at + 1, 0, 0]
                sheet.prepared = [first, at + 1, count + 1]
            else:
                said = next((cell.text for cell in row if cell.says and not cell.text.isdigit()), "")
                of_heading = {}  # a heading of a kind nobody knows: whom it is about is not known either
                self.found.passed += [(sheet.name, at + 1, said[:20])] if said else []

    def _records(
        self,
        top: _Top,
        sheet: SheetFound,
        blocks: Sequence[Block],
        at: int,
        row: Sequence[Cell],
        more: Sequence[dict[str, str]],
    ) -> int:
        """How many records the row has: one in each of the lists that stand side by side. ``more``: for each."""
        before = sheet.rows
        for number, block in enumerate(blocks):
            if cells := block.read(at, row):
                key = f"{top.index}.{at + 1}" + (f".{number}" if number else "")
                follows = block.follow(at, key, cells)
                line = self._add(key, sheet, at, cells, more[number])
                line.follows = follows
                line.hidden, line.struck = at in top.grid.hidden, block.is_struck(top.grid.struck.get(at, ()))
                self.found.hidden += line.hidden
                self.added |= block.added
        return sheet.rows - before

    def _blocks(self, grid: Grid, head: Head) -> list[Block]:
        return [Block(grid.merged, head.first, block, self.resource, head) for block in head.blocks]

    def _add(self, key: str, sheet: SheetFound, at: int, cells: dict[str, Cell], more: dict[str, str]) -> Line:
        texts = {**more, **{name: cell.text for name, cell in cells.items()}}
        problems = {n: cell.problem for n, cell in cells.items() if cell.problem and n not in self.resource.beside}
        line = Line(key, sheet.name, at + 1, texts, problems)
        self.found.lines.append(line)
        sheet.rows += 1
        if len(self.found.lines) > self.resource.most_rows:
            most = f"{self.resource.most_rows:,}"
            raise ValidationError(_("一次最多导入 %(most)s 行，请分几个文件。") % {"most": most})
        return line


def _kept(top: _Top) -> Iterator[Sequence[Cell]]:
    for row in top.stream:
        top.rows.append(row)
        yield row


def _titles(above: Sequence[Sequence[Cell]], head: Head) -> list[list[str]]:
    """What stands above a heading, for each of the lists side by side: of what is right above it the own part."""
    starts = [min(block.values()) for block in head.blocks]
    found = []
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        own = [row[start if start != starts[0] else 0 : end] for row in above[-1:]]
        found.append([cell.text for row in [*above[:-1], *own] for cell in row if cell.says])
    return found


def _first(row: Sequence[Cell]) -> str:
    return next((text for cell in row if cell.text and (text := plain(cell.text))), "")


def _plain(row: Sequence[Cell]) -> tuple[str, ...]:
    return tuple(text for cell in row if (text := plain(cell.text)))


def _heading_inside(row: Sequence[Cell], *, is_wide: bool) -> str:
    """What a row between the others says of those below it: merged over them, or plainly no record of its own."""
    texts = [cell.text for cell in row if cell.text]
    if len(texts) != 1:
        return ""
    return section(texts[0]) or (texts[0] if is_wide else "")
