"""What counts of a heading, and how far from the top one is looked for."""

import re
from collections.abc import Sequence

from core.imports.reading import Cell

LOOK_AT = 30  # rows from the top in which the heading is looked for
_ASIDE = re.compile(  # 手机（必填）; 手机（旧） is another one
    r"[（(【\[](?!\s*(?:旧|已?作废|已?停用|以前|不用)[的号]?\s*[）)】\]])[^（）()【】\[\]]*[）)】\]]"
)
_NOISE = re.compile(r"[\s*＊★☆▲△●○◆◇※#:：、_\-/]+")
_NUMBERED = re.compile(r"\d{1,2}\s*[、.．)）]\s*(?=\D)")  # 1、姓名
_MONGOLIAN = re.compile(r"[\u1800-\u18af\u202f]+")  # the same again, in the other script


def plain(heading: str) -> str:
    """A heading reduced to what counts: 手机号 （必填）* and 手机号 are one."""
    bare = _NUMBERED.sub("", heading, count=1) if heading[:1].isdigit() else heading
    said = _NOISE.sub("", _ASIDE.sub("", bare)).lower()
    return _MONGOLIAN.sub("", said) or said


def is_said(row: Sequence[Cell]) -> bool:
    """Whether a row above the heading tells something of the whole sheet, 单位：… 日期：…, and is no upper half of the
    heading: read as one, its 单位 would claim the serial numbers below."""
    return any("：" in cell.text or ":" in cell.text for cell in row)
