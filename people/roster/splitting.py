"""Several facts in one cell: 张三 13800000001, 李四（1504…）, 男/36, 女 蒙古族, 王五（妻子）139…

What has a form of its own is taken out, and what is left is the one fact that may be any words.
"""

import re
from collections.abc import Sequence

from people.choices import ETHNICITIES
from people.roster.fields import ETHNICITY_ALSO

_DOCUMENT = re.compile(r"(?<![0-9A-Za-z])\d{6}(?:18|19|20)\d{9}[\dXx](?![0-9A-Za-z])")
_PHONE = re.compile(
    r"(?<!\d)(?:\+?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)"
    r"|(?<!\d)[（(]?0\d{2,3}[）)]?[\s-]?\d{7,8}(?:(?:转|-)\d{1,6})?(?!\d)"
)
_SEX = re.compile(r"^\s*([男女])性?|[\s（(/／、，,]([男女])性?(?=$|[\s）)/／、，,])")
_AGE = re.compile(r"(?<!\d)\d{1,3}\s*(?:周?岁)?(?!\d)")
_KIN = "父亲|母亲|爸爸|妈妈|丈夫|妻子|爱人|配偶|儿子|女儿|哥哥|弟弟|姐姐|妹妹|亲属|朋友|同事"
_RELATION = re.compile(  # 王五（妻子）, 妻子王五, 妻 王五, 王五 妻子
    rf"[（(]\s*([^（()）\d]{{1,8}}?)\s*[）)]|^\s*({_KIN})[\s:：]*(?=[\u3400-\u9fff])"
    rf"|^\s*([父母夫妻子女兄弟姐妹])[\s:：]+(?=[\u3400-\u9fff]{{2}})"
    rf"|(?<=[\u3400-\u9fff]{{2}})[\s:：]+({_KIN}|[父母夫妻子女兄弟姐妹])\s*$"
)
_LABEL = re.compile(
    r"(?:(?:居民|公民)?(?:身份证|证件)号?码?|(?:联系)?(?:电话|手机|方式)号?码?|tel|mobile)\s*[:：]?", re.IGNORECASE
)
_HOLLOW = re.compile(r"[（(\[【]\s*[）)\]】]")
_EDGES = " \n\t、，,;；/／:：-—|"
_PHONES = ("mobile", "other_phone", "emergency_phone")
_TAKEN = frozenset([*_PHONES, "id_number", "gender", "emergency_relation"])
_NATIONS = {*ETHNICITIES, *ETHNICITY_ALSO}


def can_part(names: Sequence[str]) -> bool:
    """Whether fields can stand in one cell: one of them may be any words."""
    return sum(name not in _TAKEN for name in names) <= 1 and not _TAKEN.isdisjoint(names)


def split_facts(names: Sequence[str], text: str) -> dict[str, str]:
    """Field → text; empty where the cell says but one thing, or what it says cannot be told apart."""
    found: dict[str, str] = {}
    rest = text
    for name, form in _forms(names):
        if name == "id_number" and len(form.findall(rest)) > 1:
            return {}
        said = [next(group for group in (*match.groups(), match[0]) if group) for match in form.finditer(rest)]
        if said:
            if name:  # an age is told by the birthday
                found[name] = "、".join(said) if name in _PHONES else said[0]
            rest = form.sub(" ", rest)
    if found:
        rest = _LABEL.sub(" ", rest)
    rest = _HOLLOW.sub("", rest).strip(_EDGES)
    words = next((name for name in names if name not in _TAKEN), "")
    if words == "ethnicity" and rest:
        rest = rest.strip("（()）")
        if not {rest, f"{rest}族"} & _NATIONS:
            return {}
    if not found or (rest and not words):
        return {}
    return {**found, **({words: rest} if rest or words == names[0] else {})}


def _forms(names: Sequence[str]) -> list[tuple[str, re.Pattern[str]]]:
    forms = [("id_number", _DOCUMENT)] if "id_number" in names else []
    forms += [(name, _PHONE) for name in _PHONES if name in names][:1]
    if "gender" in names:
        forms += [("gender", _SEX), ("", _AGE)]
    if "emergency_name" in names:
        forms.append(("emergency_relation", _RELATION))
    return forms
