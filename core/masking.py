"""How sensitive values look on lists, in exports and in logs unless somebody may see them whole and asked to.

``phone``, ``id_number`` and ``email`` take one value that is known to be one; empty stays empty. ``mask_text`` and
``mask_value`` find ID and phone numbers in free text, before it reaches a log or the record of who did what.
"""

import re
from typing import Any

# Digits or letters on either side would make it part of something longer (an order number, a file hash). The birthday
# inside tells an ID number from other numbers of its length (统一社会信用代码).
_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_ID_NUMBER = re.compile(rf"(?<![0-9A-Za-z])[1-9]\d{{5}}(?:18|19|20)\d\d{_DAY}\d{{3}}[0-9Xx](?![0-9A-Za-z])")
_OLD_ID_NUMBER = re.compile(rf"(?<![0-9A-Za-z])[1-8]\d{{5}}\d\d{_DAY}\d{{3}}(?![0-9A-Za-z])")
_PHONE = re.compile(r"(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])")
_CARD = re.compile(r"(?<![0-9A-Za-z])(?:[A-Z]{3}\d{12}|[HM](?:\d{8}|\d{10}))(?![0-9A-Za-z])")  # foreigners; 港澳
# Passports and the like are no more telling than a team's code, so they are known by what stands before them.
_NAMED = re.compile(
    r"((?:护照|通行证|居留证|居住证|证件)[^\s0-9A-Za-z，。；]{0,6}[\s:：]*)"
    r"((?!\d{4}-\d)(?=[A-Za-z-]*\d{4})[0-9A-Za-z][0-9A-Za-z-]{3,29})(?![0-9A-Za-z])"
)
_DOCUMENT = re.compile(r"[A-Za-z]{0,3}\d{5,}[0-9A-Za-z]{0,2}")
_NUMBERS = ("id_number", "id_no", "passport_no")
_SECRETS = (
    "password",
    "passwd",
    "secret",
    "token",
    "csrfmiddlewaretoken",
    "sessionid",
    "authorization",
    "cookie",
)


def phone(value: str) -> str:
    """``13800001234`` → ``138****1234``; a value too short to keep anything is hidden whole."""
    return f"{value[:3]}****{value[-4:]}" if len(value) >= 10 else "*" * len(value)


def id_number(value: str) -> str:
    """First six (the division) and last two stay, of passports and permits the last two: enough to tell two people of
    one name apart and to hold against the paper, no birthday."""
    first, last = (6 if len(value) >= 15 else 0), (2 if len(value) >= 8 else 0)
    return value[:first] + "*" * (len(value) - first - last) + value[len(value) - last :]


def email(value: str) -> str:
    """``wang@example.cn`` → ``w***@example.cn``."""
    name, at, host = value.partition("@")
    return f"{name[:1]}***{at}{host}" if at else "*" * len(value)


def mask_text(text: str) -> str:
    """``text`` with every ID number and mobile number masked; nothing else changes."""
    for pattern in (_ID_NUMBER, _OLD_ID_NUMBER, _CARD):
        text = pattern.sub(lambda found: id_number(found.group()), text)
    text = _NAMED.sub(lambda found: found.group(1) + id_number(found.group(2)), text)
    return _PHONE.sub(lambda found: phone(found.group()), text)


def mask_value(value: Any) -> Any:
    """The same inside lists and mappings; what stands under the name of a secret is left out whole."""
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, dict):
        return {key: _under(key, item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [mask_value(item) for item in value]
    return value


def _under(name: Any, value: Any) -> Any:
    if is_secret(name):
        return "***"
    if name in _NUMBERS and isinstance(value, str):
        return value if "*" in value else id_number(value)
    return mask_value(value)


def names_somebody(text: str) -> bool:
    """Whether a search is for one person's number: kept nowhere, neither as a saved view nor readable in a job."""
    return mask_text(text) != text or bool(_DOCUMENT.fullmatch(re.sub(r"[\s-]", "", text)))


def is_secret(name: Any) -> bool:
    return isinstance(name, str) and any(word == name.lower() or name.lower().endswith(f"_{word}") for word in _SECRETS)
