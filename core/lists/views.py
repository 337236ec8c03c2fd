"""The list page every subject's lists are made of."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.decisions import Decision, no
from core.escaping import markup_of_each
from core.exports import answer_export
from core.history.as_at import as_at
from core.lists.filters import Filter
from core.lists.found import listed
from core.lists.paging import CappedPaginator
from core.lists.request import ListRequest
from core.lists.tables import Table
from core.models import SavedView
from core.permitted import PermittedView

_BOX = '<label class="item"><input type="checkbox" name="cols" value="{}" form="filters"{}>{}</label>'
_NAME = '<input type="hidden" name="cols" value="{}">'
_TICKED = {True: mark_safe(" checked"), False: mark_safe("")}


def _boxes(columns: Iterable[dict[str, Any]]) -> SafeString:
    """The boxes that choose columns: on every list, so not left to a template."""
    return markup_of_each(_BOX, [(one["name"], _TICKED[one["chosen"]], one["label"]) for one in columns])


class ListView(PermittedView):
    """Rows a person may see, filtered, sorted, in pages; as they are or were on a day; on the page or exported.

    A subclass sets the attributes below and writes no method, as a rule; ``get_queryset`` may narrow what is listed.
    Parameters: ``q`` and the filters, ``sort``, ``page``, ``cols``, ``at``, ``view``, ``export``.
    An htmx request with target ``table`` gets the fragment alone. The context is listed in ``get_context``.
    """

    model: type[Model]
    table_class: type[Table]
    filterset_class: type[Filter]
    list_name: str  # key of saved views and of exports: ``organizations:organization_list``
    title: Any = ""
    permission: Callable[[Any], Decision] | None = None
    as_at_model: type[Model] | None = None  # event model; offers the as-at date
    as_known_then = True  # as at a day: what the portal knew by then; else by days of the rows' own, told whenever
    queue_order: tuple[str, ...] = ()  # of what waits for the reader (``?queue=mine``), while no other is asked for
    full_export: Callable[[Any], Decision] | None = None  # who may export unmasked; None: nobody is offered it
    template_name = "generic/list.html"
    per_page = 30  # what is looked at before one searches or turns the page; the longer, the slower for everybody

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.GET and (default := next((view for view in self.saved_views if view.is_default), None)):
            return redirect(f"{request.path}?{self._view_query(default)}")
        if "export" in request.GET:
            return answer_export(self)
        fragment = request.headers.get("HX-Target") == "table" and "HX-Request" in request.headers
        response = render(request, "generic/_table.html" if fragment else self.template_name, self.get_context())
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Exports that need a word first: in full (with a reason), or long ones as a job."""
        return answer_export(self)

    # -- rows ---------------------------------------------------------------------------------------
    def get_queryset(self) -> QuerySet:
        return self.model._default_manager.visible_to(self.request.user)  # type: ignore[attr-defined]

    @cached_property
    def asked(self) -> ListRequest:
        own = next((view.columns for view in self.saved_views if not view.name), [])
        return ListRequest.read(self.request.GET, self.table_class, as_at=self.as_at_model is not None, remembered=own)

    @cached_property
    def filterset(self) -> Filter:
        rows = self.get_queryset()
        if self.asked.at and self.as_at_model:
            rows = as_at(self.as_at_model, self.asked.at, visible=rows)
        return self.filterset_class(self.request.GET, queryset=rows, request=self.request)

    def rows(self) -> QuerySet:
        """All rows asked for, in order, with what the table reads."""
        asked, waiting = self.asked, self.request.GET.get("queue") == "mine"
        rows = self.table_class.arranged(self.filterset.qs, asked.sort, model=self.model, columns=asked.columns)
        return rows.order_by(*self.queue_order) if waiting and self.queue_order and not asked.sort else rows

    # -- page ---------------------------------------------------------------------------------------
    def get_context(self) -> dict[str, Any]:
        """What ``generic/list.html`` and ``generic/_table.html`` read."""
        asked, filterset = self.asked, self.filterset
        notes = [*asked.notes, *filterset.notes()]
        found = listed(self)
        paginator, page, number = found.paginator, found.page, found.page.number
        if number != asked.page and not found.tally.counting:
            notes.append(_("没有第 %(asked)s 页，显示的是第 %(shown)s 页。") % {"asked": asked.page, "shown": number})
        table = self.table_class(
            page.object_list, model=self.model, columns=asked.columns, sort=asked.sort, request=None
        )
        columns = self._columns(table)
        chosen = [
            item | {"remove_url": self.url(page=None, **dict.fromkeys(item["params"]))} for item in filterset.chosen()
        ]
        return {
            "view": self,
            "title": self.title,
            "table": table,
            "filter": filterset,  # .form; .form.q is the search box
            "chosen": chosen,  # filters in force: name, label, value, remove_url
            "notes": notes,  # sentences on what was asked and could not be used
            "paginator": paginator,  # .label 共 … 条, .capped
            "tally": found.tally,  # core.counts.Tally: .counting, there are no rows yet; .at, when they were found
            "page_obj": page,
            "pages": self._pages(paginator, number),  # number, url (None for a gap), current
            "previous_url": self.url(page=number - 1) if page.has_previous() else "",
            "next_url": self.url(page=number + 1) if page.has_next() else "",
            "sort_links": self._sort_links(),  # column name → url that sorts by it or turns it round
            "columns": columns,  # every column: name, label, chosen
            "column_boxes": _boxes(columns),
            "column_names": markup_of_each(_NAME, ((one["name"],) for one in columns if one["chosen"])),
            "usual_columns": ",".join(asked.usual),  # those of an address that names none
            "saved_views": self._saved(),  # id, name, url, active, is_default
            "all_url": f"{self.request.path}?view=",  # the list without the default view
            "list_name": self.list_name,
            "query": self.url(page=None, view=None).partition("?")[2],  # what a saved view keeps
            "as_at": asked.at,
            "offers_as_at": self.as_at_model is not None,
            "now_url": self.url(at=None, page=None),
            "export_urls": {kind: self.url(export=kind, page=None) for kind in ("xlsx", "pdf")},
            "full_export_url": self.url(export="xlsx", full=1, page=None) if self.may_export_full() else "",
            "clear_url": f"{self.request.path}?{urlencode({'view': ''})}",
        }

    def note_full_export(self, reason: str) -> None:
        """Called before a full export is written: a subject that tells people who was shown their data notes it."""

    def may_export_full(self) -> Decision:
        ask = type(self).full_export
        return ask(self.request.user) if ask else no(_("这个列表不提供完整导出。"))

    def url(self, **changes: Any) -> str:
        """This list with some parameters changed (None: left out)."""
        params = QueryDict(mutable=True)
        for name, values in self.request.GET.lists():
            if name not in changes and name not in ("export", "full") and (any(values) or name == "view"):
                params.setlist(name, values)
        params.update({name: str(value) for name, value in changes.items() if value is not None})
        return f"{self.request.path}?{params.urlencode()}" if params else self.request.path

    def quick_choices(self, choices: Iterable[tuple[str, Any]]) -> list[dict[str, Any]]:
        """For ``generic/_tabs.html``: everything, and the list with the filter ``queue`` set to each of ``choices``."""
        chosen = self.request.GET.get("queue", "")
        return [
            {
                "label": label,
                "url": self.url(queue=key, page=None) if key else f"{self.request.path}?view=",
                "active": key == chosen,
            }
            for key, label in (("", _("全部")), *choices)
        ]

    def _pages(self, paginator: CappedPaginator, current: int) -> list[dict[str, Any]]:
        numbers = paginator.get_elided_page_range(current, on_each_side=2, on_ends=1)
        return [
            {
                "number": number,
                "url": self.url(page=number) if isinstance(number, int) else None,
                "current": number == current,
            }
            for number in numbers
        ]

    def _sort_links(self) -> dict[str, str]:
        now = self.asked.sort
        return {
            name: self.url(sort=f"-{name}" if now == name else name, page=None)
            for name in self.asked.columns
            if self.table_class.order_fields(name) is not None
        }

    def _columns(self, table: Table) -> list[dict[str, Any]]:
        """In the order in which they are shown when ticked: the usual ones first."""
        hidden = self.table_class.only_now if self.asked.at else ()
        labels = {name: label for name, label in table.headings().items() if name not in hidden}
        names = dict.fromkeys([*(name for name in self.asked.usual if name in labels), *labels])
        return [{"name": name, "label": labels[name], "chosen": name in self.asked.columns} for name in names]

    # -- saved views ----------------------------------------------------------------------------------
    @cached_property
    def saved_views(self) -> list[SavedView]:
        return list(SavedView.objects.visible_to(self.request.user).filter(list_name=self.list_name))

    def _saved(self) -> list[dict[str, Any]]:
        active = self.request.GET.get("view", "")
        return [
            {
                "id": view.pk,
                "name": view.name,
                "is_default": view.is_default,
                "active": str(view.pk) == active,
                "url": f"{self.request.path}?{self._view_query(view)}",
            }
            for view in self.saved_views
            if view.name
        ]

    @staticmethod
    def _view_query(view: SavedView) -> str:
        params = QueryDict(view.query, mutable=True)
        params["view"] = str(view.pk)
        return params.urlencode()
