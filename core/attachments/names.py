"""What a person called a file is data: made safe to show, to send as a download name and to save on any system."""

import re
import unicodedata

from core.masking import mask_text

LIMIT_BYTES = 200  # of UTF-8; file systems end at 255 and a download may append " (1)"
UNNAMED = "未命名"
_FORBIDDEN = str.maketrans(dict.fromkeys('<>:"|?*%', "_"))
_DEVICES = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
# Joiners that Mongolian script needs; every other invisible character, direction overrides first, can only deceive.
_KEPT_INVISIBLE = {"\u180e", "\u200c", "\u200d"}
_DROPPED = {"Cc", "Cf", "Cs", "Cn"}


def _visible(text: str) -> str:
    spaced = "".join(" " if unicodedata.category(c) in {"Zs", "Zl", "Zp"} or c in "\t\r\n" else c for c in text)
    kept = (c for c in spaced if c in _KEPT_INVISIBLE or unicodedata.category(c) not in _DROPPED)
    return re.sub(r" +", " ", "".join(kept))


def _shortened(stem: str, room: int) -> str:
    return stem.encode()[: max(room, 0)].decode(errors="ignore").rstrip(" .")


def _split(name: str) -> tuple[str, str]:
    stem, dot, extension = name.rpartition(".")
    return (stem, extension.lower()) if dot and stem and extension.isascii() and extension.isalnum() else (name, "")


def shown_name(raw: str) -> str:
    """``raw`` without path, control and invisible characters, at most ``LIMIT_BYTES`` long; never empty. ID and phone
    numbers, which people write into names of files, are covered: the name is shown where the number is not.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", raw))[-1]
    name = mask_text(_visible(last)).translate(_FORBIDDEN).strip(" .")
    if _DEVICES.match(name):
        name = f"_{name}"
    stem, extension = _split(name)
    if extension and len(extension) <= 10:
        tail = f".{extension}"
        return (_shortened(stem, LIMIT_BYTES - len(tail)) or UNNAMED) + tail
    return _shortened(name, LIMIT_BYTES) or UNNAMED


def file_name(raw: str, extensions: tuple[str, ...], known: frozenset[str]) -> str:
    """``shown_name`` that ends as its content demands, so that nothing opens as what it is not.

    :param extensions: endings right for the content; the first is given when the name has none of them.
    :param known: endings of the other accepted kinds: replaced, where an unknown ending is kept and added to.
    """
    name = shown_name(raw)
    stem, extension = _split(name)
    if extension in extensions:
        return f"{stem}.{extension}"
    if extension in known:
        name = stem
    tail = f".{extensions[0]}"
    return (_shortened(name, LIMIT_BYTES - len(tail)) or UNNAMED) + tail
