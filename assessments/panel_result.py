"""What the panel found, as the deliberation reads it.

The panel's own module (``assessments.panel.sheet``) says how marks become answers; while it is not there, what was
settled counts, and the mean of the assessors' latest marks elsewhere.
"""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from importlib.util import find_spec
from typing import Any

from django.utils.module_loading import import_string

from assessments.models import Grading, Indicator, ScoreMark, SettledScore
from assessments.rules import rules_of
from assessments.scoring import Answer, ScoreSheet, score

_CENT = Decimal("0.01")
_SHEET = "assessments.panel.sheet"


def panel_answers(grading: Grading) -> dict[str, Answer]:
    """Indicator code → what the panel came to."""
    found: dict[str, Answer] = _there()("panel_answers", grading) if _there() else _means(grading)
    return found


def unsettled(grading: Grading) -> list[Indicator]:
    """Differences between assessors that nobody has settled."""
    found: list[Indicator] = _there()("unsettled", grading) if _there() else []
    return found


def sheet_of(grading: Grading, *, aim: str = "") -> ScoreSheet:
    """The panel's sheet under the application's standard, its lines for ``aim`` or the grade applied for."""
    return score(rules_of(grading.standard), panel_answers(grading), aim=aim or grading.applied_grade or None)


def _there() -> Any:
    if find_spec("assessments.panel") is None or find_spec(_SHEET) is None:
        return None
    return lambda name, grading: import_string(f"{_SHEET}.{name}")(grading)


def _means(grading: Grading) -> dict[str, Answer]:
    latest: dict[tuple[int, str], ScoreMark] = {}
    marks = ScoreMark.objects.filter(member__grading=grading, member__left_on=None).select_related("indicator")
    for mark in marks:
        latest[mark.member_id, mark.indicator.code] = mark
    by_code: dict[str, list[ScoreMark]] = defaultdict(list)
    for (_member, code), mark in latest.items():
        by_code[code].append(mark)
    found = {code: _mean(marks) for code, marks in by_code.items()}
    for row in SettledScore.objects.filter(grading=grading).select_related("indicator"):
        found[row.indicator.code] = Answer(row.value, row.points, row.not_applicable)
    return found


def _mean(marks: list[ScoreMark]) -> Answer:
    if all(mark.not_applicable for mark in marks):
        return Answer(not_applicable=True)
    values = [mark.value for mark in marks if mark.value is not None]
    points = [mark.points for mark in marks if mark.points is not None]
    return Answer(_middle(values), _middle(points))


def _middle(numbers: list[Decimal]) -> Decimal | None:
    return (sum(numbers, Decimal(0)) / len(numbers)).quantize(_CENT, ROUND_HALF_UP) if numbers else None
