"""Emoji, signs and control characters that no typeface of an official paper has: each would be an empty box."""

import re

# Boxes to tick, ticks and arrows as office programs set them, also in the private places of Wingdings, and the nearest
# that our fonts have.
_NEAREST = {
    "\u2610\u274f-\u2752\uf06f\uf071\uf0a8": "□",
    "\u2611\u2612\uf052\uf06e\uf0a7\uf0fd\uf0fe": "■",
    "\u2714\uf0fc": "✓",
    "\u2613\u2715-\u2718\uf0fb": "×",
    "\u2794\u2799\u279b-\u27a0\u27a5\u27a6\u27a8-\u27aa\u27b1\u27b2\uf0e0\uf0e8": "→",
    "\u27a2-\u27a4\uf0d8": "▶",
    "\uf06c": "●",
    "\uf075": "◆",
    "\uf0b7": "•",
    "\u2028\u2029": " ",
}
_SIGN = re.compile("|".join(f"([{signs}])" for signs in _NEAREST))
_NEAREST_OF = tuple(_NEAREST.values())


def with_nearest(text: str) -> str:
    """Signs that no font of ours has as the nearest that one has."""
    return _SIGN.sub(lambda found: _NEAREST_OF[(found.lastindex or 1) - 1], text)


# Of those that stand beside the signs of our fonts (✓ ☆ ①) all that no font has; joiners and variants go only with what
# they belong to.
EMOJI = re.compile(
    "(?:[\U0001f1e6-\U0001f1ff\U0001f300-\U0001f5ff\U0001f600-\U0001f64f\U0001f680-\U0001f6ff\U0001f7e0-\U0001f7ff"
    "\U0001f900-\U0001faff\u20e3\u231a\u231b\u23e9-\u23f3\u2604\u2607\u2608\u260a-\u260d\u2614\u2615\u2618-\u261b"
    "\u2620-\u262e\u2630-\u263f\u2643-\u265f\u2670\u2671\u267e-\u269f\u26a1-\u26bc\u26bf-\u2701\u2703-\u2712\u2719"
    "\u271b-\u273c\u273e\u2741-\u274e\u2753-\u2755\u2757-\u2775\u2795-\u2798\u279a\u27a7\u27ab-\u27b0\u27b3-\u27bf"
    "\u2b50\u2b55][\u200d\ufe0f]*)+"
)
# What comes along from Word and from machines: no font draws it, and no .docx holds it.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
