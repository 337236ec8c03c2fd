"""Which formats of an xlsx cross out what they hold, as rosters do with people who have left; which show 0.9 as 90%."""

import re
import zipfile
from dataclasses import dataclass

from core.imports.marks.xml import Reader, parse

_STYLES = "xl/styles.xml"
_OFF = ("0", "false")
_QUOTED = re.compile(r'"[^"]*"|\\.')  # in a format: text as it stands
_PERCENT = {9, 10}  # 0% and 0.00%, which no file spells out


@dataclass(frozen=True)
class Formats:
    """Numbers of formats, as cells name them (``s``)."""

    struck: frozenset[str] = frozenset()
    percent: frozenset[str] = frozenset()


def formats_of(archive: zipfile.ZipFile) -> Formats:
    styles = _Styles()
    if _STYLES in archive.namelist():
        parse(archive, _STYLES, styles)
    every = list(enumerate(styles.formats))
    return Formats(
        frozenset(str(at) for at, (font, _number) in every if font in styles.struck),
        frozenset(str(at) for at, (_font, number) in every if number in styles.percent),
    )


class _Styles(Reader):
    def __init__(self) -> None:
        self.formats: list[tuple[int, int]] = []  # font and number format of each
        self.struck: set[int] = set()
        self.percent = set(_PERCENT)
        self._font = -1
        self._in_fonts = self._in_formats = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        self._in_fonts = self._in_fonts or name == "fonts"
        self._in_formats = self._in_formats or name == "cellXfs"
        if name == "font" and self._in_fonts:
            self._font += 1
        elif name == "strike" and self._in_fonts and attributes.get("val", "1") not in _OFF:
            self.struck.add(self._font)
        elif name == "xf" and self._in_formats:
            self.formats.append((int(attributes.get("fontId", "0")), int(attributes.get("numFmtId", "0"))))
        elif name == "numFmt" and "%" in _QUOTED.sub("", attributes.get("formatCode", "")):
            self.percent.add(int(attributes.get("numFmtId", "0")))

    def end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        self._in_fonts = self._in_fonts and name != "fonts"
        self._in_formats = self._in_formats and name != "cellXfs"
