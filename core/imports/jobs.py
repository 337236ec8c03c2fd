"""Checks of files too long for a request."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.imports.bulk.resources import BulkResource
from core.imports.checking import check as check_file
from core.jobs.pages import view_of
from core.models import Import, Job


def check(job: Job, progress: Any) -> None:
    """Check one uploaded file with the rights its owner has now. Run twice, it finds the same."""
    item = _item(job)
    if item is None or not item.file:
        raise ValidationError(_("上传的文件已经不在了，请重新选文件。"))
    view = view_of(job)
    resource = view.get_resource()
    resource.progress = lambda done: progress(done, resource.total)
    if isinstance(resource, BulkResource):
        view.check_now(item, resource)
    else:
        check_file(item, resource)


def take_in(job: Job, progress: Any) -> None:
    """Take a checked file in. Run twice, it finds that it is done; a worker that dies leaves nothing behind."""
    item = _item(job)
    if item is None:
        raise ValidationError(_("上传的文件已经不在了，请重新选文件。"))
    view = view_of(job)
    resource = view.get_resource()
    resource.progress = lambda done: progress(done, resource.total)
    taken = view.take_in_now(item, resource)
    if taken.state != Import.State.DONE:
        raise ValidationError(_("核对以后名册又有变化，这次一行也没有保存。请回到核对页，看清楚再确认。"))


def _item(job: Job) -> Import | None:
    return Import.objects.visible_to(job.created_by).filter(pk=job.params["item"]).first()
