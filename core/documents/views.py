"""The stored copy of an issued paper, for those who may see the record it is about."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from core.attachments.owners import visible_owner
from core.audit import record
from core.models import AccessLog, VerifiableDocument
from core.serving import guarded, open_stored


@login_required
@require_GET
def download(request: HttpRequest, pk: int) -> FileResponse:
    document = get_object_or_404(VerifiableDocument, pk=pk)
    owner = visible_owner(document.content_type_id, document.object_id, request.user)
    stream = open_stored(document.file)
    record(
        AccessLog.Kind.DOWNLOADED, request=request, subject=document, of=owner,
        document=document.pk, sha256=document.sha256,
    )  # fmt: skip
    name = document.file_name
    return guarded(FileResponse(stream, as_attachment=True, filename=name, content_type="application/pdf"))
