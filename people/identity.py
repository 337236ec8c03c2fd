"""Numbers of identity documents: what they look like, what they say about their holder, how they are compared.

居民身份证, 港澳台居民居住证 and the 外国人永久居留身份证 of 2023 share the 18 digits of GB 11643: division, birthday,
order (odd: male) and a check digit by ISO 7064 MOD 11-2. The others are only checked for their form.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from core import encryption, masking
from people.choices import Gender, IdType

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
EIGHTEEN = (IdType.CITIZEN, IdType.RESIDENCE, IdType.FOREIGNER)
_OLDEST = 120
# 港澳台居民居住证 begins with 81, 82 or 83 in place of a division; the foreigner's card with 9.
_FIRST = {IdType.CITIZEN: r"[1-6]", IdType.RESIDENCE: r"8[123]", IdType.FOREIGNER: r"9"}
_FORMS = {  # permits: with how often they were renewed and, in the old books, a letter: H01234567(02), 0123456701(B)
    IdType.HK_MACAO: re.compile(r"([HM]\d{8})(\d{2})?"),
    IdType.TAIWAN: re.compile(r"(\d{8})(\d{2}[A-Z0-9]?)?"),
    IdType.PASSPORT: re.compile(r"[A-Z0-9]{5,17}"),
    IdType.OTHER: re.compile(r"[A-Z0-9][A-Z0-9\-]{3,29}"),
}
_PERMITS = (IdType.HK_MACAO, IdType.TAIWAN)
_DROPPED = re.compile(r"[\s\u200b-\u200f\ufeff'’‘`´]+")
_HYPHEN = re.compile(r"[-‐‑–—－_.]")
_ALIKE = str.maketrans("OIL", "011")
_EIGHTEEN_DIGITS = re.compile(r"\d{17}[\dX]")
_BRACKETS = re.compile(r"[()\[\]]")
_PASSPORT_USUAL = re.compile(r"[A-Z]{1,2}\d{7,8}")
_OLD_FOREIGNER = re.compile(r"[A-Z]{3}\d{12}")


@dataclass(frozen=True)
class Told:
    """What a number says about its holder; None where it says nothing."""

    gender: str | None = None
    birth: date | None = None


def normal(number: str) -> str:
    """As the number is kept and compared: half-width, capital, without spaces or a leading apostrophe. Full-width
    digits, a lower-case x, and the spaces or hyphens of ``150404 1990 0101 1234`` are habits, not errors.
    """
    text = number
    for _again in range(2):  # an accent may stand alone until the space before it is gone
        text = _DROPPED.sub("", unicodedata.normalize("NFKC", _DROPPED.sub("", text)).upper())
    text = unicodedata.normalize("NFKC", text).replace("×", "X").replace("Х", "X")  # multiplication, Cyrillic
    grouped = _HYPHEN.sub("", text)  # 150404-19900101-1234; the hyphens of a paper we do not know stay
    if _EIGHTEEN_DIGITS.fullmatch(grouped) or _PASSPORT_USUAL.fullmatch(grouped):
        return grouped
    for kind, permit in ((IdType.HK_MACAO, grouped), (IdType.TAIWAN, text)):
        if _FORMS[kind].fullmatch(permit := _BRACKETS.sub("", permit)):
            return permit
    digits = grouped.translate(_ALIKE)  # O for 0: where the check digit proves it
    return digits if _EIGHTEEN_DIGITS.fullmatch(digits) and check_digit(digits[:17]) == digits[17] else text


def lasting(kind: str, number: str) -> str:
    """What stays of a normal number when the paper is renewed: a permit's goes on with how often that was.

    :param kind: empty where it is not known.
    """
    for permit in (kind,) if kind else _PERMITS:
        if permit in _PERMITS and (found := _FORMS[IdType(permit)].fullmatch(number)):
            return str(found[1])
    return number


def check_digit(first: str) -> str:
    """The eighteenth character for 17 digits (ISO 7064 MOD 11-2)."""
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True)) % 11]


def validate(kind: str, number: str) -> None:
    """:raises ValidationError: the number, given as ``normal`` makes it, cannot be one of that kind; says why."""
    if kind == IdType.FOREIGNER and _OLD_FOREIGNER.fullmatch(number):
        return
    if kind in EIGHTEEN:
        _validate_eighteen(kind, number)
    elif kind in _FORMS and not _FORMS[IdType(kind)].fullmatch(number):
        words = {"kind": IdType(kind).label}
        raise ValidationError(_("%(kind)s号码的写法不对，请照证件核对。") % words, code="id_form")


def _validate_eighteen(kind: str, number: str) -> None:
    words = {"kind": IdType(kind).label, "count": len(number)}
    if not re.fullmatch(r"\d{17}[\dX]", number):
        if re.fullmatch(r"\d{15}", number):
            raise ValidationError(_("这是 15 位的旧号码，请填现在的 18 位号码。"), code="id_old")
        if len(number) != 18:
            raise ValidationError(_("%(kind)s号码应为 18 位，现在是 %(count)s 位。") % words, code="id_length")
        raise ValidationError(_("%(kind)s号码应为 17 位数字加一位校验码。") % words, code="id_form")
    if not re.match(_FIRST[IdType(kind)], number):
        raise ValidationError(_("号码的开头不像%(kind)s，请核对证件类型。") % words, code="id_kind")
    if _birth(number) is None:
        raise ValidationError(_("%(kind)s号码里的出生日期不对，请核对第 7 至 14 位。") % words, code="id_birth")
    if check_digit(number[:17]) != number[17]:
        if number.endswith("000"):
            raise ValidationError(_("末三位是 000，多半是 Excel 存成数字时丢了，请照证件重填。"), code="id_lost")
        raise ValidationError(_("%(kind)s号码的校验码不对，请核对是否抄错。") % words, code="id_check")


def told(kind: str, number: str) -> Told:
    """Birthday and sex a valid number says; nothing for kinds that say nothing."""
    if kind not in EIGHTEEN or not re.fullmatch(r"\d{17}[\dX]", number):
        return Told()
    return Told(Gender.MALE if int(number[16]) % 2 else Gender.FEMALE, _birth(number))


def guess(number: str) -> str:
    """The kind a normal number most likely is: rosters rarely have a column for it. Empty when it is like none."""
    if re.fullmatch(r"\d{15}|\d{17}[\dX]", number):
        if re.match(_FIRST[IdType.RESIDENCE], number):
            return IdType.RESIDENCE
        return IdType.FOREIGNER if number[0] == "9" else IdType.CITIZEN
    if _OLD_FOREIGNER.fullmatch(number):
        return IdType.FOREIGNER
    if _FORMS[IdType.HK_MACAO].fullmatch(number):
        return IdType.HK_MACAO
    if _PASSPORT_USUAL.fullmatch(number):
        return IdType.PASSPORT
    return ""


def masked(number: str) -> str:
    """As lists show it."""
    return masking.id_number(number)


def index(kind: str, number: str) -> str:
    """What the same document is found by again, without the number being readable (``core.encryption``)."""
    return encryption.blind_index(_indexed(kind, number))


def indexes(kind: str, number: str) -> list[str]:
    """The same under every key in use; of a permit also as it was kept before its renewals were left out."""
    texts = [_indexed(kind, number), *([f"{kind}:{number}"] if kind in _PERMITS else [])]
    return [key for text in dict.fromkeys(texts) for key in encryption.blind_indexes(text)]


def _indexed(kind: str, number: str) -> str:
    # eighteen digits are one person's whatever the card is called: rosters write 身份证 for a residence permit
    return number if kind in EIGHTEEN and len(number) == 18 else f"{kind}:{lasting(kind, number)}"


def _birth(number: str) -> date | None:
    try:
        day = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    today = timezone.localdate()
    return day if date(today.year - _OLDEST, 1, 1) <= day <= today else None
