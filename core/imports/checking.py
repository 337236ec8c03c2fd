"""From a file to a report, and from a confirmed report to records. Nothing is kept before the second."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.imports.corrections import corrected, offer, without_left
from core.imports.reading import EMPTY
from core.imports.resources import Resource
from core.imports.table import Table, read_table
from core.imports.widgets import Choice
from core.models import Import

logger = logging.getLogger(__name__)
SHOWN_WRONG, SHOWN_GOOD = 300, 100  # rows of the preview; the counts are of all
Record = Callable[[Import], None]


def unrecorded(item: Import) -> None:
    """For callers that keep no record of who did what."""


def check(item: Import, resource: Resource) -> None:
    """Try the whole file and undo it; keep what was found as the report of ``item``.

    :raises ValidationError: the file cannot be read, or is no such list any more.
    """
    try:
        table = _table_of(item, resource)
    except FileNotFoundError:  # taken in by another window meanwhile, which leaves no file
        item.refresh_from_db()
        if item.state != Import.State.DONE:
            raise
        return
    with transaction.atomic():
        report = _run(table, item.corrections, resource, dry_run=True)
        transaction.set_rollback(True)
    Import.objects.filter(pk=item.pk).exclude(state=Import.State.DONE).update(state=Import.State.CHECKED, report=report)
    item.refresh_from_db()


def take_in(item: Import, resource: Resource, record: Record = unrecorded) -> Import:
    """Take the checked file in, all rows in one transaction, or none.

    A second call (a double click, the same file again) changes nothing and returns the import that is done. When a row
    does not pass any more, because something changed since the check, nothing is kept and the file is checked again.

    :param record: called within the transaction by the one call that takes it in.
    """
    try:
        with transaction.atomic():
            locked = Import.objects.select_for_update().get(pk=item.pk)
            done = already_done(locked.kind, locked.sha256)
            if done is not None or locked.state != Import.State.CHECKED:
                return done or locked
            report = _run(_table_of(locked, resource), locked.corrections, resource, dry_run=False)
            if report["summary"]["wrong"]:
                transaction.set_rollback(True)
            else:
                mark_done(locked, report["summary"], list(resource.made) if resource.undoable else [])
                record(locked)
    except IntegrityError:  # the same content was confirmed elsewhere at the same moment
        done = already_done(item.kind, item.sha256)
        if done is None:
            raise
        return done
    if report["summary"]["wrong"]:
        check(item, resource)
    item.refresh_from_db()
    return item


def _table_of(item: Import, resource: Resource) -> Table:
    with item.file.open("rb") as file:
        table = read_table(file, item.media_type, resource)
    table = _with_columns(table, [name for name in resource.columns if name in resource.always])
    return corrected(table, item.corrections)


def _with_columns(table: Table, names: Sequence[str]) -> Table:
    """Columns missing from the file, empty: what is asked for can then be typed in the preview."""
    missing = dict.fromkeys(name for name in names if name not in table.header.columns)
    if not missing:
        return table
    header = replace(table.header, columns={**table.header.columns, **dict.fromkeys(missing, -1)})
    return replace(table, header=header, rows=[{**row, **dict.fromkeys(missing, EMPTY)} for row in table.rows])


def already_done(kind: str, sha256: str) -> Import | None:
    """The import that has taken this content in before."""
    done = Import.objects.filter(kind=kind, sha256=sha256, state=Import.State.DONE, undone_at=None)
    return done.select_related("created_by").first()


def remove_abandoned() -> int:
    """Delete uploads nobody confirmed, with the people's data in them; returns how many."""
    removed = 0
    for item in Import.objects.abandoned():
        item.file.delete(save=False)
        gone = Import.objects.filter(pk=item.pk).exclude(state=Import.State.DONE).delete()[1]
        removed += gone.get(Import._meta.label, 0)  # its pages went with it
    return removed


def _forget_file(item: Import) -> None:
    """Remove what was uploaded once the transaction commits; a process killed just then leaves it to the sweep."""
    transaction.on_commit(partial(item.file.storage.delete, str(item.file.name)), robust=True)
    item.file = ""


def mark_done(item: Import, counts: Mapping[str, int], made: Any) -> None:
    """:param counts: rows by ``new``, ``changed``, ``same``. :param made: what ``undo`` of the resource needs."""
    _forget_file(item)
    item.state, item.done_at = Import.State.DONE, timezone.now()
    item.created, item.updated, item.unchanged = counts["new"], counts["changed"], counts["same"]
    item.report, item.corrections = {}, {}
    item.made = made
    item.save()
    item.pages.all().delete()


