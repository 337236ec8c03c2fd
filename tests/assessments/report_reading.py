"""Looking into a printed report: its text without breaks, its fonts, characters that no font had."""

import io
from typing import Any

import pikepdf
import pypdf


def pages_of(data: bytes) -> list[str]:
    """The text of each page without spaces and line breaks, which the layout put in."""
    return ["".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def fonts_of(data: bytes) -> dict[str, bool]:
    """Name → whether it lies in the file."""
    found = {}
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            for font in _fonts(page.obj.get("/Resources", {})):
                descriptor = font.DescendantFonts[0].FontDescriptor
                found[str(font.BaseFont)] = "/FontFile3" in descriptor or "/FontFile2" in descriptor
    return found


def missing_glyphs(data: bytes) -> int:
    """How often glyph 0, the empty box, is drawn."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        streams = [page.obj for page in pdf.pages]
        streams += [
            item for item in pdf.objects if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Form"
        ]
        return sum(_boxes(stream) for stream in streams)


def _boxes(stream: Any) -> int:
    boxes = 0
    for operands, operator in pikepdf.parse_content_stream(stream):
        if str(operator) not in ("Tj", "TJ"):
            continue
        shown = operands[0] if str(operator) == "TJ" else operands
        for piece in shown:
            if isinstance(piece, pikepdf.String):
                codes = bytes(piece)
                boxes += sum(codes[at : at + 2] == b"\0\0" for at in range(0, len(codes), 2))
    return boxes


def _fonts(resources: Any) -> list[Any]:
    found = list(resources.get("/Font", {}).values())
    for item in resources.get("/XObject", {}).values():
        found += _fonts(item.get("/Resources", {}))
    return found
