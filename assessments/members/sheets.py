"""The sheet of a group: the members of one team under one standard whose assessment is under way, row by row.

A row that is wrong, or that somebody else changed meanwhile, is not kept and says so; the others are. The page of one
member is a sheet of one row.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.choices import Method
from assessments.members.scoring import Typed, answer_of, in_words, read, sheet_of, text_of
from assessments.models import Indicator, MemberAssessment, MemberScore, Standard
from assessments.scoring import UNANSWERED, Rules, ScoreSheet
from assessments.scoring.rules import made
from core.masking import mask_text
from core.together import together
from organizations.models import User


@dataclass
class Cell:
    """:ivar text: what the form shows: as typed where it could not be kept."""

    indicator: Indicator
    name: str
    text: str
    note: str = ""
    wrong: bool = False

    @property
    def is_choice(self) -> bool:
        return self.indicator.method == Method.YES_NO

    @property
    def shown(self) -> str:
        """For whoever only reads."""
        return in_words(self.indicator, self.text)


@dataclass
class Line:
    """One member."""

    row: MemberAssessment
    sheet: ScoreSheet
    cells: list[Cell]
    own: bool = False  # nobody scores himself
    error: str = ""

    @property
    def wrong_id(self) -> str:
        return f"wrong-{self.row.pk}"

    @property
    def is_complete(self) -> bool:
        return not self.sheet.unanswered


@dataclass
class Group:
    """A standard as the sheet needs it, and the lines."""

    standard: Standard
    indicators: list[Indicator]  # in tree order, with headings
    rules: Rules
    lines: list[Line] = field(default_factory=list)

    @property
    def scored(self) -> list[Indicator]:
        return [one for one in self.indicators if one.method != Method.HEADING]

    @property
    def codes(self) -> dict[int, str]:
        return {one.pk: one.code for one in self.indicators}


def group_of(standard: Standard, rows: Sequence[MemberAssessment], user: User) -> Group:
    """The lines of these assessments, all under ``standard``. One query."""
    there = together(
        indicators=standard.indicators.all(),
        conclusions=standard.conclusions.all(),
        scores=MemberScore.objects.filter(assessment__in=[row.pk for row in rows]).order_by("pk"),
    )
    group = Group(standard, there["indicators"], made(there["indicators"], there["conclusions"]))
    scores = _by_row(there["scores"])
    group.lines = [_line(group, row, scores[row.pk], user) for row in rows]
    return group


def _by_row(scores: Iterable[MemberScore]) -> dict[int, list[MemberScore]]:
    found: dict[int, list[MemberScore]] = defaultdict(list)
    for one in scores:
        found[one.assessment_id].append(one)
    return found


def _line(group: Group, row: MemberAssessment, scores: list[MemberScore], user: User) -> Line:
    known = {one.indicator_id: one for one in scores}
    cells = []
    for one in group.scored:
        held = known.get(one.pk)
        answer = answer_of(held) if held else UNANSWERED
        cells.append(Cell(one, cell_name(row, one), text_of(one, answer), held.note if held else ""))
    own = row.person.user_id == user.pk
    return Line(row, sheet_of(group.rules, scores, group.codes), cells, own)


def cell_name(row: MemberAssessment, indicator: Indicator) -> str:
    return f"c-{row.pk}-{indicator.pk}"


# -- keeping what was typed -------------------------------------------------------------------------------------
@transaction.atomic
def save(rows: Any, standard: Standard, typed: Mapping[str, str], *, by: User) -> tuple[Group, int]:
    """Keep what was typed for these assessments; returns all lines as they are now, and how many changed.

    :param rows: queryset of assessments under way that ``by`` may score.
    :param typed: ``c-<assessment>-<indicator>`` and ``note-…`` of each cell, ``version-<assessment>`` of each row.
    """
    found = list(rows.under_way().select_for_update(of=("self",)).select_related("person").order_by("pk"))
    group = group_of(standard, found, by)
    kept = []
    for line in group.lines:
        wanted = _typed(line, typed)
        if wanted and not line.own:
            _check(line, wanted, typed)
            if not line.error:
                kept.append((line, wanted))
    _keep(kept)
    if kept:
        errors = {line.row.pk: line for line in group.lines if line.error}
        group = group_of(standard, found, by)
        group.lines = [errors.get(line.row.pk, line) for line in group.lines]
    return group, len(kept)


def _typed(line: Line, typed: Mapping[str, str]) -> dict[int, tuple[Typed, str]]:
    """Indicator → what it is to be, of the cells that differ from what is kept."""
    changed = {}
    for cell in line.cells:
        text = typed.get(cell.name, cell.text).strip()
        note = typed.get(f"note-{cell.name}", cell.note).strip()
        if (text, note) != (cell.text, cell.note):
            found = read(cell.indicator, text)
            if not found.error and (text_of(cell.indicator, found.answer), note) == (cell.text, cell.note):
                continue  # 8.0 for 8
            changed[cell.indicator.pk] = (found, note)
    return changed


def _check(line: Line, wanted: dict[int, tuple[Typed, str]], typed: Mapping[str, str]) -> None:
    """Say what is wrong with the line, and show it as it was typed."""
    errors = [found.error for found, _note in wanted.values() if found.error]
    if any(len(note) > MemberScore._meta.get_field("note").max_length for _found, note in wanted.values()):  # type: ignore[operator, union-attr]
        errors.append(_("意见不能超过 300 字。"))
    if any(mask_text(note) != note for _found, note in wanted.values()):
        errors.append(_("意见里不要写证件号码和手机号，看到这条记录的人都能看到。"))
    if typed.get(f"version-{line.row.pk}") != str(line.row.version):
        errors.append(_("别人刚改过这一行。您填的还在，请看一眼再保存一次，以您填的为准。"))
    line.error = " ".join(errors)
    for cell in line.cells if errors else ():
        if cell.indicator.pk in wanted:
            cell.wrong = bool(wanted[cell.indicator.pk][0].error)
            cell.text = typed.get(cell.name, cell.text).strip()
            cell.note = wanted[cell.indicator.pk][1]


def _keep(kept: list[tuple[Line, dict[int, tuple[Typed, str]]]]) -> None:
    rows = [line.row for line, _wanted in kept]
    held = {(one.assessment_id, one.indicator_id): one for one in MemberScore.objects.filter(assessment__in=rows)}
    new: list[MemberScore] = []
    changed: list[MemberScore] = []
    for line, wanted in kept:
        line.row.version += 1
        for key, (found, note) in wanted.items():
            one = held.get((line.row.pk, key)) or MemberScore(assessment=line.row, indicator_id=key)
            answer = found.answer
            one.value, one.points, one.not_applicable, one.note = (
                answer.value, answer.points, answer.not_applicable, note,
            )  # fmt: skip
            (changed if one.pk else new).append(one)
    MemberScore.objects.bulk_create(new, batch_size=500)
    MemberScore.objects.bulk_update(changed, ["value", "points", "not_applicable", "note"], batch_size=500)
    MemberAssessment.objects.bulk_update(rows, ["version"], batch_size=500)
