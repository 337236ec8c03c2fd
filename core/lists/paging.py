"""Pages of a list whose full length nobody waits for."""

from typing import Any

from django.core.paginator import EmptyPage, Page, Paginator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core.search import HITS

CAP = 2_000
_FURTHEST = 10_000_000  # pages; beyond there is none


class CappedPaginator(Paginator):
    """Counts at most one row past ``most``, and offers pages for the first ``most`` only.

    Counting millions of rows, or skipping them with OFFSET, takes seconds; a person who has 2,000 rows before them
    needs a filter, not page 4,711.
    """

    most = CAP

    @cached_property
    def found(self) -> int:
        """Rows found, at most ``most + 1``."""
        rows: Any = self.object_list
        return rows.order_by().values("pk")[: self.most + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self.found, self.most)

    @property
    def capped(self) -> bool:
        return self.found > self.most

    @property
    def label(self) -> str:
        words = {"count": f"{self.count:,}"}
        return _("共 %(count)s 条以上") % words if self.capped else _("共 %(count)s 条") % words

    def nearest(self, number: int) -> int:
        """``number``, or the closest page there is."""
        return max(1, min(number, self.num_pages))


class SearchPaginator(CappedPaginator):
    """Pages of what a word finds: reads the keys of the hits instead of counting them, and the page by these keys.

    The database takes hits to be spread evenly over the list, and would look for the fifty first ones in the order of
    the list: through all of it, when they stand at its end. Only a word with very many hits is looked for in that
    order; it is met on every page.
    """

    most = HITS

    @cached_property
    def keys(self) -> list[Any]:
        rows: Any = self.object_list
        return list(rows.order_by().prefetch_related(None).values_list("pk", flat=True)[: self.most + 1])

    @cached_property
    def found(self) -> int:
        return len(self.keys)

    def page(self, number: int | str) -> Page:
        if not self.capped:
            rows: Any = self.object_list
            self.object_list = rows.filter(pk__in=self.keys)
        return super().page(number)


class OpenPaginator(CappedPaginator):
    """For programs, which read on to the end: there is a next page as long as there are rows. A length of more than
    ``most`` is not told."""

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
