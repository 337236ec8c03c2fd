"""Django template → PDF/A. The slow parts (fonts, style sheets) are made once per process.

Three things are taken out of WeasyPrint that cost much and that our papers do not need: the rules of its own style
sheet for forms, languages and directions, which are asked of every element (``static/pdf/ua.css`` is what is left of
it), the strongest compression, which costs three times the weakest and saves a twelfth, and questions that it asks of
every box instead of every style (``shortcuts``). The first and last are not of its public interface: the version is
pinned, and a test compares the result with the full library's, byte by byte.
"""

import re
import zlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from core.documents.fonts import only_our_fonts
from core.emoji import CONTROL, EMOJI, with_nearest
from core.language import in_chinese

if TYPE_CHECKING:
    from weasyprint import CSS, HTML, Document
    from weasyprint.text.fonts import FontConfiguration

_VARIANT = "pdf/a-2u"
_LEVEL = 1  # of compression
_SHEET = re.compile(r'<html[^>]* data-sheet="([a-z_]+)"')
_POINT = "\u2060·"  # of a name in several parts: no line begins with it
# Pango's font map is not made for two threads at once.
_lock = Lock()


def render_pdf(template: str, context: Mapping[str, Any]) -> bytes:
    """``template`` (one that extends ``pdf/base.html``) as PDF/A-2u. The same template and context give the same bytes.

    Written as PDF/A, not certified. Templates reach no network and no file: only ``data:`` addresses are read.
    """
    with in_chinese():
        return pdf_of(render_to_string(template, dict(context)))


def render_fitting(template: str, tries: Iterable[Mapping[str, Any]], *, pages: int = 1) -> bytes:
    """The same with the first of several contexts, from roomy to tight, that fits ``pages``; with the last if none."""
    with in_chinese(), _lock:
        for context in tries:
            document = _laid_out(render_to_string(template, dict(context)))
            if len(document.pages) <= pages:
                break
        return _written(document)


def pdf_of(html: str) -> bytes:
    """The PDF of a rendered template; which style sheet it wants stands on its ``<html data-sheet>``."""
    with _lock:
        return _written(_laid_out(html))


def sheet_of(html: str) -> str:
    """Name of the style sheet that a rendered template wants."""
    asked = _SHEET.search(html[:500])
    if asked is None:
        raise ValueError("a printed template extends pdf/base.html")
    return asked[1]


def _laid_out(html: str) -> "Document":
    sheet, fonts = sheet_of(html), _fonts()
    words = EMOJI.sub("", with_nearest(CONTROL.sub(" ", html))).replace("·", _POINT)
    page = _page()(string=words, base_url="about:blank", url_fetcher=_fetcher())
    return page.render(font_config=fonts, stylesheets=[_css("fonts"), _css(sheet)], pdf_variant=_VARIANT)


def _written(document: "Document") -> bytes:
    pdf: bytes = document.write_pdf(finisher=_press, pdf_variant=_VARIANT)
    return pdf


def _press(document: "Document", pdf: Any) -> None:
    """Compress what the library would compress slowly."""
    from pydyf import Stream, _to_bytes  # slow to import

    for item in pdf.objects:
        if isinstance(item, Stream) and item.compress:
            packed = zlib.compress(b"\n".join(map(_to_bytes, item.stream)), _LEVEL)
            item.stream, item.compress = [packed], False
            item.extra = {**(item.extra or {}), "Filter": "/FlateDecode"}


@lru_cache(maxsize=1)
def _page() -> "type[HTML]":
    """Pages with the short style sheet."""
    _fonts()  # the import already looks at the fonts
    from weasyprint import HTML  # takes most of a second to import

    class Page(HTML):  # type: ignore[misc]  # the library is untyped
        def _ua_stylesheets(self, forms: bool = False) -> list[Any]:
            return [_css("ua")]

    return Page


@lru_cache(maxsize=1)
def _fonts() -> "FontConfiguration":
    with only_our_fonts():  # the import already looks at the fonts
        from weasyprint.text.fonts import FontConfiguration  # slow to import

        from core.documents import shortcuts  # as above

        shortcuts.take()
        return FontConfiguration()


@lru_cache
def _css(name: str) -> "CSS":
    from weasyprint import CSS  # slow to import

    path = finders.find(f"pdf/{name}.css")
    if path is None:
        raise FileNotFoundError(f"static/pdf/{name}.css")
    return CSS(string=Path(path).read_text(), font_config=_fonts(), base_url="about:blank", url_fetcher=_fetcher())


@lru_cache(maxsize=1)
def _fetcher() -> Any:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher  # slow to import

    class DataOnly(URLFetcher):  # type: ignore[misc]  # the library is untyped
        """Anything but ``data:`` stops the printing: a paper with a hole in it must not be issued."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.lower().startswith("data:"):
                raise FatalURLFetchingError(f"printed templates may not fetch {url[:80]}")
            return super().fetch(url, headers)

    return DataOnly()
