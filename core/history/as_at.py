"""Records as they stood at the end of a day, read from their event table.

``as_at`` gives the records themselves; ``held_on`` present rows of which something was so on a day; ``field_on`` what
one field held, beside other conditions on the row.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Exists,
    F,
    GeneratedField,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.query import ModelIterable

from core.days import end_of


def as_at(event_model: type[Model], day: date, *, visible: QuerySet) -> QuerySet:
    """Each record as it stood at the end of ``day``: its latest event up to then; records deleted by then are left out.

    Who may see a record as it was is who may see it as it is: ``visible`` is the present rows the user may see, and a
    record outside it is not shown, whatever it was on that day. So a record that moved to another office takes its past
    along, and a right that ended today ends for the past too. Only the record's own fields are of that day; names of
    related records (an account's office) are today's.

    Filters and orders work as on the model. Rows come out as unsaved copies of the model with ``as_at`` set, so that a
    table cell cannot tell the difference; do not save them.
    """
    model = visible.model
    until = end_of(day)
    # pgh_id, not pgh_created_at, says which of two events of a record came later: the time is the transaction's start,
    # and a transaction that started first may have changed the row last.
    later = event_model._default_manager.filter(
        pgh_obj=OuterRef("pgh_obj"), pgh_created_at__lt=until, pgh_id__gt=OuterRef("pgh_id")
    )
    events = (
        event_model._default_manager.filter(pgh_created_at__lt=until, pgh_obj__in=visible.order_by().values("pk"))
        .exclude(Exists(later))
        .exclude(pgh_label="delete")
        .order_by()
    )
    # Stored keys and orders are not copied to events; the same expression over the event's own fields finds old names.
    events = events.annotate(**{field.name: field.expression for field in _generated(model)})
    events = events.annotate(as_at_pk=F("pgh_obj_id"))
    events._iterable_class = type("AsModel", (_AsModel,), {"model": model, "day": day})
    return events


def events_of(model: Any) -> Any:
    """The event model of a tracked one."""
    return model.tracked_events.rel.related_model


def held_on(rows: QuerySet[Any], day: date | None, condition: Q) -> QuerySet[Any]:
    """Those of ``rows`` of which ``condition`` on their own fields holds now, or held at the end of a past ``day``."""
    if day is None:
        return rows.filter(condition)
    then = as_at(events_of(rows.model), day, visible=rows).filter(condition)
    return rows.filter(pk__in=then.values("pgh_obj"))


def field_on(model: Any, name: str, day: date, *, of: str = "pk", since: bool = False) -> Subquery:
    """What the field of the record that ``of`` leads to held at the end of the day; None where it was not there yet.

    :param since: of a record written down later, take what it was first given: it tells of days before.
    """
    until = end_of(day)
    by_then = When(pgh_created_at__lt=until, then=-F("pgh_id"))  # of these the newest comes first
    events = events_of(model)._default_manager.filter(pgh_obj=OuterRef(of))
    if not since:
        events = events.filter(pgh_created_at__lt=until)
    order = Case(by_then, default=F("pgh_id"), output_field=BigIntegerField())
    return Subquery(events.order_by(order).values(name)[:1])


_COMPUTED = ("search_key", "order_at")  # generated columns that lists search and are ordered by


def _generated(model: type[Model]) -> list[Any]:
    return [
        field for field in model._meta.concrete_fields if field.name in _COMPUTED and isinstance(field, GeneratedField)
    ]


class _AsModel(ModelIterable):
    model: type[Model]
    day: date

    def __iter__(self) -> Iterator[Any]:
        fields = [field for field in self.model._meta.concrete_fields if not isinstance(field, GeneratedField)]
        for event in super().__iter__():
            values = {field.attname: getattr(event, field.attname) for field in fields if hasattr(event, field.attname)}
            record: Any = self.model(**values | {self.model._meta.pk.attname: event.as_at_pk})
            record._state.db = event._state.db
            record._state.fields_cache.update(
                {name: related for name, related in event._state.fields_cache.items() if name != "pgh_obj"}
            )
            record.as_at = self.day
            yield record
