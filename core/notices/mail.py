"""Mails what has not been mailed. Safe to run twice, or by two workers at once: each claims rows the other skips."""

import logging
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.models import Notice

logger = logging.getLogger(__name__)
TRY_FOR = timedelta(days=3)  # an address that refuses for three days is not written to again


def mail_waiting() -> int:
    """Mail every unmailed notice whose recipient has an address; returns how many left."""
    sent = 0
    for pk in _waiting().values_list("pk", flat=True):
        try:
            sent += _mail(pk)
        except (SMTPException, OSError, ValueError) as error:  # the last: no address or subject to write to
            logger.warning("notice %s not mailed, will be tried again: %s", pk, type(error).__name__)
    return sent


def _waiting() -> QuerySet[Notice]:
    since = timezone.now() - TRY_FOR
    return (
        Notice.objects.filter(mailed_at=None, created_at__gte=since, recipient__is_active=True)
        .exclude(recipient__email="")
        .order_by("pk")
    )


@transaction.atomic
def _mail(pk: int) -> int:
    notice = (
        _waiting().select_for_update(of=("self",), skip_locked=True).select_related("recipient").filter(pk=pk).first()
    )
    if notice is None:
        return 0
    subject = " ".join(notice.title.split())  # of several lines, it would be refused as a forged head
    send_mail(subject, _text(notice), settings.DEFAULT_FROM_EMAIL, [notice.recipient.email])
    notice.mailed_at = timezone.now()
    notice.save(update_fields=["mailed_at"])
    return 1


def _text(notice: Notice) -> str:
    """Title and body say no more than the portal's own list does; details stay behind the sign-in."""
    lines = [str(notice.recipient), "", notice.title]
    if notice.body:
        lines += ["", notice.body]
    if notice.url:
        lines += ["", _("请登录办理：") + settings.PORTAL_ORIGIN + notice.url]
    return "\n".join([*lines, "", f"—— {settings.PORTAL_NAME}"])
