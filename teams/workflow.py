"""登记备案: how a filing goes from the team or its office through the offices above, and onto the file.

- 草稿 draft: whoever may file for the team (its captain or 信息员, the clerk of the managing office or of its proxy)
  fills it in; anything may be missing or wrong. Nobody else is bothered.
- 审核中 submitted: handed in and numbered (BA-<区划代码>-<年>-<4 位>, drawn at the first hand-in and kept). The content
  is frozen as a round and read-only. It lies at one step (``current_step``) in one office's queue: whoever holds the
  duty there today decides, also on what came in before. What an office hands in itself counts as its own registration.
- 退回修改 returned: the reviewer said what to change, by field where possible. The author's side edits it again; handed
  in anew it goes back to the step that returned it.
- 已同意，待发文 approved: the last office has agreed; where the rule asks for a 批复 it waits for number and day.
- 已办结 filed: the team has what the filing says since that same transaction; the certificate follows by job.
- 不予备案 rejected, 已撤回 withdrawn: closed, with the reason; a new filing can be begun.

Nobody decides twice on one filing, nor on what he handed in (四眼原则). Where the office that handed in for another is
also the next to review, that step is merged with the hand-in, provided that another office still decides after it.
Superiors see what lies below and may urge it; they act only at their own step. Time limits remind and escalate
(``reminders.py``); they never decide.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_stubs_ext import StrOrPromise

from core.decisions import Decision, no
from core.language import in_chinese
from core.models import Attachment, WorkflowEvent
from core.notices import notify
from core.numbers import numbered
from core.words import for_json
from core.workflow import Move, Workflow
from organizations.models import Appointment, Organization, User
from organizations.nearest import nearest_holders
from organizations.permissions import access, acting_for, can
from organizations.roles import Right
from teams import commenting
from teams.applying import put_on_file, require_accounted_for
from teams.certificates import order_certificate
from teams.checks import FIXED, check
from teams.choices import Duty, FilingKind
from teams.facts import label_of
from teams.models import Filing, FilingRound, FilingStep
from teams.proposal import Proposal
from teams.rebasing import bring_up_to_date
from teams.route import due, lay, plan, rule_for, steps_of
from teams.states import FILING_STEPS, FilingState


# -- who ----------------------------------------------------------------------------------------------
def asks(filing: Filing, user: User) -> Decision:
    """The author's side: whoever may file for this team or office today, not only the person who began."""
    return can(user, Right.SUBMIT_FILING, filing.organization)


def right_at(step: FilingStep) -> Right:
    """The right a step takes, held at the step's office. Registering is the clerk's, reviewing the reviewer's."""
    return Right.SUBMIT_FILING if step.duty == Duty.REGISTER else Right.REVIEW_FILING


def decides(filing: Filing, user: User) -> Decision:
    """Whoever decides at the step where the filing lies."""
    step = filing.current_step
    if step is None:
        return no(gettext_lazy("这件备案现在不在审核步骤。"))
    if filing.submitted_by_id == user.pk:
        return no(gettext_lazy("本人提交的备案要由别人办理。"))
    decision = can(user, right_at(step), step.office)
    if decision:  # asked last, and only of whoever may decide: it costs a query
        handed_in, decided = _part_in(filing, user)
        if handed_in:
            return no(gettext_lazy("您提交过这件备案的前一轮，要由别人办理。"))
        if decided and filing.state == FilingState.SUBMITTED:
            return no(gettext_lazy("您已在前一步办理过这件备案，这一步要由别人办理。"))
    return decision


def _part_in(filing: Filing, user: User) -> tuple[bool, bool]:
    """Whether the person handed in any round of it, and whether he decided another step. Kept: every move asks."""
    kept: dict[Any, tuple[bool, bool]] = filing.__dict__.setdefault("_parts", {})
    key = (user.pk, filing.current_step_id, filing.round_no)
    read = filing.__dict__.get("_prefetched_objects_cache", {})
    if key not in kept and filing.__dict__.pop("part_of", None) == user.pk:  # read with the filing, as it was then
        kept[key] = filing.handed_in_by_them, filing.decided_by_them  # type: ignore[attr-defined]
    if key not in kept and {"rounds", "steps"} <= read.keys():
        behind = [step for step in read["steps"] if step.pk != filing.current_step_id]
        kept[key] = (
            any(row.submitted_by_id == user.pk for row in read["rounds"]),
            any(step.decided_by_id == user.pk and step.state == FilingStep.State.DONE for step in behind),
        )
    if key not in kept:
        handed_in = FilingRound.objects.filter(filing=filing, submitted_by=user)
        decided = FilingStep.objects.filter(filing=filing, decided_by=user, state=FilingStep.State.DONE)
        decided = decided.filter(~Q(pk=filing.current_step_id))
        kept[key] = Filing.objects.filter(pk=filing.pk).values_list(Exists(handed_in), Exists(decided)).get()
    return kept[key]


