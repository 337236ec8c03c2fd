"""Insurance and first aid of people on a list, on the days it is held (志愿服务条例第17条)."""

from datetime import date

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.utils import timezone

from people.models import Certificate, Cover
from training.choices import TrainingKind
from training.models import Activity

# 培训 in which people work with ropes, boats, saws: asks for insurance as a drill does
PRACTICAL = (TrainingKind.SKILL, TrainingKind.REFRESHER)


def needs_cover(activity: Activity) -> bool:
    """Drills and practical trainings (志愿服务条例第17条)."""
    return activity.is_drill or activity.training_kind in PRACTICAL


def days_of(activity: Activity) -> tuple[date, date]:
    """First and last day; today where nothing is set yet."""
    first = timezone.localdate(activity.starts_at) if activity.starts_at else timezone.localdate()
    return first, timezone.localdate(activity.ends_at) if activity.ends_at else first


def with_papers(rows: QuerySet, activity: Activity) -> QuerySet:
    """Rows with a ``person``, each with ``insured`` (on the first and on the last day) and ``aided`` (holds a
    first-aid certificate in force on the first)."""
    first, last = days_of(activity)
    insured = Q(_covered(first)) if first == last else Q(_covered(first)) & Q(_covered(last))
    aid = Certificate.objects.counting(first).filter(person=OuterRef("person"), kind__is_first_aid=True)
    return rows.annotate(insured=ExpressionWrapper(insured, BooleanField()), aided=Exists(aid.order_by()))


def _covered(day: date) -> Exists:
    return Exists(Cover.objects.on(day).personal().filter(person=OuterRef("person")).order_by())
