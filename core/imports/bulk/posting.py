"""What a person sent from the preview of a long import: cells, rows left out, columns, sheets."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.imports.corrections import LONGEST, MOST_EDITABLE, mended
from core.masking import mask_value


def offer(lines: Sequence[dict[str, Any]], report: Mapping[str, Any], typed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a page as the template shows them: which cells can be mended, what is said of each."""
    free = MOST_EDITABLE
    for line in lines:
        whole = bool(line["why"].get("") or line["note"].get(""))
        cells = []
        for name, header, value in zip(report["names"], report["headers"], line["cells"], strict=True):
            why, note, old = (line[part].get(name, "") for part in ("why", "note", "old"))
            mended = name in typed.get(line["key"], {})
            wanted = bool(why or note or mended or (whole and line["kind"] == "wrong"))
            edit = wanted and line["kind"] != "left" and len(value) <= LONGEST and free > 0
            free -= edit
            value = value if edit else _read_only(name, value)
            cells.append(
                {"name": name, "header": header, "value": value, "why": why, "note": note,
                 "old": old, "changed": name in line["old"], "edit": edit, "mended": mended,
                 "lines": "\n" in value, "list": name in report.get("choices", {})}
            )  # fmt: skip
        errors, notes = (
            [text for key, text in line[part].items() if key not in report["names"]] for part in ("why", "note")
        )
        line |= {"shown": cells, "errors": errors, "notes": notes}
        line["offered"] = line["kind"] in ("left", "wrong") or bool(line["note"])
    return list(lines)


def _read_only(name: str, value: str) -> str:
    """What is not there to be mended is shown as on every other page: numbers masked, also in rows left out."""
    masked: dict[str, str] = mask_value({name: value})
    return masked[name][:200]


def posted_rows(data: Mapping[str, str], lines: Sequence[dict[str, Any]], before: Mapping[str, Any]) -> dict[str, Any]:
    """The corrections after a page was sent."""
    return _filled({**before, **mended(data, ((line["key"], line["shown"]) for line in lines), before)})


def left_out(corrections: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return _filled({**corrections, "left": sorted(keys)})


def _filled(corrections: Mapping[str, Any]) -> dict[str, Any]:
    """Without empty parts, so that nothing said is nothing changed."""
    return {name: part for name, part in corrections.items() if part}


def columns_in_order(report: Mapping[str, Any]) -> list[dict[str, str]]:
    """Every heading of the file once, in the order of the choices on the page."""
    found = {each["key"]: each for sheet in report["sheets"] for each in sheet["headings"]}
    return list(found.values())


def posted_columns(
    data: Any, report: Mapping[str, Any], before: Mapping[str, Any], known: Sequence[str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The corrections after columns and sheets were chosen, and what was newly chosen, to be remembered."""
    found = {heading["key"]: heading["field"] for heading in columns_in_order(report)}
    chosen: dict[str, str] = {}
    for number, (key, field) in enumerate(found.items()):
        said = data.get(f"column-{number}")
        if said is not None and said != field and (said == "" or said in known):
            chosen[key] = said
    taken = {field for field in chosen.values() if field}
    # a field is one column's: whoever gives it to another takes it from the first
    released = {key: "" for key, field in found.items() if field in taken and key not in chosen}
    chosen |= released
    names = [sheet["name"] for sheet in report["sheets"] if sheet["headings"] and not sheet["why"]]
    said = {name: f"sheet-{number}" in data for number, name in enumerate(names)} if "sheets" in data else {}
    corrections = {**before, "columns": {**before.get("columns", {}), **chosen}, "sheets": said}
    return _filled(corrections), chosen
