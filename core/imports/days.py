"""Days as they stand in spreadsheets: 2026-01-31, 2026.1.31, 2026年1月, 20260131, 46053, 26.1.31, 二〇二六年一月."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

_DAY = re.compile(
    r"(\d{4}|\d{2}(?!\s*/)|(?:1[3-9]|2\d)(?=\s*/))\s*[-/.．。·年、，,\\]\s*(\d{1,2})\s*[-/.．。·月、，,\\]\s*(\d{1,2})\s*[日号]?"
    r"(?:\s*T?\s*\d{1,2}:\d{2}(?::\d{2})?)?\s*[.。]?"
)
_APART = re.compile(r"(\d{4})\s+(\d{1,2})\s+(\d{1,2})")
_MONTH = re.compile(r"(\d{4}|\d{2}(?=\s*[年.]))\s*[-/.．。·年、]\s*(\d{1,2})\s*(?:月?(?:份)?|[-/.．])")
_YEAR = re.compile(r"((?:19|20)\d{2})\s*年?(?:度)?")
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0)?")
_SINCE = re.compile(r"^(?:自|从)\s*")
_ASIDE = re.compile(  # 2024.3.1 入队, 2019年3月至今, 2026年12月31日二十四时止
    r"\s*(?:[-—–~～]?\s*至今|(?:(?:零|〇|0{1,2}|二十四|24)\s*[时点]整?)?\s*"
    r"(?:起|止|生效|开始|终止|到期|过期|入队|加入|取得|取证|发证|签发|办理|参加)?)$"
)
_WEEKDAY = re.compile(r"\s*[（(]?(?:星期|周)[一二三四五六日天][）)]?$|\s*[上下]午$")
_MONTH_DIGITS = re.compile(r"((?:19|20)\d{2})(0[1-9]|1[0-2])")
_SERIAL = re.compile(r"[1-7]\d{4}(?:\.\d+)?")  # as a spreadsheet counts the days
_NOUGHT = date(1899, 12, 30)
_NUMERALS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_TEN = re.compile(r"([二三])?十([一二三四五六七八九])?")
AHEAD = 20  # years up to which 27 is 2027; what would lie further ahead is of the last century


@dataclass(frozen=True)
class Written:
    """A day as far as it was written. ``parts``: 3, or 2 without the day, 1 without the month."""

    day: date
    parts: int = 3
    short: bool = False  # the year in two digits


def written(text: str, *, ahead: int = AHEAD) -> Written:
    """:param ahead: years up to which a year of two digits may lie in the future.
    :raises ValueError: no date.
    """
    if _SERIAL.fullmatch(text) and not _MONTH_DIGITS.fullmatch(text):
        return Written(_NOUGHT + timedelta(days=int(float(text))))
    said = _TEN.sub(
        lambda ten: f"{ten[1] or '一'}{ten[2] or '〇'}", _ASIDE.sub("", _SINCE.sub("", _WEEKDAY.sub("", text)), count=1)
    ).translate(_NUMERALS)
    for form in (_DAY, _APART, _DIGITS, _MONTH, _MONTH_DIGITS, _YEAR):
        if found := form.fullmatch(said):
            parts, short = [int(part) for part in found.groups()], len(found[1]) == 2
            if short and "/" in said and parts[0] + 2000 > timezone.localdate().year:
                break  # 31/1/26 may begin with the day; 24/4/15 cannot
            if short:
                parts[0] += 2000 if parts[0] + 2000 <= timezone.localdate().year + ahead else 1900
            year, month, of_month = [*parts, 1, 1][:3]
            with suppress(ValueError):
                return Written(date(year, month, of_month), len(parts), short)
            break
    raise no_day(text)


def no_day(text: str) -> ValueError:
    if "农历" in text or "阴历" in text:
        return ValueError(_("“%(value)s”是农历，请换成公历的日期；不清楚的留空。") % {"value": text[:30]})
    return ValueError(_("“%(value)s”不是日期，请写成 2026-01-31 这样。") % {"value": text[:30]})
