"""The index of a run: a line per report, as a spreadsheet. The same reports give the same bytes."""

from datetime import datetime, time
from typing import Any

from django.utils.translation import gettext as _

from assessments.models import ReportDocument
from assessments.running.archives import digest_of_parts, keep, refuse_gaps, take_earlier
from core.exports.columns import ExportColumn
from core.exports.xlsx import write_xlsx


def make(document: ReportDocument) -> None:
    """Of a claimed row. :raises ValidationError: when a report has failed."""
    run = document.run
    rows = run.documents.papers().select_related("organization", "league", "run__campaign").order_by("position")
    parts = list(rows)
    refuse_gaps(parts)
    document.digest = digest_of_parts(parts)
    if take_earlier(document):
        return
    drafts = len([part for part in parts if part.is_draft])
    words = {"year": run.campaign.year, "day": run.dated.isoformat(), "n": len(parts), "drafts": drafts}
    heading = _("%(year)d年度考核报告目录　成文日期 %(day)s　共 %(n)d 份") % words
    if drafts:
        heading += _("，其中草稿 %(drafts)d 份") % words
    moment = datetime.combine(run.dated, time())
    target, _count = write_xlsx(columns(), parts, heading=heading, created=moment)
    with target:
        keep(document, target, f"reports/{run.campaign.year}/{document.digest}.xlsx")


def columns() -> list[ExportColumn]:
    found: list[tuple[str, Any]] = [
        (_("编号"), lambda part: part.number),
        (_("种类"), lambda part: part.get_kind_display()),
        (_("机构或队伍"), lambda part: part.organization.name),
        (_("打包单位"), lambda part: part.league.short_name if part.league else ""),
        (_("页数"), lambda part: part.pages),
        (_("大小（字节）"), lambda part: part.size),
        (_("文件名"), lambda part: part.file_name),
        (_("核验码"), lambda part: _("草稿") if part.is_draft else part.code),
        (_("文件校验值"), lambda part: part.sha256),
    ]
    return [ExportColumn(title, value) for title, value in found]
