"""演练模板: who may look at which, and who keeps one."""

from django.db.models import Q, QuerySet

from core.decisions import Decision
from organizations.models import User
from organizations.models.organization import line_to
from organizations.permissions import access, can, reach
from organizations.roles import Right
from training.models import DrillTemplate


def readable(user: User) -> QuerySet[DrillTemplate]:
    """Those of places whose trainings the user sees, and of the offices above them, which are there to be used."""
    above = {path for held in access(user).having(Right.VIEW_TRAINING) for path in line_to(held.path)}
    rows = DrillTemplate.objects.filter(
        reach(user, Right.VIEW_TRAINING, at="organization") | Q(organization__path__in=above)
    )
    return rows.select_related("organization")


def keeps(template: DrillTemplate, user: User) -> Decision:
    return can(user, Right.EDIT_TRAINING, template.organization)
