"""Reads what a list is asked for from its query string. Nothing in it is trusted; what cannot be used gives a note."""

from dataclasses import dataclass, field
from datetime import date

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from core.lists.tables import Table


@dataclass
class ListRequest:
    """``sort``, ``page``, ``cols`` and ``at`` of one request, checked; ``notes`` say plainly what was not used.

    :ivar usual: the columns of a request that names none.
    """

    sort: str = ""
    page: int = 1
    columns: list[str] = field(default_factory=list)
    usual: list[str] = field(default_factory=list)
    at: date | None = None
    notes: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, params: QueryDict, table: type[Table], *, as_at: bool, remembered: list[str]) -> "ListRequest":
        asked = cls()
        asked.at = asked._day(params.get("at", ""), as_at)
        asked.sort = asked._sort(params.get("sort", ""), table)
        asked.page = asked._page(params.get("page", ""))
        hidden = set(table.only_now) if asked.at else set()
        usable = [name for name in table.base_columns if name not in hidden]
        named = ",".join(params.getlist("cols"))  # the page sends one by one, a saved link may hold them all in one
        asked.usual = remembered or table.default_columns()
        chosen = asked._columns(named, list(table.base_columns)) or asked.usual
        asked.columns = [name for name in dict.fromkeys(chosen) if name in usable] or usable
        return asked

    def _day(self, text: str, offered: bool) -> date | None:
        if text and not offered:
            self.notes.append(_("这个列表不能按日期回看，显示的是现在的情况。"))
            return None
        day, note = read_day(text)
        self.notes += [note] if note else []
        return day

    def _sort(self, text: str, table: type[Table]) -> str:
        if text and table.order_fields(text) is None:
            self.notes.append(_("不能按“%(name)s”排序，用的是通常的次序。") % {"name": text[:40]})
            return ""
        return text

    def _page(self, text: str) -> int:
        if not text:
            return 1
        if text.isdecimal() and len(text) < 10 and int(text) > 0:
            return int(text)
        self.notes.append(_("页码“%(page)s”不对，显示的是第 1 页。") % {"page": text[:20]})
        return 1

    def _columns(self, text: str, known: list[str]) -> list[str]:
        names = [name for name in text.split(",") if name]
        strange = [name for name in names if name not in known]
        if strange:
            self.notes.append(_("没有“%(names)s”这样的列，没有采用。") % {"names": _("、").join(strange)[:80]})
        return [name for name in names if name in known]


def read_day(text: str) -> tuple[date | None, str]:
    """The past day that ``at`` asks for, or none and the sentence that says why it is not used."""
    if not text:
        return None, ""
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        return None, _("日期“%(day)s”不对，要写成 2026-01-31 这样，显示的是现在的情况。") % {"day": text[:20]}
    if day > timezone.localdate():
        return None, _("%(day)s 还没有到，不能回看，显示的是现在的情况。") % {"day": day.isoformat()}
    return day, ""
