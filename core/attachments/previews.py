"""Small pictures of what was handed in: turned upright, without camera, place or time; the original stays untouched."""

import io
from typing import BinaryIO, cast

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from core.attachments.formats.images import open_image
from core.attachments.formats.kinds import IMAGES, PDF, Refusal
from core.attachments.formats.pdf import first_page_png
from core.models import Attachment

SIDE = 1400  # pixels of the longer side: a page of text can be read
PREVIEW_SUFFIX = ".preview"


def has_preview(attachment: Attachment) -> bool:
    return attachment.media_type in IMAGES or attachment.media_type == PDF.media_type


def preview_type(attachment: Attachment) -> str:
    return "image/png" if attachment.media_type == PDF.media_type else "image/jpeg"


def open_preview(attachment: Attachment) -> BinaryIO:
    """The preview, made on first asking and kept beside the original. Raises ``Refusal`` when none can be made."""
    storage = attachment.file.storage
    name = f"{attachment.file.name}{PREVIEW_SUFFIX}"
    if not storage.exists(name):
        stored = storage.save(name, ContentFile(_make(attachment)))
        if stored != name:  # somebody else made it in the meantime, and storage never overwrites
            storage.delete(stored)
    return cast(BinaryIO, storage.open(name))


def _make(attachment: Attachment) -> bytes:
    if not has_preview(attachment):
        raise Refusal("unsupported", _("这种文件没有预览。"))
    with attachment.file.storage.open(str(attachment.file.name)) as file:
        original = cast(BinaryIO, file)
        if attachment.media_type == PDF.media_type:
            return first_page_png(original, SIDE)
        return _display_copy(original)


def _display_copy(original: BinaryIO) -> bytes:
    image: Image.Image = open_image(original)
    image.draft("RGB", (SIDE, SIDE))
    if image.mode not in ("RGB", "RGBA", "L"):
        image = image.convert("RGBA")
    image.thumbnail((SIDE, SIDE))  # before it is turned: turning copies every pixel
    upright = ImageOps.exif_transpose(image)
    copy = Image.new("RGB", upright.size, "white")
    # Only the pixels go into the copy: EXIF, GPS, XMP and comments have no way in.
    colours = upright.convert("RGBA")
    copy.paste(colours, mask=colours.getchannel("A"))
    out = io.BytesIO()
    copy.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()
