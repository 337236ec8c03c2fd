"""The base of every list's filters."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.forms import Form, ModelChoiceField
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters.fields import ModelChoiceIterator

from core.lists.request import read_day
from core.search import matching
from core.words import yes_no

# Parameters of the list itself; a filter must not take one of these names.
RESERVED = frozenset({"sort", "page", "cols", "at", "view", "export", "full"})


class _AtOnce(ModelChoiceIterator):
    """Records to choose from, read with one statement: for a few rows Django would open a server-side cursor,
    fetch twice and close it."""

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        field: Any = self.field
        if field.empty_label is not None:
            yield "", field.empty_label
        if field.null_label is not None:
            yield field.null_value, field.null_label
        for one in self.queryset.all():
            yield self.choice(one)


class Filter(django_filters.FilterSet):
    """Filters of a list. ``q`` searches the model's ``search_key``; a model without one sets ``q = None``."""

    q = django_filters.CharFilter(label=gettext_lazy("搜索"), method="search", max_length=60)

    @cached_property
    def form(self) -> Form:
        """The form over these filters. The library would build a class of it first, which copies every field again."""
        form: Form = self._meta.form(self.data if self.is_bound else None, prefix=self.form_prefix)
        form.fields.update((name, each.field) for name, each in self.filters.items())
        for field in form.fields.values():
            if isinstance(field, ModelChoiceField):
                field.iterator = _AtOnce
                field.widget.choices = field.choices
        return form

    @property
    def at(self) -> date | None:
        """The past day the list is shown as at; None for now. A value the list itself ignores is ignored here too."""
        return read_day(self.data.get("at", ""))[0]

    @property
    def today(self) -> date:
        """The day on which the rows are as they are shown."""
        return self.at or timezone.localdate()

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(matching(value))

    def notes(self) -> list[str]:
        """One sentence per value that was not understood; such a filter is left out, the others count."""
        self.form.full_clean()
        return [
            _("筛选条件“%(label)s”的值“%(value)s”不能用，没有采用。")
            % {
                "label": self.form[name].label if name in self.form.fields else name,
                "value": str(self.data.get(name, ""))[:40],
            }
            for name in self.errors
        ]

    def chosen(self) -> list[dict[str, Any]]:
        """Filters in force as ``{name, label, value, params}``, in words: for the chips above the table, for exports.

        ``params`` are the parameters to leave out to be without it; a range has two.
        """
        found = []
        for name, value in self.form.cleaned_data.items():
            if value in (None, "", []) or (hasattr(value, "exists") and name not in self.data):
                continue
            field = self.form.fields[name]
            params = [name, *(f"{name}_{suffix}" for suffix in getattr(field.widget, "suffixes", ()))]
            label = str(field.label or name)
            found.append({"name": name, "label": label, "value": _in_words(field, value), "params": params})
        return found


def key_of(rows: QuerySet) -> str:
    """The field with a record's key: an as-at list filters events, whose own key is not the record's."""
    return "pgh_obj" if hasattr(rows.model, "pgh_obj") else "pk"


def _in_words(field: Any, value: Any) -> str:
    if isinstance(value, slice):
        return _range_in_words(_day(value.start), _day(value.stop))
    if isinstance(value, bool):
        return yes_no(value)
    choices = dict(getattr(field, "choices", ())) if not hasattr(value, "pk") and not hasattr(value, "model") else {}
    if isinstance(value, (list, tuple, set)) or hasattr(value, "model"):
        return _("、").join(str(choices.get(item, item)) for item in value)
    return str(choices.get(value, value))


def _day(value: Any) -> Any:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


def _range_in_words(start: Any, stop: Any) -> str:
    if start is None:
        return _("%(stop)s 止") % {"stop": stop}
    if stop is None:
        return _("%(start)s 起") % {"start": start}
    return _("%(start)s 至 %(stop)s") % {"start": start, "stop": stop}
