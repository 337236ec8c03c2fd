"""What follows from the decision at a step."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from core.language import in_chinese
from core.notices import notify
from organizations.models import Organization, User
from organizations.nearest import nearest_holders
from organizations.permissions import acting_for
from organizations.roles import Right
from teams.choices import Duty, FilingKind
from teams.facts import label_of
from teams.filings import commenting
from teams.filings.applying import put_on_file, require_accounted_for
from teams.filings.certificates import order_certificate
from teams.filings.checks import FIXED, check
from teams.filings.proposal import Proposal
from teams.filings.route import steps_of
from teams.models import Filing, FilingStep, Team
from teams.workflow.people import author_side, deciders, place_of, right_at
from teams.workflow.steps import advance, close, leave
from teams.workflow.words import desk_url, titled


def decide_step(filing: Filing, by: User, state: str) -> FilingStep:
    """End the step the filing lies at, in the name of who decided."""
    step = filing.current_step
    assert step is not None, "a filing under review lies at a step"
    close(step, state, by, acting_for(by, right_at(step), step.office))
    filing._decided_step = step  # type: ignore[attr-defined]
    drop_notes(filing)
    return step


def drop_notes(filing: Filing) -> None:
    """What the office noted and asked for its decision is of no use to the next one, and would go out in its name."""
    commenting.drop(filing)
    filing.opinions.end()


def accept(filing: Filing, by: User) -> None:
    step = decide_step(filing, by, FilingStep.State.DONE)
    behind = [other for other in steps_of(filing) if other.position > step.position]
    advance(filing, behind, place_of(by, right_at(step), step.office))
    title = titled(gettext_lazy("%(kind)s报到下一步：%(name)s"), filing)
    notify(deciders(filing), kind="filing_submitted", title=title, url=desk_url(filing))
    title = titled(gettext_lazy("%(number)s（%(name)s）已通过%(step)s"), filing, step=step)
    notify(author_side(filing), kind="filing_passed", title=title, url=filing.get_absolute_url())


def _require_meeting(filing: Filing) -> None:
    if filing.needs_meeting and not (filing.meeting_name and filing.meeting_on):
        raise ValidationError(_("请先登记会议研究的名称和日期。"), code="meeting")


def approve(filing: Filing, by: User) -> None:
    _require_meeting(filing)
    _require_still_right(filing)
    step = filing.current_step
    assert step is not None, "a filing under review lies at a step"
    if filing.kind == FilingKind.EXIT and filing.team is not None:
        require_accounted_for(filing, filing.team)
    # the step stays current: the same office issues the number
    step.decided_by, step.decided_at = by, timezone.now()
    step.acting_for = acting_for(by, right_at(step), step.office)
    step.save()
    filing._decided_step = step  # type: ignore[attr-defined]
    title = titled(gettext_lazy("%(number)s（%(name)s）已同意，等待发文"), filing)
    notify(author_side(filing), kind="filing_approved", title=title, url=filing.get_absolute_url())


def issue(filing: Filing, by: User, reply_no: str = "", reply_on: Any = None) -> None:
    """批复文号 and day complete the filing."""
    write_reply(filing, reply_no, reply_on)
    _complete(filing, by)


def write_reply(filing: Filing, reply_no: str, reply_on: Any) -> None:
    """Checked, not saved. Raises ``ValidationError`` when one of them is missing or wrong."""
    filing.reply_no, filing.reply_on = reply_no, reply_on
    filing.full_clean(
        exclude=[field.name for field in filing._meta.fields if field.name not in ("reply_no", "reply_on")],
        validate_constraints=False,
    )
    if not filing.reply_no or filing.reply_on is None:
        raise ValidationError(_("请填写批复文号和日期。"), code="reply")


def _require_still_right(filing: Filing) -> None:
    """What cannot be filed in any case, if it came about since the hand-in: another team has taken the name. A rule the
    region has tightened meanwhile does not count: what was handed in under the old one is decided under it."""
    found = [finding.message for finding in check(Proposal.of(filing)).blocking if finding.key in FIXED]
    if found:
        raise ValidationError(found, code="incomplete")


def confirm(filing: Filing, by: User) -> None:
    _require_meeting(filing)
    _complete(filing, by)


def _complete(filing: Filing, by: User) -> None:
    _require_still_right(filing)
    put_on_file(filing, by)
    step = decide_step(filing, by, FilingStep.State.DONE)
    filing.decided_at = timezone.now()
    _copies(filing, step)
    leave(filing)
    order_certificate(filing, by=by)
    tell_authors(filing, "filing_filed", gettext_lazy("%(number)s（%(name)s）已办结"))
    if filing.team is not None and filing.kind != FilingKind.REGISTER and "office" in Proposal.of(filing).changed:
        _hand_to_office(filing, filing.team)


def tell_authors(filing: Filing, kind: str, message: StrOrPromise, body: str = "") -> None:
    """Whose office has handed the team over sees neither it nor the filing any more: then there is nothing to go to."""
    title = titled(message, filing)
    with in_chinese():
        gone = _("队伍已划归别的单位管理，队伍资料和这件备案今后在那里查看。")
    for person in author_side(filing):
        sees = Filing.objects.visible_to(person).filter(pk=filing.pk).exists()
        where = {"url": filing.get_absolute_url(), "body": body} if sees else {"body": f"{body}{gone}"}
        notify([person], kind=kind, title=title, **where)


def _hand_to_office(filing: Filing, team: Team) -> None:
    """The office that manages the team from now on hears of it: another one began the filing."""
    office = Organization.objects.get(path=team.organization.parent_path)
    title = titled(gettext_lazy("%(name)s划归本单位管理（%(number)s）"), filing)
    notify(
        nearest_holders(Right.SUBMIT_FILING, office), kind="filing_received", title=title, url=team.get_absolute_url()
    )


def _copies(filing: Filing, step: FilingStep) -> None:
    """Offices that get a copy for information get it, and are told."""
    for other in steps_of(filing):
        if other.position > step.position and other.duty == Duty.COPY:
            close(other, FilingStep.State.COPIED, None, "")
    tell_copied(filing, "filing_copied", gettext_lazy("抄送：%(name)s%(kind)s已办结"))


def tell_copied(filing: Filing, kind: str, message: StrOrPromise, body: str = "") -> None:
    """Offices that have got a copy; they have nothing to do."""
    title = titled(message, filing)
    for step in steps_of(filing):
        if step.state == FilingStep.State.COPIED:
            people = nearest_holders(Right.REVIEW_FILING, step.office)
            notify(people, kind=kind, title=title, body=body, url=filing.get_absolute_url())


def return_for_changes(filing: Filing, by: User, fields: dict[str, str] | None = None) -> dict[str, Any]:
    """Back to the author's side with what was said about single fields; it comes back to this step.

    What was said are the drafts as they stand now (``teams.filings.commenting``); ``fields`` adds to them.
    """
    step = filing.current_step
    assert step is not None, "a filing under review lies at a step"
    step.state, step.decided_by, step.decided_at = FilingStep.State.PENDING, None, None
    step.save()
    filing._decided_step = FilingStep(acting_for=acting_for(by, right_at(step), step.office))  # type: ignore[attr-defined]
    said = commenting.take(filing, by, fields)
    leave(filing)
    body = ""
    if said:
        with in_chinese():
            body = _("需要修改：%(fields)s。") % {"fields": _("、").join(label_of(name) for name in said)}
    title = titled(gettext_lazy("%(number)s（%(name)s）被退回修改"), filing)
    notify(author_side(filing), kind="filing_returned", title=title, body=body, url=filing.get_absolute_url())
    return {"fields": said}


def reject(filing: Filing, by: User) -> None:
    decide_step(filing, by, FilingStep.State.DONE)
    _end(filing)
    title = titled(gettext_lazy("%(number)s（%(name)s）不予备案"), filing)
    notify(author_side(filing), kind="filing_rejected", title=title, url=filing.get_absolute_url())


def withdraw(filing: Filing, by: User) -> None:
    told = deciders(filing)
    _end(filing)
    if told:
        title = titled(gettext_lazy("%(number)s（%(name)s）已由报送方撤回"), filing)
        notify(told, kind="filing_withdrawn", title=title, url=filing.get_absolute_url())
    others = [person for person in author_side(filing) if person.pk != by.pk]
    title = titled(gettext_lazy("%(who)s撤回了%(kind)s：%(name)s"), filing, who=by)
    notify(others, kind="filing_withdrawn", title=title, url=filing.get_absolute_url())


def _end(filing: Filing) -> None:
    """Closed without having been filed: what had not been done will not be."""
    filing.steps.filter(state__in=[FilingStep.State.PENDING, FilingStep.State.CURRENT]).update(
        state=FilingStep.State.ENDED
    )
    drop_notes(filing)
    filing.decided_at = timezone.now()
    leave(filing)
