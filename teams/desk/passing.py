"""转办: giving a filing to a colleague who may decide it as well. It stays in the queue; others may still act."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core.language import in_chinese
from core.notices import notify
from organizations.models import User
from organizations.permissions import who_can, who_can_each
from teams.desk.deciding import Seen, locked, require_as_seen
from teams.models import Filing, FilingRound, FilingStep
from teams.workflow import decides, note, right_at


def colleagues(filing: Filing, user: User) -> list[User]:
    """Who else decides at the step where it lies; the person himself where somebody else has it. Three queries."""
    step = filing.current_step
    if step is None:
        return []
    holders = {duty.user_id: duty.user for duty, _decision in who_can(right_at(step), step.office)}
    took_part = set(FilingRound.objects.filter(filing=filing).values_list("submitted_by", flat=True))
    others = FilingStep.objects.filter(filing=filing, state=FilingStep.State.DONE).exclude(pk=step.pk)
    took_part |= set(others.values_list("decided_by", flat=True))
    held_by = filing.assignee_id
    return [
        person
        for pk, person in holders.items()
        if pk not in took_part and pk != held_by and (pk != user.pk or held_by is not None)
    ]


def held_elsewhere(filings: Iterable[Any], user: User) -> dict[int, User]:
    """Filing → the colleague it was given to, of those that others than ``user`` hold. What was given to somebody who
    has lost the duty since lies with all again. No query where nothing was given away, else two for each right."""
    given = [each for each in filings if each.assignee_id not in (None, user.pk) and each.current_step is not None]
    found: dict[int, User] = {}
    for right in {right_at(each.current_step) for each in given}:
        here = [each for each in given if right_at(each.current_step) == right]
        holders = who_can_each(right, {each.current_office for each in here})
        for each in here:
            if any(duty.user_id == each.assignee_id for duty, _why in holders[each.current_office_id]):
                found[each.pk] = each.assignee
    return found


@transaction.atomic
def transfer(filing: Filing, *, to: User, by: User, seen: Seen, words: str = "") -> Filing:
    """Give it to ``to``, who is told. Raises ``ValidationError`` when that person cannot decide it (any more)."""
    fresh = locked(filing)
    require_as_seen(fresh, seen, by)
    decides(fresh, by).require()
    person = User.objects.get(pk=to.pk)  # as of now: what one may do is kept on the object
    if not person.is_active or not decides(fresh, person):
        raise ValidationError(_("%(who)s现在不能办理这一步，请另选一位。") % {"who": person}, code="holder")
    if fresh.assignee_id == person.pk:
        raise ValidationError(_("这件备案已经在%(who)s手上。") % {"who": person}, code="same")
    fresh.assignee = person
    fresh.version += 1
    fresh.save(update_fields=["assignee", "version"])
    note(fresh, "transfer", by=by, comment=words, facts={"to": str(person), "to_id": person.pk})
    if person.pk != by.pk:
        with in_chinese():
            title = _("%(who)s转给您办理：%(name)s（%(kind)s）") % {
                "who": by, "name": fresh.name, "kind": fresh.get_kind_display(),
            }  # fmt: skip
        notify(
            [person],
            kind="filing_transferred",
            title=title,
            body=words,
            url=reverse("teams:desk_filing", args=[fresh.pk]),
        )
    return fresh
