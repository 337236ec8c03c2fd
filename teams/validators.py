"""Rules for single values of a team, shared by forms, imports, API and checks."""

import re
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# Inner Mongolia with a margin: outside is said as a warning, for a base may be across the border.
REGION_LATITUDE = (Decimal(37), Decimal(54))
REGION_LONGITUDE = (Decimal(97), Decimal(127))
_DOCUMENT_NUMBER = re.compile(r"[^\d〔〕\s]{2,20}〔(\d{4})〕([1-9]\d{0,4})号")


def validate_document_number(value: str) -> None:
    """发文字号: 机关代字 + 〔four-digit year〕 + number without leading zeros + 号 (GB/T 9704)."""
    found = _DOCUMENT_NUMBER.fullmatch(value)
    if found is None:
        raise ValidationError(
            _("文号应写成“内红赈发〔2024〕19号”这样：六角括号〔〕，年份四位，序号不加“第”、不编虚位。")
        )
    if not 1949 <= int(found[1]) <= timezone.localdate().year:
        raise ValidationError(_("文号的年份“%(year)s”不对。") % {"year": found[1]})


def exit_to_come(day: date) -> str:
    """The sentence where a team would leave on a day that is still to come: until then it is on file; else empty."""
    return gettext("退出日期 %(day)s 还没有到，到了那天才能办结。") % {"day": day} if day > timezone.localdate() else ""


def is_of_year(number: str, day: date) -> bool:
    """Whether a document number is of the year of its document."""
    return f"〔{day.year}〕" in number


def validate_not_future(value: date) -> None:
    if value > timezone.localdate():
        raise ValidationError(_("日期不能晚于今天。"))
    if value.year < 1900:
        raise ValidationError(_("年份应在 1900 年以后。"))


def validate_latitude(value: Decimal) -> None:
    if not -90 <= value <= 90:
        raise ValidationError(_("纬度应在 -90 至 90 之间；内蒙古约在 37 至 54 之间。"))


def validate_longitude(value: Decimal) -> None:
    if not -180 <= value <= 180:
        raise ValidationError(_("经度应在 -180 至 180 之间；内蒙古约在 97 至 127 之间。"))


def in_region(latitude: Decimal, longitude: Decimal) -> bool:
    """Whether the point lies in the frame around the region."""
    return (
        REGION_LATITUDE[0] <= latitude <= REGION_LATITUDE[1] and REGION_LONGITUDE[0] <= longitude <= REGION_LONGITUDE[1]
    )