def _passes_on(filing: Filing, user: User) -> Decision:
    if filing.current_step is None or filing.current_step.is_final:
        return no(gettext_lazy("这一步由本单位作出决定。"))
    return decides(filing, user)


def _approves(filing: Filing, user: User) -> Decision:
    if filing.current_step is None or not filing.current_step.is_final or not filing.needs_reply:
        return no(gettext_lazy("这一步不用发文。"))
    return decides(filing, user)


def _confirms(filing: Filing, user: User) -> Decision:
    if filing.current_step is None or not filing.current_step.is_final or filing.needs_reply:
        return no(gettext_lazy("这一步不能直接办结。"))
    return decides(filing, user)


def deciders(filing: Filing) -> list[User]:
    """Who is told: the colleague it was given to, else the holders of the duty nearest to the office."""
    if filing.assignee is not None and filing.assignee.is_active and decides(filing, filing.assignee):
        return [filing.assignee]
    step = filing.current_step
    if step is None:
        return []
    return nearest_holders(right_at(step), step.office, without=filing.submitted_by_id)


def author_side(filing: Filing) -> list[User]:
    """Who hears what became of it: who began it and who handed it in."""
    people = {person.pk: person for person in (filing.created_by, filing.submitted_by) if person is not None}
    return list(people.values())


def _acting_for(filing: Filing, user: User | None) -> str:
    """Name of the office acted for. After a decision the step is behind; ``_decide`` left it on the record."""
    decided: FilingStep | None = getattr(filing, "_decided_step", None)
    if decided is not None:
        return decided.acting_for
    return acting_for(user, Right.SUBMIT_FILING, filing.organization)


def place_of(user: User, right: Right, organization: Organization) -> int | None:
    """The organization at which the user holds the duty that gives ``right`` here: for a proxy its own office."""
    for held in access(user).having(right):
        if held.covers(organization):
            return Appointment.objects.values_list("organization_id", flat=True).get(pk=held.appointment_id)
    return None


# -- handing in -----------------------------------------------------------------------------------------
def _submit(filing: Filing, by: User) -> None:
    now = timezone.now()
    if not filing.number:
        code = filing.office.division_id or filing.office.code
        filing.number = numbered("BA", code, timezone.localdate(now).year)
    _hand_in(filing, by)
    title = _told(gettext_lazy("报来%(kind)s：%(name)s"), filing)
    notify(deciders(filing), kind="filing_submitted", title=title, url=_desk(filing))


def _resubmit(filing: Filing, by: User) -> None:
    _hand_in(filing, by)
    back = next((person for person in _returned_by(filing) if decides(filing, person)), None)
    filing.assignee = back  # whoever read it before reads on; colleagues may act all the same
    people = [back] if back else deciders(filing)
    title = _told(gettext_lazy("已修改并重新报来%(kind)s：%(name)s"), filing)
    notify(people, kind="filing_resubmitted", title=title, url=_desk(filing))


def _hand_in(filing: Filing, by: User) -> None:
    bring_up_to_date(filing)
    proposal = Proposal.of(filing)
    report = check(proposal)
    if report.blocking:
        raise ValidationError([finding.message for finding in report.blocking], code="incomplete")
    with in_chinese():  # what the round keeps is Chinese, whatever language the author reads
        report = check(Proposal.of(filing))
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
    name = "".join(str(filing.payload.get("name") or "").split())
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
        _close(first, FilingStep.State.DONE, by, acting_for(by, Right.SUBMIT_FILING, first.office))
        _advance(filing, open_steps[1:], place_of(by, Right.SUBMIT_FILING, first.office))
    else:
        _enter(filing, first)


def _advance(filing: Filing, steps: list[FilingStep], place: int | None) -> None:
    """Go on to the next step that decides. A step of the very office that just acted is merged into what it did."""
    for index, step in enumerate(steps):
        if step.duty == Duty.COPY:
            continue  # copies leave when it is filed
        later = any(other.duty != Duty.COPY for other in steps[index + 1 :])
        if step.office_id == place and later:
            _close(step, FilingStep.State.MERGED, None, "")
            continue
        _enter(filing, step)
        return


def _enter(filing: Filing, step: FilingStep) -> None:
    step.state = FilingStep.State.CURRENT
    step.started_at, step.due_on = timezone.now(), due(step.days)
    step.save()
    filing.current_step, filing.current_office, filing.due_on = step, step.office, step.due_on
    filing.assignee = None


