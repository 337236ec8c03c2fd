"""The one write that ends a document; refused when the attempt does not hold it any more."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import ReportDocument
from assessments.states import DocumentState
from core.jobs import JobLost


class Superseded(Exception):  # noqa: N818 - reads as what it is
    """A later run has made this document while a worker of a cancelled run still held it."""


def held(document: ReportDocument) -> Any:
    """The row while this attempt holds it, as a queryset."""
    return ReportDocument.objects.filter(pk=document.pk, claim=document.claim, state=DocumentState.RUNNING)


@contextmanager
def settling(document: ReportDocument) -> Iterator[dict[str, Any]]:
    """A transaction that ends with the document ready; the body fills in the fields. Files kept within it
    (``keep_file``) go when it does not come to an end.

    :raises JobLost: when another attempt has taken over. :raises Superseded: when a later run was quicker.
    """
    with transaction.atomic():
        _end_if_frozen()
        first_of(document, lock=True)
        if held(document).select_for_update().first() is None:
            raise JobLost
        _refuse_late(document)
        fields: dict[str, Any] = {}
        yield fields
        own = {"digest": document.digest, "code": document.code, "ready_at": timezone.now()}
        held(document).update(**{"state": DocumentState.READY, "claim": None, "error": "", **own, **fields})


def _end_if_frozen() -> None:
    """A process that stops moving in the middle would hold its locks for ever, and whoever takes over would wait."""
    with connection.cursor() as cursor:
        longest = f"{settings.JOB_LEASE_SECONDS * 5}s"  # it may take a while to store a large archive
        cursor.execute("SELECT set_config('idle_in_transaction_session_timeout', %s, true)", [longest])


def _same(document: ReportDocument) -> Any:
    return ReportDocument.objects.filter(
        run__campaign=document.run.campaign_id, kind=document.kind, organization=document.organization_id
    )


def first_of(document: ReportDocument, *, lock: bool = False) -> ReportDocument:
    """The earliest row of what the document is a version of: it stands for all versions (owner of the papers, lock)."""
    rows = _same(document).order_by("pk")
    first: ReportDocument = (rows.select_for_update(no_key=True, of=("self",)) if lock else rows)[0]
    return first


def _refuse_late(document: ReportDocument) -> None:
    later = _same(document).filter(run__number__gt=document.run.number, state=DocumentState.READY)
    number = later.order_by("run__number").values_list("run__number", flat=True).first()
    if number is not None:
        raise Superseded(_("第 %(number)d 次生成已经做好这份文件。") % {"number": number})
