"""Teams of each branch below an office, counted by level, state, category, formation and registration in one query."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from core import counts
from core.counts import Tally, counter
from core.exports import pdf, xlsx
from core.exports.columns import ExportColumn
from organizations.models import Organization, User
from organizations.roles import Right
from organizations.viewers import viewer, viewer_key
from people.heads import NONE, heads_by, memberships_below
from teams.choices import Formation, PostRole, Registration, TeamLevel
from teams.filters.teams import office_path
from teams.models import Category, Team, TeamPost
from teams.models.team import unconfirmed
from teams.states import ON_FILE, TeamStatus

GROUPS: tuple[tuple[str, StrOrPromise], ...] = (
    ("level", gettext_lazy("级别")),
    ("status", gettext_lazy("状态")),
    ("category", gettext_lazy("专业类别")),
    ("formation", gettext_lazy("组建和登记")),
    ("upkeep", gettext_lazy("维护情况")),
    ("members", gettext_lazy("队员")),
)


@dataclass(frozen=True)
class Counted:
    """One column: which teams it counts, and the filters of the list that shows them."""

    key: str
    group: str
    label: StrOrPromise
    condition: Q
    filters: dict[str, str]
    heads: bool = False  # counts people, once each, and opens their list


@dataclass(frozen=True)
class Line:
    """One branch, or the office's own teams, or all of it."""

    label: str
    counts: dict[str, int]
    filters: dict[str, str]
    below: str = ""  # pk of an office with branches of its own
    total: bool = False


@dataclass(frozen=True)
class Summary:
    """:ivar tally: when heads were counted, or that they still are; then their cells stay out."""

    columns: list[Counted]
    lines: list[Line]
    tally: Tally

    def columns_of(self, group: str) -> list[Counted]:
        return [column for column in self.columns if column.group in ("", group)]

    def shown(self, group: str) -> list[dict[str, Any]]:
        """Lines with a cell per column of the group: number, and the list it opens where there is something to see."""
        return [
            {"line": line, "cells": [_cell(line, column) for column in self.columns_of(group)]} for line in self.lines
        ]

    def file(self, kind: str, group: str, *, title: str, heading: str) -> tuple[IO[bytes], str]:
        """The whole table as a spreadsheet, or one group of it on paper; and the media type."""
        columns = self.columns if kind == "xlsx" else self.columns_of(group)
        table = [ExportColumn(_("机构"), lambda line: line.label)]
        table += [ExportColumn(str(column.label), _count(column.key)) for column in columns]
        if kind == "xlsx":
            return xlsx.write_xlsx(table, self.lines, heading=heading)[0], xlsx.MEDIA_TYPE
        return pdf.write_pdf(table, self.lines, title=title, heading=heading, most=len(self.lines))[0], pdf.MEDIA_TYPE


def _count(key: str) -> Any:
    return lambda line: line.counts[key]


def _cell(line: Line, column: Counted) -> dict[str, Any]:
    number = line.counts[column.key]
    route, filters = "teams:team_list", line.filters
    if column.heads:  # the list of people says by another name that only the office's own teams are meant
        route = "people:member_list"
        filters = {("own" if name == "office_level" else name): value for name, value in filters.items()}
        filters = {name: "true" if name == "own" else value for name, value in filters.items()}
    query = urlencode({**filters, **column.filters})
    return {"number": number, "url": f"{reverse(route)}?{query}" if number else "", "label": column.label}


