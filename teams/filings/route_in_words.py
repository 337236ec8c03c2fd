"""The way of a filing in words: which offices, in which order, how far it is, how long each usually takes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.together import keep, together
from organizations.models import Organization, User
from organizations.permissions import acting_for, can
from organizations.roles import Right
from teams.choices import Duty
from teams.filings.route import Planned, Rules, is_same, plan, rules_of, steps_of
from teams.filings.usual_times import Usual, in_words, usual
from teams.models import Filing, FilingRound, FilingStep
from teams.states import FilingState

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


def ahead(kinds: Iterable[str], rules: Rules, office: Organization, *, by: User) -> dict[str, list[Stop]]:
    """Kind → the way of a filing that ``by`` would hand in. One query for all."""
    plans = {kind: plan(rules.by_kind[kind], office, rules.line) for kind in kinds if kind in rules.by_kind}
    times = usual(step.key for planned in plans.values() for step in planned if step.duty != Duty.COPY)
    return {kind: _stops(planned, times, office, by) for kind, planned in plans.items()}


def _stops(planned: list[Planned], times: Mapping[Any, Usual], office: Organization, by: User) -> list[Stop]:
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


def onward(filing: Filing, level: str, *, by: User) -> tuple[list[Stop], bool]:
    """The way of a filing that lies with its author, and whether it goes on where it was returned: not once the rule
    sends it by other offices, then it begins anew. Empty where there is no rule.

    :param level: of the team, as proposed.
    """
    rules = rules_of([filing.kind], level, filing.office)
    rule = rules.by_kind.get(filing.kind)
    returned = filing.state == FilingState.RETURNED
    if returned and rule and is_same(steps_of(filing), plan(rule, filing.office, rules.line)):
        return way(filing, timezone.localdate()), True
    return ahead([filing.kind], rules, filing.office, by=by).get(filing.kind, []), False


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
    """The same filing with its steps and rounds read, in order: one query, whoever asks for them afterwards."""
    read = filing.__dict__.get("_prefetched_objects_cache", {})
    wanted: dict[str, Any] = {
        "steps": FilingStep.objects.filter(filing=filing).select_related("office", "decided_by").order_by("position"),
        "rounds": FilingRound.objects.filter(filing=filing).select_related("submitted_by"),
    }
    names = [name for name in wanted if name not in read and (rounds or name == "steps")]
    for name, found in together(**{name: wanted[name] for name in names}).items():
        keep(filing, name, wanted[name], found)
    return filing


def _state(step: FilingStep) -> str:
    if step.state == FilingStep.State.PENDING and step.started_at:
        return _("退回修改中，改好后回到这里")
    if step.state == FilingStep.State.CURRENT and step.decided_at:
        return _("已同意，待发文")
    return step.get_state_display()


def _duty(duty: str) -> str:
    return str(Duty(duty).label)
