"""Approving several at once: only what no check said anything about and nobody has asked a question about."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from core.models import WorkflowEvent
from core.refusals import each_by_itself
from core.workflow import MoveNotAllowed
from organizations.models import User
from teams.desk.deciding import TWICE, Seen, decide, require_as_seen
from teams.desk.passing import held_elsewhere
from teams.models import Filing, Opinion
from teams.states import FilingState

MOST = 50


@dataclass(frozen=True)
class Outcome:
    """What became of one: ``filing`` is None for what the person may not see, ``message`` empty where it is done."""

    filing: Filing | None
    message: str

    @property
    def name(self) -> str:
        return self.filing.name if self.filing else ""

    @property
    def done(self) -> bool:
        return not self.message


def together(user: User) -> QuerySet[Filing]:
    """Filings ``user`` may approve in a batch: the last step and no 批复, no warning, no open question, not given to a
    colleague, and not returned before by himself, for then he wants to see what was mended."""
    returned = WorkflowEvent.objects.of_each(Filing).filter(action="return_for_changes", by=user)
    asked = Opinion.objects.open().filter(filing=OuterRef("pk"))
    lying = Filing.objects.to_decide(user)
    given = lying.exclude(assignee=None).select_related("assignee", "current_step", "current_office")
    rows: QuerySet[Filing] = lying.exclude(pk__in=held_elsewhere(given, user)).filter(
        Q(needs_meeting=False) | Q(meeting_on__isnull=False), ~Exists(returned), ~Exists(asked),
        state=FilingState.SUBMITTED, warnings=0, current_step__is_final=True, needs_reply=False,
    )  # fmt: skip
    return rows.order_by("due_on", "submitted_at", "pk")


def approve_together(chosen: Mapping[int, Seen], *, by: User) -> list[Outcome]:
    """Approve each in a transaction of its own; one that cannot be approved holds up no other."""
    known = {filing.pk: filing for filing in Filing.objects.visible_to(by).filter(pk__in=list(chosen))}
    told = each_by_itself(
        lambda filing, seen: decide(filing, "confirm", by=by, seen=seen), chosen,
        clean=together(by).filter(pk__in=list(chosen)), others=known.values(),
        unfit=lambda filing, seen: _not_fit(filing, seen, by), gone=_("没有找到这件备案。"),
    )  # fmt: skip
    return [Outcome(known.get(pk), message) for pk, message in told.items()]


def _not_fit(filing: Filing, seen: Seen, by: User) -> str:
    """Says who was first; a second press of the button by the same person finds its own work done."""
    try:
        require_as_seen(filing, seen, by, "confirm")
    except MoveNotAllowed as error:
        return "" if error.code == TWICE else str(error.message)
    return why_not(filing)


def why_not(filing: Filing) -> str:
    if filing.state == FilingState.FILED:
        return _("已经办结了。")
    if filing.warnings:
        return _("有 %(count)d 项提示，要逐件办理。") % {"count": filing.warnings}
    if filing.state != FilingState.SUBMITTED:
        return _("现在是“%(state)s”，没有办理。") % {"state": filing.get_state_display()}
    return _("要逐件办理：不在您的最后一步，要发文，或还有退回、加签没有了结。")
