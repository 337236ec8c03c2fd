"""Which office holds a grading, and who is told (no rule was found on who tests which grade, so the standard
says it per grade)."""

from assessments.models import Conclusion, Grading
from organizations.models import Organization, User
from organizations.nearest import nearest_holders
from organizations.permissions import can
from organizations.roles import Level, Right
from organizations.tree import line_above

_TOP = (Level.REGION, Level.NATIONAL)


def organiser_of(grading: Grading) -> str:
    """The level of office the standard names for the grade applied for; the region where it names none."""
    rows = Conclusion.objects.filter(standard=grading.standard_id, key=grading.applied_grade)
    return rows.values_list("organiser", flat=True).first() or Level.REGION.value


def office_for(grading: Grading, *, by: User | None = None) -> Organization:
    """The office of that level above the team; where nobody besides ``by`` could decide there, the nearest above."""
    line = list(line_above(grading.team.organization.path).offices().order_by("-path"))
    wanted = (Level.LEAGUE.value, *_TOP) if organiser_of(grading) == Level.LEAGUE else _TOP
    fitting = [office for office in line if office.level in wanted] or line[-1:]
    held = [office for office in fitting if _decided_by(office, by)]
    return (held or fitting)[0]


def _decided_by(office: Organization, by: User | None) -> bool:
    return any(by is None or one.pk != by.pk for one in nearest_holders(Right.MANAGE_ASSESSMENT, office))


def handlers_of(grading: Grading) -> list[User]:
    """Who checks the papers and keeps it going."""
    assert grading.office is not None, "handed in"
    return nearest_holders(Right.SCORE_ASSESSMENT, grading.office, without=grading.submitted_by_id)


def team_side(grading: Grading) -> list[User]:
    """Who handed it in, or, where that one is no longer in office, whoever is nearest to the team."""
    by, team = grading.submitted_by, grading.team.organization
    if by is not None and by.is_active and can(by, Right.REPORT_ASSESSMENT, team):
        return [by]
    return nearest_holders(Right.REPORT_ASSESSMENT, team)
