"""Codes under which anybody may check a paper: random, and hard to misread."""

import re
import secrets

ALPHABET = "34679CDFGHJKMNPQRTVWXY"  # of 0O 1IL 2Z 5S 8B UV at most one each, and no vowels, so no words
LENGTH = 16  # 71 bits
CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _position in range(LENGTH))


def typed_code(text: str) -> str:
    """What a person typed or scanned, as a code: any case, any dashes or spaces, also the whole address."""
    last = text.strip().rstrip("/").rpartition("/")[2]
    return re.sub(r"[\s\-‐‑–—－_.]", "", last).upper()
