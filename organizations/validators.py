"""Rules for values that forms, imports and the API share."""

import re
import unicodedata
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.emoji import EMOJI

# What Mongolian script joins letters with. Every other invisible character in a name is a slip of copying or a trick.
_JOINERS = {"\u180e", "\u200c", "\u200d"}
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def validate_uscc(value: str) -> None:
    """统一社会信用代码, GB 32100-2015: 18 characters without I O Z S V and a check character."""
    if not re.fullmatch(rf"[{_USCC_ALPHABET}]{{18}}", value):
        raise ValidationError(_("统一社会信用代码应为 18 位数字和大写字母，不含 I、O、Z、S、V。"))
    total = sum(_USCC_ALPHABET.index(character) * pow(3, index, 31) for index, character in enumerate(value[:17]))
    if _USCC_ALPHABET[(31 - total % 31) % 31] != value[17]:
        raise ValidationError(_("统一社会信用代码的校验位不对，请核对是否抄错。"))


def validate_phone(value: str) -> None:
    """A landline with area code, and perhaps an extension (0\\d{2,3}-\\d{7,8}-\\d{1,6}), or a mobile number."""
    if not re.fullmatch(r"0\d{2,3}-\d{7,8}(-\d{1,6})?|1[3-9]\d{9}", value, re.ASCII):
        raise ValidationError(_("电话应写成 0471-1234567 或 11 位手机号。"))


def validate_visible(value: str) -> None:
    """No characters that nobody sees: they make two equal names differ and turn the direction of what stands behind.
    And none that was lost in decoding."""
    for index, character in enumerate(value):
        if character == "\ufffd":
            raise ValidationError(
                _("第 %(number)d 个字是“�”，说明原来的字在复制或转换时丢了，请改成原来的字。") % {"number": index + 1}
            )
        if unicodedata.category(character) in _INVISIBLE and character not in _JOINERS:
            raise ValidationError(
                _("第 %(number)d 个字是看不见的字符（常由复制带入），请删掉后重新输入。") % {"number": index + 1}
            )


def validate_text(value: str) -> None:
    """The same for what is written in lines: their ends are no slip, nor are the tabs of a table that was pasted."""
    validate_visible(value.translate(dict.fromkeys(map(ord, "\r\n\t"), " ")))


def validate_name(value: str) -> None:
    """What goes by this name goes by it on paper, too: nothing invisible, no emoji."""
    validate_visible(value)
    found = EMOJI.search(value)
    if found:
        raise ValidationError(_("“%(sign)s”是表情符号，证书和登记表上印不出来，请删掉。") % {"sign": found[0]})


def validate_year(value: date) -> None:
    """A slip of the keyboard must not give an office two thousand years, or begin a duty in eight thousand."""
    if not 1900 <= value.year <= 2100:
        raise ValidationError(_("年份应在 1900 至 2100 之间。"))
