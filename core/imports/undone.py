"""What came of taking an import back."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Undone:
    """:param taken: how many records are gone. :param left: what stays, each with the reason, in words."""

    taken: int = 0
    left: list[tuple[str, str]] = field(default_factory=list)
