"""The kinds of file that are accepted, and how a refusal is said."""

from dataclasses import dataclass
from typing import BinaryIO, Protocol


@dataclass(frozen=True)
class FileKind:
    """An accepted kind: what it is called, sent as, and which endings fit it (the first is the usual one)."""

    media_type: str
    extensions: tuple[str, ...]


_OOXML = "application/vnd.openxmlformats-officedocument"
PDF = FileKind("application/pdf", ("pdf",))
JPEG = FileKind("image/jpeg", ("jpg", "jpeg"))
PNG = FileKind("image/png", ("png",))
WEBP = FileKind("image/webp", ("webp",))
DOCX = FileKind(f"{_OOXML}.wordprocessingml.document", ("docx",))
XLSX = FileKind(f"{_OOXML}.spreadsheetml.sheet", ("xlsx",))
PPTX = FileKind(f"{_OOXML}.presentationml.presentation", ("pptx",))
DOC = FileKind("application/msword", ("doc", "wps"))
XLS = FileKind("application/vnd.ms-excel", ("xls", "et"))
CSV = FileKind("text/csv", ("csv",))
TXT = FileKind("text/plain", ("txt",))
MP4 = FileKind("video/mp4", ("mp4", "m4v"))
MOV = FileKind("video/quicktime", ("mov", "qt"))
WEBM = FileKind("video/webm", ("webm",))

# What an owner says in ``attachment_takes`` (core/attachments/takes.py); they may be joined with |.
PICTURES = frozenset({JPEG, PNG, WEBP})
VIDEOS = frozenset({MP4, MOV, WEBM})
PAPERS = frozenset({PDF, DOCX, XLSX, PPTX, DOC, XLS, CSV, TXT})
USUAL = PAPERS | PICTURES  # where nothing is said
KINDS = (PDF, JPEG, PNG, WEBP, DOCX, XLSX, PPTX, DOC, XLS, CSV, TXT, MP4, MOV, WEBM)  # in the order they are named
KNOWN_EXTENSIONS = frozenset(extension for kind in KINDS for extension in kind.extensions)
IMAGES = frozenset(kind.media_type for kind in PICTURES)
VIDEO_TYPES = frozenset(kind.media_type for kind in VIDEOS)


class Refusal(Exception):  # noqa: N818 - an outcome, not a fault
    """The bytes are not accepted. ``code`` for programs, ``problem`` a plain sentence for the person."""

    def __init__(self, code: str, problem: str) -> None:
        super().__init__(problem)
        self.code = code
        self.problem = problem


class Check(Protocol):
    """Looks at a whole file, from its start; returns its kind, raises ``Refusal``."""

    def __call__(self, file: BinaryIO) -> FileKind: ...
