"""The way of a filing in words: which offices, in which order, how far it is, how long each usually takes."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _

from organizations.models import Organization, User
from organizations.permissions import acting_for, can
from organizations.roles import Right
from teams.averages import in_words, usual
from teams.choices import Duty
from teams.models import Filing, FilingRound, FilingRule, FilingStep
from teams.route import Planned, plan

_TONES = {
    FilingStep.State.PENDING: "off",
    FilingStep.State.CURRENT: "wait",
    FilingStep.State.DONE: "ok",
    FilingStep.State.MERGED: "ok",
    FilingStep.State.COPIED: "ok",
}


@dataclass(frozen=True)
class Stop:
    """One office on the way.

    :param usual: how long it takes there, in words; empty where nothing is waited for.
    """

    office: str
    duty: str
    days: int
    usual: str = ""
    state: str = ""
    tone: str = ""
    who: str = ""
    for_whom: str = ""
    at: datetime | None = None
    due_on: date | None = None
    current: bool = False
    overdue: bool = False


def ahead(rule: FilingRule, office: Organization, *, by: User) -> list[Stop]:
    """The way of a filing that ``by`` would hand in. One query besides those of the plan."""
    planned = plan(rule, office)
    times = usual(step.key for step in planned if step.duty != Duty.COPY)
    found = []
    for index, step in enumerate(planned):
        words = _ahead(step, index, office, by) or in_words(times.get(step.key))
        found.append(Stop(str(step.office), _duty(step.duty), step.days, words))
    return found


def _ahead(step: Planned, index: int, office: Organization, by: User) -> str:
    """What is known of a step beforehand, other than how long it takes."""
    if step.duty == Duty.COPY:
        return _("办结后抄送，不用等")
    if index == 0 and step.duty == Duty.REGISTER and can(by, Right.SUBMIT_FILING, step.office):
        proxied = acting_for(by, Right.SUBMIT_FILING, step.office)
        return _("由您代办，提交时同时完成") if proxied else _("由您提交时同时完成")
    if step.office.pk == office.proxy_id and not step.is_final and acting_for(by, Right.SUBMIT_FILING, office):
        return _("与代办的登记合并办理")
    return ""


def way(filing: Filing, today: date) -> list[Stop]:
    """The steps of a filing that was handed in, as they are. Two queries; the second only while it is open."""
    steps = [step for step in with_story(filing, rounds=False).steps.all() if step.state != FilingStep.State.ENDED]
    waited = [step for step in steps if step.state in (FilingStep.State.PENDING, FilingStep.State.CURRENT)]
    times = usual((step.office_id, step.duty) for step in waited if step.duty != Duty.COPY)
    found = []
    for step in steps:
        current = step.state == FilingStep.State.CURRENT
        words = in_words(times.get((step.office_id, step.duty))) if step in waited and step.duty != Duty.COPY else ""
        found.append(
            Stop(
                str(step.office), step.get_duty_display(), step.days, words,
                state=_state(step), tone=_TONES[FilingStep.State(step.state)],
                who=str(step.decided_by) if step.decided_by else "", for_whom=step.acting_for,
                at=step.decided_at or step.started_at, due_on=step.due_on if current else None, current=current,
                overdue=bool(current and step.due_on and step.due_on < today),
            )
        )  # fmt: skip
    return found


def with_story(filing: Filing, *, rounds: bool = True) -> Filing:
    """The same filing with its steps and rounds read, in order: two queries, whoever asks for them afterwards."""
    steps = FilingStep.objects.select_related("office", "decided_by").order_by("position")
    prefetch_related_objects([filing], Prefetch("steps", steps))
    if rounds:
        prefetch_related_objects([filing], Prefetch("rounds", FilingRound.objects.select_related("submitted_by")))
    return filing


def _state(step: FilingStep) -> str:
    if step.state == FilingStep.State.PENDING and step.started_at:
        return _("退回修改中，改好后回到这里")
    if step.state == FilingStep.State.CURRENT and step.decided_at:
        return _("已同意，待发文")
    return step.get_state_display()


def _duty(duty: str) -> str:
    return str(Duty(duty).label)
