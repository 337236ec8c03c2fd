"""Looking into a printed report: its text without breaks, its fonts, characters that no font had."""

import io
from functools import lru_cache
from typing import Any

import pikepdf
from pypdfium2 import PdfDocument


@lru_cache(maxsize=16)
def lines_of(data: bytes) -> tuple[tuple[str, ...], ...]:
    """The lines of each page."""
    document: Any = PdfDocument(data)
    try:
        return tuple(tuple(page.get_textpage().get_text_range().splitlines()) for page in document)
    finally:
        document.close()


def pages_of(data: bytes) -> list[str]:
    """The text of each page without spaces and line breaks, which the layout put in."""
    return ["".join("".join(lines).split()) for lines in lines_of(data)]


def fonts_of(data: bytes) -> dict[str, bool]:
    """Name → whether it lies in the file."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        found = {}
        for font in _fonts(pdf):
            descriptor = font.DescendantFonts[0].FontDescriptor
            found[str(font.BaseFont)] = "/FontFile3" in descriptor or "/FontFile2" in descriptor
        return found


def missing_glyphs(data: bytes) -> int:
    """How often an empty box is drawn: glyph 0, and fonts with a table of codes that lead to it (WeasyPrint gives
    each character without a glyph a code of its own; a font that has them all needs no table)."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        tables = sum(font.Encoding != "/Identity-H" for font in _fonts(pdf))
        return tables + sum(_boxes(page) for page in pdf.pages)


def _fonts(pdf: pikepdf.Pdf) -> list[Any]:
    whole = (item for item in pdf.objects if isinstance(item, pikepdf.Dictionary))
    return [item for item in whole if item.get("/Type") == "/Font" and item.get("/Subtype") == "/Type0"]


def _boxes(page: pikepdf.Page) -> int:
    shown = [operands for operands, operator in pikepdf.parse_content_stream(page) if str(operator) in ("Tj", "TJ")]
    pieces = [piece for (each,) in shown for piece in (each if isinstance(each, pikepdf.Array) else [each])]
    codes = [bytes(piece) for piece in pieces if isinstance(piece, pikepdf.String)]
    return sum(code[at : at + 2] == b"\0\0" for code in codes for at in range(0, len(code), 2))


def heights_of(data: bytes, page: int, text: str) -> list[tuple[float, float]]:
    """Bottom and top of each place on a page where the text stands, measured from the foot of the sheet."""
    document: Any = PdfDocument(data)
    try:
        letters = document[page].get_textpage()
        found, search = [], letters.search(text)
        while (place := search.get_next()) is not None:
            _left, bottom, _right, top = letters.get_charbox(place[0])
            found.append((bottom, top))
        return found
    finally:
        document.close()
