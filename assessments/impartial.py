"""Nobody decides on his own team's matter, nor on what he handed in himself."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from core.decisions import Decision, no, yes
from organizations.models import User
from people.models import Membership
from teams.models import Team

HANDED_IN = _("自己报送的申请要由别人办理。")
OF_THE_TEAM = _("您是这支队伍的队员，要回避，由别人办理。")


def own_teams(user: User) -> frozenset[int]:
    """Organizations of the teams the person is a member of now; kept on the user object like ``permissions.access``."""
    found: frozenset[int] | None = getattr(user, "_own_teams", None)
    if found is None:
        rows = Membership.objects.current().filter(person__user=user).order_by()
        found = frozenset(rows.values_list("organization_id", flat=True))
        user._own_teams = found  # type: ignore[attr-defined]
    return found


def has_nothing_to_do_with(team: Team, user: User, *, submitted_by: int | None = None) -> Decision:
    """Whether the person may decide on what the team handed in, as far as closeness goes; rights are asked besides."""
    if submitted_by is not None and submitted_by == user.pk:
        return no(HANDED_IN)
    if user.organization_id == team.organization_id or team.organization_id in own_teams(user):
        return no(OF_THE_TEAM)
    return yes("")


def taken_back_by(handles: Decision, reports: Decision) -> Decision:
    """Taking back what was handed in is for the side that reported it. An office that keeps the team as well and
    handles the report returns it, with a reason."""
    return no(_("报来的由本单位办理，要改请退回修改；撤回由报送的一方办。")) if handles else reports


def hands_in_it(who: Any, *, submitted_by: Any, team: Any) -> list[tuple[StrOrPromise, Q]]:
    """The same as reason and condition, of which none may hold; asks nothing by itself.

    :param who: key of the person. All three may be references to the query around it; ``team`` is the organization.
    """
    people = User.objects.filter(pk=who).order_by()
    member = Membership.objects.current().filter(person__user=who, organization=team).order_by()
    return [
        (HANDED_IN, Q(Exists(people.filter(pk=submitted_by)))),
        (OF_THE_TEAM, Q(Exists(people.filter(organization=team))) | Q(Exists(member))),
    ]


def not_of_own_teams(user: User) -> Q:
    """As a filter over what hangs on a team."""
    bars = hands_in_it(user.pk, submitted_by=OuterRef("submitted_by"), team=OuterRef("team__organization"))
    return ~reduce(or_, [condition for _reason, condition in bars])
