"""Reports of the year's assessment: what goes into one, and how it is printed."""

import hashlib
import json
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZipFile, ZipInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.models import ReportDocument, Review
from core.documents import render_pdf
from core.documents.fonts import write_config
from core.documents.qr import qr_svg
from core.language import in_chinese
from core.models import VerifiableDocument

VERSION = "0"  # of the template: raised, every report is made anew


def digest_of(document: ReportDocument) -> str:
    """Of everything that goes into it, without rendering it: the same digest is the same report."""
    with in_chinese():
        parts = [VERSION, write_config().read_text(), document.run.dated.isoformat(), document.number, _facts(document)]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def render_pdf_of(document: ReportDocument) -> bytes:
    """``document.digest`` and ``document.code`` are set; both are printed."""
    address = settings.PORTAL_ORIGIN + reverse("verify", args=[document.code])
    paper = VerifiableDocument(code=document.code)
    context = {
        "title": document.get_kind_display(), "number": document.number, "issued_on": document.run.dated,
        "facts": _facts(document), "digest": document.digest, "printed_code": paper.printed_code,
        "qr": qr_svg(address), "lookup_url": settings.PORTAL_ORIGIN + reverse("verify_lookup"),
    }  # fmt: skip
    return render_pdf("assessments/report/paper.html", context)


def render_docx_of(document: ReportDocument) -> bytes:
    with in_chinese():
        facts = [[document.get_kind_display(), document.number], *_facts(document)]
    lines = "".join(f"<w:p><w:r><w:t>{escape('：'.join(fact))}</w:t></w:r></w:p>" for fact in facts)
    parts = {"[Content_Types].xml": _TYPES, "_rels/.rels": _RELS, "word/document.xml": _BODY % lines}
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        for name, text in parts.items():
            archive.writestr(ZipInfo(name), text)
    return target.getvalue()


def _facts(document: ReportDocument) -> list[list[str]]:
    reviews: Any = Review.objects.filter(campaign=document.run.campaign_id)
    reviews = reviews.below(document.organization).order_by("organization__path").select_related("result")
    facts = [[_("机构或队伍"), document.organization.name], [_("年度"), str(document.run.campaign.year)]]
    for review in reviews.select_related("organization"):
        result = review.result.name if review.result else review.get_state_display()
        words = {"total": review.total, "opinion": review.region_opinion} if review.result else {}
        facts.append([review.organization.short_name, " ".join([result, *map(str, words.values())])])
    return facts


_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TYPES = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>'
)
_RELS = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}" Target="word/document.xml"/></Relationships>'
)
_BODY = (
    f'{_HEAD}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>%s'
    "</w:body></w:document>"
)
