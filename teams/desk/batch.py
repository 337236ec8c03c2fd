"""Approving several at once: only what no check said anything about and nobody has asked a question about."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from core.models import WorkflowEvent
from core.refusals import refusal
from core.workflow import MoveNotAllowed
from organizations.models import User
from teams.desk.deciding import TWICE, Seen, decide, require_as_seen
from teams.desk.passing import held_elsewhere
from teams.models import Filing, Opinion
from teams.states import FilingState

MOST = 50


@dataclass(frozen=True)
class Outcome:
    """What became of one: ``name`` is empty for what the person may not see."""

    name: str
    number: str
    done: bool
    message: str
    pk: int | None = None


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
    fit = {filing.pk: filing for filing in together(by).filter(pk__in=list(chosen)[:MOST])}
    seen = {filing.pk: filing for filing in Filing.objects.visible_to(by).filter(pk__in=list(chosen)[:MOST])}
    return [_one(pk, fit.get(pk), seen.get(pk), chosen[pk], by) for pk in list(chosen)[:MOST]]


def _one(pk: int, fit: Filing | None, seen: Filing | None, as_seen: Seen, by: User) -> Outcome:
    if fit is None:
        if seen is None:
            return Outcome("", "", False, _("没有找到这件备案。"))
        return _not_fit(seen, as_seen, by)
    why = refusal(lambda: decide(fit, "confirm", by=by, seen=as_seen))
    return _of(fit, not why, why or _("已办结"))


def _not_fit(filing: Filing, as_seen: Seen, by: User) -> Outcome:
    """Says who was first; a second press of the button by the same person finds its own work done."""
    try:
        require_as_seen(filing, as_seen, by, "confirm")
    except MoveNotAllowed as error:
        done = error.code == TWICE
        return _of(filing, done, _("已办结") if done else str(error.message))
    return _of(filing, False, why_not(filing))


def _of(filing: Filing, done: bool, message: str) -> Outcome:
    return Outcome(filing.name, filing.number or "", done, message, filing.pk)


def why_not(filing: Filing) -> str:
    if filing.state == FilingState.FILED:
        return _("已经办结了。")
    if filing.warnings:
        return _("有 %(count)d 项提示，要逐件办理。") % {"count": filing.warnings}
    if filing.state != FilingState.SUBMITTED:
        return _("现在是“%(state)s”，没有办理。") % {"state": filing.get_state_display()}
    return _("要逐件办理：不在您的最后一步，要发文，或还有退回、加签没有了结。")
