"""What a panel has come to: answers for ``assessments.scoring``, differences that are not settled, who lacks what."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db.models import Max

from assessments.choices import Method
from assessments.models import Grading, GradingClaim, Indicator, PanelMember, ScoreMark, SettledScore
from assessments.panel.folding import Agreed, agree, fold, given_by
from assessments.scoring import Answer, ScoreSheet, score
from assessments.scoring.rules import rule_of, rules_of
from core.history.as_at import events_of
from core.together import together

_MEMBER_EVENTS = events_of(PanelMember)


@dataclass
class Row:
    """One scored indicator.

    :ivar frozen: the platform's number as it was at the hand-in. :ivar answers: assessor → answer, of who gave one.
    :ivar settled: what was agreed on; counts instead. :ivar outdated: an assessor has scored anew since.
    :ivar regrouped: an assessor has joined since, who had no say in it, or one who had has left.
    """

    indicator: Indicator
    claim: GradingClaim | None
    frozen: Answer | None
    marks: dict[int, ScoreMark]
    answers: dict[int, Answer]
    agreed: Agreed
    settled: SettledScore | None = None
    outdated: bool = False
    regrouped: bool = False

    @property
    def answer(self) -> Answer | None:
        if self.settled is not None:
            return Answer(self.settled.value, self.settled.points, self.settled.not_applicable)
        return self.agreed.answer

    @property
    def is_open(self) -> bool:
        """Assessors differ and nobody has settled it."""
        return self.agreed.differs and self.settled is None


@dataclass
class PanelSheet:
    """A grading as its panel sees it: everything that was scored, read in one query."""

    grading: Grading
    indicators: list[Indicator]  # the whole tree, in order
    members: list[PanelMember]  # also those who have left
    claims: dict[int, GradingClaim]
    marks: dict[tuple[int, int], ScoreMark]
    settled: dict[int, SettledScore] = field(default_factory=dict)
    regrouped_at: datetime | None = None  # when last somebody joined the panel or left it

    @property
    def panel(self) -> list[PanelMember]:
        """Who counts: those who have not left."""
        return [member for member in self.members if member.left_on is None]

    @cached_property
    def rows(self) -> list[Row]:
        keys = [member.pk for member in self.panel]
        return [self._row(one, keys) for one in self.indicators if one.method != Method.HEADING]

    def _row(self, indicator: Indicator, keys: list[int]) -> Row:
        claim = self.claims.get(indicator.pk)
        frozen = frozen_of(indicator, claim)
        marks = {key: mark for key in keys if (mark := self.marks.get((key, indicator.pk))) is not None}
        answers = given_by(indicator.pk, keys, self.marks, frozen)
        settled = self.settled.get(indicator.pk)
        outdated = settled is not None and any(mark.received_at > settled.settled_at for mark in marks.values())
        last = self.regrouped_at
        regrouped = settled is not None and last is not None and last > settled.settled_at
        agreed = agree(rule_of(indicator), answers.values())
        return Row(indicator, claim, frozen, marks, answers, agreed, settled, outdated, regrouped)

    def lacks(self, member: PanelMember) -> list[Indicator]:
        """Indicators the member has still to answer."""
        return [row.indicator for row in self.rows if member.pk not in row.answers]

    @property
    def differing(self) -> list[Row]:
        return [row for row in self.rows if row.agreed.differs]


def frozen_of(indicator: Indicator, claim: GradingClaim | None) -> Answer | None:
    """What the platform's own number answers: an assessor overrules it with a note."""
    if not indicator.metric or claim is None or claim.value is None:
        return None
    return Answer(value=claim.value)


def panel_sheet(grading: Grading) -> PanelSheet:
    """One query; ``grading.standard`` need not be loaded."""
    left = _MEMBER_EVENTS.objects.filter(grading=grading.pk).exclude(left_on=None).order_by().values("grading")
    found = together(
        indicators=Indicator.objects.filter(standard=grading.standard_id),
        members=PanelMember.objects.filter(grading=grading).select_related("user__organization", "appointed_by"),
        claims=GradingClaim.objects.filter(grading=grading).order_by("pk"),
        marks=ScoreMark.objects.filter(member__grading=grading).order_by(),
        settled=SettledScore.objects.filter(grading=grading).select_related("settled_by").order_by("pk"),
        left=left.annotate(at=Max("pgh_created_at")),
    )
    moments = [one.appointed_at for one in found["members"]] + [row["at"] for row in found["left"]]
    return PanelSheet(
        grading,
        found["indicators"],
        found["members"],
        {claim.indicator_id: claim for claim in found["claims"]},
        fold(found["marks"]),
        {row.indicator_id: row for row in found["settled"]},
        max(moments, default=None),
    )


def panel_answers(grading: Grading) -> dict[str, Answer]:
    """Indicator code → what the panel answers: settled, agreed, or the mean. What still differs is left out."""
    rows = panel_sheet(grading).rows
    return {row.indicator.code: row.answer for row in rows if row.answer is not None}


def sheet_of(grading: Grading, *, aim: str = "") -> ScoreSheet:
    """The panel's score under the application's standard, its lines for ``aim`` or the grade applied for."""
    return score(rules_of(grading.standard), panel_answers(grading), aim=aim or grading.applied_grade or None)


def unsettled(grading: Grading) -> list[Indicator]:
    """Indicators on which assessors differ and nobody has settled it, in the order of the standard."""
    return [row.indicator for row in panel_sheet(grading).rows if row.is_open]


def unfinished(grading: Grading) -> list[PanelMember]:
    """Who has not handed in all scores yet."""
    return list(grading.panel.filter(left_on=None, finished_at=None).select_related("user"))
