"""Which formats of an xlsx cross out what they hold, as rosters do with people who have left."""

import zipfile

from core.imports.marks.xml import Reader, parse

_STYLES = "xl/styles.xml"
_OFF = ("0", "false")


def struck_formats(archive: zipfile.ZipFile) -> frozenset[str]:
    """Numbers of the formats, as cells name them (``s``)."""
    styles = _Styles()
    if _STYLES in archive.namelist():
        parse(archive, _STYLES, styles)
    return frozenset(str(at) for at, font in enumerate(styles.formats) if font in styles.struck)


class _Styles(Reader):
    def __init__(self) -> None:
        self.formats: list[int] = []  # the font of each format
        self.struck: set[int] = set()
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
            self.formats.append(int(attributes.get("fontId", "0")))

    def end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        self._in_fonts = self._in_fonts and name != "fonts"
        self._in_formats = self._in_formats and name != "cellXfs"
