"""大纲 of a course: drawn up as a draft, published, then frozen; the next begins as a copy of the last."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.models import User
from training.models import Course, CourseVersion, Lesson

MOST = 100  # lessons of one syllabus
LINE = ("name", "form", "lessons")


@transaction.atomic
def draft(course: Course) -> CourseVersion:
    """The draft of the next version, with goal and lessons of the last; there is never more than one."""
    locked = Course.objects.select_for_update(of=("self",)).get(pk=course.pk)
    last = locked.versions.order_by("-number").first()
    if last is None:
        return CourseVersion.objects.create(course=locked, number=1)
    if last.published_at is None:
        return last
    made = CourseVersion.objects.create(course=locked, number=last.number + 1, goal=last.goal)
    write(made, [{name: getattr(lesson, name) for name in LINE} for lesson in last.lessons.all()])
    return made


def write(version: CourseVersion, lines: Sequence[dict[str, Any]]) -> None:
    """Make these the lessons of a draft, in this order; writes nothing where they are so already."""
    there = list(version.lessons.values(*LINE))
    wanted = [{name: line[name] for name in LINE} for line in lines]
    if there == wanted:
        return
    version.lessons.all().delete()
    Lesson.objects.bulk_create(
        [Lesson(version_of=version, position=number, **line) for number, line in enumerate(wanted, 1)]
    )


@transaction.atomic
def publish(version: CourseVersion, by: User) -> CourseVersion:
    """From now on trainings are held by this version, and nothing of it changes.

    :raises ValidationError: published already, or without lessons.
    """
    fresh = CourseVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if fresh.published_at is not None:
        raise ValidationError(_("这一版已经发布，不能再改。要改请另起一版。"))
    if not fresh.lessons.exists():
        raise ValidationError(_("大纲里还没有课目，不能发布。"))
    fresh.published_at, fresh.published_by = timezone.now(), by
    fresh.version += 1
    fresh.save()
    return fresh


@dataclass(frozen=True)
class Totals:
    """学时 of a syllabus, by form and in all; ``minutes`` by what the region says one is."""

    lines: int
    lessons: Decimal
    minutes: int

    @property
    def hours(self) -> Decimal:
        return (Decimal(self.minutes) / 60).quantize(Decimal("0.1"))


def totals(lessons: Iterable[Lesson], lesson_minutes: int) -> Totals:
    found = list(lessons)
    added = sum((lesson.lessons for lesson in found), Decimal(0))
    return Totals(len(found), added, int(added * lesson_minutes))


def with_totals(rows: Any) -> Any:
    """Versions with ``lines`` and ``total`` 学时."""
    return rows.annotate(lines=Count("lessons"), total=Sum("lessons__lessons"))


@dataclass(frozen=True)
class Compared:
    """One lesson in two versions. ``state``: same, changed, added or removed."""

    state: str
    old: Lesson | None
    new: Lesson | None


def compare(old: Iterable[Lesson], new: Iterable[Lesson]) -> list[Compared]:
    """What became of each lesson, known by its name; in the new order, what fell away at the end."""
    before: dict[str, list[Lesson]] = defaultdict(list)
    for lesson in old:
        before[lesson.name].append(lesson)
    rows = []
    for lesson in new:
        was = before[lesson.name].pop(0) if before[lesson.name] else None
        rows.append(Compared(_state(was, lesson), was, lesson))
    left = [lesson for lessons in before.values() for lesson in lessons]
    return rows + [Compared("removed", lesson, None) for lesson in sorted(left, key=lambda one: one.position)]


def _state(old: Lesson | None, new: Lesson) -> str:
    if old is None:
        return "added"
    return "same" if (old.form, old.lessons) == (new.form, new.lessons) else "changed"
