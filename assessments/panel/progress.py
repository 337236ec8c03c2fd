"""How far each assessor is, for several panels at once."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from assessments.choices import Method
from assessments.models import GradingClaim, Indicator, PanelMember, ScoreMark
from assessments.panel.folding import fold, given_by
from assessments.panel.sheet import frozen_of
from core.together import together


@dataclass(frozen=True)
class Progress:
    answered: int
    total: int


def progress_of(members: Iterable[PanelMember]) -> dict[int, Progress]:
    """Member → how many of the indicators are answered. One query; ``grading`` is loaded."""
    members = list(members)
    gradings = {member.grading_id for member in members}
    found = together(
        indicators=Indicator.objects.filter(standard__in={member.grading.standard_id for member in members}).exclude(
            method=Method.HEADING
        ),
        claims=GradingClaim.objects.filter(grading__in=gradings, value__isnull=False).order_by("pk"),
        marks=ScoreMark.objects.filter(member__in=[member.pk for member in members]).order_by(),
    )
    scored: dict[int, list[Indicator]] = defaultdict(list)
    for indicator in found["indicators"]:
        scored[indicator.standard_id].append(indicator)
    claims = {(claim.grading_id, claim.indicator_id): claim for claim in found["claims"]}
    marks = fold(found["marks"])
    return {
        member.pk: Progress(
            sum(
                bool(given_by(one.pk, [member.pk], marks, frozen_of(one, claims.get((member.grading_id, one.pk)))))
                for one in scored[member.grading.standard_id]
            ),
            len(scored[member.grading.standard_id]),
        )
        for member in members
    }
