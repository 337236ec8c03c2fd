"""Copies for display are made behind the person's back, so that a page of fifty new photos opens at once."""

import logging
from functools import partial
from uuid import UUID

from django.db import transaction
from kombu.exceptions import OperationalError

from core import storage
from core.attachments.formats.kinds import IMAGES, Refusal
from core.attachments.previews import make_previews
from core.models import Attachment

logger = logging.getLogger(__name__)


def prepare(attachment: Attachment) -> None:
    """Have the copies of a picture made once the transaction in hand has committed. Where no worker does it, the first
    who looks makes them."""
    if attachment.media_type in IMAGES:
        transaction.on_commit(partial(_send, attachment.pk))


def _send(pk: UUID) -> None:
    from core.tasks import make_previews as task  # that module imports this one

    try:
        task.delay(attachment_id=str(pk))
    except OperationalError:
        logger.warning("broker unreachable, previews are made when asked for", extra={"attachment": str(pk)})


def make(pk: UUID) -> None:
    """Make the copies of one picture. What fails is left to the first who looks, who is then told."""
    attachment = Attachment.objects.filter(pk=pk).first()
    if attachment is None:
        return
    try:
        make_previews(attachment)
    except (Refusal, FileNotFoundError):
        logger.warning("no previews of a picture", extra={"attachment": str(pk)})
    except Exception as error:
        if not storage.is_away(error):
            raise
        logger.warning("storage away, previews are made when asked for", extra={"attachment": str(pk)})
