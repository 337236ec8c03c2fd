"""Cells put right in the preview, and a done import taken back."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.imports.checking import LONGEST, table_of
from core.imports.resources import Resource
from core.models import Import


def amend(item: Import, resource: Resource, typed: Mapping[tuple[int, str], str]) -> None:
    """Keep what was typed over cells of the preview, by (row number, field); nothing of it is checked yet.

    The file stays as it came; the cells are read as if they had stood in it. What is confirmed cannot be amended.
    """
    with transaction.atomic():
        locked = Import.objects.select_for_update().get(pk=item.pk)
        if locked.state == Import.State.DONE:
            return
        numbers = set(table_of(locked, resource).numbers)
        edits = locked.report.setdefault("edits", {})
        for (number, name), text in typed.items():
            if number in numbers and name in resource.columns:
                edits.setdefault(str(number), {})[name] = text[:LONGEST]
        locked.sha256 = table_of(locked, resource).sha256  # so that the same rows are known again, however they came
        locked.save(update_fields=["report", "sha256"])
    item.refresh_from_db()


def take_back(item: Import, resource: Resource) -> tuple[int, list[str]]:
    """Undo a done import by its resource, once: how many records, and in words what was left.

    :raises ValidationError: too late, or nothing to undo.
    """
    with transaction.atomic():
        locked = Import.objects.select_for_update().get(pk=item.pk)
        if not can_take_back(locked, resource):
            raise ValidationError(_("这次导入已经不能撤销了。"))
        number, left = resource.undo(locked.report["made"])
        locked.report = {**locked.report, "undone": {"number": number, "left": left}}
        # the same rows may be brought again
        locked.sha256 = hashlib.sha256(f"{locked.sha256}:{locked.pk}".encode()).hexdigest()
        locked.save(update_fields=["report", "sha256"])
    item.refresh_from_db()
    return number, left


def can_take_back(item: Import, resource: Resource) -> bool:
    within = item.done_at is not None and item.done_at > timezone.now() - timedelta(hours=resource.undo_hours)
    return within and bool(item.report.get("made")) and "undone" not in item.report
