"""What the cells of a roster mean. Each reader gives the value and what is to be told about it; it raises
``ValueError`` with a sentence for the person where a cell means nothing. Readers know no database and no row.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from core.imports.days import AHEAD, Written, no_day, written
from core.phones import numbers
from core.typed import joined_name
from people import identity
from people.choices import Gender
from people.names import dotted, unstyled
from people.validators import months_after


@dataclass(frozen=True)
class Cell:
    """:param note: to be told; keeps nobody from going on. :param more: other fields this cell fills as well."""

    value: Any
    note: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


EMPTY = Cell("")
_NAME_NOISE = re.compile(r"[（(][^（）()]*[）)]$")
_MARKS = "*＊※★☆▲△●○◆◇■□#"
_ORDINAL = re.compile(r"^(?:[（(]?\d{1,3}\s*[、.．)）]|[①-⑳])\s*")
_HEADINGS = frozenset(["姓名", "名字", "队员姓名", "人员姓名"])
_EDGES = "。、，,;；:：-—_·"  # slips before and behind a name
_NAMES = re.compile(r"[、，,;；/／|\n]+")
_CHINESE = r"[\u3400-\u9fff\U00020000-\U0003ffff]"
_SPACED = re.compile(rf"{_CHINESE}{{2,}} +{_CHINESE}|{_CHINESE} +{_CHINESE}{{2,}} +{_CHINESE}")  # more than 王 明亮


def name(text: str) -> Cell:
    """王　明 → 王明, 阿拉坦•苏都 → 阿拉坦·苏都; spaces between words of Latin or Mongolian script stay single.

    :raises ValueError: there is more than one name, or none.
    """
    if "".join(text.split()) in _HEADINGS:
        raise ValueError(_("这是列名，不是姓名。"))
    if "?" in text or "？" in text:
        raise ValueError(_("姓名里有问号，多半是生僻字没有存下来，请照证件重填。"))
    whole = dotted(text).strip(_EDGES + " \n")
    bare = _ORDINAL.sub("", whole).strip(_EDGES + _MARKS + " \n")
    told = _("前后的编号、记号没有作为姓名。") if bare and bare != whole else ""
    whole = bare or whole
    said = _NAME_NOISE.sub("", whole).strip()
    if len([part for part in _NAMES.split(said) if len(part.strip()) > 1]) > 1:
        raise ValueError(_("这一格像是几个人的姓名：这里只留一个人，别的人另行登记，或者在表格里每人写一行再上传。"))
    said = " ".join(said.split()) or whole
    note = told + _("括号里的内容没有作为姓名。") if said != " ".join(whole.split()) else told
    said, style = unstyled(said)
    if style:
        note += _("“%(word)s”没有作为姓名。") % {"word": style}
    joined = joined_name(said)
    if _SPACED.search(said):
        note += _("中间有空格，按一个人“%(name)s”登记；是两个人或写了职务的，请改。") % {"name": joined[:30]}
    return Cell(unicodedata.normalize("NFC", joined), note)


_IN_MONGOLIAN = re.compile(r"[（(]?\s*([\u1800-\u18af][\u1800-\u18af\u202f\u200c\u200d\s·]*)\s*[）)]?")
_IN_PINYIN = re.compile(rf"({_CHINESE}[{_CHINESE[1:-1]}·•\s]*?)\s*([A-Za-zÀ-ɏ][A-Za-zÀ-ɏ'’.\s-]+)")


def own_name(text: str) -> Cell:
    """The name of the member; 巴雅尔 ᠪᠠᠶᠠᠷ is one name, written twice, and so is 巴雅尔 Bayar."""
    if both := _IN_PINYIN.fullmatch(text.strip()):
        read = own_name(both[1])
        told = _("“%(word)s”没有作为姓名。") % {"word": " ".join(both[2].split())[:30]}
        return Cell(read.value, read.note + told, read.more)
    found = _IN_MONGOLIAN.search(text)
    chinese = _IN_MONGOLIAN.sub(" ", text).strip()
    if found is None or not re.search(_CHINESE, chinese):
        return name(text)
    read, written = name(chinese), " ".join(found[1].split())
    told = _("蒙古文“%(name)s”登记为蒙古文姓名。") % {"name": written[:30]}
    return Cell(read.value, read.note + told, {"mongolian_name": written[:100]})


def name_of(texts: Sequence[str]) -> str:
    """A name in two cells, 姓 and 名. A long first part is no surname but a name of its own: 敖特根·巴雅尔."""
    first, *rest = ("".join(text.split()) for text in texts)
    return ("·" if len(first) > 2 else "").join([first, *rest]) if rest else ""


def contact(text: str) -> Cell:
    """Whom to call: there may be more than one."""
    if text in NOTHING:
        return EMPTY
    try:
        return name(text)
    except ValueError:
        return Cell("、".join(name(part).value for part in _NAMES.split(text) if part.strip()))


def words(text: str) -> Cell:
    """One line of text, as written."""
    return Cell(" ".join(text.split()))


# -- days ---------------------------------------------------------------------------------------------------
LASTING = frozenset(["长期", "长期有效", "终身", "永久", "永久有效", "无期限", "长期有效期"])
PENDING = frozenset(
    ["待补", "待补充", "补办中", "办理中", "正在办理", "待核", "待核实", "后补", "待查", "待提供", "未提供"]
)
NOTHING = frozenset((
    "", "无", "×", "✗", "✘", "-", "—", "——", "/", "\\", "暂无", "没有", "未填", "不详", "N/A", "n/a", "#N/A", "0",
    "待定",
))  # fmt: skip


def day(text: str, *, first_of_month: bool = True) -> Cell:
    """2024.3.1, 2024-03-01, 2024年3月1日, 2024/03/01, 20240301, 45352, 24.3.1, 二〇二四年三月一日. What is not
    written is assumed and told: of a month its first day, of a year its first, 1990 for 90.

    :param first_of_month: whether a day may be assumed; of a birthday it may not, and none lies ahead.
    """
    if text in NOTHING:
        return Cell(None)
    said = written(text, ahead=AHEAD if first_of_month else 0)
    if said.parts == 3:
        return _whole_day(said, text)
    if not first_of_month:
        raise ValueError(_("“%(value)s”没有写日，请写全年月日。") % {"value": text[:20]})
    told = (
        _("“%(value)s”没有写日，按 1 日登记。") if said.parts == 2 else _("“%(value)s”没有写月日，按 1 月 1 日登记。")
    )
    return Cell(said.day, told % {"value": text[:20]})


def _whole_day(said: Written, text: str) -> Cell:
    words = {"value": text[:20], "day": said.day.isoformat()}
    is_count = len(text) == 5 and text.isdigit()  # as a spreadsheet keeps days
    return Cell(said.day, _("“%(value)s”按 %(day)s 登记。") % words if said.short or is_count else "")


def end_day(text: str) -> Cell:
    """The last day of something; 长期 is None. A month alone is its last day, a year alone its last. Of a period, which
    a column of ends often has, the end."""
    if text in LASTING | NOTHING:
        return Cell(None)
    with suppress(ValueError):
        return _end(_UNTIL.sub("", text))
    try:
        span = period(text)
    except ValueError:
        raise no_day(text) from None
    return Cell(span.value[1], _("“%(value)s”按止的日期登记。") % {"value": text[:30]})


_UNTIL = re.compile(r"^(?:有效)?(?:期)?(?:截至|截止|至|到)\s*")
_TERM = re.compile(
    r"(?:有效)?期?(?:为|共)?\s*(?:(?P<years>\d{1,2}|[一二两三四五六八十])\s*年|(?P<months>\d{1,3})\s*个?月)(?:期|有效)?"
)
_NUMERALS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "八": 8, "十": 10}


def term(text: str) -> int:
    """三年, 3年, 36个月, 有效期3年: months; nought for anything else."""
    found = _TERM.fullmatch(text.strip())
    if not found:
        return 0
    years = found["years"]
    return int(found["months"]) if years is None else 12 * (_NUMERALS.get(years) or int(years))


def expiry(text: str) -> Cell:
    """Of a certificate: as ``end_day``, or how long it lasts, which counts from its day of issue (``term``)."""
    return Cell(None) if term(text) else end_day(text)


def began(text: str) -> date | None:
    """The first day where a cell for the last one holds both."""
    with suppress(ValueError):
        span = period(text).value
        return span[0] if span else None
    return None


_YEARS = {"半": 6, "一": 12, "1": 12, "两": 24, "二": 24, "2": 24, "三": 36, "3": 36}
_LASTS = re.compile(r"(.+?)\s*(?:起|开始|生效)?\s*[，,]?\s*(?:为期|共|保期)?\s*([半一1两二2三3])\s*年(?:期)?")
_ONE_YEAR = re.compile(r"(20\d{2})\s*年?\s*(?:全年|度)?")


def _year_from(text: str) -> Cell:
    """2026年 is all of it, 2026.1.1起一年 a year from then."""
    if whole := _ONE_YEAR.fullmatch(text):
        year = int(whole[1])
        return Cell((date(year, 1, 1), date(year, 12, 31)), _("“%(value)s”按全年登记。") % {"value": text[:20]})
    if lasts := _LASTS.fullmatch(text):
        start = day(lasts[1])
        if start.value is not None:
            end = months_after(start.value, _YEARS[lasts[2]]) - timedelta(days=1)
            words = {"value": text[:30], "day": end.isoformat()}
            return Cell((start.value, end), start.note or _("“%(value)s”按到 %(day)s 登记。") % words)
    raise ValueError(_("“%(value)s”不是起止日期，请写成“2026-01-01 至 2026-12-31”。") % {"value": text[:30]})


def _end(text: str) -> Cell:
    said = written(text)
    if said.parts == 1:
        return Cell(date(said.day.year, 12, 31), _("“%(value)s”没有写月日，按年末登记。") % {"value": text[:20]})
    if said.parts == 2:
        following = (said.day.replace(day=28) + timedelta(days=4)).replace(day=1)
        return Cell(following - timedelta(days=1), _("“%(value)s”没有写日，按月末登记。") % {"value": text[:20]})
    return _whole_day(said, text)


_MIDNIGHT = re.compile(r"(?<!\d)(?:零|〇|0{1,2})\s*[时点]整?\s*止?$")
_PERIOD = re.compile(r"\s*(?:至|到|~|～|—+|–|−)\s*")


def period(text: str) -> Cell:
    """2024.1.1-2024.12.31 and 2024年1月1日至2024年12月31日: two days."""
    if text in NOTHING:
        return Cell(None)
    parts = _PERIOD.split(text)
    if len(parts) != 2:
        halves = re.split(r"(?<=[\d日月])\s*[-/\s]\s*(?=\d{4})", text)
        parts = halves if len(halves) == 2 else parts
    if len(parts) != 2:
        return _year_from(text)
    first, last = parts[0].strip(), parts[1].strip()
    start, end = day(first), Cell(None) if last in LASTING | NOTHING else _end(last)
    if start.value is None or end.value is None:
        raise ValueError(_("“%(value)s”不是起止日期，请写成“2026-01-01 至 2026-12-31”。") % {"value": text[:30]})
    if _MIDNIGHT.search(last):  # nought o'clock of a day: the day before is the last
        end = Cell(end.value - timedelta(days=1), _("“%(value)s”按前一天止登记。") % {"value": last[:30]})
    return Cell((start.value, end.value), start.note or end.note)


# -- phones -------------------------------------------------------------------------------------------------


def phones(text: str) -> Cell:
    """The first mobile number, and a second number of the same cell as ``other_phone``; both are told."""
    if text in NOTHING:
        return EMPTY
    found = numbers(text)
    mobiles = [number for number in found if number.startswith("1")]
    if not mobiles:
        if found:
            return Cell("", _("这是固定电话，登记在备用电话里。"), {"other_phone": found[0]})
        raise ValueError(_("手机号应为 11 位数字，以 1 开头。"))
    others = [number for number in found if number != mobiles[0]]
    if not others:
        return Cell(mobiles[0])
    told = _("格里有两个号码：第一个作手机，第二个作备用电话。")
    if len(others) > 1:
        told = _("格里有多个号码：第一个作手机，第二个作备用电话，其余没有登记。")
    return Cell(mobiles[0], told, {"other_phone": others[0]})


def relation(text: str) -> Cell:
    """Who somebody is; a telephone that has slipped into this column is taken for what it is."""
    if found := numbers(text):
        return Cell("", _("这是电话，登记为紧急联系电话。"), {"emergency_phone": found[0]})
    return EMPTY if text in NOTHING else words(text)


def member_number(text: str) -> Cell:
    """1-2 is a day to a spreadsheet."""
    told = _("像是 Excel 把编号改成了日期，请核对。") if _ISO.fullmatch(text) else ""
    return EMPTY if text in NOTHING else Cell(words(text).value, told)


_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


def phone(text: str) -> Cell:
    """One number, mobile or not, in the one way it is kept."""
    if text in NOTHING:
        return EMPTY
    found = numbers(text)
    if not found:
        raise ValueError(_("电话应写成 0471-1234567 或 11 位手机号。"))
    note = _("格里有多个号码，只登记第一个。") if len(found) > 1 else ""
    return Cell(found[0], note)


# -- lists of words -----------------------------------------------------------------------------------------
_GENDERS = {"1": Gender.MALE, "2": Gender.FEMALE, "m": Gender.MALE, "f": Gender.FEMALE, "male": Gender.MALE,
            "female": Gender.FEMALE}  # fmt: skip
_BRACKETS = str.maketrans("()", "（）")
_SEVERAL = re.compile(r"[、，,;；/／|\n]+")


def gender(text: str) -> Cell:
    """男, 女, 男性, 1, 2, M, F."""
    if text in NOTHING - {"0"}:
        return EMPTY
    said = text.strip().removesuffix("性").lower()
    if said in ("男", "女"):
        return Cell(Gender.MALE if said == "男" else Gender.FEMALE)
    if said in _GENDERS:
        return Cell(_GENDERS[said])
    raise ValueError(_("性别请填“男”或“女”，不能填“%(value)s”。") % {"value": text[:20]})


_BESIDE = re.compile(r"[（(](?![^（()）]*(?:预备|积极|发展|申请))[^（()）]*[）)]$")  # （2015 年入党）, not （预备）


_SINCE = re.compile(r"(?<=\D)(?:19|20)?\d{2}[年.．\-/]\d{1,2}.{0,8}$|(?<=\D)(?:19|20)\d{2}年?$")  # 党员2015.6


def choice(text: str, labels: Mapping[str, str], also: Mapping[str, str]) -> Cell:
    """One of the keys of ``labels``, by key, label or one of ``also``; what stands behind it in brackets is told."""
    if text in NOTHING:
        return EMPTY
    said = re.sub(r"\s+", "", text).translate(_BRACKETS)
    known = {**{re.sub(r"\s+", "", label): key for key, label in labels.items()}, **{k: k for k in labels}, **also}
    for words, note in ((said, ""), (_BESIDE.sub("", said), _("括号里的内容没有登记。")),
                        (_SINCE.sub("", said), _("后面的日期没有登记。"))):  # fmt: skip
        if words in known:
            return Cell(known[words], note)
    same = {known.get(part) for part in _SEVERAL.split(said)}  # 本科/学士
    if len(same) == 1 and None not in same:
        return Cell(same.pop())
    offered = "、".join(labels.values())
    raise ValueError(
        _("“%(value)s”不在可选范围内，可以填：%(offered)s。") % {"value": text[:20], "offered": offered[:200]}
    )


def ethnicity(text: str, known: Mapping[str, str]) -> Cell:
    """汉 and 汉族 are one, and so are 蒙族 and 蒙古族. ``known``: as people write it → as it is kept."""
    if text in NOTHING:
        return EMPTY
    said = re.sub(r"\s+", "", text)
    for candidate in (said, f"{said}族"):
        if candidate in known:
            return Cell(known[candidate])
    raise ValueError(_("没有“%(value)s”这个民族，请写全称，例如“蒙古族”。") % {"value": text[:20]})


def several(text: str, longest: int) -> Cell:
    """Some words between any of 、，；/, or between spaces where none of these stands and the words are Chinese."""
    if text in NOTHING:
        return Cell([])
    said = _SEVERAL.split(text) if _SEVERAL.search(text) or text.isascii() else text.split()
    parts = list(dict.fromkeys(part.strip() for part in said if part.strip()))
    for part in parts:
        if len(part) > longest:
            raise ValueError(
                _("“%(value)s”太长，每项不超过 %(most)s 个字，用“、”隔开。") % {"value": part[:20], "most": longest}
            )
    return Cell(parts[:20])


TICKS = frozenset(["有", "1", "√", "✓", "✔", "是", "已取得", "已考取", "已取证", "持证", "具备"])


def is_several(number: str) -> bool:
    """Whether a cell for one number has two: YS-1、YS-2."""
    return len([part for part in re.split(r"[、，,;；\n]+", number) if len(part.strip()) > 3]) > 1


_ANY_DAY = r"(?:(?:19|20)\d{2}\s*[-/.年]\s*\d{1,2}(?:\s*[-/.月]\s*\d{1,2})?\s*[日月]?|(?:19|20)\d{6})"
_DAYS = re.compile(  # standing for themselves: YS202403150012 and 1504-2024-05-018 are numbers, whole
    r"(?<![^\s（()）：:，,、;；])"
    r"(?:(?P<until>(?:有效期?|到期|截[至止])(?:日期|时间)?[至到为]?|[至到])"
    r"|(?:发证?|取证|领证|颁发|签发|取得|考取)?(?:日期|时间)?[自从于]?)\s*[:：]?\s*"
    rf"(?P<first>{_ANY_DAY})(?:\s*(?:至|到|[-~～—–−]+)\s*(?P<last>{_ANY_DAY}))?"
    r"\s*(?:发证|取证|领证|颁发|签发|取得|考取|到期|[起止])?(?![^\s）)，,、;；。])"
)
_HOLLOW = re.compile(r"[（(]\s*[)）]")
_NUMBER_LABEL = re.compile(r"^(?:证书)?(?:编号|证号|号码)(?=[\s:：\dA-Za-z])")
_BETWEEN = " :：,，、;；。"


def paper(text: str) -> Cell:
    """All of a certificate in one cell, YS-1 2024.3.1 至 2027.2.28, or a part of it: number, issued, expires."""
    if text in NOTHING | {"×", "否", "x", "X"}:
        return Cell(None)
    with suppress(ValueError):
        span = period(text)
        return Cell(("", *span.value), span.note)
    days: dict[str, Cell] = {}
    rest = text
    for found in _DAYS.finditer(text):
        parts = (("until" if found["until"] else "issued", found["first"]), ("until", found["last"] or ""))
        with suppress(ValueError):
            read = {name: (_end if name == "until" else day)(said.strip()) for name, said in parts if said}
            if not days.keys() & read.keys():
                days |= read
                rest = rest.replace(found[0], " ", 1)
    rest = _HOLLOW.sub("", rest).strip(_BETWEEN) if days else text
    rest = _NUMBER_LABEL.sub("", rest).strip(_BETWEEN)
    number = numbered(rest)
    told = [one.note for one in days.values()] + [only_said(rest) if rest and not number else ""]
    issued, until = days.get("issued", EMPTY), days.get("until", EMPTY)
    return Cell((number, issued.value or None, until.value or None), "".join(told))


def numbered(text: str) -> str:
    """The number of a certificate; empty where there is but a word or a tick: 有, √, 初级."""
    return "" if text in TICKS or not any(one.isdigit() for one in text) else re.sub(r"\s+", "", text)


def only_said(text: str) -> str:
    return _("只写了“%(value)s”，没有编号。") % {"value": text[:20]}


_KIND = re.compile(
    r"(?P<kind>[^\W\d]*(?:[证照]件?|permit|passport))\s*(?:号码?|编号|No\.?)?\s*[:：]?\s*(?P<number>.*[\dA-Za-z].*)",
    re.IGNORECASE,
)
_KIND_BEHIND = re.compile(r"(?P<number>.*?)\s*[（(](?P<kind>[^（()）\d]+)[）)]")


def kind_and_number(text: str) -> tuple[str, str]:
    """护照 E12345678, H12345678（回乡证）: what the cell of a number says of the document; empty: nothing."""
    found = _KIND.fullmatch(text) or _KIND_BEHIND.fullmatch(text)
    return (found["kind"], found["number"]) if found else ("", text)


_LABEL = re.compile(r"(?:居民)?身份证(?:号码?|件)?\s*[:：]?|[（(][^（()）\d]*[）)]")


def document(text: str) -> str:
    """The number of 身份证：1504… and 1504…（身份证）; nothing where it is still to come."""
    if text in PENDING:
        return ""
    bare = _LABEL.sub("", text).strip()
    return bare if len(identity.normal(bare)) == 18 else text


_PIECES = re.compile(r"[\dXx]+")


def document_of(texts: Sequence[str]) -> str:
    """A number that stands in several cells, as forms have it: 150404 | 19900307 | 0015, or a box for each digit.
    Noughts at the beginning of the last piece, which a spreadsheet drops, are put back."""
    parts = ["".join(text.split()) for text in texts]
    if len(parts) < 2 or not all(_PIECES.fullmatch(part) for part in parts) or len(parts[0]) in (15, 18):
        return ""
    most = sum(map(len, parts[:-1]))
    whole = "".join(parts[:-1]) + parts[-1].zfill(max(18 - most, 0) if 12 <= most < 18 else 0)
    return whole if len(whole) in (15, 18) else ""
