"""Which sorts of file a record takes, and how that is said: to a person, to the browser, as a limit.

A record says it per kind of material; where it says nothing, everything usual but no video:

    attachment_takes = {"photo": PICTURES, "video": VIDEOS, "plan": PAPERS | PICTURES}
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from core.attachments.formats import kinds
from core.attachments.formats.kinds import KINDS, PICTURES, USUAL, VIDEOS, FileKind

Takes = frozenset[FileKind]


def takes_of(owner: Any, kind: str) -> Takes:
    """What ``owner`` takes as ``kind``, by its ``attachment_takes``."""
    says: dict[str, Iterable[FileKind]] = getattr(owner, "attachment_takes", {})
    return frozenset(says.get(kind, USUAL))


def limit_of(takes: Takes) -> int:
    """Bytes above which nothing is taken at all."""
    return max(settings.UPLOAD_VIDEO_MAX_BYTES, settings.UPLOAD_MAX_BYTES) if takes & VIDEOS else _usual_limit()


def limits_of(takes: Takes) -> dict[str, int]:
    """The same for a page's script, which knows only what the browser calls a file: ``video`` and ``other``."""
    return {"video": limit_of(takes), "other": _usual_limit()}


def accept_of(takes: Takes) -> str:
    """The ``accept`` of a file input. Types besides endings: asked for ``image/jpeg``, an iPhone makes a JPEG of its
    HEIC; asked for endings alone, some Androids offer neither camera nor gallery."""
    wanted = [kind for kind in KINDS if kind in takes]
    endings = sorted(f".{extension}" for kind in wanted for extension in kind.extensions)
    types = [kind.media_type for kind in wanted if kind in PICTURES | VIDEOS]
    return ",".join([*endings, *types])


def hint_of(takes: Takes) -> str:
    """One sentence: what may be uploaded, and how large."""
    limit = megabytes(_usual_limit())
    if takes == USUAL:
        return _(
            "可以上传 PDF、图片（JPG、PNG、WebP）、Word、Excel、PPT（pptx）、CSV 和 TXT，每个不超过 %(limit)s。"
        ) % {"limit": limit}
    words = {"sorts": _("、").join(_sorts(takes)), "limit": limit, "video": megabytes(limit_of(takes))}
    if not takes & VIDEOS:
        return _("可以上传：%(sorts)s。每个不超过 %(limit)s。") % words
    if takes <= VIDEOS:
        return _("可以上传：%(sorts)s。每个不超过 %(video)s。") % words
    return _("可以上传：%(sorts)s。视频每个不超过 %(video)s，其他每个不超过 %(limit)s。") % words


def megabytes(size: int) -> str:
    """``20 MB``, ``20.5 MB``, ``300 KB``: as people say it."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f}".removesuffix(".0") + " MB"


def _usual_limit() -> int:
    limit: int = settings.UPLOAD_MAX_BYTES
    return limit


def _sorts(takes: Takes) -> list[str]:
    named: list[tuple[Iterable[FileKind], str]] = [
        ([kinds.PDF], "PDF"),
        (PICTURES, _("图片（JPG、PNG、WebP）")),
        ([kinds.DOC, kinds.DOCX], "Word"),
        ([kinds.XLS, kinds.XLSX], "Excel"),
        ([kinds.PPTX], _("PPT（pptx）")),
        ([kinds.CSV], "CSV"),
        ([kinds.TXT], "TXT"),
        (VIDEOS, _("视频（MP4、MOV、WebM）")),
    ]
    return [label for sort, label in named if takes.intersection(sort)]
