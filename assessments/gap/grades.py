"""Grades a team holds or held, with how they stand on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from assessments.gap.links import address
from assessments.gradings.renewing import SOON
from assessments.models import TeamGrade
from core.words import due_in_words


@dataclass(frozen=True)
class GradeCard:
    grade: TeamGrade
    label: str
    tone: str
    icon: str
    url: str


def cards(grades: Iterable[TeamGrade], day: date) -> list[GradeCard]:
    """Those in force first, the newest first among them."""
    made = [GradeCard(one, *_stands(one, day), address("assessments:grade_detail", one.pk)) for one in grades]
    return sorted(made, key=lambda card: card.tone == "off")


def _stands(grade: TeamGrade, day: date) -> tuple[str, str, str]:
    if grade.ended_on is not None and grade.ended_on <= day:
        return _("已注销"), "off", "off"
    if grade.valid_until is None:
        return _("有效"), "ok", "ok"
    left = (grade.valid_until - day).days
    if left < 0:
        return _("已过期"), "off", "off"
    if left <= SOON:
        return due_in_words(left), "warn", "warn"
    return _("有效"), "ok", "ok"
