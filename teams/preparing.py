"""A team that is being built up (筹建): it has a place in the tree, so that its people can have accounts."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from organizations.models import User
from organizations.permissions import can
from organizations.roles import Right
from teams.applying import new_leaf
from teams.models import Filing, Team
from teams.proposal import Proposal
from teams.states import WITH_AUTHOR


@transaction.atomic
def prepare(filing: Filing, *, by: User) -> Team:
    """Give the team of a registration its place before it is filed; the filing is then the team's own.

    :raises ValidationError: without a name, or when the name is taken.
    """
    fresh = Filing.objects.select_for_update(of=("self",)).get(pk=filing.pk)
    can(by, Right.SUBMIT_FILING, fresh.office).require()
    if fresh.team_id is not None or fresh.state not in WITH_AUTHOR:
        raise ValidationError(_("这支队伍已经建档了。"))
    proposal = Proposal.of(fresh)
    if "name" in proposal.errors or not proposal.values.get("name"):
        raise ValidationError(_("请先填好队伍名称。"))
    team = Team(organization=new_leaf(fresh, proposal))
    team.save()
    fresh.team, fresh.organization_id = team, team.organization_id
    fresh.version += 1
    fresh.save()
    return team
