"""The stored copy of an issued paper, for those who may see the record it is about."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.attachments.owners import visible_owner
from core.audit import record
from core.models import AccessLog, VerifiableDocument


@login_required
@require_GET
def download(request: HttpRequest, pk: int) -> FileResponse:
    document = get_object_or_404(VerifiableDocument, pk=pk)
    owner = visible_owner(document.content_type_id, document.object_id, request.user)
    try:
        stream = document.file.storage.open(str(document.file.name))
    except FileNotFoundError as error:
        raise Http404(_("文件不在存储中，请联系系统管理员从备份恢复。")) from error
    record(
        AccessLog.Kind.DOWNLOADED, request=request, subject=document, of=owner,
        document=document.pk, sha256=document.sha256,
    )  # fmt: skip
    response = FileResponse(stream, as_attachment=True, filename=document.file_name, content_type="application/pdf")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
