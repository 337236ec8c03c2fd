"""How the name of a team is written on file, whatever blanks were typed into it."""

import re

_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef·“”"
_BESIDE_WIDE = re.compile(rf"\s+(?=[{_WIDE}])|(?<=[{_WIDE}])\s+")
# not the narrow one within words of Mongolian script
_BLANKS = re.compile(r"[^\S\u202f]+")


def name_on_file(text: str) -> str:
    """Without blanks beside Chinese, where they align columns; one between words of Mongolian or Latin script, which
    run together without."""
    return _BLANKS.sub(" ", _BESIDE_WIDE.sub("", text.strip()))
