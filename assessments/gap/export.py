"""The teams of an office against a standard as a spreadsheet."""

from collections.abc import Mapping
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.gap.league import LeagueGap, TeamLine, number_shown, to_do
from assessments.models import Indicator
from core.exports import xlsx
from core.exports.columns import ExportColumn
from core.words import moment


def league_file(gap: LeagueGap, offices: Mapping[str, str], *, title: str, who: object) -> tuple[IO[bytes], str]:
    """:param offices: path → name of the office. In Chinese when called within ``core.language.in_chinese``."""
    heading = _("%(title)s：%(standard)s；%(who)s 于 %(at)s 导出；按现有记录试算，不代替测评") % {
        "title": title, "standard": gap.standard, "who": who, "at": moment(timezone.now()),
    }  # fmt: skip
    columns = [
        ExportColumn(_("主管红十字会"), lambda line: offices.get(line.team.organization.parent_path, "")),
        ExportColumn(_("队伍"), lambda line: line.team.organization.name),
        ExportColumn(_("备案编号"), lambda line: line.team.filing_no),
        ExportColumn(_("现有情况可达到"), _reached),
        ExportColumn(_("得分"), lambda line: line.sheet.total if line.sheet else None),
        ExportColumn(_("下一档"), lambda line: line.next.name if line.next else ""),
        ExportColumn(_("距下一档差分"), lambda line: line.points_short if line.next else None),
        ExportColumn(_("最少要办的事"), lambda line: _("；").join(to_do(line, gap.indicators))),
        *(ExportColumn(str(one), _cell(one)) for one in gap.scored),
    ]
    return xlsx.write_xlsx(columns, gap.lines, heading=heading)[0], xlsx.MEDIA_TYPE


def _reached(line: TeamLine) -> str:
    return str(line.closed) if line.closed else line.reached or _("未达到")


def _cell(indicator: Indicator) -> Any:
    return lambda line: "" if line.closed else number_shown(indicator, line) or _("没有填")
