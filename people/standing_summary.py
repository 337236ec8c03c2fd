"""Standing counted by office and year: what people below each branch were given, hold and did.

A person counts once in a branch and once in the total, whatever number of teams he or she is in; so the total may be
less than the sum of the branches.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import IO, Any
from urllib.parse import urlencode

from django.db.models import Count, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from core import counts
from core.counts import Tally, counter
from core.exports import xlsx
from core.exports.columns import ExportColumn
from core.together import together
from organizations.models import Organization, User
from organizations.roles import Right
from organizations.viewers import viewer, viewer_key
from people import standing
from people.choices import AwardLevel, HourKind
from people.heads import memberships_below
from people.models import Membership

Number = int | Decimal


@dataclass(frozen=True)
class Column:
    """``filters`` make the list of the people behind the number, which holds heads; ``unit`` says what is counted."""

    key: str
    label: StrOrPromise
    unit: StrOrPromise
    filters: dict[str, str]


PEOPLE, HOURS = gettext_lazy("人"), gettext_lazy("小时")
COLUMNS = (
    Column("heads", gettext_lazy("在队人数"), PEOPLE, {}),
    Column("rc", gettext_lazy("红十字会会员"), PEOPLE, {"rc": "true"}),
    Column("volunteer", gettext_lazy("注册志愿者"), PEOPLE, {"volunteer": "true"}),
    Column("award", gettext_lazy("受表彰"), PEOPLE, {"award": "any"}),
    *(
        Column(
            f"award_{level.value}",
            format_lazy(gettext_lazy("{level}表彰"), level=level.label),
            PEOPLE,
            {"award": level.value},
        )
        for level in AwardLevel
    ),
    Column("mandate", gettext_lazy("代表、理事、监事"), PEOPLE, {"mandate": "any"}),
    Column("hours_service", gettext_lazy("服务时长"), HOURS, {"hours": HourKind.SERVICE.value}),
    Column("hours_training", gettext_lazy("培训时长"), HOURS, {"hours": HourKind.TRAINING.value}),
)


@dataclass(frozen=True)
class Line:
    label: str
    numbers: dict[str, Number]
    filters: dict[str, str]
    below: str = ""
    total: bool = False

    def cells(self, year: int) -> list[dict[str, Any]]:
        address = reverse("people:person_list")
        return [
            {
                "label": column.label,
                "number": _shown(self.numbers.get(column.key, 0)),
                "url": f"{address}?{urlencode({**self.filters, 'status': 'now', **column.filters, 'year': year})}"
                if self.numbers.get(column.key) and self.filters
                else "",
            }
            for column in COLUMNS
        ]


@dataclass(frozen=True)
class Summary:
    """:ivar tally: when it was counted, or that it still is; then there are no lines."""

    scope: Organization
    year: int
    lines: list[Line]
    tally: Tally

    def file(self, heading: str) -> tuple[IO[bytes], int]:
        columns = [ExportColumn(_("机构"), lambda line: line.label)]
        for column in COLUMNS:
            title = _("%(label)s（%(unit)s）") % {"label": column.label, "unit": column.unit}
            columns.append(ExportColumn(title, _reader(column.key)))
        return xlsx.write_xlsx(columns, self.lines, heading=heading)


def _reader(key: str) -> Callable[[Line], Number]:
    return lambda line: line.numbers.get(key, 0)


def _shown(number: Number) -> str:
    return f"{number:,f}".rstrip("0").rstrip(".") if isinstance(number, Decimal) else f"{number:,}"


def summarise(user: User, scope: Organization, year: int) -> Summary:
    """Two queries, however many people; or as ``core.counts`` has kept it."""
    whose = viewer_key(user, scope, Right.VIEW_MEMBER)
    tally = counts.read(
        "people.standing", lambda: _count(whose["user"] and user, scope, year), scope=scope.pk, year=year, **whose
    )
    if tally.counting:
        return Summary(scope, year, [], tally)
    branches, total = tally.value
    lines = []
    for place in places_of(scope):
        own, numbers = place.pk == scope.pk, branches.get(place.path)
        if own or (numbers is None and place.valid_to is not None):
            continue
        below = str(place.pk) if place.level == Organization.Level.LEAGUE else ""
        lines.append(Line(place.short_name, numbers or {}, {"under": str(place.pk)}, below))
    return Summary(scope, year, [*lines, Line(_("合计"), total, {"under": str(scope.pk)}, total=True)], tally)


def places_of(scope: Organization) -> QuerySet[Organization]:
    """The place and those directly below it, each a line."""
    return Organization.objects.filter(path__startswith=scope.path, depth__lte=scope.depth + 1).order_by("path")


Counts = dict[str, Number]


@counter("people.standing")
def _recount(*, user: int | None, held: str, scope: int, year: int) -> tuple[dict[str, Counts], Counts]:
    return _count(viewer(user), Organization.objects.get(pk=scope), year)


def _count(user: User | None, scope: Organization, year: int) -> tuple[dict[str, Counts], Counts]:
    found = _Counted(memberships_below(user, scope), scope, year)
    return dict(found.branches), dict(found.total)


class _Counted:
    """Numbers per branch (path → key → number) and in all, added up in the database. One query."""

    def __init__(self, rows: QuerySet[Membership], scope: Organization, year: int) -> None:
        self.branches: dict[str, dict[str, Number]] = defaultdict(dict)
        self.total: dict[str, Number] = defaultdict(int)
        branch = Substr("organization__path", 1, len(scope.path) + Organization.steplen)
        held = rows.current().order_by().annotate(branch=branch)  # type: ignore[attr-defined]
        self._first = standing.one_per_person(held)
        self._held = held.filter(standing.one_per_person(held, within=Q(branch=OuterRef("branch"))))
        levels = {f"award_{level.value}": Q(person__awards__level=level) for level in AwardLevel}
        kinds = {f"hours_{kind.value}": Q(person__hours__kind=kind) for kind in HourKind}
        members = _of(standing.red_cross_member, year, "")
        volunteers = _of(standing.registered_volunteer, year, "")
        found = together(
            belonging=self._rows("pk", Q(), heads=Q(), rc=members, volunteer=volunteers),
            awards=self._rows("person", _of(standing.awarded, year, "awards__"), award=Q(), **levels),
            mandates=self._rows("person", _of(standing.in_office, year, "mandates__"), mandate=Q()),
            hours=self._rows("", _of(standing.worked, year, "hours__"), **kinds),
        )
        for row in chain.from_iterable(found.values()):
            self._take(row.pop("branch"), row)

    def _rows(self, what: str, records: Q, **wanted: Q) -> QuerySet[Any]:
        """Heads by ``what`` (or hours) for each of ``wanted``, in each branch (``n_…``) and of each person once
        (``t_…``).

        :param records: joins what is counted to the memberships.
        """
        numbers = {f"n_{key}": _number(what, condition) for key, condition in wanted.items()}
        once = {f"t_{key}": _number(what, condition & self._first) for key, condition in wanted.items()}
        return self._held.filter(records).values("branch").annotate(**numbers, **once)

    def _take(self, branch: str, row: dict[str, Any]) -> None:
        for name, number in row.items():
            kind, key = name[:1], name[2:]
            if kind == "n":
                self.branches[branch][key] = number or 0
            else:
                self.total[key] += number or 0


def _of(condition: Callable[[int, str], Q], year: int, relation: str) -> Q:
    return condition(year, f"person__{relation}")


def _number(what: str, condition: Q) -> Count | Sum:
    if not what:
        return Sum("person__hours__hours", filter=condition)
    return Count(what, distinct=what == "person", filter=condition or None)
