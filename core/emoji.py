"""Emoji and control characters: no typeface of an official paper has them, and an empty box would be drawn for each."""

import re

# Those that stand beside the signs of our fonts (✓ ☆ ①) are named one by one; joiners and variants go only with what
# they belong to.
EMOJI = re.compile(
    "(?:[\U0001f1e6-\U0001f1ff\U0001f300-\U0001f5ff\U0001f600-\U0001f64f\U0001f680-\U0001f6ff\U0001f7e0-\U0001f7ff"
    "\U0001f900-\U0001faff\u231a\u231b\u23e9-\u23f3\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26bd\u26be\u26c4\u26c5"
    "\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a-\u270c\u2728\u274c\u274e\u2753-\u2755\u2757\u2764\u2795-\u2797"
    "\u27b0\u27bf\u2b50\u2b55][\u200d\ufe0f]*)+"
)
# What comes along from Word and from machines: no font draws it, and no .docx holds it.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