def _close(step: FilingStep, state: str, by: User | None, for_whom: str) -> None:
    step.state, step.decided_at, step.decided_by, step.acting_for = state, timezone.now(), by, for_whom
    step.save()


# -- deciding -------------------------------------------------------------------------------------------
def _decide(filing: Filing, by: User, state: str) -> FilingStep:
    """End the step the filing lies at, in the name of who decided."""
    step = filing.current_step
    assert step is not None, "a filing under review lies at a step"
    _close(step, state, by, acting_for(by, right_at(step), step.office))
    filing._decided_step = step  # type: ignore[attr-defined]
    commenting.drop(filing)
    return step


def _leave(filing: Filing) -> None:
    filing.current_step = filing.current_office = filing.assignee = filing.due_on = None


def _accept(filing: Filing, by: User) -> None:
    step = _decide(filing, by, FilingStep.State.DONE)
    behind = [other for other in steps_of(filing) if other.position > step.position]
    _advance(filing, behind, place_of(by, right_at(step), step.office))
    title = _told(gettext_lazy("%(kind)s报到下一步：%(name)s"), filing)
    notify(deciders(filing), kind="filing_submitted", title=title, url=_desk(filing))
    title = _told(gettext_lazy("%(number)s（%(name)s）已通过%(step)s"), filing, step=step)
    notify(author_side(filing), kind="filing_passed", title=title, url=filing.get_absolute_url())


def _require_meeting(filing: Filing) -> None:
    if filing.needs_meeting and not (filing.meeting_name and filing.meeting_on):
        raise ValidationError(_("请先登记会议研究的名称和日期。"), code="meeting")


def _approve(filing: Filing, by: User) -> None:
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
    title = _told(gettext_lazy("%(number)s（%(name)s）已同意，等待发文"), filing)
    notify(author_side(filing), kind="filing_approved", title=title, url=filing.get_absolute_url())


def _issue(filing: Filing, by: User, reply_no: str = "", reply_on: Any = None) -> None:
    """批复文号 and day complete the filing."""
    filing.reply_no, filing.reply_on = reply_no, reply_on
    filing.full_clean(
        exclude=[field.name for field in filing._meta.fields if field.name not in ("reply_no", "reply_on")],
        validate_constraints=False,
    )
    if not filing.reply_no or filing.reply_on is None:
        raise ValidationError(_("请填写批复文号和日期。"), code="reply")
    _complete(filing, by)


def _require_still_right(filing: Filing) -> None:
    """What cannot be filed in any case, if it came about since the hand-in: another team has taken the name. A rule the
    region has tightened meanwhile does not count: what was handed in under the old one is decided under it."""
    found = [finding.message for finding in check(Proposal.of(filing)).blocking if finding.key in FIXED]
    if found:
        raise ValidationError(found, code="incomplete")


def _confirm(filing: Filing, by: User) -> None:
    _require_meeting(filing)
    _complete(filing, by)


def _complete(filing: Filing, by: User) -> None:
    _require_still_right(filing)
    put_on_file(filing, by)
    step = _decide(filing, by, FilingStep.State.DONE)
    filing.decided_at = timezone.now()
    _copies(filing, step)
    _leave(filing)
    order_certificate(filing, by=by)
    title = _told(gettext_lazy("%(number)s（%(name)s）已办结"), filing)
    notify(author_side(filing), kind="filing_filed", title=title, url=filing.get_absolute_url())


def _copies(filing: Filing, step: FilingStep) -> None:
    """Offices that get a copy for information are told; they have nothing to do."""
    for other in steps_of(filing):
        if other.position > step.position and other.duty == Duty.COPY:
            _close(other, FilingStep.State.COPIED, None, "")
            title = _told(gettext_lazy("抄送：%(name)s%(kind)s已办结"), filing)
            people = nearest_holders(Right.REVIEW_FILING, other.office)
            notify(people, kind="filing_copied", title=title, url=filing.get_absolute_url())


def _return(filing: Filing, by: User, fields: dict[str, str] | None = None) -> dict[str, Any]:
    """Back to the author's side with what was said about single fields; it comes back to this step.

    What was said are the drafts as they stand now (``teams.commenting``); ``fields`` adds to them.
    """
    step = filing.current_step
    assert step is not None, "a filing under review lies at a step"
    step.state, step.decided_by, step.decided_at = FilingStep.State.PENDING, None, None
    step.save()
    filing._decided_step = FilingStep(acting_for=acting_for(by, right_at(step), step.office))  # type: ignore[attr-defined]
    said = commenting.take(filing, by, fields)
    _leave(filing)
    body = ""
    if said:
        with in_chinese():
            body = _("需要修改：%(fields)s。") % {"fields": _("、").join(label_of(name) for name in said)}
    title = _told(gettext_lazy("%(number)s（%(name)s）被退回修改"), filing)
    notify(author_side(filing), kind="filing_returned", title=title, body=body, url=filing.get_absolute_url())
    return {"fields": said}


