"""What a metric gives: a number, and the rows behind it."""

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, IntegerField, JSONField, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject


@dataclass(frozen=True)
class Measure:
    """A number and the rows behind it. Counted when first read, or together with others by ``counted``.

    A count needs only ``records``. A sum or a share has ``total``, an aggregate over the rows ``among``; ``records``
    are then what the list behind the number shows. Measures over the same rows are read in one pass.

    :param branches: whether the number can be broken down by branch.
    :param each: rows and aggregate for the number of a single team, where they differ: a person in two teams counts
        once for the office and once in each team.
    """

    number: int | Decimal | None = None
    records: "QuerySet[Any] | None" = None
    among: "QuerySet[Any] | None" = None
    total: Any = None
    branches: bool = True
    each: "tuple[QuerySet[Any], Any] | None" = None

    @classmethod
    def of(cls, records: "QuerySet[Any]", *, each: "tuple[QuerySet[Any], Any] | None" = None) -> "Measure":
        return cls(None, records, each=each)

    @classmethod
    def among_of(
        cls,
        among: "QuerySet[Any]",
        total: Any,
        records: "QuerySet[Any]",
        *,
        branches: bool = True,
        each: "tuple[QuerySet[Any], Any] | None" = None,
    ) -> "Measure":
        return cls(None, records, among, total, branches, each)

    @property
    def is_open(self) -> bool:
        """Still to be counted."""
        return self.number is None and (self.among is not None or self.records is not None)

    @property
    def per_row(self) -> "tuple[QuerySet[Any], Any]":
        """The rows and the aggregate over them that give the number; also right for a part of the rows."""
        if self.among is not None:
            return self.among, self.total
        assert self.records is not None, "a bare number has no rows"
        return self.records, Count("pk")

    @property
    def per_place(self) -> "tuple[QuerySet[Any], Any]":
        """The same for a single team."""
        return self.each or self.per_row

    @cached_property
    def value(self) -> int | Decimal:
        if self.number is not None:
            return self.number
        if self.among is not None:
            row = ContentType.objects.order_by().values_list(totals_of(self.among, one=self.total))[:1].get()
            return as_number((row[0] or {}).get("one"))
        return self.records.order_by().count() if self.records is not None else 0

    def again(self) -> "Measure":
        """The same, with nothing read or counted yet."""
        return replace(self, records=None if self.records is None else self.records.all())


def number_of(records: "QuerySet[Any]") -> Any:
    """The count of the rows as an expression, to read several counts in one query."""
    one_group = records.order_by().annotate(_one=Value(1)).values("_one").annotate(_n=Count("pk")).values("_n")
    return Coalesce(Subquery(one_group, output_field=IntegerField()), 0)


def totals_of(among: "QuerySet[Any]", **totals: Any) -> Subquery:
    """Several aggregates of the same rows as one expression, an object; None when there are no rows."""
    one_group = among.order_by().annotate(_one=Value(1)).values("_one")
    return Subquery(one_group.annotate(_all=JSONObject(**totals)).values("_all"), output_field=JSONField())


def as_number(value: Any) -> int | Decimal:
    """A number as JSON gives it; None is 0."""
    return Decimal(str(value)) if isinstance(value, float) else value or 0
