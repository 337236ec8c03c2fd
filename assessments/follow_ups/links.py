"""The page where what a follow-up asks for is done (暂停, 退出): a follow-up does not change the team itself."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.choices import FollowUpKind
from assessments.models import FollowUp
from organizations.models import User
from teams.choices import FilingKind
from teams.filings.drafting import can_begin
from teams.on_file.standing import WORKFLOW

STANDING = {FollowUpKind.RECTIFY: "order_rectification", FollowUpKind.SUSPEND: "suspend"}


def act_of_team(one: FollowUp, user: User) -> dict[str, Any] | None:
    """Label and address of what the reader may begin now; ``post`` where one click makes a draft."""
    team = one.review.team
    if one.kind == FollowUpKind.LEAVE:
        if not can_begin(FilingKind.EXIT, user, place=team.organization, team=team):
            return None
        url = reverse("teams:filing_begin_for", args=[team.pk, FilingKind.EXIT])
        return {"label": _("填报退出备案"), "url": url, "post": True}
    action = STANDING.get(FollowUpKind(one.kind))
    if action is None:
        return None
    move = WORKFLOW.move(action)
    if team.status not in move.sources or not move.allowed(team, user):
        return None
    url = f"{reverse('teams:team_standing', args=[team.pk])}?action={action}"
    return {"label": _("办理%(act)s") % {"act": move.label}, "url": url, "post": False}
