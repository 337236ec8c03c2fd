"""The pages of a long import: as ``core.imports.views``, with a preview of many pages, and long work done by a job."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.imports.bulk import checking
from core.imports.bulk.annotated import annotated_spreadsheet
from core.imports.bulk.posting import columns_in_order, left_out, offer, posted_columns, posted_rows
from core.imports.bulk.resources import BulkResource
from core.imports.bulk.sealing import corrections_of, page_count, read_page, sealed_corrections, wrong_keys
from core.imports.template import blank_spreadsheet
from core.imports.views import ImportView, UploadForm
from core.language import in_chinese
from core.models import AccessLog, Import, Job

UNDER_WAY = (Job.State.QUEUED, Job.State.RUNNING)


class BulkImportView(ImportView):
    """An ``ImportView`` over a ``BulkResource``.

    The same content may come any number of times: the second time no row changes anything, and the preview says so.
    """

    template_name = "generic/import_bulk.html"

    def get_resource(self) -> Any:
        raise NotImplementedError

    def get_place(self) -> str:
        """Whose files these are: what was said about their columns is remembered there."""
        return ""

    def check_now(self, item: Import, resource: BulkResource) -> None:
        checking.check(item, resource, self.get_place())

    def take_in_now(self, item: Import, resource: BulkResource) -> Import:
        """As ``check_now``."""
        return checking.take_in(item, resource, self.get_place(), self._record_import)

    # -- pages ------------------------------------------------------------------------------------------------
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        item = None if "blank" in request.GET else self._item()
        if item is None or item.state == Import.State.DONE:
            return super().get(request, *args, **kwargs)
        job = Job.objects.visible_to(request.user).filter(params__item=str(item.pk)).order_by("-created_at").first()
        if job is not None and (job.state in UNDER_WAY or item.state == Import.State.CHECKING):
            return redirect(job)
        if "annotated" in request.GET:
            return self._annotated(item)
        return self._preview(item)

    def _blank(self) -> HttpResponseBase:
        return blank_spreadsheet(self.get_resource().blank_columns(), str(self.title))

    def _receive(self, form: UploadForm) -> HttpResponseBase:
        upload = form.cleaned_data["file"]
        try:
            rows = checking.ensure_readable(upload, form.media_type, self.get_resource(), self.get_place())
        except ValidationError as error:
            form.add_error("file", error)
            return self._page(stage="upload", form=form)
        # content may come again: what it changes is asked, not what it says
        return self._check(self._kept(form, uuid4().hex + uuid4().hex), rows)

    def _go_on(self, item: Import) -> HttpResponseBase:
        data = self.request.POST
        if item.state != Import.State.CHECKED:
            return self._to(item)
        before = corrections_of(item)
        number = self._number(data.get("page", ""))
        if "columns" in data:
            corrections, chosen = posted_columns(data, item.report, before, list(self.get_resource().columns))
            checking.remember(self.get_resource(), self.get_place(), chosen)
            return self._again(item, corrections)
        corrections = posted_rows(data, self._lines(item, number, before), before)
        if "leave_wrong" in data:
            return self._again(item, left_out(corrections, {*corrections.get("left", ()), *wrong_keys(item)}))
        if "recheck" in data or (corrections != before and "goto" not in data):
            return self._again(item, corrections)
        if corrections != before:
            Import.objects.filter(pk=item.pk).update(corrections=sealed_corrections(corrections))
        if "goto" in data:
            return redirect(f"{self.request.path}?import={item.pk}&page={self._number(data['goto'])}")
        return self._confirm(item, corrections)

    def _confirm(self, item: Import, corrections: dict[str, Any]) -> HttpResponseBase:
        counts = item.report["counts"]
        if not counts["new"] + counts["changed"] or counts["wrong"]:
            return self._again(item, corrections)
        resource = self.get_resource()
        if counts["total"] > resource.at_once:
            with in_chinese():
                title = _("导入“%(name)s”") % {"name": item.name}
            return redirect(self._by_job(item, "import_take_in", title))
        taken = self.take_in_now(item, resource)
        if taken.state != Import.State.DONE:
            messages.warning(self.request, _("核对以后又有变化，这次一行也没有保存。请看清楚新的结果再确认。"))
        return self._to(taken)

    def _again(self, item: Import, corrections: dict[str, Any]) -> HttpResponseBase:
        counts = item.report["counts"]
        rows = counts["total"] + counts["left"]
        state = Import.State.CHECKING if rows > self.get_resource().at_once else Import.State.CHECKED
        waiting = Import.objects.filter(pk=item.pk, state=Import.State.CHECKED)
        if not waiting.update(corrections=sealed_corrections(corrections), state=state):
            return self._to(item)  # confirmed in another window meanwhile
        item.refresh_from_db()
        try:
            return self._check(item, rows)
        except ValidationError as error:  # no column is left, or no row
            undone = Import.objects.filter(pk=item.pk).exclude(state=Import.State.DONE)
            undone.update(corrections=item.corrections, state=Import.State.CHECKED)
            messages.error(self.request, error.messages[0])
            return self._to(item)

    def _preview(self, item: Import) -> HttpResponse:
        number = self._number(self.request.GET.get("page", ""))
        pages = Paginator(range(page_count(item)), 1)
        number = min(number, pages.num_pages)
        resource = self.get_resource()
        choosable = [sheet for sheet in item.report["sheets"] if sheet["headings"] and not sheet["why"]]
        preview = {
            **item.report,
            "rows": self._lines(item, number, corrections_of(item)),
            "choices": {n: words for n, words in resource.offered().items() if n in item.report["names"]},
            "fields": [(name, column.column_name) for name, column in resource.columns.items()],
            "columns": columns_in_order(item.report),
            "choosable": choosable,
            "several": len(choosable) > 1,
            "read": sum(not sheet["off"] for sheet in choosable),
        }
        return self._page(
            stage="preview", preview=preview, form=forms.Form(), page=pages.page(number), pages=pages.num_pages,
            annotated_url=f"{self.request.path}?import={item.pk}&annotated=1", roster_url=self._list_url(),
        )  # fmt: skip

    def _lines(self, item: Import, number: int, corrections: dict[str, Any]) -> list[dict[str, Any]]:
        report = {**item.report, "choices": self.get_resource().offered()}
        return offer(read_page(item, number), report, corrections.get("cells", {}))

    def _annotated(self, item: Import) -> HttpResponseBase:
        with in_chinese():
            answer = annotated_spreadsheet(item, self.get_resource(), self.get_place())
        self._record(AccessLog.Kind.DOWNLOADED, item)
        return answer

    @staticmethod
    def _number(text: str) -> int:
        return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1
