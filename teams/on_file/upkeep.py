"""What a team and its office keep up to date without a filing: facts, posts, coverage, what bears the emblem."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.decisions import Decision, no, yes
from core.integrity import plainly
from core.language import in_chinese
from core.notices import notify
from organizations.models import Organization, User
from organizations.nearest import nearest_holders
from organizations.permissions import can
from organizations.roles import Right
from teams.members import retitle
from teams.models import Team, TeamPost
from teams.states import ON_FILE
from teams.validators import validate_not_future


def can_keep(team: Team, user: User) -> Decision:
    """Right and state together, for buttons. Pages ask ``Team.can_edit`` first, which refuses, then ``is_kept``."""
    decision = team.can_edit(user)
    return is_kept(team) if decision else decision


def is_kept(team: Team) -> Decision:
    """Before it is filed everything stands in the registration; after it has left nothing changes any more."""
    if team.status in ON_FILE:
        return yes("")
    return no(_("队伍现在是“%(status)s”，不能这样修改。") % {"status": team.get_status_display()})


def touch(team: Team) -> None:
    """The team's information was brought up to date just now."""
    Team.objects.filter(pk=team.pk).update(maintained_at=timezone.now())


@transaction.atomic
def end_post(post: TeamPost, *, on: date, reason: str, by: User) -> TeamPost:
    """Somebody has left a post. Of captain and deputies the office is told, for the change has to be filed.

    :raises ValidationError: ended already, or a day that cannot be.
    """
    fresh: TeamPost = TeamPost.objects.select_for_update(of=("self",)).select_related("team").get(pk=post.pk)
    can(by, Right.EDIT_TEAM, fresh.team.organization).require()
    if not fresh.is_current:
        raise ValidationError(_("%(name)s已经登记离任了。") % {"name": fresh.name})
    if on < fresh.starts_on:
        raise ValidationError({"ends_on": _("离任日期不能早于任职日期（%(day)s）。") % {"day": fresh.starts_on}})
    validate_not_future(on)
    fresh.ends_on, fresh.end_reason = on, reason
    fresh.version += 1
    with plainly(TeamPost):
        fresh.save(update_fields=["ends_on", "end_reason", "version"])
    touch(fresh.team)
    retitle(fresh.team, [fresh])
    if fresh.is_filed_role:
        _tell_office(fresh, by)
    return fresh


def _tell_office(post: TeamPost, by: User) -> None:
    team = post.team
    office = Organization.objects.get(path=team.organization.parent_path)
    people = [*nearest_holders(Right.SUBMIT_FILING, team.organization), *nearest_holders(Right.SUBMIT_FILING, office)]
    with in_chinese():
        title = _("%(post)s已登记离任，请报变更备案：%(team)s") % {"post": post, "team": team}
    notify(
        [person for person in people if person.pk != by.pk], kind="team_drift", title=title, url=team.get_absolute_url()
    )
