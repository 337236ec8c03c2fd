"""What a report is known by: a hash of all that goes into it, made without printing it. A file cannot contain its own
hash, so this is what stands on every page."""

import hashlib
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template import Engine

from assessments.report import charts, page
from assessments.report.content import Report
from core import emoji
from core.documents.fonts import fonts_version

_TEMPLATES = (
    "pdf/base.html",
    "pdf/_check.html",
    page.TEMPLATE,
    "assessments/report/_block.html",
    "assessments/report/_foot.html",
)
_SHEETS = ("pdf/fonts.css", "pdf/assessment_report.css")


def digest(report: Report) -> str:
    """Of template, data and fonts; not of the code it is checked by, which is drawn once for it."""
    return hashlib.sha256(f"{_printed_with()}\n{report!r}".encode()).hexdigest()


@lru_cache(maxsize=1)
def _printed_with() -> str:
    paths = [Path(Engine.get_default().get_template(name).origin.name) for name in _TEMPLATES]
    paths += [Path(str(finders.find(name))) for name in _SHEETS]
    paths += [Path(str(module.__file__)) for module in (charts, page, emoji)]
    content = b"\n".join(path.read_bytes() for path in paths)
    return f"{hashlib.sha256(content).hexdigest()} weasyprint {version('weasyprint')} {fonts_version()}"
