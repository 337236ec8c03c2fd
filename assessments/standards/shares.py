"""How metrics hang together: shares of counts, and parts of them.

A change of the count changes the share. Advice therefore names the count: not "reach 80 %", but "four more people with
a certificate".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

_TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Share:
    """:ivar under: metric it is divided by. :ivar over: metric it is taken of; empty: what is divided stays as it is.
    :ivar factor: 100 for per cent."""

    under: str
    over: str = ""
    factor: Decimal = Decimal(1)

    def of(self, over: Decimal, under: Decimal) -> Decimal:
        """To a tenth, as the metrics round; nought where there is nothing to divide by."""
        return (over * self.factor / under).quantize(_TENTH, ROUND_HALF_UP) if under else Decimal(0)

    def needed(self, share: Decimal, under: Decimal) -> Decimal:
        """How many of ``under`` make at least ``share``."""
        exact = (share - _TENTH / 2) * under / self.factor
        return max(exact.quantize(Decimal(1), ROUND_CEILING), Decimal(0))


SHARES: dict[str, Share] = {
    "first_aid_coverage": Share("members_registered", "members_certified", Decimal(100)),
    "training_hours_per_head": Share("members_registered"),
}


# Counts of which there are never more than of the whole.
PARTS: dict[str, tuple[str, ...]] = {
    "members_registered": (
        "members_certified", "members_deployable", "members_insured", "members_expiring", "members_party",
        "red_cross_members", "registered_volunteers", "people_awarded", "people_in_office", "people_with_service",
        "people_trained",
    ),
    "drills_held": (
        "drills_tabletop", "drills_functional", "drills_field", "drills_full", "drills_team", "drills_level",
        "drills_vertical", "drills_joint", "drills_north", "drills_across",
    ),
}  # fmt: skip
# The other metrics are whole numbers.
FRACTIONS = {"attendance_rate", "training_lessons", "training_hours_per_head", *SHARES}
PER_CENT = {"attendance_rate", "first_aid_coverage"}


def counts_behind(name: str) -> tuple[str, ...]:
    """The metrics that a person changes to change this one."""
    share = SHARES.get(name)
    if share is None:
        return (name,)
    return (share.over, share.under) if share.over else (name, share.under)


def with_counts(names: Iterable[str]) -> list[str]:
    """The metrics and what they are made of, each once."""
    return list(dict.fromkeys(one for name in names for one in (name, *counts_behind(name))))


def followed(now: Mapping[str, Decimal], changed: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """The numbers after some have been changed, the shares with them."""
    then = {**now, **changed}
    for name, share in SHARES.items():
        if name not in now or share.under not in then or not {share.over, share.under, name} & set(changed):
            continue
        if share.over:
            then[name] = share.of(then.get(share.over, Decimal(0)), then[share.under])
        else:
            then[name] = share.of(then[name] * now.get(share.under, Decimal(0)), then[share.under])
    return then
