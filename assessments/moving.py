"""Moves as pages make them: what is decided is what was seen."""

from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from core.workflow import MoveNotAllowed, Workflow
from organizations.models import User

Record = TypeVar("Record", bound=models.Model)


def make(
    workflow: Workflow, record: Record, action: str, *, by: User, comment: str = "", version: int | None = None,
    **facts: Any,
) -> Record:  # fmt: skip
    """``workflow.perform``; ``version`` is the record's when the page was opened: what was taken back, changed and
    handed in again meanwhile is not decided unseen. Raises ``MoveNotAllowed`` as that does."""
    with transaction.atomic():
        if version is not None:
            rows = type(record)._default_manager.select_for_update(of=("self",))
            now = rows.values_list("version", workflow.state_field).get(pk=record.pk)
            state = getattr(record, workflow.state_field)
            if now != (version, state) and now[1] == state:
                raise MoveNotAllowed("state", _("您打开之后，这条记录改过。请看过最新内容再办理。"))
        return workflow.perform(record, action, by=by, comment=comment, **facts)
