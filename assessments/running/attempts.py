"""One attempt at one document.

It claims the row by a conditional update and writes its token (``claim``) into it. Every later write asks for that
token, so an attempt given up for dead cannot finish what a later one has taken over.
"""

import logging
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.choices import DocumentKind
from assessments.models import ReportDocument
from assessments.running import archives, index, papers
from assessments.running.nudging import go_on
from assessments.running.settling import Superseded, held
from assessments.states import DocumentState
from core import storage
from core.history import acting_as
from core.jobs import JobLost
from core.jobs.heartbeat import Heartbeat
from core.language import in_chinese

logger = logging.getLogger(__name__)
ATTEMPTS = 3


class Pulse(Heartbeat):
    model, field = ReportDocument, "claim"


_MAKE: dict[str, Callable[[ReportDocument], None]] = {
    DocumentKind.TEAM: papers.make,
    DocumentKind.LEAGUE: papers.make,
    DocumentKind.REGION: papers.make,
    DocumentKind.ARCHIVE: archives.make,
    DocumentKind.INDEX: index.make,
}


@in_chinese()  # a worker knows no reader
def run_document(document_id: int) -> None:
    """Make the document unless somebody else does or did. Safe to call any number of times."""
    document = _claim(document_id)
    if document is not None and _attempt(document):
        go_on(document.run_id)


def _claim(document_id: int) -> ReportDocument | None:
    now, token = timezone.now(), uuid4()
    claimed = ReportDocument.objects.startable().filter(pk=document_id).update(
        state=DocumentState.RUNNING, claim=token, started_at=now, alive_at=now, attempts=F("attempts") + 1
    )  # fmt: skip
    if not claimed:
        return None
    rows = ReportDocument.objects.select_related("run__campaign", "run__started_by__organization", "organization")
    return rows.get(pk=document_id)


def _attempt(document: ReportDocument) -> bool:
    """Whether the document has ended one way or the other."""
    assert document.claim is not None, "claimed"
    by, source = document.run.started_by, document.run.get_absolute_url()
    seen = {"document": document.pk, "kind": document.kind}
    try:
        with Pulse(document.pk, document.claim), acting_as(by, source=source):
            _MAKE[document.kind](document)
    except JobLost:
        logger.warning("report taken over by another worker", extra=seen)
    except Superseded as error:
        held(document).update(state=DocumentState.CANCELLED, claim=None, error=str(error))
    except ValidationError as error:
        _fail(document, _("；").join(error.messages), again=False)
    except (OperationalError, InterfaceError):
        # The database went away: nothing can be written now. The lease runs out and the document is put back.
        logger.exception("report interrupted by the database", extra=seen)
        return False
    except Exception as error:
        if storage.is_away(error):
            logger.exception("report interrupted by the storage", extra=seen)
            return False
        logger.exception("report failed", extra=seen)
        words = {"times": document.attempts, "id": document.pk}
        _fail(document, _("生成时出了错（第 %(times)d 次）。仍不行，请把文件编号 %(id)d 告诉系统管理员。") % words)
    return True


def _fail(document: ReportDocument, message: str, *, again: bool = True) -> None:
    """Put it back for another try while there are some left; what cannot come right by itself is not tried again."""
    fields: dict[str, Any] = {"claim": None, "error": message[:300]}
    if again and document.attempts < ATTEMPTS:
        held(document).update(state=DocumentState.QUEUED, alive_at=None, **fields)
    else:
        held(document).update(state=DocumentState.FAILED, **fields)
