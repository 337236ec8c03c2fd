"""What the database refuses, said to a person in the words that stand at the constraint."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy

FIRST = gettext_lazy("刚才有人先一步改动了同一项，您的操作没有生效。请刷新后再试。")


@contextmanager
def plainly(*known: type[models.Model]) -> Iterator[None]:
    """Run the block in a savepoint; an ``IntegrityError`` of one of the ``known`` models becomes a ``ValidationError``.

    Forms check first, so this is reached when two people do the same at once: the second is told what stands
    in the way instead of being shown a fault.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
        raise ValidationError(_message(known, name), code="conflict") from error


def _message(known: tuple[type[models.Model], ...], name: str) -> str:
    for model in known:
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return str(constraint.violation_error_message)
        for field in model._meta.fields:
            # PostgreSQL names the index of a unique column <table>_<column>_…
            if field.unique and name.startswith(f"{model._meta.db_table}_{field.column}_"):
                return str(field.error_messages.get("unique", "")) % {
                    "model_name": model._meta.verbose_name,
                    "field_label": field.verbose_name,
                }
    return str(FIRST)
