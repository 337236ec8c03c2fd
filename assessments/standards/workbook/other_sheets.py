"""The sheets 说明 and 结论 of a workbook, beside its table of indicators."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from assessments.choices import Grade, Publisher, Purpose
from assessments.models import Conclusion, Standard
from assessments.standards.lines import label
from assessments.standards.wording import read_number
from assessments.standards.workbook.writing import BAR_HEADINGS, BAR_SHEET, HEAD_SHEET
from core.imports.headers import plain
from core.imports.heads import Known, aliases, find_head
from core.imports.reading import Sheet
from core.imports.widgets import YesNo
from core.language import in_chinese
from organizations.roles import Level

# Facts taken from 说明. What the versions have in common and the days of a version are not.
_TAKEN = ("name", "publisher", "document_number", "validity_months", "civil_only", "is_sample", "note")
_NUMERALS = {"1": "一", "2": "二", "3": "三"}


def read(sheets: Sequence[Sheet], standard: Standard) -> dict[str, Any]:
    """``head``: facts, ``bars``: conclusions; each only where there is such a sheet.

    :raises ValidationError: naming sheet and row.
    """
    with in_chinese():
        by_name = {sheet.name.strip(): sheet for sheet in sheets}
        head, bars = by_name.get(str(HEAD_SHEET)), by_name.get(str(BAR_SHEET))
        found: dict[str, Any] = {}
        if head is not None and (facts := _head(head, standard)):
            found["head"] = facts
        if bars is not None and (lines := _bars(bars, standard)):
            found["bars"] = lines
    return found


def _head(sheet: Sheet, standard: Standard) -> dict[str, Any]:
    names = {plain(label(standard, name)): name for name in _TAKEN}
    found: dict[str, Any] = {}
    for number, row in enumerate(sheet.rows, 1):
        texts = [cell.text for cell in row]
        name = names.get(plain(texts[0])) if texts else None
        if name is not None:
            said = texts[1] if len(texts) > 1 else ""
            try:
                found[name] = _cleaned(Standard, name, _value(name, said))
            except (ValueError, ValidationError) as error:
                raise _wrong(HEAD_SHEET, number, error) from error
    return found


def _cleaned(model: Any, name: str, value: Any) -> Any:
    """As the model's own field takes it."""
    return model._meta.get_field(name).clean(value, None)


def _value(name: str, text: str) -> Any:
    if name in ("civil_only", "is_sample"):
        return bool(YesNo().clean(text))
    if name == "validity_months":
        months = read_number(text, unit=str(_("个月")))
        return None if months is None else int(months)
    if name == "publisher":
        words = {str(label): key for key, label in Publisher.choices}
        return words.get(text, text)
    return text


def _bars(sheet: Sheet, standard: Standard) -> list[dict[str, Any]]:
    header = find_head(sheet.rows, (), Known(aliases({name: [str(text)] for name, text in BAR_HEADINGS.items()})))
    if header is None or "name" not in header.columns:
        return []
    found: list[dict[str, Any]] = []
    for number, row in enumerate(sheet.rows[header.first :], header.first + 1):
        texts = {name: row[at].text if at < len(row) else "" for name, at in header.columns.items()}
        if texts["name"]:
            try:
                found.append(_bar(texts, standard, [bar["key"] for bar in found]))
            except (ValueError, ValidationError) as error:
                raise _wrong(BAR_SHEET, number, error) from error
    return found


def _bar(texts: dict[str, str], standard: Standard, taken: list[str]) -> dict[str, Any]:
    offices = {str(one.label): str(one.value) for one in (Level.REGION, Level.LEAGUE)}
    bar: dict[str, Any] = {"key": _key(texts, standard, taken), "name": texts["name"]}
    for name in ("min_total", "min_public", "min_professional"):
        points = read_number(texts.get(name, ""))
        bar[name] = None if points is None else str(points)
    organiser = texts.get("organiser", "")
    if organiser and organiser not in offices:
        words = {"value": organiser[:30], "offered": "、".join(offices)}
        raise ValueError(_("“%(value)s”不在可选范围内，可以填：%(offered)s。") % words)
    bar["organiser"] = offices.get(organiser, "")
    for name, value in bar.items():
        _cleaned(Conclusion, name, value)
    return bar


def _key(texts: dict[str, str], standard: Standard, taken: list[str]) -> str:
    """As written; of a grading the grade that the name says; else a new one."""
    key = texts.get("key", "")
    if standard.purpose == Purpose.GRADING and not key:
        key = next((grade for grade in Grade.values if texts["name"] in (grade, *also_called(_label(grade)))), "")
    key = slugify(key) or next(made for n in range(1, 99) if (made := f"r{n}") not in taken)
    if key in taken:
        raise ValueError(_("代号“%(key)s”出现了不止一次。") % {"key": key})
    return key


def _label(grade: str) -> str:
    return str(Grade(grade).label)


def also_called(name: str) -> Iterator[str]:
    """A conclusion's name as tables head its column: 1 级, 1级, 一级."""
    bare = name.replace(" ", "")
    yield bare
    if bare[:1] in _NUMERALS and bare[1:] == "级":
        yield f"{_NUMERALS[bare[0]]}级"


def _wrong(sheet: Any, number: int, error: Exception) -> ValidationError:
    text = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
    return ValidationError(_("“%(sheet)s”表第 %(row)d 行：%(why)s") % {"sheet": sheet, "row": number, "why": text})
