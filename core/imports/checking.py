"""From a file to a report, and from a confirmed report to records. Nothing is kept before the second."""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from tablib import Dataset

from core.imports.headers import Header, find_header
from core.imports.reading import MOST_ROWS, Cell, read_cell, read_sheets
from core.imports.resources import Resource
from core.models import Import

logger = logging.getLogger(__name__)
SHOWN_WRONG, SHOWN_GOOD = 300, 100  # rows of the preview; the counts are of all
MOST_INPUTS = 400  # cells of the preview that can be put right in place; a page has to stay a page
LONGEST = 2000  # characters of a cell that can be put right in the preview


@dataclass(frozen=True)
class Table:
    """Rows of a file under their heading; ``numbers`` are the spreadsheet's own row numbers."""

    header: Header
    numbers: Sequence[int]
    rows: Sequence[Mapping[str, Cell]]

    @property
    def sha256(self) -> str:
        """Hash of what the file says: saved again by another program, with another title, it is still the same."""
        names = sorted(self.header.columns)
        said = [names, *([row[name].text for name in names] for row in self.rows)]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()

    def dataset(self, resource: Resource) -> Dataset:
        names = list(self.header.columns)
        headers = [resource.columns[name].column_name for name in names]
        return Dataset(*([row[name].text for name in names] for row in self.rows), headers=headers)


def read_table(file: Any, media_type: str, resource: Resource) -> Table:
    """The rows of the first sheet that has the wanted columns.

    :raises ValidationError: no heading, a wanted column missing or there twice, no rows, too many rows.
    """
    columns = resource.columns
    names = {name: (column.column_name, *column.also) for name, column in columns.items()}
    found = [(sheet, header) for sheet in read_sheets(file, media_type) if (header := find_header(sheet.rows, names))]
    if not found:
        wanted = _("、").join(column.column_name for column in columns.values() if column.required) or _("、").join(
            column.column_name for column in columns.values()
        )
        raise ValidationError(_("没有找到表头。表格里要有写着列名的一行，列名是：%(wanted)s。") % {"wanted": wanted})
    sheet, header = max(found, key=lambda pair: len(pair[1].columns))
    _check_header(header, resource)
    numbers, rows = [], []
    for index, row in enumerate(sheet.rows[header.first :], header.first + 1):
        cells = {name: row[at] if at < len(row) else Cell("") for name, at in header.columns.items()}
        if any(cell.text for cell in cells.values()):
            numbers.append(index)
            rows.append(cells)
    if not rows:
        raise ValidationError(_("表头下面没有内容。"))
    if len(rows) > MOST_ROWS:
        raise ValidationError(_("一次最多导入 %(most)s 行，请分几个文件。") % {"most": f"{MOST_ROWS:,}"})
    return Table(header, numbers, rows)


def _check_header(header: Header, resource: Resource) -> None:
    columns = resource.columns
    missing = [column.column_name for name, column in columns.items() if column.required and name not in header.columns]
    if missing:
        raise ValidationError(_("缺少这些列：%(names)s。") % {"names": _("、").join(missing)})
    if header.twice:
        names = _("、").join(columns[name].column_name for name in dict.fromkeys(header.twice))
        raise ValidationError(_("这些列出现了不止一次，不知道该用哪一列：%(names)s。") % {"names": names})


def check(item: Import, resource: Resource) -> None:
    """Try the whole file and undo it; keep what was found as the report of ``item``."""
    table = table_of(item, resource)
    with transaction.atomic():
        report = _run(table, resource, dry_run=True)
        transaction.set_rollback(True)
    report["edits"] = item.report.get("edits", {})
    Import.objects.filter(pk=item.pk).exclude(state=Import.State.DONE).update(state=Import.State.CHECKED, report=report)
    item.refresh_from_db()


def take_in(item: Import, resource: Resource) -> Import:
    """Take the checked file in, all rows in one transaction, or none.

    A second call (a double click, the same file again) changes nothing and returns the import that is done. When a row
    does not pass any more, because something changed since the check, nothing is kept and the report is made anew.
    """
    try:
        with transaction.atomic():
            locked = Import.objects.select_for_update().get(pk=item.pk)
            done = already_done(locked.kind, locked.sha256)
            if done is not None or locked.state != Import.State.CHECKED:
                return done or locked
            report = _run(table_of(locked, resource), resource, dry_run=False)
            if report["summary"]["wrong"]:
                transaction.set_rollback(True)
            else:
                _mark_done(locked, report["summary"], resource.made)
    except IntegrityError:  # the same content was confirmed elsewhere in this very moment
        done = already_done(item.kind, item.sha256)
        if done is None:
            raise
        return done
    if report["summary"]["wrong"]:
        report["edits"] = item.report.get("edits", {})
        Import.objects.filter(pk=item.pk, state=Import.State.CHECKED).update(report=report)
    else:
        item.file.storage.delete(str(item.file.name))
    item.refresh_from_db()
    return item


