"""Reminders of grades that run out and publicities that are over (``core/reminders.py`` sends each once).

The occasion is the day a limit is reached; it is looked for some days longer, in case the portal was down that day.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.gradings.renewing import apply_url, keeping, not_renewed
from assessments.gradings.workflow import deciders
from assessments.models import Grading, TeamGrade
from assessments.states import GradingState
from core.reminders import WINDOW, Reminder, ends_looked_for
from organizations.nearest import nearest_holders
from organizations.roles import Right

STAGES = (90, 30)  # days before a grade runs out


def grades_ending(today: date | None = None) -> Iterator[Reminder]:
    """Told to the team's side; where it was renewed already or applied for again, nobody hears of it."""
    day = today or timezone.localdate()
    stages = ends_looked_for(day, STAGES)
    rows = TeamGrade.objects.held(day).filter(valid_until__in=stages).select_related("team__organization", "category")
    for grade in not_renewed(rows, day, besides=(GradingState.DRAFT,)).order_by("pk"):
        assert grade.valid_until is not None, "chosen by it"
        words = {"team": grade.team.organization.short_name, "grade": grade, "n": (grade.valid_until - day).days}
        yield Reminder(
            nearest_holders(Right.REPORT_ASSESSMENT, grade.team.organization),
            "grade_ending",
            _("%(team)s的%(grade)s还有 %(n)d 天到期") % words,
            keeping(grade),
            grade.get_absolute_url() if grade.is_external else apply_url(grade.team_id, grade.category_id, grade.grade),
            f"grade-{grade.pk}-ends-{grade.valid_until.isoformat()}-{stages[grade.valid_until]}",
        )


def publicities_over(today: date | None = None) -> Iterator[Reminder]:
    """Told to whoever can grant, on the day after the last one of the publicity."""
    day = today or timezone.localdate()
    over = [day - timedelta(days=1 + back) for back in range(WINDOW)]
    rows = Grading.objects.filter(state=GradingState.PUBLICITY, public_until__in=over)
    for grading in rows.select_related("team__organization", "office").order_by("pk"):
        assert grading.public_until is not None, "chosen by it"
        words = {"number": grading.number, "team": grading.team.organization.short_name}
        yield Reminder(
            deciders(grading),
            "publicity_over",
            _("%(number)s（%(team)s）公示期已满，请定级") % words,
            _("有没有答复的异议时先答复。系统只提醒，不会自动定级。"),
            grading.get_absolute_url(),
            f"grading-{grading.pk}-public-until-{grading.public_until.isoformat()}",
        )
