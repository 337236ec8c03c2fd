"""Names of people, compared as people write them."""

import re

_DOT = "·•‧∙⋅●・･᛫﹒\u0387\ua78f"  # between the parts of a name, in every shape keyboards give
_LOOSE = re.compile(rf"[\s\u3000{_DOT}.．]+")
# A full stop only between Chinese characters.
_DOTS = re.compile(rf"\s*[{_DOT}]\s*|(?<=[\u3400-\u9fff])\s*[.．]\s*(?=[\u3400-\u9fff])")
_ASIDE = re.compile(r"[（(【\[].*?[）)】\]]")  # 王明（演示）


_HAN = r"[\u3400-\u9fff\U00020000-\U0003ffff]"
_OFFICE = "(?:[正副]?(?:队长|组长|领队)|教练员?|教官|指导员|队员|同志|先生|女士|老师|医生)"
_STYLED = re.compile(rf"^{_OFFICE}\s*(?={_HAN}{{2}})|(?<={_HAN}{{2}})\s*{_OFFICE}$")  # 队长王明, 李四同志


def dotted(name: str) -> str:
    """With the one dot that is kept, U+00B7."""
    return _DOTS.sub("·", name)


def plain_name(name: str) -> str:
    """Without what is written or left out at will: spaces, the dot between the parts of a name, case."""
    return _LOOSE.sub("", name).casefold()


def bare_name(name: str) -> str:
    """The same without an addition in brackets, as names of accounts have it."""
    return plain_name(_ASIDE.sub("", name))


def same_name(one: str, other: str) -> bool:
    """Whether two names are one, also where one has an addition in brackets."""
    return bare_name(one) == bare_name(other)


def unstyled(name: str) -> tuple[str, str]:
    """Without what somebody is called before or behind it, and that: 队长王明 → 王明, 队长."""
    styles = [found[0].strip() for found in _STYLED.finditer(name)]
    return _STYLED.sub("", name), "、".join(styles)
