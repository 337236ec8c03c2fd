"""Scores as a device sends them: read, measured against the indicator, nothing taken for granted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from assessments.choices import Method
from assessments.models import Indicator
from assessments.scoring import NOUGHT, Answer, plain
from core.offline import instant, read_key, whole

NOTE_MOST = 500
_CENT = Decimal("0.01")
_MOST = Decimal(10) ** 12


@dataclass(frozen=True)
class Given:
    """One score, as it was made; an empty answer takes the earlier one back. ``at`` is by the clock of the device."""

    id: UUID
    grading: int
    indicator: int
    at: datetime
    answer: Answer = Answer()  # noqa: RUF009 - frozen
    note: str = ""


def read(raw: Any) -> Given:
    """:raises ValidationError: with what is wrong, in words."""
    if not isinstance(raw, Mapping):
        raise ValidationError(_("这条评分的格式不对。"))
    key = read_key(raw.get("id"), _("这条评分没有编号。"))
    at = instant(raw.get("at"))
    if at is None:
        raise ValidationError(_("这条评分没有时间，或者时间写错了。"))
    grading, indicator = whole(raw.get("grading")), whole(raw.get("indicator"))
    if grading is None or indicator is None:
        raise ValidationError(_("这条评分没有说是哪一项。"))
    answer = Answer(number(raw.get("value")), number(raw.get("points")), raw.get("not_applicable") is True)
    return Given(key, grading, indicator, at, answer, _text(raw.get("note")))


def number(value: Any) -> Decimal | None:
    """A number as text, with two places at the most; empty is none.

    :raises ValidationError: it is none, or one no column holds.
    """
    if value is None or value == "":
        return None
    try:
        found = Decimal(value) if isinstance(value, str) and len(value) <= 30 else None
        if found is None or not found.is_finite() or abs(found) >= _MOST or found != found.quantize(_CENT):
            raise ValueError
    except (InvalidOperation, ValueError):
        raise ValidationError(_("数字写错了：只写数字，最多两位小数。")) from None
    return found.quantize(_CENT)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    clean = "".join(char for char in " ".join(value.split()) if char.isprintable())
    if len(clean) > NOTE_MOST:
        raise ValidationError(_("意见最多 %(most)d 个字。") % {"most": NOTE_MOST})
    return clean


def check(indicator: Indicator, answer: Answer) -> None:
    """Whether this can be an answer to this indicator; also what is settled goes through here.

    :raises ValidationError: why not.
    """
    if indicator.method == Method.HEADING:
        raise ValidationError(_("这是分组标题，不评分。"))
    if answer.not_applicable:
        if not indicator.may_not_apply:
            raise ValidationError(_("本项不能选不适用。"))
        if answer.value is not None or answer.points is not None:
            raise ValidationError(_("选了不适用，就不再填分数。"))
    elif indicator.method == Method.JUDGED:
        _check_points(indicator, answer)
    else:
        _check_value(indicator, answer)


def _check_points(indicator: Indicator, answer: Answer) -> None:
    if answer.value is not None:
        raise ValidationError(_("本项直接评分，不填数值。"))
    if answer.points is not None and not NOUGHT <= answer.points <= indicator.points:
        words = {"most": plain(indicator.points)}
        raise ValidationError(_("得分要在 0 到 %(most)s 分之间。") % words)


def _check_value(indicator: Indicator, answer: Answer) -> None:
    if answer.points is not None:
        raise ValidationError(_("本项填数值，分数由标准算出。"))
    if answer.value is None:
        return
    if answer.value < NOUGHT:
        raise ValidationError(_("数值不能小于 0。"))
    if indicator.method == Method.YES_NO and answer.value not in (NOUGHT, Decimal(1)):
        raise ValidationError(_("本项只填有或没有。"))
    if indicator.method == Method.DEDUCTION and answer.value != int(answer.value):
        raise ValidationError(_("扣分事项填整数。"))
