"""代办: papers that an office added to a filing on behalf of its author."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.models import WorkflowEvent
from teams.models import Filing


def on_behalf(filing: Filing) -> QuerySet[WorkflowEvent]:
    """代办: what noted that an office added a paper, in whichever round; ``facts["attachment"]`` says which paper."""
    return filing.events().filter(action="add_paper")


def offices_of(added: Iterable[WorkflowEvent]) -> dict[str, str]:
    """Key of a paper → the office that added it, by what ``on_behalf`` found."""
    return {event.facts["attachment"]: event.by.organization.short_name for event in added if event.by}


def mark(panels: Iterable[dict[str, Any]], added: Iterable[WorkflowEvent]) -> None:
    """Says in the panels of a filing's files (``core.attachments.panel``) which office added one."""
    offices = offices_of(added)
    for panel in panels:
        for row in (*panel["current"], *panel["ended"]):
            office = offices.get(str(row["attachment"].pk))
            row["mark"] = _("%(office)s代办") % {"office": office} if office else ""
