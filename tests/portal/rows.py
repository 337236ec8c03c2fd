"""What a line of the permission matrix says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from organizations.roles import Right

# All records of the world below lie at 松山区 (150404): own for songshan, child for chifeng, below for the region,
# sibling for the team of 赤峰, strange for 包头.
PLACE = "150404"


@dataclass(frozen=True)
class Row:
    """What a route takes.

    :param kind: ``public`` (nobody is asked who they are), ``signed_in``, ``holder`` (of ``right`` anywhere),
        ``staff`` (of ``right`` at an office, not only at a team),
        ``at`` (there for whoever has ``right`` at the office ``at``),
        ``record`` (lies at PLACE: visible with ``see``, done with ``right`` at ``at``), ``own`` (belongs to ``owner``),
        ``library`` (the own second factors: never somebody else's, 404 where there are none).
    :param args: names of world records that the address needs.
    :param data: body of the POST.
    """

    kind: str
    methods: tuple[str, ...] = ("GET",)
    args: tuple[str, ...] = ()
    see: Right | None = None
    right: Right | None = None
    owner: str = ""
    also: str = ""  # a person of the cast who gets in without the right
    query: str = ""
    at: str = (
        PLACE  # the office at which ``right`` counts, where that is not the record's own; several, apart by spaces
    )
    data: Callable[[dict[str, Any]], dict[str, Any]] = field(default=lambda world: {})


PAGE, BOTH, POST = ("GET",), ("GET", "POST"), ("POST",)
PUBLIC, SIGNED_IN = Row("public"), Row("signed_in")
