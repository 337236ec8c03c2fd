"""What the operator reads: progress in Chinese, failures in Chinese and English."""

import sys


class Failure(Exception):  # noqa: N818 - shown to people, and none of it is a programming error
    """Something the operator has to know or do; shown as it is, without a traceback."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese}\n{english}")


def say(text: str) -> None:
    # Standard error, so that the output of a command (dumpdata, shell) stays clean.
    print(text, file=sys.stderr, flush=True)


def warn(chinese: str, english: str) -> None:
    say(f"注意：{chinese}\nNote: {english}")