def summarise(user: User, scope: Organization, *groups: str) -> Summary:
    """Four queries at most, however many teams and people.

    :param groups: only these, because each costs; none: all of them.
    """
    columns = _columns(groups or [key for key, _label in GROUPS])
    numbers = {f"n_{column.key}": Count("pk", filter=column.condition) for column in columns if not column.heads}
    length = len(scope.path) + Organization.steplen
    rows = (
        Team.objects.visible_to(user)
        .below(scope)
        .order_by()
        .annotate(branch=Substr(office_path("organization__path"), 1, length))
        .values("branch")
        .annotate(**numbers)
    )
    tally = _heads_below(user, scope) if any(column.heads for column in columns) else Tally({"": {}})
    heads = tally.value or {"": dict(NONE)}
    none = NONE if heads[""] else {}
    by_path = {
        row["branch"]: {key.removeprefix("n_"): row[key] for key in numbers} | heads.get(row["branch"], none)
        for row in rows
    }
    places = Organization.objects.offices().filter(path__startswith=scope.path, depth__lte=scope.depth + 1)
    lines = []
    for place in places.order_by("path"):
        own = place.pk == scope.pk
        found = by_path.get(place.path)
        if found is None and (own or place.valid_to is not None):
            continue
        filters = {"under": str(place.pk), **({"office_level": place.level} if own else {})}
        label = _("%(place)s（本级）") % {"place": place.short_name} if own else place.short_name
        below = str(place.pk) if not own and place.level == Organization.Level.LEAGUE else ""
        lines.append(Line(label, found or dict.fromkeys((column.key for column in columns), 0), filters, below))
    return Summary(columns, [*lines, _total(columns, lines, scope, heads[""])], tally)


def _heads_below(user: User, scope: Organization) -> Tally:
    whose = viewer_key(user, scope, Right.VIEW_MEMBER)
    return counts.read("teams.heads", lambda: _heads_of(whose["user"] and user, scope), scope=scope.pk, **whose)


@counter("teams.heads")
def _count_heads(*, user: int | None, held: str, scope: int) -> dict[str, dict[str, int]]:
    return _heads_of(viewer(user), Organization.objects.get(pk=scope))


def _heads_of(user: User | None, scope: Organization) -> dict[str, dict[str, int]]:
    length = len(scope.path) + Organization.steplen
    return heads_by(memberships_below(user, scope), Substr(office_path("organization__path"), 1, length))


def _total(columns: Sequence[Counted], lines: Sequence[Line], scope: Organization, heads: dict[str, int]) -> Line:
    """Teams add up; people do not: one who is in two branches counts once."""
    sums = {column.key: sum(line.counts[column.key] for line in lines) for column in columns}
    return Line(_("合计"), sums | heads, {"under": str(scope.pk)}, total=True)


def _columns(groups: Collection[str]) -> list[Counted]:
    on_file = Q(status__in=ON_FILE)
    there = {"status": "on_file"}
    year = timezone.localdate().year
    led = TeamPost.objects.current().filter(role=PostRole.CAPTAIN).values("team")
    columns = [Counted("on_file", "", gettext_lazy("在册"), on_file, there)]
    for value, label in TeamLevel.choices:
        columns.append(Counted(value, "level", label, on_file & Q(level=value), {**there, "level": value}))
    for value, label in TeamStatus.choices:
        columns.append(Counted(value, "status", label, Q(status=value), {"status": value}))
    for category in Category.objects.all() if "category" in groups else ():
        condition = on_file & Q(main_category=category.key)
        columns.append(
            Counted(f"c_{category.key}", "category", category.name, condition, {**there, "main": category.key})
        )
    for name, choices in (("formation", Formation.choices), ("registration", Registration.choices)):
        for value, label in choices:
            condition = on_file & Q(**{name: value})
            columns.append(Counted(f"{name}_{value}", "formation", label, condition, {**there, name: value}))
    columns += [
        Counted(
            "no_captain", "upkeep", gettext_lazy("没有队长"), on_file & ~Q(pk__in=led),
            {**there, "attention": "no_captain"},
        ),
        Counted(
            "confirmed", "upkeep", gettext_lazy("本年度已确认"), on_file & Q(confirmed_year=year),
            {"attention": "this_year"},
        ),
        Counted(
            "unconfirmed", "upkeep", gettext_lazy("本年度没有确认"), unconfirmed(year), {"attention": "unconfirmed"}
        ),
        _heads("registered", gettext_lazy("在册队员")),
        _heads("certified", gettext_lazy("持证队员"), ready="certified"),
        _heads("deployable", gettext_lazy("可出动队员"), ready="deployable"),
    ]  # fmt: skip
    return [column for column in columns if column.group in ("", *groups)]


def _heads(key: str, label: StrOrPromise, **filters: str) -> Counted:
    return Counted(key, "members", label, Q(), {**filters, "heads": "once"}, heads=True)
