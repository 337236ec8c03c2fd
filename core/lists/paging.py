"""Pages of a list whose full length nobody waits for."""

from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

CAP = 10_000


class CappedPaginator(Paginator):
    """Counts at most one row past ``CAP``, and offers pages for the first ``CAP`` only.

    Counting millions of rows, or skipping them with OFFSET, takes seconds; a person who has 10,000 rows before them
    needs a filter, not page 4,711.
    """

    @cached_property
    def found(self) -> int:
        """Rows found, at most ``CAP + 1``."""
        rows: Any = self.object_list
        return rows.order_by().values("pk")[: CAP + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self.found, CAP)

    @property
    def capped(self) -> bool:
        return self.found > CAP

    @property
    def label(self) -> str:
        words = {"count": f"{self.count:,}"}
        return _("共 %(count)s 条以上") % words if self.capped else _("共 %(count)s 条") % words

    def nearest(self, number: int) -> int:
        """``number``, or the closest page there is."""
        return max(1, min(number, self.num_pages))
