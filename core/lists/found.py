"""What a list page shows: found while the page is waited for, or else by a worker.

Nearly every list is found in milliseconds. Among millions of rows some questions cannot be (who holds no duty): then
the page says that it is looking and asks again, and a worker finds the first rows, which are shown with the time they
were found (``core.counts.find``). What the rows say is read when the page is shown; what no longer fits is left out.
Exports and statistics read everything each time.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.paginator import Page
from django.utils.crypto import salted_hmac

from core import counts
from core.counts import Tally
from core.jobs.pages import params_of, view_from
from core.lists.paging import CappedPaginator, Found, look, look_in_order
from core.search import HITS

if TYPE_CHECKING:
    from core.lists.views import ListView

COUNTER = "lists.found"
_PAGING = ("page", "cols", "view", "export", "full")  # parameters that do not change what is found


@dataclass(frozen=True)
class Listed:
    """One page of a list. ``tally.counting``: there is none yet."""

    paginator: CappedPaginator
    page: Page
    tally: Tally


def listed(view: "ListView") -> Listed:
    """The page that was asked for, or the nearest there is."""
    tally = counts.find(COUNTER, lambda: _page(view), asked=_digest(view), given=lambda: _given(view))
    if isinstance(tally.value, Listed):
        return tally.value
    if tally.counting:
        nothing = CappedPaginator(view.model._default_manager.none(), view.per_page)
        return Listed(nothing, nothing.page(1), tally)
    kept = _page(view, tally.value)
    return Listed(kept.paginator, kept.page, tally)


@counts.counter(COUNTER)
def _by_worker(*, user: Any, **params: Any) -> Found:
    view = view_from(params, get_user_model()._default_manager.get(pk=user))
    return look_in_order(view.rows(), _most(view))


def _page(view: "ListView", found: Found | None = None) -> Listed:
    leading = view.table_class.leading
    # counted without what the table reads: a join is made for each row, though nothing of it is looked at
    found = found or look(view.filterset.qs, _most(view))
    paginator = CappedPaginator(view.rows(), view.per_page, most=_most(view), found=found, leading=leading)
    page = paginator.page(paginator.nearest(view.asked.page))
    page.object_list = list(page.object_list)  # read while the limit holds
    return Listed(paginator, page, Tally(paginator.found))


def _most(view: "ListView") -> int:
    """Nobody reads further in what a word finds, and a frequent word finds millions."""
    return HITS if view.filterset.form.cleaned_data.get("q") else CappedPaginator.most


def _digest(view: "ListView") -> str:
    """Of who asks what, with which duties: nothing found under a duty that has ended is shown, not even how
    many there were. Words one may search by (an ID number) do not lie readable in the cache."""
    query = view.request.GET.copy()
    for name in _PAGING:
        query.pop(name, None)
    user: Any = view.request.user
    asked = "\n".join((str(user.pk), user.duties_mark, view.request.path, query.urlencode()))
    return salted_hmac(COUNTER, asked, algorithm="sha256").hexdigest()[:32]


def _given(view: "ListView") -> dict[str, Any]:
    return {"user": view.request.user.pk, **params_of(view)}
