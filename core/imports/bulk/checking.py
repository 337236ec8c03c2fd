"""From a long file to its preview, and from a confirmed preview to records: a thousand rows at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.imports.bulk.resources import CHANGED, CHUNK, NEW, SAME, WRONG, BulkResource, Outcome
from core.imports.bulk.rows import Line, Rows, SheetFound, read_rows
from core.imports.bulk.sealing import Pages, corrections_of
from core.imports.checking import Record, mark_done, unrecorded
from core.models import Import, ImportHeading

MOST_HEADINGS = 80  # columns of a sheet whose meaning can be chosen


def check(item: Import, resource: BulkResource, place: str = "") -> None:
    """Judge the whole file; keep what was found as the pages and the report of ``item``. Changes no record.

    Two windows check one after the other; of a file that was taken in meanwhile nothing is left to check.
    """
    with transaction.atomic():
        locked = Import.objects.select_for_update().get(pk=item.pk)
        if locked.state != Import.State.DONE:
            _check(locked, resource, place)
    item.refresh_from_db()


def _check(item: Import, resource: BulkResource, place: str) -> None:
    corrections = corrections_of(item)
    rows = rows_of(item, resource, place)
    item.pages.all().delete()
    pages = Pages(item, rows.names)
    left = set(corrections.get("left", ()))
    seen = Seen(rows)
    for outcome in _judged(rows, corrections, resource):
        pages.add(outcome)
        seen.add(outcome)
    for line in rows.lines:
        if line.key in left:
            pages.leave(line)
    pages.close()
    item.report = {**_report(rows, resource, pages.counts), "seen": seen.digest}
    item.state = Import.State.CHECKED
    item.save(update_fields=["report", "state"])


def take_in(item: Import, resource: BulkResource, place: str = "", record: Record = unrecorded) -> Import:
    """Write the checked file, all rows in one transaction, or none.

    A second call changes nothing. When a row does not pass any more, or would do something else than the preview said,
    or somebody else has just written the same, nothing is kept and the file is checked again.

    :param record: called within the transaction by the one call that takes it in.
    """
    try:
        with transaction.atomic():
            locked = Import.objects.select_for_update().get(pk=item.pk)
            if locked.state != Import.State.CHECKED:
                return locked
            corrections = corrections_of(locked)
            rows = rows_of(locked, resource, place)
            counts, seen = _write(rows, corrections, resource)
            if counts[WRONG] or seen != locked.report.get("seen"):
                counts[WRONG] = 1
                transaction.set_rollback(True)
            else:
                mark_done(locked, counts, resource.made)
                record(locked)
    except IntegrityError:  # somebody wrote the same at the same moment
        counts = {WRONG: 1}
    if counts[WRONG]:
        resource.made = {}
        check(item, resource, place)
    item.refresh_from_db()
    return item


def remembered(resource: BulkResource, place: str) -> dict[str, str]:
    """Heading → field, as people at ``place`` have said before."""
    if not (resource.heading_kind and place):
        return {}
    rows = ImportHeading.objects.filter(kind=resource.heading_kind, place=place)
    return dict(rows.values_list("heading", "field"))


def remember(resource: BulkResource, place: str, columns: Mapping[str, str]) -> None:
    """Keep what somebody said about columns, for the next file of this place."""
    if resource.heading_kind and place and columns:
        ImportHeading.objects.bulk_create(
            [
                ImportHeading(
                    kind=resource.heading_kind, place=place, heading=key, field=field, changed_at=timezone.now()
                )
                for key, field in columns.items()
            ],
            update_conflicts=True,
            unique_fields=["kind", "place", "heading"],
            update_fields=["field", "changed_at"],
        )


def corrected(lines: Sequence[Line], corrections: Mapping[str, Any], resource: BulkResource) -> None:
    """Put what was typed in the preview into the rows. Who goes on another row is whoever that is said to mean now."""
    typed = corrections.get("cells", {})
    by_key = {line.key: line for line in lines if line.key in typed}
    for line in lines if typed else ():
        said = dict(typed.get(line.key, {}))
        if line.follows in by_key:
            first = by_key[line.follows]
            said = {name: first.cells.get(name, "") for name in resource.identifying & set(typed[first.key])} | said
        for name, text in said.items():
            if name not in resource.columns:  # a kind of certificate that is given no more
                continue
            line.problems.pop(name, None)
            if text:
                line.cells[name] = text
            else:
                line.cells.pop(name, None)


def rows_of(item: Import, resource: BulkResource, place: str) -> Rows:
    """The rows of an upload as the person has mended them; those left out are still among them."""
    corrections = corrections_of(item)
    with item.file.open("rb") as file:
        rows = read_rows(file, item.media_type, resource, corrections, remembered(resource, place))
    corrected(rows.lines, corrections, resource)
    typed = {name for cells in corrections.get("cells", {}).values() for name in cells}
    rows.names = [name for name in resource.columns if name in typed or name in rows.names]
    return rows


def _judged(rows: Rows, corrections: Mapping[str, Any], resource: BulkResource) -> Iterator[Outcome]:
    left = set(corrections.get("left", ()))
    kept = [line for line in rows.lines if line.key not in left] if left else rows.lines
    resource.total = len(kept)
    resource.prepare(kept)
    for start in range(0, len(kept), CHUNK):
        chunk = kept[start : start + CHUNK]
        for outcome in resource.judge(chunk):
            for name, problem in outcome.line.problems.items():
                outcome.errors[name] = problem
            if outcome.line.hidden and not outcome.errors:
                outcome.note("", _("隐藏行：在表格里看不到这一行，请确认要导入。"))
            if outcome.line.struck and not outcome.errors:
                outcome.note("", _("这一行在表格里划了删除线，请确认还要登记；不要的请勾选“不导入”。"))
            yield outcome
        resource.progress(start + len(chunk))


class Seen:
    """What rows would do, in short: whether they still would do it when they are confirmed, a minute or a day later."""

    def __init__(self, rows: Rows) -> None:
        read = [
            (sheet.name, sheet.off, [(heading.column, heading.field, heading.block) for heading in sheet.headings])
            for sheet in rows.sheets
        ]  # what somebody else has said about columns meanwhile counts for this file, too
        self._hash = sha256(repr(read).encode("utf-8", "surrogatepass"))

    def add(self, outcome: Outcome) -> None:
        if not outcome.line.repeats:  # what it does depends on whether the row before it has been written already
            said = (outcome.line.key, outcome.kind, outcome.joins, sorted(outcome.old.items()))
            self._hash.update(repr(said).encode("utf-8", "surrogatepass"))

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


def _write(rows: Rows, corrections: Mapping[str, Any], resource: BulkResource) -> tuple[dict[str, int], str]:
    """Judge and write in turns; stops at the first turn that does not pass. Returns counts, and what was seen."""
    resource.trial = False
    resource.lock(rows)
    counts = dict.fromkeys((NEW, CHANGED, SAME, WRONG), 0)
    turn: list[Outcome] = []
    seen = Seen(rows)
    for outcome in _judged(rows, corrections, resource):
        counts[WRONG if outcome.errors else outcome.kind] += 1
        if counts[WRONG]:
            return counts, ""
        seen.add(outcome)
        turn.append(outcome)
        if len(turn) >= CHUNK:
            resource.write(turn)
            turn = []
    resource.write(turn)
    return counts, seen.digest


def _report(rows: Rows, resource: BulkResource, counts: Mapping[str, int]) -> dict[str, Any]:
    return {
        "names": rows.names,
        "headers": [resource.columns[name].column_name for name in rows.names],
        "counts": dict(counts),
        "sheets": [_sheet(sheet, resource) for sheet in rows.sheets],
        "unseen": rows.unseen,
        "passed": [list(entry) for entry in rows.passed[:20]],
        "hidden": rows.hidden,
        "pictures": rows.pictures,
        "open_columns": any(sheet.off and sheet.doubt for sheet in rows.sheets),
        "remarks": [*_about_sheets(rows, resource), *resource.remarks(rows)],
    }


def _about_sheets(rows: Rows, resource: BulkResource) -> list[str]:
    """What was left aside without anybody having said so."""
    from xlsxwriter.utility import xl_col_to_name  # only spreadsheets need it

    said = [
        _("没有读“%(name)s”：%(why)s。要一起导入，请在“列的对应”里勾选它。") % {"name": sheet.name, "why": sheet.doubt}
        for sheet in rows.sheets
        if sheet.off and sheet.doubt
    ]
    if cards := sum(sheet.cards for sheet in rows.sheets if not sheet.off):
        said.append(
            _("读到 %(count)d 张登记表，一人一张：栏目右边的格是内容；没有认出的栏目没有读。") % {"count": cards}
        )
    for sheet in rows.sheets:
        if sheet.prepared:
            words = dict(zip(("first", "last", "count"), sheet.prepared, strict=True), name=sheet.name)
            said.append(_("“%(name)s”第 %(first)d 至 %(last)d 行之间有 %(count)d 行没有填是谁，没有读。") % words)
    for text in dict.fromkeys(text for sheet in rows.sheets for text in sheet.serials):
        said.append(_("“%(text)s”一列是 1、2、3……，当作序号，没有登记。要登记，请改列的对应。") % {"text": text})
    unseen = {
        heading.text: xl_col_to_name(heading.column)
        for sheet in rows.sheets
        if not (sheet.off or sheet.why)
        for heading in sheet.headings
        if heading.field and heading.column in sheet.hidden_columns
    }
    for text, letters in unseen.items():
        words = {"text": text, "letters": letters}
        said.append(_("%(letters)s 列“%(text)s”在表格里是隐藏的，也读了；不要的请改列的对应。") % words)
    twice = {
        heading.text: (resource.columns[heading.again].column_name, xl_col_to_name(heading.column))
        for sheet in rows.sheets
        if not (sheet.off or sheet.why)
        for heading in sheet.headings
        if heading.again
    }
    for text, (name, letters) in twice.items():
        words = {"name": name, "text": text, "letters": letters}
        said.append(_("有不止一列是%(name)s：没有读 %(letters)s 列“%(text)s”。要换，请改列的对应。") % words)
    return said


def _sheet(sheet: SheetFound, resource: BulkResource) -> dict[str, Any]:
    headings = [{"key": each.key, "text": each.text, "field": each.field} for each in sheet.headings][:MOST_HEADINGS]
    unused = [text for text in sheet.unused if not resource.ignores(text)]
    return {**asdict(sheet), "unused": unused[:20], "headings": headings}


def ensure_readable(file: Any, media_type: str, resource: BulkResource, place: str) -> int:
    """How many rows an upload has, or more than a person waits for: a long file is read to its end by the job.

    :raises ValidationError: it cannot be read, has no heading, no rows, or too many.
    """
    enough = resource.at_once + 1
    rows = read_rows(file, media_type, resource, {}, remembered(resource, place), enough=enough)
    if not rows.lines:  # all sheets are left out
        raise ValidationError(_("表头下面没有内容。"))
    return len(rows.lines)
