"""Teams of the person's side: what has changed and was not filed, what was not confirmed this year."""

from collections.abc import Iterator, Mapping

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.models import User
from organizations.permissions import access, reach
from organizations.roles import Level, Right
from portal.home.task import Task
from portal.home.year import Numbers
from portal.todo import shown
from teams.filings.confirming import to_confirm
from teams.models import Team
from teams.on_file.drift import drifting
from teams.reminders import CONFIRM_FROM


def drifting_of(user: User) -> QuerySet[Team]:
    """Teams for which the person may file and of which something changed without a filing."""
    if Right.SUBMIT_FILING not in access(user):
        return Team.objects.none()
    return drifting(Team.objects.filter(reach(user, Right.SUBMIT_FILING, at="organization")))


def to_confirm_of(user: User) -> QuerySet[Team]:
    """Teams whose confirmation of the year the person has still to hand in."""
    today = timezone.localdate()
    if Right.SUBMIT_FILING not in access(user) or (today.month, today.day) < CONFIRM_FROM:
        return Team.objects.none()
    return to_confirm(today.year, Team.objects.filter(reach(user, Right.SUBMIT_FILING, at="organization")))


def none_yet(user: User, numbers: Numbers) -> bool:
    """Whether whoever registers teams has none so far, and none on the way."""
    told = [numbers[name][0] for name in ("teams_on_file", "filings_filed", "filings_waiting") if name in numbers]
    return access(user).in_office(Right.SUBMIT_FILING) and bool(told) and not any(told)


def hints(user: User, numbers: Numbers, counts: Mapping[str, int], *, has_filings: bool) -> Iterator[Task]:
    """:param has_filings: whether the side of the person has any under way."""
    # a banner may well have no team, and would read this every day
    if not has_filings and user.organization.level == Level.LEAGUE and none_yet(user, numbers):
        hint = _("要备案的办理新建备案；有名单的，在“救援队”里从 Excel 导入。")
        yield Task("off", _("提示"), _("还没有登记救援队"), hint, reverse("teams:filing_begin"), _("去登记"))
    if counts.get("drifting"):
        url = reverse("teams:team_list") + "?attention=drift"
        what = _("%(n)s 支队伍的情况有变化，还没有报备案") % {"n": shown(counts["drifting"])}
        hint = _("队长、副队长变更须报主管红十字会备案。")
        yield Task("warn", _("待备案"), what, hint, url, _("去看"))
    today = timezone.localdate()
    if Right.SUBMIT_FILING in access(user):
        number, url = counts.get("to_confirm", 0), reverse("teams:team_list") + "?attention=to_confirm"
    else:
        number, url = numbers.get("teams_unconfirmed", (0, ""))
    if not number or (today.month, today.day) < CONFIRM_FROM or Right.VIEW_TEAM not in access(user):
        return
    is_of_one = len({held.place_id for held in access(user).having(Right.VIEW_TEAM)}) == 1
    if user.organization.level == Level.TEAM and is_of_one:
        what = _("本队 %(year)d 年度还没有确认") % {"year": today.year}
    else:
        what = _("%(n)s 支队伍 %(year)d 年度还没有确认") % {"n": shown(number), "year": today.year}
    hint = _("没有变化的，核对后直接提交年度确认。")
    yield Task("off", _("本年内"), what, hint, url or reverse("teams:team_list"), _("去看"))
