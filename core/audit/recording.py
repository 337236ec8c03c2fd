"""Writes one row of the access log. It may fail without taking the request with it."""

import logging
from typing import Any

from django.db import Error, transaction
from django.http import HttpRequest

from core.history.middleware import client_address
from core.language import in_chinese
from core.masking import mask_text, mask_value
from core.models.access import AccessLog
from core.words import for_json

logger = logging.getLogger(__name__)


def record(
    kind: str, *, request: HttpRequest | None = None, user: Any = None, subject: Any = "", **detail: Any
) -> None:
    """Note what somebody did that changes no row.

    Never raises: an act that could not be noted is written to the log instead, because refusing a download or a
    sign-out over it would only teach people to work elsewhere. ID numbers and phones are masked on the way in.

    :param kind: one of ``AccessLog.Kind``.
    :param user: whose act; taken from ``request`` when not given. ``user_name=`` names one that no account has.
    :param subject: what it was done to, in words; given lazily where it is translated, because the row is Chinese.
    :param detail: anything JSON-able that helps to understand it later.
    """
    try:
        with in_chinese():
            row = _row(kind, request, user, subject, detail)
        with transaction.atomic():  # a savepoint: a failed insert must not break the caller's transaction
            row.save(force_insert=True)
    except (Error, TypeError, ValueError):
        logger.exception("audit_row_lost", extra={"kind": str(kind)})


def _row(kind: str, request: HttpRequest | None, user: Any, subject: Any, detail: dict[str, Any]) -> AccessLog:
    person = user if user is not None else getattr(request, "user", None)
    known = person if person is not None and person.is_authenticated and person.pk is not None else None
    name = detail.pop("user_name", "") or (known.get_username() if known else "")
    return AccessLog(
        kind=kind,
        user=known,
        user_name=mask_text(str(name))[:150],
        office=getattr(known, "office_path", ""),
        subject=mask_text(str(subject))[:200],
        detail=mask_value({key: for_json(value) for key, value in detail.items()}),
        url=mask_text(request.path)[:300] if request else "",
        address=client_address(request)[:45] if request else "",
    )
