"""Rows of one file that mean the same person: a second certificate, the same people on another sheet, or a slip."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from core.imports.bulk import Line
from core.imports.resources import Column
from people import identity
from people.names import plain_name
from people.roster.fields import CERTIFICATE, OWN_KIND
from people.roster.judging import Known

_ASIDE = ("group", "remark", "id_number", "id_type", "team")  # of a sheet or a spelling rather than of the person


def look_for_doubles(lines: Sequence[Line], known: Known, columns: Mapping[str, Column], *, one_team: bool) -> None:
    """Fill ``known.twins``, ``known.again`` and ``known.doubles``, and mark the lines that repeat somebody."""
    several = len({line.sheet for line in lines}) > 1
    first: dict[Any, Line] = {}
    named: dict[Any, Line] = {}
    by_key = {line.key: line for line in lines}
    for line in lines:
        team = "" if one_team else line.cells.get("team", "")
        number, name = identity.normal(line.cells.get("id_number", "")), plain_name(line.cells.get("name", ""))
        if line.follows in by_key:
            _again(line, by_key[line.follows], known, columns, several=several)
        elif len(number) >= 5 and "*" not in number and "id_number" not in line.problems:
            before = first.setdefault((team, number), line)
            if before is not line:
                _again(line, before, known, columns, several=several)
            elif (earlier := first.setdefault(number, line)) is not line:
                known.twins[line.key], line.repeats = earlier.key, True
            named.setdefault((team, name), line)
        elif name:
            before = first.setdefault((team, name, line.cells.get("mobile", "")), line)
            if before is not line:
                words = {"place": _place(before, several)}
                said = _("和%(place)s的姓名、手机相同，又没有证件号码。") % words
                known.doubles[line.key] = ("name", said)
    for line in lines:
        _about_namesakes(line, named, known, columns, one_team=one_team, several=several)


def _again(line: Line, before: Line, known: Known, columns: Mapping[str, Column], *, several: bool) -> None:
    place = {"place": _place(before, several)}
    papers = {name for name in line.cells if name in CERTIFICATE or name.startswith(OWN_KIND)}
    others = [name for name in line.cells if name not in papers and name not in _ASIDE]
    if any(plain_name(before.cells.get(name, line.cells[name])) != plain_name(line.cells[name]) for name in others):
        known.doubles[line.key] = ("id_number", _("和%(place)s是同一个证件号码，内容不同。") % place)
        return
    line.repeats = True
    known.again[line.key] = before.key
    if any(line.cells[name] != before.cells.get(name) for name in papers):
        said = _("和%(place)s是同一个人，这一行只登记证书。") % place
    else:
        said = _("和%(place)s是同一个人，只登记一次。") % place
    more = [str(columns[name].column_name) for name in others if name not in before.cells]
    if more:
        said += _("这一行的%(names)s没有登记，要登记请写到那一行。") % {"names": _("、").join(more)}
    known.said[line.key] = said


def _about_namesakes(
    line: Line,
    named: Mapping[Any, Line],
    known: Known,
    columns: Mapping[str, Column],
    *,
    one_team: bool,
    several: bool,
) -> None:
    """Who has no number may be the one of the same name who has."""
    if line.cells.get("id_number") or line.key in known.doubles or line.key in known.again:
        return
    team = "" if one_team else line.cells.get("team", "")
    other = named.get((team, plain_name(line.cells.get("name", ""))))
    if other is None or other is line:
        return
    mobile, its = line.cells.get("mobile", ""), other.cells.get("mobile", "")
    if mobile and mobile == its:
        _again(line, other, known, columns, several=several)
        return
    words = {"place": _place(other, several)}
    if mobile and its and mobile != its:
        known.said[line.key] = _("和%(place)s同名，手机不同，这一行没有证件号码；请核对是不是同一个人。") % words
    else:
        said = _("和%(place)s同名，这一行没有证件号码：是同一个人就勾选“不导入”，不是就填证件号码。") % words
        known.doubles[line.key] = ("name", said)


def _place(line: Line, several: bool) -> str:
    words = {"sheet": line.sheet, "number": line.number}
    return _("“%(sheet)s”第 %(number)s 行") % words if several else _("第 %(number)s 行") % words
