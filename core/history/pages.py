"""Tells what a page that saves itself has changed from what was changed elsewhere, also in another window.

Such a page carries a sign (``{% page_sign %}``), every change it makes is recorded with it, and whoever asks what
changed since the page was opened leaves out what bears its own sign.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pghistory
from django.db.models import Q, QuerySet

SIGN = "page_sign"  # the field of the form


def on_page(sign: str) -> AbstractContextManager[Any]:
    """Changes inside are recorded as made on that page."""
    return pghistory.context(page=sign) if sign else nullcontext()


def made_elsewhere(events: QuerySet, user: Any, sign: str) -> QuerySet:
    """Changes made by others or on another page of the same person. Without a sign all of the person's own count as
    made here."""
    own = Q(pgh_context__user=user.pk)
    if sign:
        own &= Q(pgh_context__page__isnull=False, pgh_context__page=sign)
    return events.exclude(own)
