"""What all teams below an office come to against one standard: how many reach what now, and which single thing helps
most of them.

A league has thousands of teams, and each is held against every line of the standard. So a page counts only what it
shows anyway; more than that a worker counts, some hundreds at a time, and it is shown with its time (``core.counts``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_stubs_ext import StrOrPromise

from assessments.choices import Method
from assessments.gap.fixes import fix_for
from assessments.gap.league import LeagueGap, TeamLine
from assessments.gap.reading import gap_of, judged
from assessments.models import Indicator, Standard
from assessments.standards import measures
from assessments.standards.shares import counts_behind
from core import counts, metrics
from core.counts import Tally
from organizations.models import Organization, User
from organizations.roles import Right
from organizations.viewers import viewer, viewer_key
from teams.models import Team

COUNTER = "assessments.gap.1"  # another number when the sums change their shape: kept ones are then left
AT_A_TIME = 500  # teams
NAMED = 6  # teams that one thing lifts
Sums = dict[str, Any]


@dataclass(frozen=True)
class Remedy:
    """One thing to put right for everybody: lines that one course, one purchase or one piece of work brings up.

    :ivar lifts: how many teams would reach their next conclusion by it alone, ``names`` the first of them. :ivar gains:
        teams that would gain points, or lose a veto. :ivar sort: 培训, 演练, … what kind of thing it is.
    """

    name: str
    sort: StrOrPromise
    codes: tuple[str, ...]
    lifts: int
    names: tuple[str, ...]
    gains: int
    evidence: str = ""


@dataclass(frozen=True)
class Overall:
    """:param gap: any of the teams: the standard and its lines. :param sums: of all of them."""

    gap: LeagueGap
    sums: Sums

    @cached_property
    def remedies(self) -> list[Remedy]:
        """What lifts most teams first, then what gives most teams points; what helps nobody is left out."""
        told = zip(_things(self.gap.scored), self.sums["things"], strict=True)
        found = [_remedy(ones, *numbers) for ones, numbers in told]
        return sorted((one for one in found if one.gains), key=lambda one: (-one.lifts, -one.gains))

    @cached_property
    def counts(self) -> list[tuple[str, int]]:
        """How many teams reach what now, best first; those that reach nothing and those it does not apply to last."""
        told = list(zip((bar.name for bar in self.gap.rules.bars), self.sums["reached"], strict=True))
        closed = self.sums["closed"]
        return [*told, (_("未达到"), self.sums["nothing"]), *([(_("不适用"), closed)] if closed else [])]

    @cached_property
    def summary(self) -> str:
        """Which one thing helps most, in one sentence."""
        if not self.sums["judged"]:
            return ""
        if not self.sums["rising"]:
            return _("这些队伍都已经达到最高一档。")
        if not self.remedies:
            return _("按现有标准，没有哪一项补齐后能增加得分。")
        best = self.remedies[0]
        words = {"name": best.name, "sort": best.sort, "n": best.lifts, "gains": best.gains}
        if best.lifts:
            return (
                ngettext(
                    "只补“%(name)s”一项（%(sort)s），就有 %(n)s 支队伍能升一档，在各项中最多。",
                    "只补“%(name)s”一项（%(sort)s），就有 %(n)s 支队伍能升一档，在各项中最多。",
                    best.lifts,
                )
                % words
            )
        return (
            ngettext(
                "没有哪一项单独补齐就能使队伍升档；补“%(name)s”（%(sort)s）能让 %(gains)s 支队伍增加得分，面最广。",
                "没有哪一项单独补齐就能使队伍升档；补“%(name)s”（%(sort)s）能让 %(gains)s 支队伍增加得分，面最广。",
                best.gains,
            )
            % words
        )


def overall(user: User, scope: Organization, standard: Standard, shown: LeagueGap, *, whole: bool) -> Tally:
    """The sums of all teams the person sees below the office.

    :param shown: what the page has in hand. :param whole: that is all of them.
    """
    whose = viewer_key(user, scope, Right.VIEW_TEAM, Right.VIEW_ASSESSMENT)
    return counts.read(
        COUNTER, lambda: _sums_of(shown) if whole else None, scope=scope.pk, standard=standard.pk, **whose
    )


@counts.counter(COUNTER)
def _by_worker(*, user: int | None, held: str, scope: int, standard: int) -> Sums:
    by, there = Standard.objects.get(pk=standard), Organization.objects.get(pk=scope)
    teams = judged(there, viewer(user), by)
    keys = list(teams.values_list("pk", flat=True))
    sums = _sums_of(gap_of(by, Team.objects.none(), there))
    for start in range(0, len(keys), AT_A_TIME):
        some = Team.objects.filter(pk__in=keys[start : start + AT_A_TIME]).order_by("organization__path")
        _add(sums, _sums_of(gap_of(by, some, there)))
    return sums


def _sums_of(gap: LeagueGap) -> Sums:
    lines = gap.lines
    return {
        "reached": [sum(line.reached == bar.name for line in lines) for bar in gap.rules.bars],
        "nothing": sum(1 for line in lines if line.sheet and not line.reached),
        "closed": sum(1 for line in lines if line.closed),
        "judged": sum(1 for line in lines if line.sheet),
        "rising": sum(1 for line in lines if line.next),
        "things": [_helped(lines, ones) for ones in _things(gap.scored)],
    }


def _helped(lines: Iterable[TeamLine], ones: Sequence[Indicator]) -> tuple[int, int, tuple[str, ...]]:
    """How many it lifts by itself, how many gain by it, the first it lifts."""
    codes = tuple(one.code for one in ones)
    ahead = [(line, line.outlook) for line in lines if line.outlook]
    lifts = [line.team.organization.short_name for line, outlook in ahead if outlook.alone(codes)]
    gains = sum(1 for _line, outlook in ahead if set(codes) & set(outlook.options))
    return len(lifts), gains, tuple(lifts[:NAMED])


def _add(sums: Sums, more: Sums) -> None:
    for name in ("nothing", "closed", "judged", "rising"):
        sums[name] += more[name]
    sums["reached"] = [one + other for one, other in zip(sums["reached"], more["reached"], strict=True)]
    sums["things"] = [
        (lifts + also, gains + gain, (*names, *others)[:NAMED])
        for (lifts, gains, names), (also, gain, others) in zip(sums["things"], more["things"], strict=True)
    ]


def _things(indicators: Iterable[Indicator]) -> list[list[Indicator]]:
    """Lines that one and the same thing brings up: those read from one count stand together."""
    found: dict[str, list[Indicator]] = {}
    for one in indicators:
        metric = measures.of(one)
        found.setdefault(counts_behind(metric.name)[0] if metric else f"={one.code}", []).append(one)
    return list(found.values())


def _remedy(ones: Sequence[Indicator], lifts: int, gains: int, names: tuple[str, ...]) -> Remedy:
    evidence = _("；").join(dict.fromkeys(one.evidence for one in ones if one.evidence))
    return Remedy(_name(ones), _sort(ones[0]), tuple(one.code for one in ones), lifts, names, gains, evidence)


def _name(ones: Sequence[Indicator]) -> str:
    metric = measures.of(ones[0])
    return ones[0].name if len(ones) == 1 or metric is None else str(metrics.get(counts_behind(metric.name)[0]).label)


def _sort(indicator: Indicator) -> StrOrPromise:
    metric = measures.of(indicator)
    if metric is None:
        return _("现场测评") if indicator.method == Method.JUDGED else _("装备、制度或材料")
    fix = fix_for(metric.name)
    return _("培训") if fix and fix.course else _("演练") if metric.name.startswith("drills_") else _("日常工作")
