"""JPEG, PNG and WebP: the size in pixels is read from the header before anything is unpacked."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from threading import Lock
from typing import BinaryIO

from django.utils.translation import gettext as _
from PIL import Image, ImageFile

from core.attachments.formats.kinds import JPEG, PNG, WEBP, FileKind, Refusal

# A3 scanned at 600 dpi has 70 million; unpacked, 80 million take 240 MB.
MAX_PIXELS = 80_000_000
_LARGE = 12_000_000  # more than a usual photo
_alone = Lock()
_FORMATS = {"JPEG": JPEG, "MPO": JPEG, "PNG": PNG, "WEBP": WEBP}  # MPO: a phone's JPEG with a second picture behind


def _too_many_pixels() -> Refusal:
    return Refusal("pixels", _("图片的像素太多（超过 8000 万），请缩小后再上传。"))


def _damaged() -> Refusal:
    return Refusal("damaged", _("图片不完整或已损坏，打不开。"))


def open_image(file: BinaryIO) -> Image.Image:
    """The image with only its header read, within the pixel limit. Raises ``Refusal``."""
    file.seek(0)
    try:
        image = Image.open(file, formats=["JPEG", "PNG", "WEBP"])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Exception as error:  # decoders of hostile bytes raise whatever they like
        raise _damaged() from error
    if image.width * image.height > MAX_PIXELS:
        raise _too_many_pixels()
    return image


@contextmanager
def unpacking(image: Image.Image) -> Iterator[None]:
    """Large pictures are unpacked one at a time: a file of some hundred kilobytes takes 320 MB in memory, and a process
    serves many people at once. JPEGs are decoded at a reduced size."""
    large = image.width * image.height > _LARGE and image.format not in ("JPEG", "MPO")
    with _alone if large else nullcontext():
        yield


def check_image(file: BinaryIO) -> FileKind:
    """Decode it whole, so that a cut-off file is found now and not by its reader."""
    image = open_image(file)
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint's import turns it on for the whole process
    kind = _FORMATS.get(image.format or "")
    if kind is None:
        raise _damaged()
    try:
        if image.format == "PNG":
            image.verify()  # checksums of the chunks; the image has to be opened again after it
            image = open_image(file)
        # JPEG unpacks at an eighth of its size here: the whole stream is read, little memory is used.
        image.draft("RGB", (image.width // 8, image.height // 8))
        with unpacking(image):
            image.load()
    except Refusal:
        raise
    except Exception as error:
        raise _damaged() from error
    return kind
