"""A report as PDF/A: one template for all kinds, the type and margins of GB/T 9704."""

from typing import Any

from django.utils.safestring import SafeString, mark_safe

from assessments.report import charts
from assessments.report.content import Bars, Block, Report, Section, Shares, Verify
from assessments.report.words import chinese
from core.documents.qr import qr_svg
from core.documents.rendering import render_pdf
from core.language import in_chinese

TEMPLATE = "assessments/report/report.html"


def pdf(report: Report, digest: str, verify: Verify | None = None) -> bytes:
    """The same report and code give the same bytes. What is no document yet carries no code."""
    with in_chinese():
        return render_pdf(TEMPLATE, _context(report, digest, verify))


def _context(report: Report, digest: str, verify: Verify | None) -> dict[str, Any]:
    shown = verify if verify is not None and not report.mark else None
    context: dict[str, Any] = {
        "report": report, "title": f"{report.subject} {report.title}", "number": report.number,
        "issuer": report.issuer, "subject": report.kind, "issued_on": report.dated, "digest": digest,
        "sections": [(chinese(place), _drawn(one)) for place, one in enumerate(report.body, 1)],
        "annexes": [(place, _drawn(one)) for place, one in enumerate(report.annexes, 1)],
        "one_annex": len(report.annexes) == 1,
    }  # fmt: skip
    if shown is not None:
        context |= {"qr": qr_svg(shown.url), "printed_code": shown.printed_code, "lookup_url": shown.lookup_url}
    return context


def _drawn(section: Section) -> tuple[str, list[tuple[Block, SafeString]]]:
    return section.title, [(block, _chart(block)) for block in section.blocks]


def _chart(block: Block) -> SafeString:
    if isinstance(block, Bars):
        return mark_safe(charts.bars(block.labels, block.values))  # noqa: S308 - escaped where it is made
    if isinstance(block, Shares):
        return mark_safe(charts.shares(block.parts, block.whole, block.unit))  # noqa: S308 - as above
    return SafeString()
