"""Taking an import back, for a day, by whoever brought it."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.decisions import Decision, no, yes
from core.imports.checking import Record, unrecorded
from core.imports.resources import Resource
from core.language import in_chinese
from core.models import Import
from core.words import moment

UNDO_FOR = timedelta(hours=24)


def can_undo(item: Import, resource: Resource) -> Decision:
    """Whether what ``item`` made can still be taken back."""
    if not resource.undoable or item.state != Import.State.DONE or not item.made:
        return no(_("这次导入不能撤销。"))
    if item.undone_at is not None:
        return no(_("这次导入已于 %(at)s 撤销。") % {"at": moment(item.undone_at)})
    if item.done_at is None or timezone.now() - item.done_at > UNDO_FOR:
        return no(_("导入已超过 24 小时，不能整批撤销；请逐条处理。"))
    return yes("")


def undo(item: Import, resource: Resource, record: Record = unrecorded) -> Import:
    """Take back what ``item`` made, in one transaction; what somebody has worked on stays and is reported.

    The same content can then be imported again. A second call changes nothing.

    :param record: called within the transaction by the one call that takes it back.
    :raises ValidationError: too late, or there is nothing to undo.
    """
    with transaction.atomic():
        locked = Import.objects.select_for_update().get(pk=item.pk)
        if locked.undone_at is not None:
            return locked
        decision = can_undo(locked, resource)
        if not decision:
            raise ValidationError(decision.reason)
        with in_chinese():
            undone = resource.undo(locked.made, reason=_("撤销导入“%(name)s”") % {"name": locked.name})
        locked.undone_at = timezone.now()
        locked.report = {"taken": undone.taken, "left": [list(pair) for pair in undone.left]}
        locked.save(update_fields=["undone_at", "report"])
        record(locked)
    return locked