def _reject(filing: Filing, by: User) -> None:
    _decide(filing, by, FilingStep.State.DONE)
    _end(filing)
    title = _told(gettext_lazy("%(number)s（%(name)s）不予备案"), filing)
    notify(author_side(filing), kind="filing_rejected", title=title, url=filing.get_absolute_url())


def _withdraw(filing: Filing, by: User) -> None:
    told = deciders(filing)
    _end(filing)
    if told:
        title = _told(gettext_lazy("%(number)s（%(name)s）已由报送方撤回"), filing)
        notify(told, kind="filing_withdrawn", title=title, url=filing.get_absolute_url())


def _end(filing: Filing) -> None:
    """Closed without having been filed: what had not been done will not be."""
    filing.steps.filter(state__in=[FilingStep.State.PENDING, FilingStep.State.CURRENT]).update(
        state=FilingStep.State.ENDED
    )
    commenting.drop(filing)
    filing.decided_at = timezone.now()
    _leave(filing)


# -- words ----------------------------------------------------------------------------------------------
def _told(message: StrOrPromise, filing: Filing, **more: Any) -> str:
    """``message`` is translated here, in Chinese, whatever language its cause reads."""
    with in_chinese():
        return str(message) % {
            "kind": filing.get_kind_display(), "name": filing.name, "number": filing.number,
            **{key: str(value) for key, value in more.items()},
        }  # fmt: skip


def _desk(filing: Filing) -> str:
    return reverse("teams:desk_filing", args=[filing.pk])


def last_return(filing: Filing) -> WorkflowEvent | None:
    """The latest return, with the comment and, in ``facts["fields"]``, what was said about single fields."""
    return filing.events().filter(action="return_for_changes").last()


def _returned_by(filing: Filing) -> list[User]:
    event = last_return(filing)
    return [event.by] if event and event.by and event.by.is_active else []


def note(filing: Filing, action: str, *, by: User, comment: str = "", facts: dict[str, Any] | None = None) -> None:
    """Write into the filing's story what moves nothing: a transfer, a paper added on behalf, a reminder to hurry."""
    step = filing.current_step
    WorkflowEvent.objects.create(
        owner=filing, action=action, from_state=filing.state, to_state=filing.state, by=by,
        acting_for=acting_for(by, right_at(step), step.office) if step else "", comment=comment,
        facts={key: for_json(value) for key, value in (facts or {}).items()},
    )  # fmt: skip


# Acts that move nothing, as the story calls them.
NOTES = {
    "add_paper": gettext_lazy("补充材料（代办）"),
    "own_paper": gettext_lazy("上传本单位文件"),
    "transfer": gettext_lazy("转办"),
    "ask_opinion": gettext_lazy("征求意见（加签）"),
    "give_opinion": gettext_lazy("答复意见（加签）"),
    "record_meeting": gettext_lazy("登记会议研究"),
    "urge": gettext_lazy("催办"),
    "exit_item": gettext_lazy("退出清单"),
}

# -- the table --------------------------------------------------------------------------------------------
_S = FILING_STEPS
MOVES = (
    Move("submit", gettext_lazy("提交"), _S["submit"], asks, tone="main", apply=_submit),
    Move("resubmit", gettext_lazy("重新提交"), _S["resubmit"], asks, tone="main", apply=_resubmit),
    Move("accept", gettext_lazy("通过，报下一步"), _S["accept"], _passes_on, tone="main", apply=_accept),
    Move("approve", gettext_lazy("同意"), _S["approve"], _approves, tone="main", apply=_approve),
    Move("confirm", gettext_lazy("同意并办结"), _S["confirm"], _confirms, tone="main", apply=_confirm),
    Move("issue", gettext_lazy("发文办结"), _S["issue"], _approves, tone="main", apply=_issue),
    Move(
        "return_for_changes", pgettext_lazy("move", "退回修改"), _S["return_for_changes"], decides,
        needs_comment=True, apply=_return,
    ),
    Move(
        "reject", pgettext_lazy("move", "不予备案"), _S["reject"], decides, needs_comment=True, tone="danger",
        apply=_reject,
    ),
    Move("withdraw", gettext_lazy("撤回"), _S["withdraw"], asks, tone="danger", apply=_withdraw),
)  # fmt: skip
WORKFLOW = Workflow(MOVES, acting_for=_acting_for)


def available(filing: Filing, user: User) -> list[Move]:
    """``WORKFLOW.available_actions`` for a filing."""
    return WORKFLOW.available_actions(filing, user)
