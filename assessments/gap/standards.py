"""Which standards a team is held against: those of its categories under both schemes, and the year's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from assessments.choices import Purpose, Scheme
from assessments.models import Standard
from assessments.standards.applicable import SPECIALTIES, closed_to, keys_of
from teams.models import Category, Team


@dataclass(frozen=True)
class Offer:
    """A standard a team can be held against. :ivar closed: why it does not apply, which is not the same as not met.
    :ivar coming: from when on, where not yet: one prepares for it."""

    standard: Standard
    label: str
    closed: StrOrPromise = ""
    coming: date | None = None


@dataclass(frozen=True)
class Group:
    """:ivar without: names of categories for which there is no standard."""

    label: StrOrPromise
    offers: list[Offer] = field(default_factory=list)
    without: list[str] = field(default_factory=list)


def from_now_on(day: date) -> QuerySet[Standard]:
    """What grades and yearly assessments are or will be judged by, for whoever sees assessments: published, so visible
    to them."""
    rows: QuerySet[Standard] = Standard.objects.from_now_on(day)
    return rows.filter(purpose__in=[Purpose.GRADING, Purpose.ANNUAL]).select_related("category")


def standards_for(team: Team, day: date) -> QuerySet[Standard]:
    keys = keys_of(team)
    specialties = {one for key in keys for one in SPECIALTIES.get(key, ())}
    general = Q(category=None) & (Q(specialty="") | Q(specialty__in=specialties))
    return from_now_on(day).filter(Q(category__in=keys) | general)


def newest(standards: Iterable[Standard], day: date) -> list[Standard]:
    """The newest version of each that is in force, then of each that is to come, in the order given; two may be in
    force while one runs out."""
    latest: dict[tuple[bool, str], Standard] = {}
    for standard in standards:
        which = is_coming(standard, day), standard.code
        kept = latest.get(which)
        if kept is None or standard.number > kept.number:
            latest[which] = standard
    return sorted(latest.values(), key=lambda one: is_coming(one, day))


def is_coming(standard: Standard, day: date) -> bool:
    return standard.valid_from is not None and standard.valid_from > day


def for_choice(standards: Iterable[Standard], day: date) -> list[Standard]:
    """The newest versions, by scheme, gradings before the year's, in the order of the categories."""
    last = 10**6

    def place(one: Standard) -> tuple[Any, ...]:
        position = one.category.position if one.category else last
        return one.scheme != Scheme.RED_CROSS, one.purpose != Purpose.GRADING, position, one.name

    return sorted(newest(standards, day), key=place)


def schemes_for(team: Team, categories: Sequence[Category], standards: Iterable[Standard], day: date) -> list[Group]:
    """Both schemes side by side, then the year's assessment.

    :param categories: the team's, in any order. :param standards: what ``standards_for`` gives.
    """
    found, names = newest(standards, day), {one.key: one.name for one in categories}
    graded = {one.key for one in categories if one.is_graded}
    order = [key for key in keys_of(team) if key in names]
    grading = [one for one in found if one.purpose == Purpose.GRADING]
    made = [
        Group(Scheme(scheme).label, [_offer(one, _label(one), team, day) for one in _of(scheme, grading, order)])
        for scheme in Scheme
    ]
    there = {one.category_id for one in grading if one.scheme == Scheme.RED_CROSS}
    made[0].without.extend(
        names[key] if key in graded else _("%(name)s（不分级）") % {"name": names[key]}
        for key in order
        if key not in there
    )
    yearly = [_offer(one, one.name, team, day) for one in found if one.purpose == Purpose.ANNUAL]
    return [*made, *([Group(Purpose.ANNUAL.label, yearly)] if yearly else [])]


def _offer(standard: Standard, label: str, team: Team, day: date) -> Offer:
    coming = standard.valid_from if is_coming(standard, day) else None
    return Offer(standard, label, closed_to(standard, team), coming)


def _of(scheme: str, standards: Sequence[Standard], order: Sequence[str]) -> list[Standard]:
    """Those of the scheme, of the team's main category first."""
    return sorted((one for one in standards if one.scheme == scheme), key=lambda one: _rank(one, order))


def _rank(standard: Standard, order: Sequence[str]) -> int:
    keys = [standard.category_id] if standard.category_id else [
        key for key in order if standard.specialty in SPECIALTIES.get(key, ())
    ]  # fmt: skip
    return min((order.index(key) for key in keys if key in order), default=len(order))


def _label(standard: Standard) -> str:
    if standard.scheme == Scheme.EMERGENCY and standard.specialty:
        return str(standard.get_specialty_display())
    return standard.category.name if standard.category else standard.name
