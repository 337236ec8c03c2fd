"""Loads drill subjects, and as samples courses and drill templates, from ``fixtures/training.yaml``. Adds what is
missing, never overwrites what the region has edited."""

from pathlib import Path

import yaml
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from organizations.models import Organization
from organizations.roles import Level
from training.models import Course, CourseVersion, DrillTemplate, Lesson, Subject

FIXTURE = Path(settings.BASE_DIR) / "fixtures" / "training.yaml"


@transaction.atomic
def load_all() -> None:
    """Everything this subject ships with."""
    data = yaml.safe_load(FIXTURE.read_text(encoding="utf-8"))
    Subject.objects.bulk_create(
        [Subject(position=number * 10, **row) for number, row in enumerate(data["subjects"], 1)], ignore_conflicts=True
    )
    region = Organization.objects.get(level=Level.REGION)
    for row in data["templates"]:
        if not DrillTemplate.objects.filter(organization=region, name=row["name"]).exists():
            DrillTemplate.objects.create(organization=region, is_sample=True, **row)
    for row in data["courses"]:
        _course(region, row)


def _course(region: Organization, row: dict) -> None:
    lessons = row.pop("lessons")
    goal = row.pop("goal")
    course, made = Course.objects.get_or_create(organization=region, name=row.pop("name"), defaults=row)
    if not made:
        return
    first = CourseVersion.objects.create(course=course, number=1, goal=goal)
    Lesson.objects.bulk_create(
        [Lesson(version_of=first, position=number, **lesson) for number, lesson in enumerate(lessons, 1)]
    )
    first.published_at = timezone.now()
    first.save()
