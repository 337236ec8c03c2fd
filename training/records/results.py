"""What came of a training for each who was there: outcome and score, typed in one form, row by row."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.utils.translation import gettext as _

from training.choices import Outcome
from training.models import Activity, Participation
from training.participants.attended import present
from training.participants.listing import locked

TOP = Decimal(100)


@dataclass
class Line:
    """One person's line. ``outcome`` and ``score`` are what the form shows: as typed where it could not be kept."""

    row: Participation
    outcome: str
    score: str
    error: str = ""


def lines_of(activity: Activity) -> list[Line]:
    return [_line(row) for row in present(activity)]


def _line(row: Participation) -> Line:
    return Line(row, row.outcome, "" if row.score is None else f"{row.score.normalize():f}")


@transaction.atomic
def save(activity: Activity, typed: Mapping[str, str], *, rest: str = "") -> tuple[list[Line], int]:
    """Keep what was typed; returns all lines, and how many changed.

    A line that is wrong, or that somebody else changed meanwhile, is not kept and says so; the others are.

    :param typed: ``outcome-<key>``, ``score-<key>``, ``version-<key>`` of each line.
    :param rest: outcome of all who would be left without one.
    :raises MoveNotAllowed: the record was handed in meanwhile.
    """
    locked(activity)
    rows = list(present(activity).select_for_update(of=("self",)))
    lines, changed = [], []
    for row in rows:
        line = _read(row, typed, rest)
        if not line.error and _keep(line):
            changed.append(row)
        lines.append(line)
    Participation.objects.bulk_update(changed, ["outcome", "score", "version"], batch_size=500)
    return lines, len(changed)


def _read(row: Participation, typed: Mapping[str, str], rest: str) -> Line:
    name = f"outcome-{row.pk}"
    if name not in typed:  # marked present since the page was opened
        return _line(row)
    line = Line(row, typed[name] or (rest if rest in Outcome.values else ""), typed.get(f"score-{row.pk}", "").strip())
    now = _line(row)
    if (line.outcome, line.score) == (now.outcome, now.score):
        return line
    if typed.get(f"version-{row.pk}") != str(row.version):
        words = {"outcome": row.get_outcome_display() or _("（空）"), "score": now.score or _("（空）")}
        line.error = _("别人刚改过：%(outcome)s，%(score)s。您填的还在，再保存一次以您填的为准。") % words
    elif line.outcome not in ("", *Outcome.values):
        line.error = _("没有这种结果。")
    elif _score(line.score) is None and line.score:
        line.error = _("成绩是 0 到 100 的数，最多一位小数。")
    return line


def _score(text: str) -> Decimal | None:
    try:
        score = Decimal(text)
    except InvalidOperation:
        return None
    sound = score.is_finite() and 0 <= score <= TOP and score == score.quantize(Decimal("0.1"))
    return score if sound else None


def _keep(line: Line) -> bool:
    """Onto the row; whether anything is new."""
    row, score = line.row, _score(line.score) if line.score else None
    if (row.outcome, row.score) == (line.outcome, score):
        return False
    row.outcome, row.score, row.version = line.outcome, score, row.version + 1
    return True
