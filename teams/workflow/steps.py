"""The steps of a filing: entering one, closing one, going on to the next."""

from django.utils import timezone

from organizations.models import User
from teams.choices import Duty
from teams.filings.route import due
from teams.models import Filing, FilingStep


def enter(filing: Filing, step: FilingStep) -> None:
    step.state = FilingStep.State.CURRENT
    step.started_at, step.due_on = timezone.now(), due(step.days)
    step.save()
    filing.current_step, filing.current_office, filing.due_on = step, step.office, step.due_on
    filing.assignee = None


def close(step: FilingStep, state: str, by: User | None, for_whom: str) -> None:
    step.state, step.decided_at, step.decided_by, step.acting_for = state, timezone.now(), by, for_whom
    step.save()


def advance(filing: Filing, steps: list[FilingStep], place: int | None) -> None:
    """Go on to the next step that decides. A step of the very office that just acted is merged into what it did."""
    for index, step in enumerate(steps):
        if step.duty == Duty.COPY:
            continue  # copies leave when it is filed
        later = any(other.duty != Duty.COPY for other in steps[index + 1 :])
        if step.office_id == place and later:
            close(step, FilingStep.State.MERGED, None, "")
            continue
        enter(filing, step)
        return


def leave(filing: Filing) -> None:
    filing.current_step = filing.current_office = filing.assignee = filing.due_on = None
