"""What has to be so before a grading may go on: the panel, its scores, the result."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.choices import PANEL_LEAST, Grade
from assessments.models import Grading, PanelMember
from assessments.panel.members import hindrances, without_lead
from assessments.panel.sheet import unfinished, unsettled
from assessments.publicity import objections
from assessments.scoring import ScoreSheet
from teams.states import ON_FILE

NO_GRADE = gettext_lazy("专家组的评分没有达到任何一档，只能不予定级或者补充评分。")


def panel_problems(grading: Grading) -> list[str]:
    """What keeps the panel from beginning; recusal is asked once more."""
    now = grading.panel.on_it().count()
    return too_few(now) + (hindrances(grading) if now else [])


def too_few(now: int) -> list[str]:
    return [_("专家组至少 %(n)d 人，现在 %(now)d 人。") % {"n": PANEL_LEAST, "now": now}] if now < PANEL_LEAST else []


def panel_gaps(members: Sequence[PanelMember]) -> list[str]:
    """What a panel that scores lacks since somebody left it. :param members: who is still on it."""
    few = [_("%(few)s请先调整专家组，另请专家。") % {"few": few} for few in too_few(len(members))]
    return few + without_lead(members)


def site_problems(grading: Grading) -> list[str]:
    """What keeps the panel's work from being closed; somebody may have left it half way."""
    found = panel_gaps(list(grading.panel.on_it()))
    names = [str(member.user) for member in unfinished(grading)]
    if names:
        found.append(_("还没有完成评分：%(names)s。") % {"names": _("、").join(names)})
    apart = unsettled(grading)
    if apart:
        names = [one.code for one in apart]
        found.append(_("评分有差异、还没有合议的指标：%(codes)s。") % {"codes": _("、").join(names)})
    return found


def best_result(grading: Grading, sheet: ScoreSheet) -> str:
    """The best grade that may be given: not better than applied for, nor than the points reach. Empty: none."""
    if sheet.conclusion is None or sheet.conclusion.key not in Grade.values:
        return ""
    return max(sheet.conclusion.key, grading.applied_grade)  # 1 级 is the best


def team_gone(grading: Grading) -> str:
    """Said where the team is on file no more; empty otherwise."""
    return "" if grading.team.status in ON_FILE else _("队伍已经退出，不能定级；请写明原因，不予定级。")


def grant_problems(grading: Grading) -> list[str]:
    """What still keeps the grade from being given."""
    found = [gone] if (gone := team_gone(grading)) else []
    if grading.public_until is None or grading.public_until >= timezone.localdate():
        found.append(_("公示期还没有结束。"))
    waiting = objections.open_ones(grading).count()
    if waiting:
        found.append(_("还有 %(n)d 件异议没有答复。") % {"n": waiting})
    if objections.is_upheld(grading):
        found.append(_("有异议成立，要先重新评议。"))
    return found
