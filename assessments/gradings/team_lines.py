"""What 队伍一页纸 says of a team's grades (``settings.TEAM_LINES``): those in force, and no others."""

from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import TeamGrade
from teams.models import Team


def grades(team: Team) -> tuple[str, list[str]]:
    rows = TeamGrade.objects.held(timezone.localdate()).filter(team=team).select_related("category")
    return _("测评等级"), [_said(row) for row in rows.order_by("scheme", "grade", "pk")]


def _said(row: TeamGrade) -> str:
    until = row.valid_until.isoformat() if row.valid_until else _("长期有效")
    words = {"grade": row, "scheme": row.get_scheme_display(), "until": until}
    return _("%(grade)s（%(scheme)s，至 %(until)s）") % words
