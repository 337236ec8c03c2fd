"""The workbook of a standard: its sheets and headings, the same for export and import; writing it."""

from tempfile import TemporaryFile
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import Conclusion, Indicator, Standard
from assessments.standards import measures
from assessments.standards.lines import BARS, label
from assessments.standards.tree import Node, nodes
from assessments.standards.wording import steps_in_words
from core.exports.xlsx import LONGEST
from core.forms import shown
from core.words import yes_no

HEAD_SHEET, BAR_SHEET, LINE_SHEET = gettext_lazy("说明"), gettext_lazy("结论"), gettext_lazy("指标")
# Facts of the sheet 说明. Days are of a version and not taken in; the others are those of the standard taken over.
HEAD_FACTS = (
    "name", "purpose", "scheme", "publisher", "category", "specialty", "document_number", "valid_from", "valid_until",
    "validity_months", "civil_only", "is_sample", "note",
)  # fmt: skip
BAR_HEADINGS = {
    "key": gettext_lazy("代号"), "name": gettext_lazy("档次"), "min_total": gettext_lazy("总分不低于"),
    "min_public": gettext_lazy("公共科目不低于"), "min_professional": gettext_lazy("专业科目不低于"),
    "organiser": gettext_lazy("组织测评的机构"),
}  # fmt: skip
LINE_HEADINGS = {
    "code": gettext_lazy("编号"), "parent": gettext_lazy("上级编号"), "name": gettext_lazy("指标"),
    "subject": gettext_lazy("科目"), "method": gettext_lazy("评分方式"), "points": gettext_lazy("分值"),
    "steps": gettext_lazy("分档"), "per_unit": gettext_lazy("每项扣分"), "metric": gettext_lazy("自动取数"),
    "unit": gettext_lazy("单位"), "more_is_better": gettext_lazy("数值越大越好"),
    "is_veto": gettext_lazy("一票否决"), "may_not_apply": gettext_lazy("可以不适用"),
    "evidence": gettext_lazy("证明材料"), "guidance": gettext_lazy("评分说明"), "source": gettext_lazy("依据"),
}  # fmt: skip
VALUE_HEADING, TEXT_HEADING = gettext_lazy("%(bar)s数值"), gettext_lazy("%(bar)s要求")
_WIDE = {"name": 34, "steps": 26, "metric": 18, "evidence": 24, "guidance": 30, "source": 30}
_WIDTH = 11


def workbook(standard: Standard, *, made: str) -> IO[bytes]:
    """The standard as a spreadsheet. To be called ``in_chinese``: its headings are what the import looks for.

    :param made: who exported it when, in one line.
    """
    from xlsxwriter import Workbook  # only exports need it

    target = TemporaryFile()  # noqa: SIM115 - the response closes it
    book = Workbook(target)
    bars = list(standard.conclusions.all())
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "text": book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"}),
        "number": book.add_format({"valign": "top"}),
        "group": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "num_format": "@"}),
    }
    _head(book.add_worksheet(str(HEAD_SHEET)), formats, standard, made)
    _bars(book.add_worksheet(str(BAR_SHEET)), formats, bars)
    lines = book.add_worksheet(str(LINE_SHEET))
    _lines(lines, formats, bars, nodes(standard.indicators.all()))
    lines.activate()
    book.close()
    target.seek(0)
    return target


def _head(sheet: Any, formats: dict[str, Any], standard: Standard, made: str) -> None:
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 80)
    rows = [(label(standard, "code"), standard.code), (label(standard, "number"), str(standard.number))]
    for name in HEAD_FACTS:
        value = getattr(standard, name)
        text = "" if value in (None, "") else shown(standard, name)
        rows.append((label(standard, name), yes_no(value) if isinstance(value, bool) else text))
    for number, (what, text) in enumerate([*rows, (_("导出"), made)]):
        sheet.write_string(number, 0, what, formats["head"])
        sheet.write_string(number, 1, text[:LONGEST], formats["text"])


def _bars(sheet: Any, formats: dict[str, Any], bars: list[Conclusion]) -> None:
    sheet.set_column(0, len(BARS), 16)
    for column, heading in enumerate(BAR_HEADINGS.values()):
        sheet.write_string(0, column, str(heading), formats["head"])
    for number, bar in enumerate(bars, 1):
        for column, name in enumerate(BAR_HEADINGS):
            value = getattr(bar, name)
            if name.startswith("min_"):
                _number(sheet, number, column, value, formats)
            else:
                text = str(bar.get_organiser_display()) if name == "organiser" else value
                sheet.write_string(number, column, text, formats["text"])
    sheet.freeze_panes(1, 0)


def _lines(sheet: Any, formats: dict[str, Any], bars: list[Conclusion], rows: list[Node]) -> None:
    headings = [*((name, str(text)) for name, text in LINE_HEADINGS.items())]
    for bar in bars:
        for kind, heading in (("value", VALUE_HEADING), ("text", TEXT_HEADING)):
            headings.append((f"{kind} {bar.key}", heading % {"bar": bar.name}))
    codes = {node.indicator.pk: node.indicator.code for node in rows}
    metrics = dict(measures.choices())
    for column, (name, text) in enumerate(headings):
        sheet.set_column(column, column, 20 if name.startswith("text ") else _WIDE.get(name, _WIDTH))
        sheet.write_string(0, column, text, formats["head"])
    for number, node in enumerate(rows, 1):
        text_format = formats["group" if node.is_heading else "text"]
        for column, (name, _heading) in enumerate(headings):
            value = _cell(node, name, codes, metrics)
            if isinstance(value, str):
                sheet.write_string(number, column, value[:LONGEST], text_format)
            else:
                _number(sheet, number, column, value, formats)
    sheet.freeze_panes(1, 3)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _number(sheet: Any, row: int, column: int, value: Any, formats: dict[str, Any]) -> None:
    if value is not None:
        sheet.write_number(row, column, value, formats["number"])


def _cell(node: Node, name: str, codes: dict[Any, str], metrics: dict[str, str]) -> Any:
    """Text, or a number or None."""
    line: Indicator = node.indicator
    kind, _space, key = name.partition(" ")
    if key:
        return (line.requirements if kind == "value" else line.texts).get(key, "")
    if name == "parent":
        return codes.get(line.parent_id, "")
    if name == "points":
        return line.points if line.points or not node.is_heading else None
    if name == "per_unit":
        return line.per_unit
    if name == "metric":
        return metrics.get(line.metric, line.metric)
    if name == "steps":
        return steps_in_words(line.steps, more_is_better=line.more_is_better)
    value = getattr(line, name)
    return yes_no(value) if isinstance(value, bool) else shown(line, name) if value else ""
