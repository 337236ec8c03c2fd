"""Files that an earlier run made: still there as they were made, or put back."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from assessments.models import ReportDocument
from core.attachments.storing import sha256_of


def storage() -> Any:
    return ReportDocument._meta.get_field("file").storage


def is_whole(known: Mapping[str, Any]) -> bool:
    """A disk or a restored backup may have lost what the row remembers: it is read before another run relies on it."""
    try:
        with storage().open(known["file"]) as content:
            return sha256_of(content) == known["sha256"]
    except FileNotFoundError:
        return False


def drop(known: Mapping[str, Any]) -> None:
    """What is not whole makes room for what is made anew under its name, which every row of it names."""
    storage().delete(known["file"])


def put_back(known: Mapping[str, Any], content: bytes) -> None:
    """A paper on public record, whose bytes are known by their hash there: only the same may take its place."""
    made = ContentFile(content)
    if sha256_of(made) != known["sha256"]:
        raise ValidationError(
            _(
                "原来的文件丢失或者损坏，现在生成的与它的校验值不同，不能补回。请从备份恢复，或者换一个成文日期重新生成。"
            )
        )
    drop(known)
    storage().save(known["file"], made)
