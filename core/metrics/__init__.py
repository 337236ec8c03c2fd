"""Named numbers with the records behind them: one number is computed in one place.

    @metric("offices_unstaffed", _("无专职人员机构数"), _("个"), note=_("今天在册、没有专职人员的红十字会机构"))
    def offices_unstaffed(scope: Organization, period: Period) -> Measure:
        return Measure.of(_offices(scope).filter(has_staff=False))

Statistics, standards and reports read the same functions by name. A metric never checks rights: the caller passes a
scope it may see.
"""

from core.metrics.counting import Counted, by_branch, counted, numbers_at
from core.metrics.measures import Measure, number_of, totals_of
from core.metrics.periods import Period
from core.metrics.registry import Function, Link, Metric, OfOne, every, get, metric

__all__ = [
    "Counted",
    "Function",
    "Link",
    "Measure",
    "Metric",
    "OfOne",
    "Period",
    "by_branch",
    "counted",
    "every",
    "get",
    "metric",
    "number_of",
    "numbers_at",
    "totals_of",
]