def _run(table: Table, corrections: Mapping[str, Any], resource: Resource, *, dry_run: bool) -> dict[str, Any]:
    kept = without_left(table, corrections)
    result = resource.run(kept.dataset(resource), dry_run=dry_run)
    if result.base_errors:
        raise result.base_errors[0].error
    names = list(table.header.columns)
    lines = [_line(kept, position, outcome, resource, names) for position, outcome in enumerate(result.rows)]
    counts = {"total": len(lines), "new": 0, "changed": 0, "same": 0, "wrong": 0}
    for line in lines:
        counts[line["kind"]] += 1
    warned = [line for line in lines if line["kind"] != "wrong" and _is_warned(line)]
    wrong = [line for line in lines if line["kind"] == "wrong"]
    good = [line for line in lines if line["kind"] != "wrong" and not _is_warned(line)]
    left = _left_out(table, set(kept.numbers), names)
    shown = wrong[:SHOWN_WRONG] + warned[:SHOWN_WRONG] + left[:SHOWN_GOOD] + good[:SHOWN_GOOD]
    headers = [resource.columns[name].column_name for name in names]
    choices = {name: words for name in names if (words := _offered(resource.columns[name]))}
    for line in shown:
        line["warned"] = _is_warned(line)
        for name, header, cell in zip(names, headers, line["cells"], strict=True):
            cell |= {"name": name, "header": header, "list": name in choices}
    more = offer(shown, names, corrections)
    shown.sort(key=lambda line: line["number"])
    return {
        "headers": headers,
        "names": names,
        "choices": choices,
        "rows": shown,
        "summary": counts,
        "warned": len(warned),
        "left": len(left),
        "more": more,
        "hidden": len(lines) + len(left) - len(shown),
        "unused": list(table.header.unused)[:20],
        "passed": [list(pair) for pair in table.passed][:20],
        "unread": list(table.unread)[:20],
    }


def _is_warned(line: dict[str, Any]) -> bool:
    return bool(line["notes"]) or any(cell["note"] for cell in line["cells"])


def _offered(column: Any) -> list[str]:
    """What can be picked while a cell is mended."""
    is_list = isinstance(column.widget, Choice)
    return [str(label) for _key, label in column.widget.choices][:50] if is_list else []


def _left_out(table: Table, kept: set[int], names: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "number": number, "place": table.place(number), "errors": [], "notes": [], "kind": "left",
            "cells": [{"value": row[name].text, "why": "", "note": "", "changed": False} for name in names],
        }
        for number, row in zip(table.numbers, table.rows, strict=True)
        if number not in kept
    ]  # fmt: skip


def _line(table: Table, position: int, outcome: Any, resource: Resource, names: Sequence[str]) -> dict[str, Any]:
    cells, before = table.rows[position], resource.before.get(position + 1)
    problems, general = _problems(outcome, resource)
    problems |= {name: cell.problem for name, cell in cells.items() if cell.problem}
    problems, general = _placed(problems, general, names)
    warned = {name: _("；").join(texts) for name, texts in resource.warned.get(position + 1, {}).items()}
    notes, about = _placed(warned, [], names)
    if table.numbers[position] in table.hidden:
        about.append(_("隐藏行：在表格里看不到这一行，请确认要导入。"))
    after = outcome.instance
    shown = []
    for name in names:
        was = before[name] if before is not None and after is not None else None
        changed = was is not None and resource.columns[name].export(after) != was
        why, note = problems.get(name, ""), notes.get(name, "")
        shown.append({"value": cells[name].text, "why": why, "note": note, "changed": changed})
    kind = "wrong" if problems or general else {"new": "new", "skip": "same"}.get(outcome.import_type, "changed")
    number = table.numbers[position]
    return {
        "number": number, "place": table.place(number), "cells": shown, "errors": general, "notes": about, "kind": kind,
    }  # fmt: skip


def _problems(outcome: Any, resource: Resource) -> tuple[dict[str, str], list[str]]:
    """What is wrong with a row: by column, and as a whole."""
    found: dict[str, str] = {}
    general: list[str] = []
    if outcome.validation_error is not None:
        for name, messages in _as_dict(outcome.validation_error).items():
            if name == NON_FIELD_ERRORS:
                general += messages
            else:
                found[name] = _("；").join([*(said.rstrip("。") for said in messages[:-1]), messages[-1]])
    for problem in outcome.errors:
        general.append(_in_words(problem.error))
    return found, general


def _placed(problems: dict[str, str], general: list[str], names: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Problems of fields the file has no column for are shown below the row."""
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
