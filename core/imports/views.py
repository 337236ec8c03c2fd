"""The pages of an import: pick a file, look at what it would do, confirm, see what it did."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit
from core.attachments.checks import check as check_content
from core.attachments.formats.kinds import CSV, TXT, XLS, XLSX
from core.attachments.names import shown_name
from core.attachments.safekeeping import keep_file
from core.imports.checking import already_done, check, take_in
from core.imports.corrections import posted
from core.imports.pages import MEDIA_TYPE as PAGE
from core.imports.pages import is_page
from core.imports.reading import is_ods
from core.imports.resources import Resource
from core.imports.table import read_table
from core.imports.template import blank_spreadsheet
from core.imports.undoing import can_undo, undo
from core.jobs import start
from core.jobs.pages import params_of
from core.language import in_chinese
from core.models import AccessLog, Import, Job
from core.permitted import PermittedView
from core.words import moment

SHEETS = gettext_lazy("可以用 Excel 或 WPS 的 xlsx、xls，LibreOffice 的 ods，或者 csv。")
RECENT = 10  # own imports listed beside the upload
MOST_LINKED = 100
_CALLED = (".xls", ".xlsx", ".et", ".csv")
_PAGES = (b"<", b"MIME-Version")  # how a page begins that a program called .xls
_OTHERWISE = {  # refusals that need another way out than other uploads
    "script": gettext_lazy(
        "“%(name)s”里面其实是网页（有的系统导出的 xls 是这样）。请用 Excel 或 WPS 打开它，另存为 xlsx 再上传。"
    ),
    "macro": gettext_lazy("“%(name)s”带有宏。请用 Excel 或 WPS 打开它，另存为 xlsx 再上传。"),
    "unknown": gettext_lazy("认不出“%(name)s”里的文字。请用 Excel 或 WPS 打开它，另存为 xlsx 再上传。"),
}
SPREADSHEETS = {kind.media_type for kind in (XLSX, XLS, CSV, TXT)}  # TXT: a .csv that Excel called .txt
ODS = "application/vnd.oasis.opendocument.spreadsheet"


class UploadForm(forms.Form):
    """A spreadsheet, judged by its content."""

    file = forms.FileField(label=gettext_lazy("表格文件"), max_length=200)
    media_type = ""

    def clean_file(self) -> UploadedFile:
        upload = self.cleaned_data["file"]
        self.media_type = ODS if is_ods(upload) else self._checked(upload)
        if self.media_type not in SPREADSHEETS | {ODS, PAGE}:
            raise ValidationError(_("这不是表格文件。%(hint)s") % {"hint": SHEETS})
        return upload

    @staticmethod
    def _checked(upload: Any) -> str:
        """What is only named like a spreadsheet is refused as what it is; a web page with a table is read."""
        try:
            return check_content(upload, upload.name, upload.size, hint=SHEETS).media_type
        except ValidationError as error:
            upload.seek(0)
            if error.code == "script" and upload.name.lower().endswith(_CALLED) and is_page(upload.read()):
                return PAGE
            upload.seek(0)
            is_program = error.code == "script" and not upload.read(512).lstrip(b"\xef\xbb\xbf \r\n").startswith(_PAGES)
            if error.code in _OTHERWISE and not is_program:
                raise ValidationError(_OTHERWISE[error.code] % {"name": upload.name}, code=error.code) from error
            raise


class ImportView(PermittedView):
    """Takes a spreadsheet in: all rows or none, nothing before it was looked at and confirmed.

    A subclass sets ``permission`` and the attributes below, and ``get_resource`` when the resource needs more than
    the person. Stages, by ``?import=<id>``: none: pick a file; checked: preview; done: result. ``?blank=1``: an empty
    spreadsheet. In the preview cells can be mended and rows left out; the file is then checked again by the same rules.
    """

    resource_class: type[Resource]
    title: Any = ""
    list_url = ""  # route name of the list the records appear in
    template_name = "generic/import.html"

    def get_resource(self) -> Any:
        return self.resource_class(by=self.request.user)

    def get_kind(self) -> str:
        """Within one kind, the same content is taken in once; a page of one team's roster adds the team's id."""
        assert self.request.resolver_match is not None
        return ":".join([self.request.resolver_match.view_name, *(str(value) for value in self.kwargs.values())])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "blank" in request.GET:
            with in_chinese():  # its headings are what the import looks for
                return self._blank()
        item = self._item()
        if item is None:
            return self._page(stage="upload", form=UploadForm())
        if item.state == Import.State.CHECKING:
            job = Job.objects.visible_to(request.user).filter(params__item=str(item.pk)).order_by("-created_at").first()
            return redirect(job) if job else self._page(stage="upload", form=UploadForm())
        if item.state == Import.State.DONE:
            return self._page(stage="done", result=self._result(item))
        return self._page(stage="preview", preview=item.report, form=forms.Form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        item = self._item()
        if item is not None:
            if "undo" in request.POST:
                return self._undo(item)
            return self._go_on(item)
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(stage="upload", form=form)
        return self._receive(form)

    def _blank(self) -> HttpResponseBase:
        return blank_spreadsheet(self.get_resource().columns, str(self.title))

    def check_now(self, item: Import, resource: Any) -> None:
        """Called by the page for a short file, by a job for a long one."""
        check(item, resource)

    # -- upload -----------------------------------------------------------------------------------------
    def _receive(self, form: UploadForm) -> HttpResponseBase:
        upload = form.cleaned_data["file"]
        try:
            table = read_table(upload, form.media_type, self.get_resource())
        except ValidationError as error:
            form.add_error("file", error)
            return self._page(stage="upload", form=form)
        done = already_done(self.get_kind(), table.sha256)
        if done is not None:
            return self._page(stage="done", result=self._result(done, again=True))
        return self._check(self._kept(form, table.sha256), len(table.rows))

    @transaction.atomic
    def _kept(self, form: UploadForm, sha256: str) -> Import:
        """The upload with its file; both, or neither."""
        upload = form.cleaned_data["file"]
        by: Any = self.request.user
        upload.seek(0)
        item = Import(
            kind=self.get_kind(), name=shown_name(upload.name)[:200], media_type=form.media_type, sha256=sha256,
            created_by=by,
        )  # fmt: skip
        item.file = keep_file(item.file.storage, f"imports/{item.pk}", upload)
        item.save()
        return item

    def _check(self, item: Import, rows: int) -> HttpResponseBase:
        resource = self.get_resource()
        if rows > resource.at_once:
            return redirect(self._check_by_job(item))
        self.check_now(item, resource)
        return self._to(item)

    # -- preview ----------------------------------------------------------------------------------------
    def _go_on(self, item: Import) -> HttpResponseBase:
        """Take it in; or, when cells were mended or rows left out, check again and show what that gives."""
        if item.state == Import.State.CHECKED:
            corrections = posted(self.request.POST, item.report, item.corrections)
            if corrections != item.corrections or "recheck" in self.request.POST:
                return self._again(item, corrections)
        taken = take_in(item, self.get_resource(), self._record_import)
        if taken.pk != item.pk:
            return self._page(stage="done", result=self._result(taken, again=True))
        return self._to(taken)

    def _again(self, item: Import, corrections: dict[str, Any]) -> HttpResponseBase:
        total = item.report["summary"]["total"] + item.report.get("left", 0)
        long = total > self.get_resource().at_once
        state = Import.State.CHECKING if long else Import.State.CHECKED
        waiting = Import.objects.filter(pk=item.pk, state=Import.State.CHECKED)
        waiting.update(corrections=corrections, state=state)
        item.refresh_from_db()
        if item.state == Import.State.DONE:  # confirmed in another window meanwhile
            return self._to(item)
        return self._check(item, total)

    # -- afterwards -------------------------------------------------------------------------------------
    def _undo(self, item: Import) -> HttpResponseBase:
        try:
            return self._to(undo(item, self.get_resource(), self._record_undoing))
        except ValidationError as error:
            messages.error(self.request, error.messages[0])
            return self._to(item)

    def _record_import(self, item: Import) -> None:
        self._record(AccessLog.Kind.IMPORTED, item, new=item.created, changed=item.updated)

    def _record_undoing(self, item: Import) -> None:
        taken, left = item.report["taken"], len(item.report["left"])
        self._record(AccessLog.Kind.IMPORT_UNDONE, item, taken=taken, left=left)

    def _record(self, kind: str, item: Import, **detail: Any) -> None:
        by_worker = not self.request.META  # a view a job has made again
        audit.record(
            kind, request=None if by_worker else self.request, user=self.request.user,
            subject=self.title, file=item.name, item=str(item.pk), **detail,
        )  # fmt: skip

    def _check_by_job(self, item: Import) -> Job:
        with in_chinese():
            title = _("核对“%(name)s”") % {"name": item.name}
        return self._by_job(item, "import_check", title)

    def _by_job(self, item: Import, kind: str, title: str) -> Job:
        return start(
            kind,
            by=self.request.user,
            title=title,
            item=str(item.pk),
            next=f"{self.request.path}?import={item.pk}",
            **params_of(self),
        )

    # -- pages ------------------------------------------------------------------------------------------
    def _item(self) -> Import | None:
        """The person's own upload that the address names."""
        if "import" not in self.request.GET:
            return None
        try:
            pk = UUID(self.request.GET["import"])
        except ValueError as error:
            raise Http404(_("没有这次导入。")) from error
        item = Import.objects.visible_to(self.request.user).filter(pk=pk, kind=self.get_kind()).first()
        if item is None:
            raise Http404(_("没有这次导入。"))
        return item

    def _to(self, item: Import) -> HttpResponse:
        return redirect(f"{self.request.path}?import={item.pk}")

    def _page(self, **context: Any) -> HttpResponse:
        context |= {
            "title": self.title,
            "template_url": f"{self.request.path}?blank=1",
            "again_url": self.request.path,
            "cancel_url": self._list_url(),
        }
        if context["stage"] == "upload":
            context["recent"] = self._recent()
        status = 422 if context.get("form") is not None and context["form"].errors else 200
        return render(self.request, self.template_name, context, status=status)

    def _recent(self) -> list[dict[str, Any]]:
        """What the person has imported here lately, with the way back where there is one."""
        rows = Import.objects.visible_to(self.request.user).filter(kind=self.get_kind(), state=Import.State.DONE)
        resource = self.get_resource()
        return [
            {"item": item, "url": f"{self.request.path}?import={item.pk}", "can_undo": bool(can_undo(item, resource))}
            for item in rows.order_by("-done_at")[:RECENT]
        ]

    def _result(self, item: Import, *, again: bool = False) -> dict[str, Any]:
        words = {
            "name": item.name,
            "new": item.created,
            "changed": item.updated,
            "same": item.unchanged,
            "at": moment(item.done_at),
            "who": item.created_by,
        }
        text = _("“%(name)s”已导入：新增 %(new)s，更新 %(changed)s，没有变化 %(same)s。") % words
        if again:
            text = _("同样内容的文件已由%(who)s在 %(at)s 导入过，这一次没有改动任何记录。") % words
        result: dict[str, Any] = {"text": text, "list_url": self._list_url()}
        return result | self._own(item) if item.created_by_id == self.request.user.pk else result

    def _own(self, item: Import) -> dict[str, Any]:
        """What only the importer is told: the records themselves, and the way back."""
        resource = self.get_resource()
        if item.undone_at is not None:
            words = {"name": item.name, "at": moment(item.undone_at), "taken": item.report.get("taken", 0)}
            text = _("“%(name)s”的导入已于 %(at)s 撤销，撤回 %(taken)s 条。") % words
            return {"text": text, "left": item.report.get("left", [])}
        found = {
            "made": list(resource.records(item.made)[:MOST_LINKED]) if item.made else [],
            "more_made": max(0, len(item.made) - MOST_LINKED),
        }
        decision = can_undo(item, resource)
        return found | {"undo_url": f"{self.request.path}?import={item.pk}"} if decision else found

    def _list_url(self) -> str:
        return resolve_url(self.list_url) if self.list_url else "/"
