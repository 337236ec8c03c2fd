"""Old rows of the access log may go after the retention time. The history of records never goes."""

from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.audit.recording import record
from core.models.access import AccessLog

BATCH = 10_000
LEAST_DAYS = 183  # six months: 网络安全法第二十一条（三）


def purge(*, source: str) -> int:
    """Delete access log rows older than ``AUDIT_RETENTION_DAYS``, and note that it was done; returns how many.

    The time limit is checked here as well as at start, so that no call can go below the law's.

    :param source: what ran it, e.g. ``manage.py purge_access_log``.
    """
    days = max(settings.AUDIT_RETENTION_DAYS, LEAST_DAYS)
    before = timezone.now() - timedelta(days=days)
    gone = 0
    while True:
        with transaction.atomic(), pgtrigger.ignore("core.AccessLog:no_delete"):
            batch = AccessLog.objects.filter(at__lt=before).order_by("at").values("pk")[:BATCH]
            deleted = AccessLog.objects.filter(pk__in=batch)._raw_delete("default")
            gone += deleted
            if deleted < BATCH:
                if gone:
                    record(AccessLog.Kind.PURGED, subject=source, rows=gone, before=before.isoformat(), days=days)
                return gone
