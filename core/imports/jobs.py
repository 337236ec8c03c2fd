"""What an import does with files too long for a request."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.jobs.pages import view_of
from core.models import Import, Job


def check(job: Job, progress: Any) -> None:
    """Check one uploaded file with the rights its owner has now. Run twice, it finds the same."""
    item = _item(job)
    if not item.file:
        raise _gone()
    view = view_of(job)
    view.check_now(item, _resource(view, progress))


def take_in(job: Job, progress: Any) -> None:
    """Take a checked file in. Run twice, it finds that it is done; a worker that dies leaves nothing behind."""
    item, view = _item(job), view_of(job)
    taken = view.take_in_now(item, _resource(view, progress))
    if taken.state != Import.State.DONE:
        raise ValidationError(_("核对以后名册又有变化，这次一行也没有保存。请回到核对页，看清楚再确认。"))


def _item(job: Job) -> Import:
    item: Import | None = Import.objects.visible_to(job.created_by).filter(pk=job.params["item"]).first()
    if item is None:
        raise _gone()
    return item


def _gone() -> ValidationError:
    return ValidationError(_("上传的文件已经不在了，请重新选文件。"))


def _resource(view: Any, progress: Any) -> Any:
    resource = view.get_resource()
    resource.progress = lambda done: progress(done, resource.total)
    return resource
