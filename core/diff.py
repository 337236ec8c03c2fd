"""Old and new text with what differs marked, for people who check changes.

Chinese has no spaces: each Han character is a word of its own, runs of Latin letters and digits stay whole, so that a
changed telephone or document number is not shown as a scatter of single digits.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)
# Below this likeness the two are better shown whole, one struck out and one new, than as a patchwork.
_ALIKE = 0.4


@dataclass(frozen=True)
class Piece:
    """A run of text; ``changed`` when the other side does not have it."""

    text: str
    changed: bool


def marked(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """``old`` and ``new`` as runs of kept and changed text. Joining the texts of a side gives that side back."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return _whole(old), _whole(new)
    left: list[Piece] = []
    right: list[Piece] = []
    runs = matcher.get_opcodes()
    for place, (kind, i, j, k, m) in enumerate(runs):
        # One character kept between two changes is chance: the dot of two names, a 市 in two addresses.
        chance = kind == "equal" and j - i == 1 and 0 < place < len(runs) - 1
        left += _run(before[i:j], changed=chance or kind != "equal")
        right += _run(after[k:m], changed=chance or kind != "equal")
    return _joined(left), _joined(right)


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Neighbours of one kind as one run."""
    found: list[Piece] = []
    for piece in pieces:
        if found and found[-1].changed == piece.changed:
            found[-1] = Piece(found[-1].text + piece.text, piece.changed)
        else:
            found.append(piece)
    return found


def _whole(text: str) -> list[Piece]:
    return [Piece(text, changed=True)] if text else []


def _run(words: list[str], *, changed: bool) -> Iterator[Piece]:
    if words:
        yield Piece("".join(words), changed)
