"""公示: one rule for the days a result is public, of a grading and of a year's assessment.

A publicity that was held on paper is recorded afterwards, so its days may be gone by; what it publishes must have been
there.
"""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LEAST = 5  # days a result is public at the least; the publisher's own rule was not found [P]


def check_days(
    first: date | None, last: date | None, *, found_on: date | None = None, upheld_on: date | None = None
) -> None:
    """:param found_on: the day whose finding is published, which no publicity precedes. :param upheld_on: when what was
    upheld against an earlier result came in: the new result is not published by the days of the old one."""
    if first is None or last is None:
        raise ValidationError({"public_until": _("请填写公示起止日期。")})
    if last < first:
        raise ValidationError({"public_until": _("公示止的日期不能早于起的日期。")})
    if found_on is not None and first < found_on:
        raise ValidationError({"public_from": _("公示不能早于现场测评（%(day)s）。") % {"day": found_on}})
    if upheld_on is not None and first < upheld_on:
        said = _("异议或者申诉成立以后重新公示，不能早于收到它的那天（%(day)s）。") % {"day": upheld_on}
        raise ValidationError({"public_from": said})
    if last < first + timedelta(days=LEAST - 1):
        raise ValidationError({"public_until": least_said()})


def least_said() -> str:
    return _("公示期不少于 %(n)d 天。") % {"n": LEAST}
