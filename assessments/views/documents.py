"""Reports of all runs: the list, and the files."""

from io import BytesIO
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from assessments.filters.runs import DocumentFilter
from assessments.models import ReportDocument
from assessments.report import prepare
from assessments.states import DocumentState
from assessments.tables.runs import DocumentTable
from core import audit
from core.lists import ListView
from core.models import AccessLog
from core.serving import as_download, guarded, open_stored
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding, seen

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class DocumentList(ListView):
    model = ReportDocument
    table_class = DocumentTable
    filterset_class = DocumentFilter
    list_name = "assessments:document_list"
    title = gettext_lazy("年度考核报告")
    permission = holding(Right.VIEW_ASSESSMENT)

    def get_context(self) -> dict[str, Any]:
        hint = _("年度考核报告由自治区统一生成，生成以后在这里下载。")
        return {**super().get_context(), "search_hint": _("机构、队伍、编号"), "empty_hint": hint}


def _document(request: SignedIn, pk: int) -> ReportDocument:
    """A finished one out of what may be seen."""
    rows = ReportDocument.objects.visible_to(request.user).filter(state=DocumentState.READY)
    found: ReportDocument = seen(rows.select_related("organization", "run__campaign"), pk)
    return found


@require_safe
@login_required
def document_download(request: SignedIn, pk: int) -> FileResponse:
    document = _document(request, pk)
    stream = open_stored(document.file)
    _note(request, document, document.file_name)
    name, media_type = document.file_name, document.media_type
    return guarded(FileResponse(stream, as_attachment=True, filename=name, content_type=media_type))


@require_safe
@login_required
def document_word(request: SignedIn, pk: int) -> FileResponse:
    """The same for editing: made from the records as they are now, without a code, for it confirms nothing."""
    document = _document(request, pk)
    if not document.is_paper:
        raise Http404
    content, name = BytesIO(prepare(document).docx()), document.file_name.removesuffix(".pdf") + ".docx"
    _note(request, document, name)
    return as_download(content, name, WORD)


def _note(request: SignedIn, document: ReportDocument, name: str) -> None:
    audit.record(AccessLog.Kind.DOWNLOADED, request=request, subject=name, document=document.pk, sha256=document.sha256)