def table_of(item: Import, resource: Resource) -> Table:
    """What the file says, with the cells that were put right in the preview."""
    with item.file.open("rb") as file:
        table = read_table(file, item.media_type, resource)
    edits = item.report.get("edits") or {}
    rows = [
        {**row, **{name: read_cell(text) for name, text in edits.get(str(number), {}).items() if name in row}}
        for number, row in zip(table.numbers, table.rows, strict=True)
    ]
    return replace(table, rows=rows)


def already_done(kind: str, sha256: str) -> Import | None:
    """The import that has taken this content in before."""
    done = Import.objects.filter(kind=kind, sha256=sha256, state=Import.State.DONE)
    return done.select_related("created_by").first()


def remove_abandoned() -> int:
    """Delete uploads nobody confirmed, with the people's data in them; returns how many."""
    removed = 0
    for item in Import.objects.abandoned():
        item.file.delete(save=False)
        removed += Import.objects.filter(pk=item.pk).exclude(state=Import.State.DONE).delete()[0]
    return removed


def _mark_done(item: Import, summary: Mapping[str, int], made: Sequence[Any]) -> None:
    item.state, item.done_at = Import.State.DONE, timezone.now()
    item.created, item.updated, item.unchanged = summary["new"], summary["changed"], summary["same"]
    item.report, item.file = ({"made": list(made)} if made else {}), ""
    item.save()


def _run(table: Table, resource: Resource, *, dry_run: bool) -> dict[str, Any]:
    resource.numbers = table.numbers
    result = resource.run(table.dataset(resource), dry_run=dry_run)
    if result.base_errors:
        raise result.base_errors[0].error
    names = list(table.header.columns)
    counts = {"total": len(table.rows), "new": 0, "changed": 0, "same": 0, "wrong": 0}
    wrong: list[dict[str, Any]] = []
    good: list[dict[str, Any]] = []
    for position, outcome in enumerate(result.rows):
        line = _line(table, position, outcome, resource, names)
        counts[line["kind"]] += 1
        (wrong if line["kind"] == "wrong" else good).append(line)
    _offer_inputs(wrong[:SHOWN_WRONG])
    good.sort(key=lambda line: not line["remarks"])  # what has something to say comes before what has not
    shown = sorted(wrong[:SHOWN_WRONG] + good[:SHOWN_GOOD], key=lambda line: line["number"])
    return {
        "headers": [resource.columns[name].column_name for name in names],
        "remarked": len(resource.remarks),
        "rows": shown,
        "summary": counts,
        "hidden": len(table.rows) - len(shown),
        "unused": list(table.header.unused)[:20],
    }


def _line(table: Table, position: int, outcome: Any, resource: Resource, names: Sequence[str]) -> dict[str, Any]:
    cells, before = table.rows[position], resource.before.get(position + 1)
    problems, general = _problems(outcome, resource)
    problems |= {name: cell.problem for name, cell in cells.items() if cell.problem}
    problems, general = _placed(problems, general, names)
    after = outcome.instance
    kind = "wrong" if problems or general else {"new": "new", "skip": "same"}.get(outcome.import_type, "changed")
    longest = LONGEST if kind == "wrong" else 200
    shown = []
    for name in names:
        changed = bool(
            before is not None and after is not None and resource.columns[name].export(after) != before[name]
        )
        why = problems.get(name, "")
        shown.append({"name": name, "value": cells[name].text[:longest], "why": why, "changed": changed})
    return {
        "number": table.numbers[position], "cells": shown, "errors": general, "kind": kind,
        "remarks": resource.remarks.get(position + 1, []),
    }  # fmt: skip


def _offer_inputs(wrong: list[dict[str, Any]]) -> None:
    """Mark cells that can be put right in place: the wrong ones, and the whole row where no single cell is wrong."""
    left = MOST_INPUTS
    for line in wrong:
        bad = [cell for cell in line["cells"] if cell["why"]] or line["cells"]
        if len(bad) > left:
            return
        left -= len(bad)
        for cell in bad:
            cell["edit"] = True


def _problems(outcome: Any, resource: Resource) -> tuple[dict[str, str], list[str]]:
    """What is wrong with a row: by column, and as a whole."""
    found: dict[str, str] = {}
    general: list[str] = []
    if outcome.validation_error is not None:
        for name, messages in _as_dict(outcome.validation_error).items():
            if name == NON_FIELD_ERRORS:
                general += messages
            else:
                found[name] = " ".join(messages)
    for problem in outcome.errors:
        general.append(_in_words(problem.error))
    return found, general


def _placed(problems: dict[str, str], general: list[str], names: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Problems of fields the file has no column for are told below the row."""
    elsewhere = [text for name, text in problems.items() if name not in names]
    return {name: text for name, text in problems.items() if name in names}, [*general, *elsewhere]


def _as_dict(error: ValidationError) -> dict[str, list[str]]:
    return error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}


def _in_words(error: BaseException) -> str:
    if isinstance(error, PermissionDenied) and str(error):
        return str(error)
    if isinstance(error, IntegrityError):
        return _("和已有的记录或表里的另一行冲突。")
    logger.error("import row failed", exc_info=error)
    return _("这一行处理时出了错，请检查内容；仍不行，请联系系统管理员。")
