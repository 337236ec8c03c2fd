"""One zip per league with every report of it: the same reports give the same bytes."""

import hashlib
import shutil
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext as _

from assessments.models import ReportDocument
from assessments.running import stored
from assessments.running.settling import settling
from assessments.states import DocumentState
from core.attachments.safekeeping import keep_file
from core.attachments.storing import sha256_of

MOMENT = (1980, 1, 1, 0, 0, 0)  # what a zip knows as "no time": when a file was packed says nothing
RIGHTS = 0o644 << 16


def make(document: ReportDocument) -> None:
    """Of a claimed row; taken from an earlier run where it holds the same files.

    :raises ValidationError: when a report of the league has failed.
    """
    parts = _parts(document)
    refuse_gaps(parts)
    document.digest = digest_of_parts(parts)
    if take_earlier(document):
        return
    with TemporaryFile() as target:
        write(target, parts)
        keep(document, target, f"reports/{document.run.campaign.year}/{document.digest}.zip")


def _parts(document: ReportDocument) -> list[ReportDocument]:
    rows = document.run.documents.papers().filter(league=document.organization_id)
    return list(rows.select_related("organization", "run__campaign").order_by("position"))


def refuse_gaps(parts: list[ReportDocument]) -> None:
    missing = len([part for part in parts if part.state != DocumentState.READY])
    if missing:
        raise ValidationError(_("有 %(n)d 份报告没有生成，重新生成以后再做这一份。") % {"n": missing})


def digest_of_parts(parts: list[ReportDocument]) -> str:
    lines = "\n".join(f"{part.sha256} {part.file_name}" for part in parts)
    return hashlib.sha256(lines.encode()).hexdigest()


def take_earlier(document: ReportDocument) -> bool:
    """Whether the same was made before; then the row takes its file."""
    earlier = ReportDocument.objects.filter(
        kind=document.kind, organization=document.organization_id, digest=document.digest, state=DocumentState.READY
    )
    known = earlier.values("file", "sha256", "size").first()
    if known is None:
        return False
    if not stored.is_whole(known):
        stored.drop(known)
        return False
    with settling(document) as fields:
        fields |= known
    return True


def write(target: IO[bytes], parts: list[ReportDocument]) -> None:
    """Piece by piece: memory stays flat however many there are. Stored as they are, for a PDF is compressed already."""
    with ZipFile(target, "w", ZIP_STORED) as archive:
        for part in parts:
            entry = ZipInfo(part.file_name, MOMENT)
            entry.external_attr, entry.create_system, entry.file_size = RIGHTS, 3, part.size or 0
            with _opened(part) as content, archive.open(entry, "w") as place:
                shutil.copyfileobj(content, place, 1024 * 1024)


def _opened(part: ReportDocument) -> IO[bytes]:
    try:
        opened: IO[bytes] = part.file.storage.open(str(part.file.name))
    except FileNotFoundError as error:
        words = {"name": part.file_name}
        raise ValidationError(_("“%(name)s”不在存储中。请再生成一次，没有变化的会按原样补回。") % words) from error
    return opened


def keep(document: ReportDocument, target: IO[bytes], name: str) -> None:
    """Store what was made and end the row."""
    content: File[Any] = File(target)
    content.size = target.seek(0, 2)
    digest = sha256_of(content)
    with settling(document) as fields:
        fields |= {"file": keep_file(stored.storage(), name, content), "sha256": digest, "size": content.size}
