"""演练模板: who may look at which, what is in it, and who keeps one."""

from typing import Any

from django.db.models import Q, QuerySet

from core.decisions import Decision
from organizations.models import User
from organizations.models.organization import line_to
from organizations.permissions import access, can, reach
from organizations.roles import Right
from training.activities.beginning import TEMPLATED
from training.choices import ActivityKind
from training.models import Activity, DrillTemplate, Subject
from training.records.reading_sheet import in_words


def readable(user: User) -> QuerySet[DrillTemplate]:
    """Those of places whose trainings the user sees, and of the offices above them, which are there to be used."""
    above = {path for held in access(user).having(Right.VIEW_TRAINING) for path in line_to(held.path)}
    rows = DrillTemplate.objects.filter(
        reach(user, Right.VIEW_TRAINING, at="organization") | Q(organization__path__in=above)
    )
    return rows.select_related("organization")


def keeps(template: DrillTemplate, user: User) -> Decision:
    return can(user, Right.EDIT_TRAINING, template.organization)


def contents(template: DrillTemplate) -> list[dict[str, Any]]:
    """What a drill begins with that is made from it, in words."""
    kept = {name: template.payload[name] for name in TEMPLATED if name in template.payload}
    drill = Activity(kind=ActivityKind.DRILL, **kept)
    found = {"subjects": list(Subject.objects.all())}
    told = ((Activity._meta.get_field(name), in_words(drill, name, found)[0]) for name in TEMPLATED)
    return [{"label": field.verbose_name, "value": value} for field, value in told if value]  # type: ignore[union-attr]
