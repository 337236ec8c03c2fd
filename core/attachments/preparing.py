"""Copies for display are made in the background, so that a page of fifty new photos opens at once."""

import logging
from uuid import UUID

from core import storage
from core.attachments.formats.kinds import IMAGES, Refusal
from core.attachments.previews import make_previews
from core.models import Attachment
from core.queue import send_after_commit

logger = logging.getLogger(__name__)


def prepare(attachment: Attachment) -> None:
    """Have the copies of a picture made once the transaction in hand has committed. Where no worker does it, the first
    who looks makes them."""
    if attachment.media_type in IMAGES:
        send_after_commit("core.make_previews", attachment_id=str(attachment.pk))


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
