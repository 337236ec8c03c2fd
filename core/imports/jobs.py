"""Checks of files too long for a request."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.imports.checking import check as check_file
from core.jobs.pages import view_of
from core.models import Import, Job


def check(job: Job, progress: Any) -> None:
    """Check one uploaded file with the rights its owner has now. Run twice, it finds the same."""
    item = Import.objects.visible_to(job.created_by).filter(pk=job.params["item"]).first()
    if item is None or not item.file:
        raise ValidationError(_("上传的文件已经不在了，请重新选文件。"))
    resource = view_of(job).get_resource()
    resource.progress = lambda done: progress(done, resource.total)
    check_file(item, resource)
