"""Pages of a list whose full length nobody waits for."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.core.paginator import EmptyPage, Page, Paginator
from django.db import connection
from django.db.models import QuerySet, Subquery
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core.lookups import Among, split_or

CAP = 2_000
_FURTHEST = 10_000_000  # pages; beyond there is none


@dataclass(frozen=True)
class Found:
    """What a list finds.

    :param count: how many, at most one more than are paged. :param keys: theirs, where all of them are known.
    :param in_order: ``keys`` stand in the order of the list, and are those of its first rows when there are more.
    """

    count: int
    keys: tuple[Any, ...] | None
    in_order: bool = False


def look(rows: QuerySet, most: int) -> Found:
    """Counts at most ``most + 1`` rows, in no order; the keys come along unless there are more than ``most``."""
    try:
        sql, params = _keys(rows.order_by().prefetch_related(None), most + 1)
    except EmptyResultSet:
        return Found(0, ())
    with connection.cursor() as cursor:
        # ``sql`` is what the ORM made; what anybody typed stands in ``params``
        told = f"SELECT count(*), CASE WHEN count(*) <= {int(most)} THEN array_agg(key) END FROM ({sql}) AS found (key)"  # noqa: S608
        cursor.execute(told, params)
        count, keys = cursor.fetchone()
    return Found(count, tuple(keys or ()) if count <= most else None)


def _keys(rows: QuerySet, most: int) -> tuple[str, tuple[Any, ...]]:
    """SQL for the keys of at most so many. Of a list in two parts the second is looked at only where
    the first has too few."""
    parts = []
    for part in split_or(rows):
        with suppress(EmptyResultSet):
            parts.append(part.values("pk")[:most].query.sql_with_params())
    if not parts:
        raise EmptyResultSet
    if len(parts) == 1:
        return parts[0]
    every = " UNION ALL ".join(f"({sql})" for sql, _params in parts)  # SQL of the ORM
    params = tuple(param for _sql, given in parts for param in given)
    return f"SELECT * FROM ({every}) AS parts LIMIT {int(most)}", params  # noqa: S608


def look_in_order(rows: QuerySet, most: int) -> Found:
    """The same with the keys of the first rows in the order of the list: slower, and then every page is quick."""
    keys = tuple(rows.prefetch_related(None).values_list("pk", flat=True)[: most + 1])
    return Found(len(keys), keys, in_order=True)


class CappedPaginator(Paginator):
    """Counts at most one row past ``most``, and offers pages for the first ``most`` only.

    Counting millions of rows, or skipping them with OFFSET, takes seconds; a person who has 2,000 rows before them
    needs a filter, not page 4,711.

    Where there are no more than ``most``, the page is read by the keys of what was found. The database takes what a
    filter finds to be spread evenly over the list, and would look for the first ones in the order of the list:
    through all of it, when they stand at its end. Only a filter that a large part of the list
    passes is read in that order: its rows turn up on every page.

    :param leading: a column of few values, when the list's order begins with it (``Table.leading``).
    """

    most = CAP

    def __init__(
        self, rows: Any, per_page: int, *, most: int | None = None, found: Found | None = None, leading: str = ""
    ) -> None:
        super().__init__(rows, per_page)
        self._leading = leading
        if most is not None:
            self.most = most
        if found is not None:
            self.found = found

    @cached_property
    def found(self) -> Found:
        rows: Any = self.object_list
        return look(rows, self.most)

    @cached_property
    def count(self) -> int:
        return min(self.found.count, self.most)

    @property
    def capped(self) -> bool:
        return self.found.count > self.most

    @property
    def label(self) -> str:
        words = {"count": f"{self.count:,}"}
        return _("共 %(count)s 条以上") % words if self.capped else _("共 %(count)s 条") % words

    def nearest(self, number: int) -> int:
        """``number``, or the closest page there is."""
        return max(1, min(number, self.num_pages))

    def page(self, number: int | str) -> Page:
        asked = self.validate_number(number)
        rows: Any = self.object_list
        bottom = (asked - 1) * self.per_page
        top = min(bottom + self.per_page, self.count)
        keys = self.found.keys
        if keys is None:
            return Page(self._between(bottom, top), asked, self)
        if self.found.in_order:
            return Page(rows.filter(Among("pk", keys[bottom:top])), asked, self)
        return Page(rows.filter(Among("pk", keys))[bottom:top], asked, self)

    def _between(self, bottom: int, top: int) -> Any:
        """Among the rows of the foremost value alone, where these are enough: they stand first, and of one value the
        database follows the rest of the order, while over all of them it would sort."""
        rows: Any = self.object_list
        first = str(rows.query.order_by[0]) if self._leading and rows.query.order_by else ""
        if first and first.removeprefix("-") == self._leading:
            foremost = rows.order_by(first).values(self._leading)[:1]
            found = list(rows.filter(**{self._leading: Subquery(foremost)})[bottom:top])
            if len(found) == top - bottom:
                return found
        return rows[bottom:top]


class OpenPaginator(CappedPaginator):
    """For programs, which read on to the end: there is a next page as long as there are rows. A length above
    ``most`` is not given."""

    def page(self, number: int | str) -> Page:
        asked = self.validate_number(number)
        bottom = (asked - 1) * self.per_page
        rows: Any = self.object_list
        found = list(rows[bottom : bottom + self.per_page + 1])
        if not found and asked > 1:
            raise EmptyPage(_("没有这一页。"))
        page = _OpenPage(found[: self.per_page], asked, self)
        page.more = len(found) > self.per_page
        return page

    def validate_number(self, number: int | float | str) -> int:
        """Any number is a page until the rows have been read."""
        asked = int(number) if str(number).isdecimal() else 0
        if not 1 <= asked <= _FURTHEST:
            raise EmptyPage(_("没有这一页。"))
        return asked


class _OpenPage(Page):
    more = False

    def has_next(self) -> bool:
        return self.more
