"""What the offices above may do about a team that is on file, besides deciding on filings.

- 已备案 filed: the team works.
- 整改中 rectifying: it was told to put something right, with the reason; it works on. Whoever told it, or
  another holder of the duty, ends it when it is done.
- 暂停 suspended: it may not go out under the emblem for the time being. It comes back by a filing (恢复).
- 已退出 exited: only by a filing (退出); so is the way back.

The reviewer's duty decides, at the region or at the league that the team's office is or lies under: so the banner that
manages a team does not judge it alone. The people of the team and of its office are told.
"""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from core.decisions import Decision, no, yes
from core.language import in_chinese, sentence
from core.notices import notify
from core.workflow import Move, Workflow
from organizations.models import User
from organizations.permissions import access, who_can
from organizations.roles import Right
from teams.models import Team
from teams.states import TEAM_STEPS


def supervises(team: Team, user: User) -> Decision:
    """Whether the user holds the reviewer's duty at an office above or equal to the one that manages the team."""
    for held in access(user).having(Right.REVIEW_FILING):
        if team.organization.parent_path.startswith(held.path) and not held.proxy_for:
            return yes(sentence(gettext_lazy("在%(where)s任“审核”，可以责令整改和暂停。"), {"where": held.name}))
    return no(gettext_lazy("责令整改和暂停由盟市或自治区的审核岗位办理，您现在没有这项职责。"))


def _told(team: Team) -> list[User]:
    """Those who keep the team's affairs: its own people, and the clerks of its office."""
    there = (team.organization.path, team.organization.parent_path)
    duties = [duty for duty, _why in who_can(Right.SUBMIT_FILING, team.organization)]
    return list({duty.user_id: duty.user for duty in duties if duty.organization.path in there}.values())


def _tell(team: Team, message: StrOrPromise, reason: str = "") -> None:
    with in_chinese():
        title = str(message) % {"name": team.name}
        body = _("原因：%(reason)s") % {"reason": reason} if reason else ""
    url = reverse("teams:team_detail", args=[team.pk])
    notify(_told(team), kind="team_standing", title=title, body=body, url=url)


def _order(team: Team, by: User, reason: str = "") -> None:
    team.status_reason = reason[:200]
    _tell(team, gettext_lazy("责令整改：%(name)s"), reason)


def _end(team: Team, by: User, reason: str = "") -> None:
    team.status_reason = ""
    _tell(team, gettext_lazy("整改已完成：%(name)s"), reason)


def _suspend(team: Team, by: User, reason: str = "") -> None:
    team.status_reason = reason[:200]
    _tell(team, gettext_lazy("暂停：%(name)s"), reason)


_S = TEAM_STEPS
MOVES = (
    Move(
        "order_rectification", gettext_lazy("责令整改"), _S["order_rectification"], supervises,
        needs_comment=True, apply=_order,
    ),
    Move(
        "end_rectification", gettext_lazy("整改完成"), _S["end_rectification"], supervises, needs_comment=True,
        tone="main", apply=_end,
    ),
    Move(
        "suspend", gettext_lazy("暂停"), _S["suspend"], supervises, needs_comment=True, tone="danger", apply=_suspend
    ),
)  # fmt: skip
WORKFLOW = Workflow(MOVES, state_field="status")

# What follows from a move, for the page that asks before it is made.
CONSEQUENCES: dict[str, tuple[Any, ...]] = {
    "order_rectification": (
        gettext_lazy("队伍状态变为“整改中”，原因写在队伍页面上。"),
        gettext_lazy("队伍和主管红十字会会收到通知。"),
    ),
    "end_rectification": (gettext_lazy("队伍状态恢复为“已备案”，队伍和主管红十字会会收到通知。"),),
    "suspend": (
        gettext_lazy("暂停期间队伍不得以红十字救援队名义开展活动。"),
        gettext_lazy("恢复要由队伍或主管红十字会报“恢复”备案。"),
        gettext_lazy("队伍和主管红十字会会收到通知。"),
    ),
}
