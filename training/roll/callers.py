"""Who may call whose roll: the host's keepers everybody's, a joined team's keepers their own people's."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.decisions import Decision, no
from organizations.models import Organization, User
from organizations.permissions import can
from organizations.roles import Right
from training.models import Activity


@dataclass(frozen=True)
class Caller:
    """What one user may mark in one activity.

    :ivar teams: keys of the joined teams whose people he marks, where he is not the host's keeper.
    """

    decision: Decision
    at_host: bool
    teams: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.at_host or bool(self.teams)

    def calls(self, team: int) -> bool:
        """:param team: key of the organization in whose name somebody takes part."""
        return self.at_host or team in self.teams


def joined(activity: Activity) -> list[Organization]:
    """The teams that take part. One query."""
    return list(Organization.objects.filter(pk__in=activity.teams.order_by().values("organization")).order_by("path"))


def caller_of(activity: Activity, user: User, teams: Iterable[Organization]) -> Caller:
    """:param teams: ``joined(activity)``."""
    at_host = can(user, Right.EDIT_TRAINING, activity.host)
    if at_host:
        return Caller(at_host, True)
    own = [team for team in teams if can(user, Right.EDIT_TRAINING, team)]
    if own:
        return Caller(can(user, Right.EDIT_TRAINING, own[0]), False, frozenset(team.pk for team in own))
    return Caller(no(_("点名由主办单位的负责人点；参加队伍的负责人点自己队里的人。")), False)
