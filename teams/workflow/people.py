"""Who may make a step of a filing, who decides, who is told."""

from typing import Any

from django.db.models import Exists, Q
from django.utils.translation import gettext_lazy

from core.decisions import Decision, no, not_now
from organizations.models import Appointment, Organization, User
from organizations.nearest import nearest_holders
from organizations.permissions import access, acting_for, can
from organizations.roles import OFFICE_LEVELS, Right
from teams.choices import Duty
from teams.filings.route import deciding_step
from teams.models import Filing, FilingRound, FilingStep
from teams.states import FilingState


def asks(filing: Filing, user: User) -> Decision:
    """The author's side: whoever may file for this team or office today, not only the person who began. Where an office
    has begun that the team leaves, it is not for the team to rewrite or stop it."""
    decision = can(user, Right.SUBMIT_FILING, filing.organization)
    if decision and filing.makes_leave and not _of_office(filing, user):
        return no(gettext_lazy("这件退出是主管红十字会办理的，由它填报、撤回，队伍不能改。"))
    return decision


def withdraws(filing: Filing, user: User) -> Decision:
    """Of the author's side; what an office has handed in, such as another captain, the team does not withdraw, also
    where it has mended it since."""
    decision = asks(filing, user)
    if decision and not _of_office(filing, user) and _came_from_office(filing):
        return no(gettext_lazy("这件备案是主管红十字会提交的，由它撤回。"))
    return decision


def _of_office(filing: Filing, user: User) -> bool:
    return access(user).in_office(Right.SUBMIT_FILING, filing.organization)


def _came_from_office(filing: Filing) -> bool:
    """Whether an office handed in this round of it or one before."""
    by = filing.submitted_by
    if by is None or by.organization.is_office:
        return by is not None
    before = FilingRound.objects.filter(filing=filing, submitted_by__organization__level__in=OFFICE_LEVELS)
    return filing.round_no > 1 and before.exists()


def right_at(step: FilingStep) -> Right:
    """The right a step takes, held at the step's office. Registering is the clerk's, reviewing the reviewer's."""
    return Right.SUBMIT_FILING if step.duty == Duty.REGISTER else Right.REVIEW_FILING


def decides(filing: Filing, user: User) -> Decision:
    """Whoever decides at the step where the filing lies."""
    step = filing.current_step
    if step is None:
        return not_now(gettext_lazy("这件备案现在不在审核步骤。"))
    return _decides_at(step, filing, user)


def corrects(filing: Filing, user: User) -> Decision:
    """Its 批复, once it is filed, is put right by whoever decides where it was decided."""
    step = deciding_step(filing) if filing.state == FilingState.FILED and filing.needs_reply else None
    if step is None:
        return not_now(gettext_lazy("这件备案没有可以更正的批复。"))
    return _decides_at(step, filing, user)


def _decides_at(step: FilingStep, filing: Filing, user: User) -> Decision:
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


def deciders(filing: Filing) -> list[User]:
    """Who is told: the colleague it was given to, else the holders of the duty nearest to the office."""
    if filing.assignee is not None and filing.assignee.is_active and decides(filing, filing.assignee):
        return [filing.assignee]
    step = filing.current_step
    if step is None:
        return []
    return nearest_holders(right_at(step), step.office, without=filing.submitted_by_id)


def nobody_decides(filing: Filing) -> bool:
    """Whether it lies at an office where whoever holds the duty had a part in it himself, or nobody holds it."""
    return filing.current_step is not None and not any(decides(filing, person) for person in deciders(filing))


def author_side(filing: Filing) -> list[User]:
    """Who hears what became of it: who began it and who handed it in; where none of them may file there any more, also
    whoever does now, at the office if one stands behind it."""
    people = {person.pk: person for person in (filing.created_by, filing.submitted_by) if person is not None}
    if not any(person.is_active and asks(filing, person) for person in people.values()):
        by = filing.submitted_by
        of_office = filing.makes_leave or (by is not None and by.organization.is_office)
        place = filing.office if of_office else filing.organization
        people |= {person.pk: person for person in nearest_holders(Right.SUBMIT_FILING, place)}
    return list(people.values())


def acting_for_whom(filing: Filing, user: User | None) -> str:
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
