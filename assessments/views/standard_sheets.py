"""A standard as a workbook, and a workbook as the next version of a standard."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from assessments.models import Standard
from assessments.standards.drafting import is_bare
from assessments.standards.workbook.resource import IndicatorResource
from assessments.standards.workbook.writing import workbook
from assessments.states import StandardState
from assessments.views.standard_common import kept, looked_up
from core import audit
from core.exports.xlsx import MEDIA_TYPE
from core.imports import ImportView
from core.language import in_chinese
from core.models import AccessLog, Import
from core.serving import as_download
from core.words import moment
from organizations.region import may_manage_assessments
from organizations.signed_in import SignedIn


@require_safe
@login_required
def standard_export(request: SignedIn, pk: int) -> HttpResponseBase:
    standard = looked_up(request, pk)
    with in_chinese():
        made = _("%(who)s 于 %(at)s 导出") % {"who": request.user, "at": moment(timezone.now())}
        file = workbook(standard, made=made)
        name = _("%(name)s第%(number)s版") % {"name": standard.name, "number": standard.number}
    audit.record(
        AccessLog.Kind.EXPORTED, request=request, user=request.user, subject=str(standard), format="xlsx", full=False
    )
    return as_download(file, f"{name}.xlsx", MEDIA_TYPE)


class StandardImport(ImportView):
    """The draft of the next version from a table of indicators; one that is drawn up already while nobody has worked on
    it."""

    request: SignedIn
    permission: Any = may_manage_assessments
    resource_class = IndicatorResource
    title = gettext_lazy("从 Excel 导入指标")
    template_name = "assessments/standard_import.html"

    @cached_property
    def standard(self) -> Standard:
        return kept(self.request, self.kwargs["pk"])

    def get_resource(self) -> Any:
        return IndicatorResource(by=self.request.user, standard=self.standard)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "import" not in request.GET and "blank" not in request.GET and (answer := self._drawn_up()) is not None:
            return answer
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "import" not in request.GET and (answer := self._drawn_up()) is not None:
            return answer
        return super().post(request, *args, **kwargs)

    def _drawn_up(self) -> HttpResponse | None:
        """A draft that somebody has worked on would be overwritten: it is shown instead."""
        draft = Standard.objects.filter(code=self.standard.code, state=StandardState.DRAFT).first()
        if draft is None or is_bare(draft):
            return None
        words = {"number": draft.number}
        messages.error(self.request, _("第 %(number)s 版正在起草，已经改过。请先发布它或者删去，再导入。") % words)
        return redirect(draft)

    def _result(self, item: Import, *, again: bool = False) -> dict[str, Any]:
        """What was taken in is the draft, also where the page was opened at the version in force."""
        result = super()._result(item, again=again)
        made = result.get("made")
        return result | {"list_url": made[0].get_absolute_url()} if made else result

    def _list_url(self) -> str:
        return reverse("assessments:standard_detail", args=[self.standard.pk])

    def _page(self, **context: Any) -> HttpResponse:
        return super()._page(**{**context, "standard": self.standard})
