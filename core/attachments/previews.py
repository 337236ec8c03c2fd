"""Small pictures of what was handed in: turned upright, without camera, place or time; the original stays untouched."""

import io
import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, cast

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from core.attachments.formats.images import open_image, unpacking
from core.attachments.formats.kinds import IMAGES, PDF, Refusal
from core.attachments.formats.pdf import first_page_png
from core.models import Attachment


@dataclass(frozen=True)
class Size:
    """One of the copies that are kept beside an original."""

    suffix: str
    side: int  # pixels of the longer side


PREVIEW = Size(".preview", 1400)  # a page of text can be read
THUMBNAIL = Size(".thumb", 320)  # for a grid of many
SUFFIXES = (PREVIEW.suffix, THUMBNAIL.suffix)


def has_preview(attachment: Attachment) -> bool:
    return attachment.media_type in IMAGES or attachment.media_type == PDF.media_type


def preview_type(attachment: Attachment) -> str:
    return "image/png" if attachment.media_type == PDF.media_type else "image/jpeg"


def open_preview(attachment: Attachment, size: Size = PREVIEW) -> BinaryIO:
    """The copy of that size, made on first asking and kept beside the original. Raises ``Refusal`` when none can be
    made and ``FileNotFoundError`` when the original is lost."""
    return cast(BinaryIO, attachment.file.storage.open(_made(attachment, size)))


def make_previews(attachment: Attachment) -> None:
    """Make what is missing. Safe to run twice, and at the same time as somebody looks."""
    for size in (PREVIEW, THUMBNAIL):
        _made(attachment, size)


def _made(attachment: Attachment, size: Size) -> str:
    """The name of the copy in storage, which is made if it is not there."""
    storage = attachment.file.storage
    name = f"{attachment.file.name}{size.suffix}"
    if not _is_there(storage, name):
        _keep(storage, name, _make(attachment, size))
    return name


def _is_there(storage: Storage, name: str) -> bool:
    """Not counting an empty one, which a disk that was full has left."""
    return bool(storage.exists(name) and storage.size(name))


def _keep(storage: Storage, name: str, data: bytes) -> None:
    """All of it or nothing: somebody else may be looking for it right now, and the disk may fill up half-way."""
    if not isinstance(storage, FileSystemStorage):  # others show nothing before they have all of it
        stored = storage.save(name, ContentFile(data))
        if stored != name:  # somebody else made it in the meantime, and storage never overwrites
            storage.delete(stored)
        return
    place = Path(storage.path(name))
    with NamedTemporaryFile(dir=place.parent, delete=False) as half:
        try:
            half.write(data)
            half.flush()
            os.replace(half.name, place)
        except OSError:
            Path(half.name).unlink(missing_ok=True)
            raise


def _make(attachment: Attachment, size: Size) -> bytes:
    if not has_preview(attachment):
        raise Refusal("unsupported", _("这种文件没有预览。"))
    with attachment.file.storage.open(_source(attachment, size)) as file:
        source = cast(BinaryIO, file)
        if attachment.media_type == PDF.media_type:
            return first_page_png(source, size.side)
        return _display_copy(source, size.side)


def _source(attachment: Attachment, size: Size) -> str:
    """A thumbnail is made from the larger copy where there is one: that takes a tenth of the time."""
    original = str(attachment.file.name)
    larger = f"{original}{PREVIEW.suffix}"
    drawn = size is THUMBNAIL and attachment.media_type in IMAGES and _is_there(attachment.file.storage, larger)
    return larger if drawn else original


def _display_copy(original: BinaryIO, side: int) -> bytes:
    image: Image.Image = open_image(original)
    with unpacking(image):
        image.draft("RGB", (side, side))
        if image.mode not in ("RGB", "RGBA", "L"):
            image = image.convert("RGBA")
        image.thumbnail((side, side))  # before it is turned: turning copies every pixel
    upright = ImageOps.exif_transpose(image)
    copy = Image.new("RGB", upright.size, "white")
    # Only the pixels go into the copy: EXIF, GPS, XMP and comments have no way in.
    colours = upright.convert("RGBA")
    copy.paste(colours, mask=colours.getchannel("A"))
    out = io.BytesIO()
    copy.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()
