"""What happens to memberships besides the moves of the workflow: another team, another group, several at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.language import as_stored
from core.models import WorkflowEvent
from core.notices import notify
from core.refusals import refusal
from organizations.models import Organization, User
from organizations.permissions import access, can, reach
from organizations.roles import Level, Right
from people.choices import EndKind
from people.membership.enrolling import choose_main, enrol
from people.models import Membership
from people.states import MembershipState
from people.workflow import MEMBERSHIP


def teams_kept(user: User) -> QuerySet[Organization]:
    """Teams whose roster the user keeps."""
    rows = Organization.objects.in_force().teams().filter(reach(user, Right.EDIT_MEMBER, at=""))
    kept: QuerySet[Organization] = rows.order_by("path")
    return kept


def own_team(user: User) -> Organization | None:
    """The only team whose roster the user keeps, as one of its own people: a captain's; None for everybody else, also
    for the captain of two."""
    place = user.organization
    kept = {held.place_id for held in access(user).having(Right.EDIT_MEMBER)}
    return place if place.level == Level.TEAM and kept == {place.pk} else None


@transaction.atomic
def transfer(
    membership: Membership, to: Organization | None, *, on: date, by: User, reason: str = ""
) -> Membership | None:
    """End the membership as 转队 and begin one at ``to`` in the same standing, as main team where this was it.

    :param to: None where it is not known here: the new team enters the member itself, and None is returned.
    :raises MoveNotAllowed: as ``workflow.MEMBERSHIP`` does. ``ValidationError``: a day or the new team is not right.
    """
    if to is not None:
        can(by, Right.EDIT_MEMBER, to).require()
    state, kind = MembershipState(membership.state), membership.kind
    was_main = membership.is_main
    MEMBERSHIP.perform(membership, "end", by=by, left_on=on, end_kind=EndKind.TRANSFER.value, end_reason=reason.strip())
    if to is None:
        return None
    basis = as_stored(gettext_lazy("由%(team)s转入"), team=membership.organization.short_name)
    new = enrol(membership.person, to, joined_on=on, state=state, kind=kind, basis=basis[:100])
    if was_main and not new.is_main:  # a third team has become it
        choose_main(new)
    return new


@transaction.atomic
def reinstate(membership: Membership, *, by: User, comment: str, version: int | None = None) -> Membership:
    """Back on the roster in the standing in which it was left: nobody is confirmed by having left by mistake.

    :param version: as the page showed it (``Workflow.perform_seen``); None: not asked.
    :raises MoveNotAllowed, ValidationError: as ``workflow.MEMBERSHIP`` does.
    """
    ends = WorkflowEvent.objects.of(membership).filter(action="end").order_by("-at", "-pk")
    left = ends.values_list("from_state", flat=True).first()
    back = MEMBERSHIP.perform_seen(membership, "reinstate", version=version, by=by, comment=comment)
    return MEMBERSHIP.perform(back, "demote", by=by, comment=comment) if left == MembershipState.PROBATION else back


# -- several at once ------------------------------------------------------------------------------------
@dataclass
class Done:
    """What came of an act on several: how many, and whom it passed over, with the reason."""

    count: int = 0
    left_out: list[str] = field(default_factory=list)


@transaction.atomic
def regroup(rows: Iterable[Membership], group: str) -> Done:
    """Put members into a group (empty: into none). Those in it already are left alone."""
    done = Done()
    keys = [row.pk for row in rows if row.group != group]
    for row in Membership.objects.select_for_update(of=("self",)).filter(pk__in=keys):
        row.group, row.version = group, row.version + 1
        row.clean_fields(exclude=["person", "organization"])
        row.save(update_fields=["group", "version"])
        done.count += 1
    return done


def confirm(rows: Iterable[Membership], by: User) -> Done:
    """Make those on probation full members; each stands for itself, and who cannot be is named."""
    done = Done()
    for row in rows:
        if why := refusal(partial(MEMBERSHIP.perform, row, "confirm", by=by)):
            done.left_out.append(_("%(name)s：%(why)s") % {"name": row.person.name, "why": why})
        else:
            done.count += 1
    return done


def tell(rows: Iterable[Membership], *, title: str, body: str, url: str = "") -> Done:
    """A notice to those of the members who have an account; the others are named."""
    done, users = Done(), []
    for row in rows:
        user = row.person.user
        if user is not None and user.is_active:
            users.append(user)
        else:
            done.left_out.append(row.person.name)
    done.count = notify(users, kind="roster_message", title=title, body=body, url=url)
    return done
