"""Rows of one file that mean the same person: a second certificate, the same people on another sheet, or a slip."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.validators import EMPTY_VALUES
from django.utils.translation import gettext as _

from core.imports.bulk import Line
from core.imports.resources import Column
from people import identity
from people.names import plain_name
from people.roster import cells
from people.roster.fields import CERTIFICATE, OWN_KIND
from people.roster.plans import Known

_ASIDE = (
    "group",
    "remark",
    "gone",
    "id_number",
    "id_type",
    "team",
)  # of a sheet or a spelling rather than of the person
_SHORTEST = 5  # of a number; 无 and 暂无 are none


def _lasting(line: Line) -> str:
    _kind, number = cells.kind_and_number(line.cells.get("id_number", ""))
    return identity.lasting("", identity.normal(number))


class Doubles:
    """Looks through all rows of a file before the first is judged, and marks the lines that repeat somebody.

    A row goes on what came before it only: rows are written in their order, in turns.

    :param known: its ``twins``, ``again``, ``said`` and ``doubles`` are filled. :param means: what a cell comes to.
    """

    def __init__(self, known: Known, columns: Mapping[str, Column], means: Callable[[str, str], Any]) -> None:
        self.known, self.columns, self.means = known, columns, means
        self._several = False

    def look(self, lines: Sequence[Line], teams: Mapping[str, Any]) -> None:
        """:param teams: what is written of a team → whichever that is."""
        self._several = len({line.sheet for line in lines}) > 1
        first: dict[Any, Line] = {}
        named: dict[Any, Line] = {}
        bare: list[tuple[Any, Line]] = []
        before = {}
        for at, line in enumerate(lines):
            before[line.key] = at
            team = teams[line.cells.get("team", "")]
            number, name = _lasting(line), plain_name(line.cells.get("name", ""))
            whose = team, name
            goes_on = lines[before[line.follows]] if line.follows in before else None
            if goes_on is not None and _lasting(goes_on) == number:
                self._again(line, goes_on)
            elif len(number) >= _SHORTEST and "*" not in number and "id_number" not in line.problems:
                self._by_number(line, team, number, first)
                named.setdefault(whose, line)
            elif name:
                is_bare = len(number) < _SHORTEST and "id_number" not in line.problems
                self._by_name(line, (*whose, self._mobile(line), "" if is_bare else number), first)
                if is_bare:
                    bare.append((whose, line))
        unnamed: dict[Any, Line] = {}
        for whose, line in bare:
            other = named.get(whose) or unnamed.setdefault(whose, line)
            if other is not line and line.key not in self.known.doubles:
                self._namesake(line, other, is_later=before[line.key] > before[other.key])

    def _by_number(self, line: Line, team: Any, number: str, first: dict[Any, Line]) -> None:
        other = first.setdefault((team, number), line)
        if other is not line:
            self._again(line, other)
        elif (earlier := first.setdefault(number, line)) is not line:
            if self._differ(line, earlier, ["name"]):
                return
            self.known.twins[line.key], line.repeats = earlier.key, True

    def _by_name(self, line: Line, key: Any, first: dict[Any, Line]) -> None:
        other = first.setdefault(key, line)
        if other is not line:
            words = {"place": self._place(other)}
            self.known.doubles[line.key] = ("name", _("和%(place)s的姓名、手机相同，又没有证件号码。") % words)

    def _again(self, line: Line, other: Line) -> None:
        known, place = self.known, {"place": self._place(other)}
        papers = {name for name in line.cells if name in CERTIFICATE or name.startswith(OWN_KIND)}
        others = [name for name in line.cells if name not in papers and name not in _ASIDE]
        if self._differ(line, other, others):
            return
        line.repeats = True
        known.again[line.key] = other.key
        self._number_later(line, other)
        if any(line.cells[name] != other.cells.get(name) for name in papers):
            said = _("和%(place)s是同一个人，这一行只登记证书。") % place
        else:
            said = _("和%(place)s是同一个人，只登记一次。") % place
        if more := [name for name in others if self._says(line, name) and not self._says(other, name)]:
            said += _("这一行的%(names)s没有登记，要登记请写到那一行。") % {"names": self._heads(more)}
        known.said[line.key] = said

    def _number_later(self, line: Line, other: Line) -> None:
        """One certificate, there without its number: the row before has it from here, before either is judged."""
        same = all(self._value(line, name) == self._value(other, name) for name in ("cert_kind", "cert_issued"))
        says = self._says(line, "cert_issued") and self._says(line, "cert_number")
        if same and says and "cert_number" not in line.problems and not self._says(other, "cert_number"):
            other.cells["cert_number"] = line.cells["cert_number"]

    def _differ(self, line: Line, other: Line, names: Sequence[str]) -> bool:
        """Whether the rows contradict each other, which then stands against the later one."""
        both = [name for name in names if self._says(line, name) and self._says(other, name)]
        differing = [name for name in both if self._value(line, name) != self._value(other, name)]
        if differing:
            said = _("和%(place)s是同一个证件号码，内容不同。") % {"place": self._place(other)}
            self.known.doubles[line.key] = ("id_number", f"{self._heads(differing)}：{said}")
        return bool(differing)

    def _namesake(self, line: Line, other: Line, *, is_later: bool) -> None:
        """Who has no number may be the one of the same name who has, or who has none either."""
        mobile, its = self._mobile(line), self._mobile(other)
        words = {"place": self._place(other)}
        if is_later and mobile and mobile == its:
            self._again(line, other)
        elif not (mobile and its) or mobile == its:
            said = _("和%(place)s同名，这一行没有证件号码：是同一个人就勾选“不导入”，不是就填证件号码。") % words
            self.known.doubles[line.key] = ("name", said)
        else:
            self.known.said[line.key] = (
                _("和%(place)s同名，手机不同，这一行没有证件号码；请核对是不是同一个人。") % words
            )

    def _mobile(self, line: Line) -> Any:
        return self._value(line, "mobile") or ""

    def _value(self, line: Line, name: str) -> Any:
        return self.means(name, line.cells.get(name, ""))

    def _says(self, line: Line, name: str) -> bool:
        return self._value(line, name) not in EMPTY_VALUES

    def _heads(self, names: Sequence[str]) -> str:
        return _("、").join(str(self.columns[name].column_name) for name in names)

    def _place(self, line: Line) -> str:
        words = {"sheet": line.sheet, "number": line.number}
        return _("“%(sheet)s”第 %(number)s 行") % words if self._several else _("第 %(number)s 行") % words
