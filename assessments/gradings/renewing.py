"""再次申请: when a grade is due to be applied for again, and whether that is under way or done already. Pages, the home
page and reminders ask here."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from assessments.gap.links import address
from assessments.models import Grading, TeamGrade
from assessments.states import GradingState
from teams.states import ON_FILE, TeamStatus

SOON = 180  # 示例: days before its end from which a grade is applied for again
CLOSED = (GradingState.GRANTED, GradingState.DECLINED, GradingState.ABANDONED)
_LATER = Q(valid_until__gt=OuterRef("valid_until")) | Q(valid_until=None)


@dataclass(frozen=True)
class Renewal:
    """:param url: where to apply again; empty: not now. :param since: the day from which it is offered, where that is
    still to come. :param open_one: the application that is under way."""

    url: str = ""
    since: date | None = None
    open_one: Grading | None = None


def renewal(grade: TeamGrade, day: date) -> Renewal:
    """Of one grade. Two queries."""
    open_one = _applications().filter(team=grade.team_id, **_kind(grade)).select_related("standard").last()
    if open_one is not None:
        return Renewal(open_one=open_one)
    if grade.team.status not in ON_FILE:
        return Renewal()
    if grade.is_held:
        if grade.valid_until is None:
            return Renewal()
        since = grade.valid_until - timedelta(days=SOON)
        if since > day:
            return Renewal(since=since)
    same = TeamGrade.objects.held(day).exclude(pk=grade.pk)
    same = same.filter(team=grade.team_id, scheme=grade.scheme, category=grade.category_id, specialty=grade.specialty)
    if (same.filter(Q(valid_until__gt=grade.valid_until) | Q(valid_until=None)) if grade.is_held else same).exists():
        return Renewal()
    return Renewal(url=apply_url(grade.team_id, grade.category_id, grade.grade))


def apply_url(team: int, category: str | None, grade: str) -> str:
    """Where a grade of a category is applied for, with both chosen."""
    return address("assessments:grading_create", team=team, category=category or "", grade=grade)


def keeping(grade: TeamGrade) -> str:
    """What the team does to keep it: apply here again, or go to whoever gave it."""
    words = {"day": grade.valid_until.isoformat() if grade.valid_until else "", "issuer": grade.issuer}
    if grade.is_external:
        return _("有效至 %(day)s。由“%(issuer)s”评定，请到那里办理复评；换发证书以后再来登记。") % words
    return _("有效至 %(day)s。要保持等级，请再次申请测评；不会自动续期。") % words


def not_renewed(grades: "QuerySet[TeamGrade]", day: date, *, besides: tuple[str, ...] = ()) -> "QuerySet[TeamGrade]":
    """Of teams that have not left, without those of whose kind the team holds one that lasts longer, or has an
    application under way that does not stand in one of the states ``besides``."""
    alike = Q(category=OuterRef("category")) | Q(category=None, specialty__gt="")
    later = TeamGrade.objects.held(day).filter(
        _LATER, alike, team=OuterRef("team"), scheme=OuterRef("scheme"), specialty=OuterRef("specialty")
    )
    for_it = Q(standard__category=OuterRef("category")) | Q(standard__category=None, standard__specialty__gt="")
    under_way = _applications().exclude(state__in=besides)
    under_way = under_way.filter(for_it, team=OuterRef("team"), standard__scheme=OuterRef("scheme"))
    under_way = under_way.filter(standard__specialty=OuterRef("specialty"))
    there = grades.exclude(team__status=TeamStatus.EXITED)
    return there.exclude(Exists(later)).exclude(Exists(under_way.order_by()))


def _applications() -> "QuerySet[Grading]":
    return Grading.objects.exclude(state__in=CLOSED).order_by("pk")


def _kind(grade: TeamGrade) -> dict[str, Any]:
    return {
        "standard__scheme": grade.scheme, "standard__category": grade.category_id,
        "standard__specialty": grade.specialty,
    }  # fmt: skip
