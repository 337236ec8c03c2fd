"""Handing in and handing in again: the round is frozen, the steps are laid."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.language import in_chinese
from core.models import Attachment, WorkflowEvent
from core.notices import notify
from core.numbers import numbered
from organizations.models import User
from organizations.permissions import acting_for, can
from organizations.roles import Right
from teams.choices import Duty
from teams.facts import said_once
from teams.filings.checks import check
from teams.filings.proposal import Proposal
from teams.filings.rebasing import bring_up_to_date
from teams.filings.route import lay, plan, rule_for, steps_of
from teams.models import Filing, FilingRound, FilingStep
from teams.spelling import name_on_file
from teams.workflow.people import deciders, decides, place_of
from teams.workflow.steps import advance, close, enter
from teams.workflow.words import desk_url, titled


def submit(filing: Filing, by: User) -> None:
    now = timezone.now()
    if not filing.number:
        code = filing.office.division_id or filing.office.code
        filing.number = numbered("BA", code, timezone.localdate(now).year)
    _hand_in(filing, by)
    title = titled(gettext_lazy("报来%(kind)s：%(name)s"), filing)
    notify(deciders(filing), kind="filing_submitted", title=title, url=desk_url(filing))


def resubmit(filing: Filing, by: User) -> None:
    _hand_in(filing, by)
    back = next((person for person in _returned_by(filing) if decides(filing, person)), None)
    filing.assignee = back  # whoever read it before reads on; colleagues may act all the same
    people = [back] if back else deciders(filing)
    title = titled(gettext_lazy("已修改并重新报来%(kind)s：%(name)s"), filing)
    notify(people, kind="filing_resubmitted", title=title, url=desk_url(filing))


def _hand_in(filing: Filing, by: User) -> None:
    bring_up_to_date(filing)
    filing.payload = said_once(filing.payload)
    proposal = Proposal.of(filing)
    with in_chinese():  # what the round keeps is Chinese, whatever language the author reads
        report = check(proposal)
    if report.blocking:  # told in the author's own language
        found = check(Proposal.of(filing)).blocking
        raise ValidationError([finding.message for finding in found], code="incomplete")
    follow(filing, proposal)
    rule = rule_for(filing.kind, proposal.level)
    if rule is None:
        raise ValidationError(_("自治区还没有设定这类备案的办理规则，请联系自治区红十字会。"))
    planned = plan(rule, filing.office)
    if not any(step.is_final and step.duty != Duty.REGISTER for step in planned):  # one's own hand-in decides nothing
        raise ValidationError(_("这类备案的办理规则里没有作出决定的步骤，请联系自治区红十字会。"))
    lay(filing, planned)
    filing.needs_reply, filing.needs_meeting = rule.needs_reply, rule.needs_meeting
    filing.submitted_by, filing.submitted_at = by, timezone.now()
    filing.warnings, filing.changed = len(report.warnings), len(proposal.changed)
    filing.round_no += 1
    FilingRound.objects.create(
        filing=filing, number=filing.round_no, payload=filing.payload, before=filing.before,
        papers=_papers(filing), findings=report.as_json(), submitted_by=by,
        acting_for=acting_for(by, Right.SUBMIT_FILING, filing.organization), submitted_at=filing.submitted_at,
    )  # fmt: skip
    _begin(filing, by)


def follow(filing: Filing, proposal: Proposal) -> None:
    """Keep the columns that lists read in step with the payload."""
    name = name_on_file(str(filing.payload.get("name") or ""))
    filing.title = (name or (filing.team.name if filing.team else ""))[:100]
    filing.level = proposal.level
    filing.year = proposal.values.get("year")


def _papers(filing: Filing) -> list[dict[str, Any]]:
    rows = Attachment.objects.of(filing).current().order_by("kind", "uploaded_at")
    return [
        {"id": str(row.pk), "kind": row.kind, "name": row.name, "version": row.version, "sha256": row.sha256}
        for row in rows
    ]


def _begin(filing: Filing, by: User) -> None:
    """Put the filing at the step it goes to: where it was returned, else the first that is not its own hand-in."""
    open_steps = [step for step in steps_of(filing) if step.state == FilingStep.State.PENDING]
    first = open_steps[0]  # after a return the one that returned it: those before are done
    if first.duty == Duty.REGISTER and can(by, Right.SUBMIT_FILING, first.office):
        close(first, FilingStep.State.DONE, by, acting_for(by, Right.SUBMIT_FILING, first.office))
        advance(filing, open_steps[1:], place_of(by, Right.SUBMIT_FILING, first.office))
    else:
        enter(filing, first)


def last_return(filing: Filing) -> WorkflowEvent | None:
    """The latest return, with the comment and, in ``facts["fields"]``, what was said about single fields."""
    return filing.events().filter(action="return_for_changes").last()


def _returned_by(filing: Filing) -> list[User]:
    event = last_return(filing)
    return [event.by] if event and event.by and event.by.is_active else []
